package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/kvitok-gkh/kvitok/store"
)

func version(t *testing.T, s *store.Store) int64 {
	t.Helper()
	v, err := s.DataVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var errNotNow = errors.New("not now")

// The version stays while nothing changes, is unknown while a change is under way, and is another one after
// it, also after one that was taken back.
func TestDataVersion(t *testing.T) {
	t.Parallel()
	w, _ := printed(t)
	first := version(t, w.Store)
	if again := version(t, w.Store); first == 0 || again != first {
		t.Fatalf("versions %d and %d of the same data", first, again)
	}
	const change = "UPDATE accounts SET payer = payer || '.' WHERE number = '0003'"
	for name, outcome := range map[string]error{"committed": nil, "rolled back": errNotNow} {
		before := version(t, w.Store)
		err := w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Exec(ctx, change); err != nil {
				return err
			}
			if v := version(t, w.Store); v != 0 { //nolint:contextcheck // the context of the test
				t.Errorf("%s: the version is %d while a change is under way", name, v)
			}
			return outcome
		})
		if !errors.Is(err, outcome) {
			t.Fatal(err)
		}
		if after := version(t, w.Store); after <= before {
			t.Errorf("%s: version %d after %d", name, after, before)
		}
	}
	var untracked []string
	const tables = `
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'past_of_update'
    AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.tgrelid = c.oid AND o.tgname = 'change_counts')`
	rows, err := w.Query(t.Context(), tables)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		untracked = append(untracked, name)
	}
	if err := rows.Err(); err != nil || len(untracked) > 0 {
		t.Errorf("tables with a history but without the counter: %v, %v", untracked, err)
	}
}
