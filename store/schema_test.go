package store_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// The promises of the schema, each broken by the statement that the database must refuse. $o is an
// organisation, $h a house, $a an account, $s a source, $m a meter, $c a claim.
func TestSchemaRefuses(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001")
	want(t, "service", apply(t, w, (*store.Tx).ApplyHouseServices, housing.HouseService{
		Key: "дом 2", AccountService: housing.AccountService{Service: housing.Gas, Payee: issuerINN, Valid: span(t, since, "")},
	}), "accepted")
	tariff := housing.Tariff{Service: housing.Gas, Price: dec(t, "7"), Valid: span(t, since, "")}
	ofHouse := tariff
	ofHouse.House = "дом 2"
	want(t, "tariffs", apply(t, w, (*store.Tx).ApplyTariffs, tariff, ofHouse), "accepted", "accepted")
	want(t, "norm", apply(t, w, (*store.Tx).ApplyNorms, housing.Norm{
		Service: housing.Gas, Base: housing.PerArea, Value: dec(t, "7"), Valid: span(t, since, ""),
	}), "accepted")
	want(t, "meter", apply(t, w, (*store.Tx).ApplyMeters, meter(t, "0001", "A-1", housing.ColdWater)), "accepted")
	want(t, "claim", apply(t, w, (*store.Tx).ApplyClaims, claim("А")), "accepted")
	run, _, err := w.PlanRun(t.Context(), w.issuer.ID, period(t, october), "test", instant(t, "2026-10-25T10:00:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	values := pgx.NamedArgs{"o": w.issuer.ID, "h": house, "a": accounts["0001"], "s": w.source, "run": run, "sha": strings.Repeat("a", 64)}
	unique, check, overlap, foreign := isAny(store.IsUnique), isAny(store.IsCheck), isAny(store.IsOverlap), isAny(store.IsForeignKey)
	const (
		account   = "INSERT INTO accounts (organisation_id, house_id, premises_id, source_id, source_pos, number, opened, closed) SELECT @o, @h, p.id, @s, 1, "
		occupancy = "INSERT INTO occupancies (account_id, source_id, source_pos, valid, area, people, owners, occupant) VALUES (@a, @s, 1, "
		prices    = "INSERT INTO tariffs (organisation_id, source_id, source_pos, service, valid, price, house_id) VALUES (@o, @s, 1, 'gas', "
		norms     = "INSERT INTO norms (organisation_id, source_id, source_pos, service, base, valid, value) VALUES (@o, @s, 1, 'gas', 'person', "
		services  = "INSERT INTO house_services (house_id, source_id, source_pos, service, payee_id, meter_possible, valid) VALUES (@h, @s, 1, 'gas', @o, true, "
		meters    = "INSERT INTO meters (organisation_id, account_id, source_id, source_pos, service, serial, zones, digits) VALUES (@o, @a, @s, 1, "
		readings  = "INSERT INTO readings (meter_id, source_id, source_pos, period, taken_on, value) VALUES (1, @s, 1, "
		payments  = "INSERT INTO payments (organisation_id, account, payee_id, transfer, fee, source_id, source_pos, paid_on, period, key, amount) VALUES (@o, '1', @o, 1, 0, @s, 1, '2026-10-01', "
		files     = "INSERT INTO files (organisation_id, name, partner, archive, received_at, sha256, size, status, row_count, accepted) VALUES (@o, '', '', '', now(), "
		matches   = "INSERT INTO matches (claim_id, reason, decided_by, decided_at, status, account_id, undone_by) VALUES (1, '', '', now(), "
		balances  = "INSERT INTO balances (period, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, closing) VALUES ('2026-10-01', @h, @a, 'gas', @o, "
	)
	tests := []struct {
		what, sql string
		refused   func(error) bool
	}{
		{"an INN of 9 digits", "INSERT INTO organisations (inn, name) VALUES ('770123456', 'x')", check},
		{"one INN twice", "INSERT INTO organisations (inn, name) VALUES ('" + issuerINN + "', 'x')", unique},
		{"no name", "INSERT INTO organisations (inn, name) VALUES ('7701234999', '')", check},
		{"a short bank account", "UPDATE organisations SET bank_account = '123'", check},
		{"a short BIC", "UPDATE organisations SET bic = '123'", check},
		{"a hash that is none", files + "'xyz', 1, 'accepted', 0, 0)", check},
		{"a negative size", files + "@sha, -1, 'accepted', 0, 0)", check},
		{"rows that do not add up", files + "@sha, 1, 'accepted', 2, 1)", check},
		{"two houses of one address", "INSERT INTO houses (organisation_id, key, address, kind, source_id, source_pos) VALUES (@o, 'дом 2', '', 'block', @s, 1)", unique},
		{"a negative area of a house", "UPDATE houses SET area = -1", check},
		{"an unknown kind of house", "UPDATE houses SET kind = 'tent'", check},
		{"one account number twice", account + "'0001', NULL, NULL FROM premises p", unique},
		{"an account number with a space", account + "'00 01', NULL, NULL FROM premises p", check},
		{"an account number of 21", account + "'123456789012345678901', NULL, NULL FROM premises p", check},
		{"closed before it was opened", account + "'0002', '2026-02-01', '2026-01-01' FROM premises p", check},
		{"two occupancies at once", occupancy + "'[2026-06-01,)', 10, 1, 1, 'owner')", overlap},
		{"a negative area", occupancy + "'[2020-01-01,2021-01-01)', -1, 1, 1, 'owner')", check},
		{"no area", occupancy + "'[2020-01-01,2021-01-01)', 0, 1, 1, 'owner')", check},
		{"minus one person", occupancy + "'[2020-01-01,2021-01-01)', 1, -1, 1, 'owner')", check},
		{"an occupancy without beginning", occupancy + "'(,2021-01-01)', 1, 1, 1, 'owner')", check},
		{"an empty occupancy", occupancy + "'empty', 1, 1, 1, 'owner')", check},
		{"two tariffs at once", prices + "'[2026-06-01,)', 8, NULL)", overlap},
		{"two tariffs of a house at once", prices + "'[2026-06-01,)', 8, @h)", overlap},
		{"a negative price", prices + "'[2020-01-01,2021-01-01)', -1, NULL)", check},
		{"two norms at once", norms + "'[2026-06-01,)', 8)", overlap},
		{"a negative norm", norms + "'[2020-01-01,2021-01-01)', -8)", check},
		{"two payees at once", services + "'[2026-06-01,)')", overlap},
		{"one meter twice", meters + "'cold_water', 'A-1', 1, 5)", unique},
		{"a meter of four zones", meters + "'cold_water', 'A-2', 4, 5)", check},
		{"a meter without digits", meters + "'cold_water', 'A-2', 1, 0)", check},
		{"a meter without a number", meters + "'cold_water', '', 1, 5)", check},
		{"a negative reading", readings + "'2026-10-01', '2026-10-02', -1)", check},
		{"a reading in another month", readings + "'2026-10-01', '2026-09-30', 1)", check},
		{"a month that begins on the second", readings + "'2026-10-02', '2026-10-03', 1)", check},
		{"a reading of a month not prepared", readings + "'2031-10-01', '2031-10-03', 1)", check},
		{"a payment of nothing", payments + "'2026-10-01', 'k', 0)", check},
		{"a payment without a number", payments + "'2026-10-01', '', 1)", check},
		{"an opening balance of an unknown account", "INSERT INTO opening_balances VALUES ('2026-10-01', 999999, 'gas', @o, 1, @s, 1)", foreign},
		{"two runs of a month", "INSERT INTO runs (organisation_id, period, engine, status, started_at) VALUES (@o, '2026-10-01', '', 'running', now())", unique},
		{"one unit twice", "INSERT INTO charge_units VALUES (@run, @h, 'planned')", unique},
		{"a balance that does not balance", balances + "10, 5, 0, 0, 3, 13)", check},
		{"a link to nobody", matches + "'linked', NULL, NULL)", check},
		{"a question with an account", matches + "'question', @a, NULL)", check},
		{"undone at no time", matches + "'refused', NULL, 'x')", check},
	}
	for _, test := range tests {
		_, err := w.Exec(t.Context(), test.sql, values)
		if !test.refused(err) {
			t.Errorf("%s: %v", test.what, err)
		}
	}
	if _, err := w.Exec(t.Context(), balances+"10, 5, 0, 0, 3, 12)", values); err != nil {
		t.Errorf("a balance that balances: %v", err)
	}
	if _, err := w.Exec(t.Context(), matches+"'refused', NULL, NULL)", values); err != nil {
		t.Errorf("a decision: %v", err)
	}
	if _, err := w.Exec(t.Context(), matches+"'question', NULL, NULL)", values); !store.IsUnique(err, "matches_one_standing") {
		t.Errorf("a second decision beside one that stands: %v", err)
	}
}

func isAny(is func(error, ...string) bool) func(error) bool {
	return func(err error) bool { return err != nil && is(err) }
}

// What the tables of months promise must hold for rows copied straight into a month, too.
func TestMonthsTakeOverKeysAndChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const differing = `
SELECT p.inhrelid::regclass::text FROM pg_inherits p
WHERE p.inhparent = $1::text::regclass AND
    ((SELECT count(*) FROM pg_index WHERE indrelid = p.inhparent) <> (SELECT count(*) FROM pg_index WHERE indrelid = p.inhrelid)
    OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = p.inhrelid
        AND NOT EXISTS (SELECT FROM pg_inherits x WHERE x.inhrelid = i.indexrelid))
    OR (SELECT count(*) FROM pg_constraint WHERE conrelid = p.inhparent AND contype = 'c') <>
        (SELECT count(*) FROM pg_constraint WHERE conrelid = p.inhrelid AND contype = 'c'))`
	for _, table := range w.texts(t, "SELECT partrelid::regclass::text FROM pg_partitioned_table ORDER BY 1") {
		if n := w.texts(t, "SELECT count(*)::text FROM pg_inherits WHERE inhparent = $1::text::regclass", table); n[0] != "3" {
			t.Errorf("%s has %s months, want 3: EnsureMonth does not know it", table, n[0])
		}
		if table == "charges" {
			continue // its key stands on the months themselves, see migration 00140
		}
		want(t, table, w.texts(t, differing, table))
	}
	const keys = `
SELECT DISTINCT pg_get_indexdef(indexrelid, k, true) FROM pg_index, generate_series(1, indnatts) k
WHERE indisunique AND indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'charges'::regclass)
GROUP BY k, 1 HAVING count(*) = 3 ORDER BY 1`
	want(t, "the key of each of the three months of charges", w.texts(t, keys), "account_id", "house_id", "line")
	name := store.PartitionName("balances", period(t, october))
	row := [][]any{{period(t, october), 1, 1, "gas", 1, 10, 5, 0, 0, 3, 13}}
	_, err := w.CopyFrom(t.Context(), pgx.Identifier{name}, []string{
		"period", "house_id", "account_id", "service", "payee_id", "opening", "charged", "corrected", "penalty", "paid", "closing",
	}, pgx.CopyFromRows(row))
	if !store.IsCheck(err) {
		t.Errorf("copied out of balance: %v", err)
	}
	_, err = w.CopyFrom(t.Context(), pgx.Identifier{store.PartitionName("payment_parts", period(t, october))},
		[]string{"period", "house_id", "account_id", "payment_id", "entry", "service", "payee_id", "month", "kind", "amount"},
		pgx.CopyFromRows([][]any{{period(t, "2026-09"), 1, 1, 1, 0, "gas", 1, period(t, "2026-09"), "principal", 5}}))
	if !store.IsCheck(err) {
		t.Errorf("copied into another month: %v", err)
	}
}

func TestAnalyzeMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	w.charge(t, house, p, "a", line(t, "0001", housing.Gas, 1), line(t, "0001", housing.Heating, 1))
	if err := w.AnalyzeMonth(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	want(t, "rows the planner expects", w.texts(t, "SELECT reltuples::text FROM pg_class WHERE relname = 'charges_2026_10'"), "2")
	if err := w.AnalyzeMonth(t.Context(), period(t, "2031-01")); err == nil {
		t.Error("a month without partitions was looked over")
	}
}
