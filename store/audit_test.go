package store_test

import (
	"strings"
	"testing"
	"time"

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
	for _, table := range []string{"audit", "past_rows", "past_balances", "past_payment_parts", "payment_decisions", "publications", "claim_events", "closings", "exchange_journal"} {
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

// Tables whose past is kept apart have the same columns there, and the triggers name all of them.
func TestPastHasAllColumns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const columns = "SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'replaced_at'"
	const kept = `
SELECT DISTINCT (SELECT string_agg(trim(c), ', ' ORDER BY trim(c)) FROM unnest(string_to_array(rtrim(encode(tgargs, 'escape'), '\000'), ',')) AS c)
FROM pg_trigger WHERE tgrelid = $1::text::regclass AND tgname IN ('past_of_update', 'past_of_delete')`
	for _, table := range []string{"charges", "payment_parts", "ledger_lines", "balances", "debts"} {
		all := w.texts(t, columns, table)
		want(t, "past_"+table, w.texts(t, columns, "past_"+table), all...)
		want(t, "triggers of "+table, w.texts(t, kept, table), all...)
	}
}

// A report of a past moment sees what was put aside before pasts were kept apart, and since.
func TestAsOfReadsBothPasts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	w.charge(t, house, p, "a", line(t, "0001", housing.Maintenance, 1000))
	w.rebuild(t, p)
	first := w.moment(t)
	w.finish(t, p)
	w.charge(t, house, p, "b", line(t, "0001", housing.Maintenance, 1200))
	w.rebuild(t, p)
	const before = `INSERT INTO past_rows SELECT 'balances', recorded_at, replaced_at, to_jsonb(b) || '{"service": "gas"}' FROM past_balances b`
	if _, err := w.Exec(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	for moment, expected := range map[time.Time][]string{
		first:       {"gas 1000", "maintenance 1000"},
		w.moment(t): {"maintenance 1200"},
	} {
		f, err := w.AsOf(t.Context(), moment)
		if err != nil {
			t.Fatal(err)
		}
		then := &world{Store: f.Store}
		want(t, "balances", then.texts(t, "SELECT concat_ws(' ', service, closing) FROM balances ORDER BY 1"), expected...)
		if err := f.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// moment is now by the clock of the database.
func (w *world) moment(t *testing.T) (now time.Time) {
	t.Helper()
	if err := w.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&now); err != nil {
		t.Fatal(err)
	}
	return now
}
