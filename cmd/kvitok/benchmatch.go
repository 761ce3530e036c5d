package main

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/town"
)

// benchFlats is how many flats, and accounts, a house of the matching bench has.
const benchFlats = 100

func (e *environment) benchMatchCommand() *cobra.Command {
	var claims int
	var keep bool
	c := &cobra.Command{
		Use: "match", Short: "Match made claims against as many accounts, read from and written to PostgreSQL",
		Long: "Makes --claims accounts in a new database below --dir and a claim for each, and matches them as kvitok match does. Half of the claims\n" +
			"name number and address, a sixth address and payer, a sixth a mistyped number, a sixth are of people in another street. A million\n" +
			"(--claims 1000000) is to take less than five minutes on two cores.",
		Args: cobra.NoArgs,
	}
	c.Flags().IntVar(&claims, "claims", 100_000, "so many claims against as many accounts, in hundreds")
	c.Flags().BoolVar(&keep, "keep", false, "leave the folder behind")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		if claims < benchFlats {
			return &usageError{fmt.Sprintf("--claims is at least %d", benchFlats)}
		}
		t, err := town.New(town.Config{Accounts: 20, Seed: townSeed}) // for its organisations
		if err != nil {
			return fmt.Errorf("make a town: %w", err)
		}
		result := benchMade{Machine: machine()}
		linked := 0
		err = e.benchIn(ctx, t, keep, func(ctx context.Context, e *environment, s *site) error {
			if err := s.settle(ctx, claims/benchFlats); err != nil {
				return err
			}
			stage, err := e.measure(newCPUMeter(ctx, s.app.store), "match", "claims", func() (int, error) {
				r, err := s.app.pipeline.Match(ctx)
				linked = r.Counts.Linked
				return r.Decided, err
			})
			result.Stages = append(result.Stages, stage)
			return err
		})
		if err != nil {
			return err
		}
		return e.print(result, func(w io.Writer) {
			say(w, "%s, kvitok %s", result.Machine, version)
			say(w, "")
			say(w, "| claims | accounts | linked | seconds | claims/s | CPU s kvitok | CPU s PostgreSQL | peak MB |")
			say(w, "|--:|--:|--:|--:|--:|--:|--:|--:|")
			s := result.Stages[0]
			say(w, "| %d | %d | %d | %.1f | %.0f | %.1f | %.1f | %d |", s.Items, s.Items, linked, s.Seconds, s.rate(), s.CPU, s.Server, s.PeakMB)
		})
	})
	return c
}

// settle makes houses of a hundred flats, an account in each and one claim for each account.
func (s *site) settle(ctx context.Context, houses int) error {
	keys, addresses := make([]string, houses), make([]string, houses)
	for i := range houses {
		addresses[i] = fmt.Sprintf("г. Большой, ул. Улица %s, д. %d", spelled(i/50), 1+i%50)
		keys[i] = matching.HouseKey(addresses[i])
	}
	args := pgx.NamedArgs{"organisation": s.app.pipeline.Organisation.ID, "keys": keys, "addresses": addresses, "flats": benchFlats}
	for _, sql := range []string{benchHouses, benchFlatsOf, benchPayers, benchClaims} {
		if _, err := s.app.store.Exec(ctx, sql, args); err != nil {
			return fmt.Errorf("make accounts and claims: %w", err)
		}
	}
	if _, err := s.app.store.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("make accounts and claims: %w", err)
	}
	return nil
}

const (
	benchHouses = `
WITH s AS (INSERT INTO sources (kind, name) VALUES ('manual', 'bench match') RETURNING id)
INSERT INTO houses (organisation_id, key, address, kind, area, source_id, source_pos)
SELECT @organisation, key, address, 'block', 9000, s.id, 1 FROM s, unnest(@keys::text[], @addresses::text[]) AS t(key, address)`

	benchFlatsOf = `
INSERT INTO premises (house_id, flat, kind)
SELECT h.id, i::text, 'flat' FROM houses h, generate_series(1, @flats::int) i WHERE h.address LIKE 'г. Большой%'`

	benchPayers = `
INSERT INTO accounts (organisation_id, number, house_id, premises_id, payer, source_id, source_pos)
SELECT @organisation, lpad((7000000 + p.id * 13)::text, 10, '0'), p.house_id, p.id,
    (ARRAY['Иванов', 'Петров', 'Сидоров', 'Кузнецов', 'Смирнов', 'Попов', 'Соколов', 'Лебедев', 'Козлов', 'Новиков'])[p.id % 10 + 1] || ' ' ||
    (ARRAY['Иван', 'Пётр', 'Олег'])[p.id % 3 + 1] || ' ' || (ARRAY['Ильич', 'Петрович'])[p.id % 2 + 1], h.source_id, 1
FROM premises p JOIN houses h ON h.id = p.house_id WHERE h.address LIKE 'г. Большой%'`

	benchClaims = `
INSERT INTO claims (organisation_id, fingerprint, account, full_name, address, source_id, source_pos)
SELECT @organisation, 'made ' || a.id, CASE a.id % 6 WHEN 3 THEN '' WHEN 4 THEN overlay(a.number placing 'х' from 8) ELSE a.number END, a.payer,
    CASE a.id % 6 WHEN 5 THEN 'г. Большой, пер. Тихий, д. 1, кв. ' || p.flat ELSE h.address || ', кв. ' || p.flat END, a.source_id, a.id
FROM accounts a JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id WHERE h.address LIKE 'г. Большой%'`
)

// spelled is a number in letters, which a name of a street may be.
func spelled(n int) string {
	word := []rune{'А' + rune(n%32)}
	for n /= 32; n > 0; n /= 32 {
		word = append(word, 'а'+rune(n%32))
	}
	return string(word)
}
