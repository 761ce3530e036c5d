package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Stored facts that contradict each other hold their accounts with a code and a text, each for its own reason; the
// others of their houses are charged, and the next charge takes them as soon as they are mended.
func TestStoredContradictionsHold(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	want := map[string]string{}
	for code, spoil := range map[string]string{
		"meter_place": `INSERT INTO meters (organisation_id, account_id, service, serial, zones, digits, commissioned, replaces, source_id, source_pos)
SELECT organisation_id, account_id, service, 'другой', zones, digits, date '2026-10-05', serial, source_id, source_pos
FROM meters WHERE NOT common AND closed IS NULL ORDER BY account_id LIMIT 1
RETURNING (SELECT number FROM accounts WHERE id = account_id)`,
		"no_occupancy": `DELETE FROM occupancies WHERE account_id = (SELECT max(id) FROM accounts)
RETURNING (SELECT number FROM accounts WHERE id = account_id)`,
		"no_people": `UPDATE occupancies SET people = 0, owners = 0 WHERE account_id = (SELECT id FROM accounts ORDER BY id OFFSET 20 LIMIT 1)
RETURNING (SELECT number FROM accounts WHERE id = account_id)`,
	} {
		want[one[string](t, w.store, spoil)] = code
	}
	result, err := w.Charge(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if result.Totals.Held != len(want) || result.Totals.Accounts < 57 {
		t.Errorf("%d held of %d, want %d", result.Totals.Held, result.Totals.Accounts, len(want))
	}
	held := map[string]string{}
	findings, err := w.store.Findings(t.Context(), w.Organisation.ID, w.period)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Held {
			held[f.Account] = f.Code
		}
	}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
	one[int64](t, w.store, "DELETE FROM meters WHERE serial = 'другой' RETURNING id")
	if result, err = w.Charge(t.Context(), w.period); err != nil || result.Totals.Held != len(want)-1 {
		t.Errorf("%d held after one was mended, want %d: %v", result.Totals.Held, len(want)-1, err)
	}
}
