package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

// audited is a database with some lines in its audit trail.
func audited(t *testing.T, lines int) *store.Store {
	t.Helper()
	s := storetest.New(t)
	organisation, err := s.PutOrganisation(t.Context(), housing.Organisation{INN: "9900123450", Name: "ООО «Пример»"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range lines {
		entry := store.AuditEntry{Actor: "Оператор", Action: "payment.move", Object: "payment " + string(rune('A'+n)), Reason: "заявление"}
		if err := s.Audit(t.Context(), organisation, entry, nil, map[string]int{"n": n}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// What is noted is never changed, not by the owner of the tables either.
func TestRecordsAreAppendOnly(t *testing.T) {
	t.Parallel()
	s := audited(t, 3)
	for _, table := range []string{"audit", "past_rows", "payment_decisions", "publications", "claim_events", "closings", "exchange_journal"} {
		for _, sql := range []string{"DELETE FROM " + table, "TRUNCATE " + table} {
			if _, err := s.Exec(t.Context(), sql); err == nil {
				t.Errorf("%s is not refused", sql)
			}
		}
	}
	for _, sql := range []string{
		"UPDATE audit SET reason = 'иначе'", "UPDATE past_rows SET tbl = tbl", "UPDATE payment_decisions SET reason = 'иначе'",
		"UPDATE publications SET sha256 = ''", "UPDATE claim_events SET reason = 'иначе'",
	} {
		if _, err := s.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "refused") && !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v, want a refusal", sql, err)
		}
	}
	if lines, broken, err := s.CheckAudit(t.Context()); err != nil || lines != 3 || len(broken) > 0 {
		t.Errorf("the trail: %d lines, broken at %v (%v)", lines, broken, err)
	}
}

// Whoever owns the tables can switch the triggers off; the chain tells what he did then.
func TestTamperingBreaksTheChain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, sql string
		broken    []int64
	}{
		{"a reason rewritten", "UPDATE audit SET reason = 'иначе' WHERE id = 2", []int64{2}},
		{"what was decided rewritten", `UPDATE audit SET after = '{"n": 7}' WHERE id = 3`, []int64{3}},
		{"another actor", "UPDATE audit SET actor = 'Другой' WHERE id = 1", []int64{1}},
		{"a line backdated", "UPDATE audit SET at = at - interval '1 day' WHERE id = 4", []int64{4}},
		{"a line taken out", "DELETE FROM audit WHERE id = 2", []int64{3, 4}},
		{"a line taken out and the rest numbered anew", "DELETE FROM audit WHERE id = 2; UPDATE audit SET id = id - 1 WHERE id > 2", []int64{2, 3}},
		{
			"a line rewritten with a digest of its own",
			"UPDATE audit SET reason = 'иначе' WHERE id = 2; UPDATE audit a SET digest = audit_digest((SELECT digest FROM audit WHERE id = 1), a) WHERE id = 2",
			[]int64{3},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := audited(t, 4)
			if _, err := s.Exec(t.Context(), "ALTER TABLE audit DISABLE TRIGGER ALL; "+tt.sql); err != nil {
				t.Fatal(err)
			}
			_, broken, err := s.CheckAudit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.broken, broken); diff != "" {
				t.Errorf("where the chain breaks (-want +got):\n%s", diff)
			}
		})
	}
}
