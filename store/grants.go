package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyBenefitGrants stores the benefits of people of accounts, by account, person, category, service and
// first day.
func (t *Tx) ApplyBenefitGrants(ctx context.Context, organisation, source int64, rows []housing.BenefitGrantEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "benefit_grants",
		key: []fieldType{
			accountField(), {"person_id", "bigint"}, {"category", "text"}, {"service", "text"}, {"since", "date"},
		},
		values: []fieldType{
			{"until", "date"},
			{"percent", "numeric"},
			{"amount", "bigint"},
			{"scope", "text"},
			{"within_norm", "boolean"},
			{"mode", "text"},
			{"document", "text"},
			{"subsidy", "boolean"},
		}, overlap: "Действует с",
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.BenefitGrantEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	people, err := t.putBeneficiaries(ctx, accounts, rows)
	if err != nil {
		return nil, err
	}
	keyedRows := make([]keyedRow, len(rows))
	for i, r := range rows {
		keyedRows[i] = keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), number(people[i]), storable(r.Category), string(r.Service), r.Valid.From.String(),
			r.Valid.To.String(), r.Percent.String(), number(r.Amount), string(r.Scope), strconv.FormatBool(r.WithinNorm),
			string(r.Mode), storable(r.Document), strconv.FormatBool(r.Subsidy),
		}}
	}
	return outcomes, t.putKeyed(ctx, table, source, keyedRows, outcomes)
}

// putBeneficiaries returns the ids of the people of the rows, 0 where the account is not known. A number of
// insurance that a row brings replaces the one known.
func (t *Tx) putBeneficiaries(ctx context.Context, accounts map[string]int64, rows []housing.BenefitGrantEntry) ([]int64, error) {
	const put = `
INSERT INTO beneficiaries AS b (account_id, last_name, first_name, patronymic, born, snils)
SELECT account_id, last_name, first_name, patronymic, NULLIF(born, '')::date, max(snils)
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS t(account_id, last_name, first_name, patronymic, born, snils)
WHERE account_id <> 0 GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (account_id, last_name, first_name, patronymic, born) DO UPDATE SET snils = EXCLUDED.snils
WHERE EXCLUDED.snils <> '' AND b.snils <> EXCLUDED.snils`
	const find = `
SELECT i.ord, b.id FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
    WITH ORDINALITY AS i(account_id, last_name, first_name, patronymic, born, ord)
JOIN beneficiaries b ON (b.account_id, b.last_name, b.first_name, b.patronymic) = (i.account_id, i.last_name, i.first_name, i.patronymic)
    AND b.born IS NOT DISTINCT FROM NULLIF(i.born, '')::date`
	type row = housing.BenefitGrantEntry
	who := []any{
		column(rows, func(r row) int64 { return accounts[r.Account] }),
		column(rows, func(r row) string { return storable(r.Holder.Last) }),
		column(rows, func(r row) string { return storable(r.Holder.First) }),
		column(rows, func(r row) string { return storable(r.Holder.Patronymic) }),
		column(rows, func(r row) string { return r.Holder.Born.String() }),
	}
	if _, err := t.Exec(ctx, put, append(who, column(rows, func(r row) string { return r.SNILS }))...); err != nil {
		return nil, fmt.Errorf("store who holds benefits: %w", err)
	}
	found, err := t.Query(ctx, find, who...)
	if err != nil {
		return nil, fmt.Errorf("find who holds benefits: %w", err)
	}
	people := make([]int64, len(rows))
	var ord, id int64
	_, err = pgx.ForEachRow(found, []any{&ord, &id}, func() error {
		people[ord-1] = id
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find who holds benefits: %w", err)
	}
	return people, nil
}

// grants are the benefits of accounts in the month.
func (l *completer) grants() completion {
	sql := `
SELECT x.account_id, x.person_id::text, x.category, x.service, x.since, x.until, x.percent::text, x.amount, x.scope, x.within_norm,
    x.mode, x.document, x.subsidy, ` + sourceColumns + `x.source_pos
FROM ` + ofAccounts("benefit_grants") + ` ORDER BY x.account_id, x.person_id, x.service, x.category COLLATE "C", x.since`
	var account int64
	var b housing.Benefit
	into := append([]any{
		&account, &b.Person, &b.Category, &b.Service, &b.Valid.From, &b.Valid.To, &b.Percent, &b.Amount, &b.Scope, &b.WithinNorm,
		&b.Mode, &b.Document, &b.Subsidy,
	}, sourceTargets(&b.Source)...)
	return completion{sql, l.accountArgs(), into, func() error {
		if a := l.account(account); a != nil {
			a.Benefits = append(a.Benefits, b)
		}
		return nil
	}}
}

// copyShares stores what benefits came to.
func (t *Tx) copyShares(ctx context.Context, period housing.Period, list []ChargedHouse) error {
	const rowSize = 260 // usual
	n := 0
	for i := range list {
		n += len(list[i].Benefits)
	}
	if n == 0 {
		return nil
	}
	rows := newCopyBuffer([]string{
		"period", "house_id", "account_id", "line", "person_id", "category", "mode", "service", "payee_id", "zone", "range_no",
		"seg_from", "seg_to", "charged", "volume", "covered", "price", "percent", "amount", "document",
	}, n, rowSize)
	for i := range list {
		if err := rows.shares(period, &list[i]); err != nil {
			return err
		}
	}
	return t.copyTo(ctx, PartitionName("benefit_shares", period), rows)
}

func (b *copyBuffer) shares(period housing.Period, c *ChargedHouse) error {
	for i := range c.Benefits {
		s := &c.Benefits[i]
		person, err := strconv.ParseInt(s.Person, 10, 64)
		account, payee := c.AccountIDs[s.Account], c.PayeeIDs[s.Payee]
		if err != nil || account == 0 || payee == 0 {
			return fmt.Errorf("benefit of account %s to %s: %w", s.Account, s.Payee, ErrNotFound)
		}
		b.row()
		b.date(period.First())
		b.bigint(c.House)
		b.bigint(account)
		b.bigint(int64(i + 1))
		b.bigint(person)
		b.text(s.Category)
		b.text(string(s.Mode))
		b.text(string(s.Service))
		b.bigint(payee)
		b.text(string(s.Zone))
		b.smallint(int16(s.Range)) //nolint:gosec // a few ranges
		b.date(s.Segment.From)
		b.date(s.Segment.To)
		b.bigint(int64(s.Charged))
		b.numeric(s.Volume)
		b.numeric(s.Covered)
		b.numeric(s.Price)
		b.numeric(s.Percent)
		b.bigint(int64(s.Amount))
		b.text(s.Document)
	}
	return nil
}
