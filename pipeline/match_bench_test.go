package pipeline_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// BenchmarkMatchStored decides claims against as many accounts, all read from PostgreSQL and written there: what
// kvitok match does. Half of the claims name number and address, a sixth address and payer, a sixth a mistyped
// number, a sixth are of people in another street. KVITOK_BENCH_CLAIMS (default 100,000) says how many; run it with
// -benchtime=1x -cpu=2.
func BenchmarkMatchStored(b *testing.B) {
	claims := 100_000
	if asked := os.Getenv("KVITOK_BENCH_CLAIMS"); asked != "" {
		var err error
		if claims, err = strconv.Atoi(asked); err != nil {
			b.Fatal(err)
		}
	}
	m := madeTown(b, 20)
	if _, err := m.Match(b.Context()); err != nil {
		b.Fatal(err)
	}
	m.settleStreets(b, claims)
	for b.Loop() {
		result, err := m.Match(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(result.Decided), "claims")
		b.ReportMetric(float64(result.Counts.Linked), "linked")
	}
	b.StopTimer()
}

// settleStreets makes houses of a hundred flats and one claim for each account.
func (m made) settleStreets(b *testing.B, accounts int) {
	b.Helper()
	keys, addresses := make([]string, 0, accounts/100), make([]string, 0, accounts/100)
	for i := range accounts / 100 {
		address := fmt.Sprintf("г. Большой, ул. Улица %s, д. %d", spelled(i/50), 1+i%50)
		keys, addresses = append(keys, matching.HouseKey(address)), append(addresses, address)
	}
	const houses = `
INSERT INTO houses (organisation_id, key, address, kind, area, source_id, source_pos)
SELECT $1, key, address, 'block', 9000, (SELECT min(id) FROM sources), 1 FROM unnest($2::text[], $3::text[]) AS t(key, address)`
	const premises = `
INSERT INTO premises (house_id, flat, kind) SELECT h.id, i::text, 'flat' FROM houses h, generate_series(1, 100) i WHERE h.address LIKE 'г. Большой%'`
	const payers = `
INSERT INTO accounts (organisation_id, number, house_id, premises_id, payer, source_id, source_pos)
SELECT $1, lpad((7000000 + p.id * 13)::text, 10, '0'), p.house_id, p.id,
    (ARRAY['Иванов', 'Петров', 'Сидоров', 'Кузнецов', 'Смирнов', 'Попов', 'Соколов', 'Лебедев', 'Козлов', 'Новиков'])[p.id % 10 + 1] || ' ' ||
    (ARRAY['Иван', 'Пётр', 'Олег'])[p.id % 3 + 1] || ' ' || (ARRAY['Ильич', 'Петрович'])[p.id % 2 + 1], (SELECT min(id) FROM sources), 1
FROM premises p JOIN houses h ON h.id = p.house_id WHERE h.address LIKE 'г. Большой%'`
	const claims = `
INSERT INTO claims (organisation_id, fingerprint, account, full_name, address, source_id, source_pos)
SELECT $1, 'made ' || a.id, CASE a.id % 6 WHEN 3 THEN '' WHEN 4 THEN overlay(a.number placing 'х' from 8) ELSE a.number END, a.payer,
    CASE a.id % 6 WHEN 5 THEN 'г. Большой, пер. Тихий, д. 1, кв. ' || p.flat ELSE h.address || ', кв. ' || p.flat END, a.source_id, a.id
FROM accounts a JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id WHERE h.address LIKE 'г. Большой%'`
	for _, run := range []struct {
		sql  string
		args []any
	}{
		{houses, []any{m.Organisation.ID, keys, addresses}},
		{premises, nil},
		{payers, []any{m.Organisation.ID}},
		{claims, []any{m.Organisation.ID}},
		{"ANALYZE", nil},
	} {
		if _, err := m.store.Exec(b.Context(), run.sql, run.args...); err != nil {
			b.Fatal(err)
		}
	}
}

// spelled is a number in letters, which a name of a street may be.
func spelled(n int) string {
	word := []rune{'А' + rune(n%32)}
	for n /= 32; n > 0; n /= 32 {
		word = append(word, 'а'+rune(n%32))
	}
	return string(word)
}
