package store_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/store"
)

const lineOf = `
INSERT INTO charges (period, house_id, account_id, line, service, payee_id, kind, zone, seg_from, seg_to, rule, method, volume, price,
    coefficient, amount, range_no, resource, reason, document)
VALUES ('2026-10-01', 1, 1, 1, 'gas', 1, 'base', '', '2026-10-01', '2026-10-31', '', 'norm', 1, 1, 1, 5, 0, '', '', '')`

func TestKeyOfMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	october := period(t, october)
	insert := func(want bool) {
		t.Helper()
		if _, err := w.Exec(t.Context(), lineOf); (err == nil) != want || (err != nil && !store.IsUnique(err, "charges_2026_10_key")) {
			t.Errorf("a line is stored: %v, want %v", err, want)
		}
	}
	unkey := func(want bool) {
		t.Helper()
		if bare, err := w.UnkeyMonth(t.Context(), october); err != nil || bare != want {
			t.Errorf("the key is taken off: %v, %v, want %v", bare, err, want)
		}
	}
	unkey(true)
	unkey(true) // by another process that begins as well
	insert(true)
	unkey(false) // there are charges
	for range 2 {
		if err := w.KeyMonth(t.Context(), october); err != nil {
			t.Error(err)
		}
	}
	insert(false)
	unkey(false)
	insert(false)
}

func TestKeyOfMonthFindsLineStoredTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	october := period(t, october)
	if _, err := w.UnkeyMonth(t.Context(), october); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.Exec(t.Context(), lineOf); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.KeyMonth(t.Context(), october); !store.IsUnique(err) {
		t.Errorf("a line stored twice gives %v", err)
	}
}

// A month that somebody reads for long keeps its key, and nobody waits.
func TestKeyOfMonthInUseStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tx, err := w.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), "SELECT count(*) FROM charges"); err != nil {
		t.Fatal(err)
	}
	if bare, err := w.UnkeyMonth(t.Context(), period(t, october)); err != nil || bare {
		t.Errorf("the key is taken off: %v, %v", bare, err)
	}
}
