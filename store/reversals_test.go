package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/store"
)

// Payments are found by their numbers and by the accounts that they came for, also by those joined to others and by those that
// nobody has, and the table of payments is not read whole for it.
func TestReversiblePayments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001", "0002", "0003")
	apply(t, w, booking(period(t, "2026-09")), payment(t, "u1", "0001", 500))
	apply(t, w, booking(period(t, october)), payment(t, "u2", "0002", 700), payment(t, "u3", "9999", 900), payment(t, "u4", "0003", 100))
	w.run(t, `
INSERT INTO payments (period, organisation_id, account_id, house_id, key, account, payee_id, paid_on, amount, transfer, fee, source_id, source_pos)
SELECT m::date, $1, 0, 0, 'many ' || n, 'many', $1, m::date, 1, 1, 0, $2 + 1, n FROM generate_series(1, 20000) AS n, unnest(ARRAY['2026-09-01', '2026-10-01']) AS m`,
		w.issuer.ID, w.source)
	w.run(t, "UPDATE payments SET account_id = (SELECT id FROM accounts WHERE number = '0001') WHERE key = 'u2'")
	w.run(t, `
INSERT INTO merges (organisation_id, kind, kept, doubled, since, before, reason, merged_by, merged_at)
SELECT $1, 'account', k.id, d.id, '2026-10-01', '{}', 'тест', 'тест', '2026-10-01T00:00:00Z' FROM accounts k, accounts d WHERE k.number = '0001' AND d.number = '0002'`, w.issuer.ID)
	w.run(t, "VACUUM ANALYZE payments")
	for _, c := range []struct {
		name           string
		keys, accounts []string
		want           string
	}{
		{"by number", []string{"u1", "u4", "u9"}, nil, "u1 u4"},
		{"by account", nil, []string{"0003"}, "u4"},
		{"by an account joined to another", nil, []string{"0002"}, "u2"},
		{"by an account that nobody has", nil, []string{"9999", ""}, "u3"},
		{"both ways, once", []string{"u4"}, []string{"0003", "0001"}, "u1 u4"},
		{"nothing", nil, nil, ""},
	} {
		w.tx(t, func(tx *store.Tx) error {
			before := readInARow(t, tx)
			list, err := tx.ReversiblePayments(t.Context(), w.issuer.ID, c.keys, c.accounts)
			got := make([]string, 0, len(list))
			for _, p := range list {
				got = append(got, p.Key)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
			if n := readInARow(t, tx) - before; n > 0 {
				t.Errorf("%s: %d payments are read one after the other", c.name, n)
			}
			return err
		})
	}
}

// readInARow is how many payments the connection of a transaction has read lately by going through whole months.
func readInARow(t *testing.T, tx *store.Tx) (n int64) {
	t.Helper()
	const sql = "SELECT COALESCE(sum(seq_tup_read), 0)::bigint FROM pg_stat_xact_user_tables WHERE relname LIKE 'payments_20%'"
	if err := tx.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// The files that brought payments are named, but for the one at hand.
func TestRegistriesOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	apply(t, w, booking(period(t, october)), payment(t, "u1", "0001", 500))
	for source, want := range map[int64]string{w.source: "[]", w.source + 1: "[тест]"} {
		w.tx(t, func(tx *store.Tx) error {
			names, err := tx.RegistriesOf(t.Context(), w.issuer.ID, source, []string{"u1", "u2"})
			if got := fmt.Sprint(names); got != want {
				t.Errorf("files other than %d: %s, want %s", source, got, want)
			}
			return err
		})
	}
}

// run runs one statement that must succeed, in no transaction.
func (w *world) run(tb testing.TB, sql string, args ...any) {
	tb.Helper()
	if _, err := w.Exec(tb.Context(), sql, args...); err != nil {
		tb.Fatal(err)
	}
}
