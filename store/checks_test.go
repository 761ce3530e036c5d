package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/store"
)

// What foreign keys promised is promised still where whole statements are checked (migration 00130): no row
// refers to nothing, and what is referred to stays.
func TestChecksInSets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001")
	values := pgx.NamedArgs{"o": w.issuer.ID, "h": house, "a": accounts["0001"], "s": w.source}
	const nobody = "987654321"
	tests := []struct{ what, constraint, sql string }{
		{"premises of no house", "premises_house_id_fkey", "INSERT INTO premises (house_id, flat, kind) VALUES (@h, '8', 'flat'), (" + nobody + ", '9', 'flat')"},
		{"an account of no premises", "accounts_premises_id_fkey", "UPDATE accounts SET premises_id = " + nobody},
		{"an occupancy of no account", "occupancies_account_id_fkey", "UPDATE occupancies SET account_id = " + nobody},
		{"a meter from no source", "meters_source_id_fkey", "INSERT INTO meters (organisation_id, account_id, source_id, source_pos, service, serial, zones, digits) VALUES (@o, @a, " + nobody + ", 1, 'gas', 'A', 1, 5)"},
		{"a balance of no account", "opening_balances_account_id_fkey", "INSERT INTO opening_balances (period, account_id, service, payee_id, month, amount, source_id, source_pos) VALUES ('2026-10-01', " + nobody + ", 'gas', @o, '2026-09-01', 1, @s, 1)"},
		{"a balance owed to nobody", "opening_balances_payee_id_fkey", "INSERT INTO opening_balances (period, account_id, service, payee_id, month, amount, source_id, source_pos) VALUES ('2026-10-01', @a, 'gas', " + nobody + ", '2026-09-01', 1, @s, 1)"},
		{"a payment to no organisation", "payment_keys_organisation_id_fkey", "INSERT INTO payment_keys (organisation_id, key, amount, account, period, source_id, source_pos) VALUES (" + nobody + ", 'k', 1, '1', '2026-10-01', 1, 1)"},
		{"an account that is lived in", "occupancies_account_id_fkey", "DELETE FROM accounts"},
		{"premises with an account", "accounts_premises_id_fkey", "DELETE FROM premises"},
	}
	for _, test := range tests {
		_, err := w.Exec(t.Context(), test.sql, values)
		if !store.IsForeignKey(err, test.constraint) {
			t.Errorf("%s: got %v, want a refusal by %s", test.what, err, test.constraint)
		}
	}
	for what, sql := range map[string]string{"another id": "UPDATE sources SET id = DEFAULT", "no sources": "TRUNCATE sources CASCADE"} {
		if _, err := w.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: the database took %s", what, sql)
		}
	}
	if _, err := w.Exec(t.Context(), "DELETE FROM premises WHERE id NOT IN (SELECT premises_id FROM accounts)"); err != nil {
		t.Errorf("premises that nothing refers to: %v", err)
	}
}
