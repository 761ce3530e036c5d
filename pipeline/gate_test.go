package pipeline_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
)

// nextMonth gives the town a November like its October: every meter counts as much again, every house
// uses as much. Maintenance costs a tenth more, and one meter has counted tenfold: its account is
// returned.
func nextMonth(t *testing.T, w *world) (november housing.Period, jumped string) {
	t.Helper()
	november = w.period.Next()
	if err := w.store.EnsureMonth(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	const most = `
SELECT m.id FROM meters m JOIN charges c ON c.account_id = m.account_id AND c.service = m.service
WHERE c.method = 'meter' AND m.service = 'cold_water' AND c.kind = 'base' AND c.volume > 0 ORDER BY c.volume DESC, m.id LIMIT 1`
	meter := one[int64](t, w.store, most)
	for _, sql := range []string{
		`INSERT INTO readings (period, meter_id, zone, taken_on, value, source_id, source_pos)
SELECT '2026-11-01', l.meter_id, l.zone, '2026-11-25', l.value + (l.value - e.value) * CASE WHEN l.meter_id = $1 THEN 10 ELSE 1 END,
    l.source_id, l.source_pos
FROM (SELECT DISTINCT ON (meter_id, zone) * FROM readings WHERE period = '2026-10-01' ORDER BY meter_id, zone, taken_on DESC) l
JOIN (SELECT DISTINCT ON (meter_id, zone) * FROM readings WHERE period < '2026-10-01' ORDER BY meter_id, zone, taken_on DESC) e
    USING (meter_id, zone)`,
		`INSERT INTO house_volumes SELECT '2026-11-01', house_id, service, serial, volume, source_id, source_pos
FROM house_volumes WHERE period = '2026-10-01' AND $1 > 0`,
		`WITH old AS (UPDATE tariffs SET valid = daterange(lower(valid), '2026-11-01') WHERE service = 'maintenance' AND $1 > 0 RETURNING *)
INSERT INTO tariffs (organisation_id, service, zone, house_id, price, valid, document, source_id, source_pos)
SELECT organisation_id, service, zone, house_id, price * 1.1, daterange('2026-11-01', NULL), document, source_id, source_pos FROM old
WHERE upper_inf(valid) OR upper(valid) >= '2026-11-01'`,
	} {
		if _, err := w.store.Exec(t.Context(), sql, meter); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	return november, one[string](t, w.store, "SELECT number FROM accounts a JOIN meters m ON m.account_id = a.id WHERE m.id = $1", meter)
}

// month charges a month and draws up its ledger.
func (w *world) month(t *testing.T, period housing.Period) {
	t.Helper()
	if _, err := w.Charge(t.Context(), period); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ledger(t.Context(), period); err != nil {
		t.Fatal(err)
	}
}

func (w *world) gate(t *testing.T, period housing.Period) pipeline.GateResult {
	t.Helper()
	result, err := w.Gate(t.Context(), period)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// issueNow issues and returns the accounts that were kept back.
func (w *world) issueNow(t *testing.T, period housing.Period) (result pipeline.IssueResult, held []string) {
	t.Helper()
	result, err := w.Issue(t.Context(), period)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range result.Held {
		held = append(held, h.Account)
	}
	return result, held
}

// decide exports the workbook, fills in one decision and reads it again.
func (w *world) decide(t *testing.T, period housing.Period, decision string) []housing.GateAnswer {
	t.Helper()
	var out bytes.Buffer
	if _, err := w.ExportHolds(t.Context(), &out, period, "оператор"); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := book.SetCellStr(housing.GateSheet, "Q2", decision); err != nil {
		t.Fatal(err)
	}
	var filled bytes.Buffer
	if err := book.Write(&filled); err != nil {
		t.Fatal(err)
	}
	list, problems, err := answers.ReadGate(importers.Input{
		Name: "gate.xlsx", Size: int64(filled.Len()), Content: bytes.NewReader(filled.Bytes()),
	})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return list
}

// TestGate goes through two months: of all accounts whose tariff rose only the one with the tenfold
// volume is held, until it is released; then what was decided stands.
func TestGate(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	w.month(t, w.period)
	first := w.gate(t, w.period)
	if first.Compared != 0 || first.Holding() || first.Accounts != 60 {
		t.Fatalf("a first month: %+v", first)
	}
	if _, held := w.issueNow(t, w.period); len(held) > 0 {
		t.Fatalf("held in a first month: %v", held)
	}
	november, jumped := nextMonth(t, w)
	w.month(t, november)
	result := w.gate(t, november)
	if result.Held != 1 || len(result.Holds) != 1 || result.Holds[0].Account != jumped || result.Holds[0].Code != gating.VolumeJump {
		t.Fatalf("held: %+v, want %s alone", result.Holds, jumped)
	}
	hold := result.Holds[0]
	if hold.Change.Tariff <= 0 || hold.Change.Volume <= 0 || hold.Change.Unexplained != 0 {
		t.Errorf("causes of the change: %+v", hold.Change.Causes)
	}
	w.wantCauses(t, result, november)
	issued, held := w.issueNow(t, november)
	if !slices.Equal(held, []string{jumped}) || issued.Documents != 59 {
		t.Errorf("issued %d, held %v, want 59 and %s", issued.Documents, held, jumped)
	}
	if again := w.gate(t, november); again.Changed != 0 || again.Held != 1 {
		t.Errorf("the gate again: %+v", again)
	}
	if n := w.debtors(t, november); n != 59 {
		t.Errorf("%d accounts in the debt registry, want 59", n)
	}
	w.decideBoth(t, november)
	if n := one[int](t, w.store, "SELECT count(*)::int FROM documents WHERE period = '2026-11-01'"); n != 60 {
		t.Errorf("%d documents, want 60", n)
	}
	if n := w.debtors(t, november); n != 60 {
		t.Errorf("%d accounts in the debt registry, want 60", n)
	}
}

// wantCauses holds the totals of the gate to the charges of both months.
func (w *world) wantCauses(t *testing.T, result pipeline.GateResult, period housing.Period) {
	t.Helper()
	charged := func(period housing.Period) housing.Money {
		return housing.Money(one[int64](t, w.store, "SELECT sum(amount)::bigint FROM charges WHERE period = $1", period.First()))
	}
	if result.Was != charged(period.Prev()) || result.Now != charged(period) {
		t.Errorf("%s → %s, want %s → %s", result.Was, result.Now, charged(period.Prev()), charged(period))
	}
	var sum housing.Money
	for _, cause := range result.Causes {
		sum += cause
	}
	if titles := housing.CauseTitles(); len(result.Causes) != len(titles) || sum != result.Now-result.Was || result.Causes[0] <= 0 ||
		result.Causes[len(titles)-1] != 0 {
		t.Errorf("causes %v add up to %s, want %s, a dearer tariff and nothing unexplained", result.Causes, sum, result.Now-result.Was)
	}
}

func (w *world) debtors(t *testing.T, period housing.Period) (count int) {
	t.Helper()
	for _, err := range w.store.Debts(t.Context(), w.Organisation.ID, w.Organisation.INN, period) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	return count
}

// decideBoth returns the held account, then releases it.
func (w *world) decideBoth(t *testing.T, november housing.Period) {
	t.Helper()
	for _, decision := range []string{housing.GateAnswerReturn, housing.GateAnswerRelease} {
		list := w.decide(t, november, decision)
		for range 2 { // the same workbook twice changes nothing
			applied, err := w.ApplyGate(t.Context(), november, list, "бухгалтер")
			if err != nil || len(applied.Problems) > 0 || applied.Released+applied.Returned != 1 {
				t.Fatalf("%s: %+v, %v", decision, applied, err)
			}
		}
		wantHeld := decision == housing.GateAnswerReturn
		if now := w.gate(t, november); now.Holding() != wantHeld || now.Changed != 0 || now.Holds[0].By != "бухгалтер" {
			t.Errorf("after %s: %+v", decision, now)
		}
		if _, held := w.issueNow(t, november); (len(held) == 1) != wantHeld {
			t.Errorf("after %s held: %v", decision, held)
		}
	}
}

// TestReleaseEndsWithItsFacts changes what a release was decided on: the account is held anew, its
// document withdrawn, and the workbook written before decides nothing.
func TestReleaseEndsWithItsFacts(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	w.month(t, w.period)
	november, jumped := nextMonth(t, w)
	w.month(t, november)
	if _, held := w.issueNow(t, november); !slices.Equal(held, []string{jumped}) {
		t.Fatalf("issued without a call of the gate, held %v, want %s", held, jumped)
	}
	list := w.decide(t, november, housing.GateAnswerRelease)
	if _, err := w.ApplyGate(t.Context(), november, list, "бухгалтер"); err != nil {
		t.Fatal(err)
	}
	if _, held := w.issueNow(t, november); len(held) > 0 {
		t.Fatalf("held after the release: %v", held)
	}
	const more = `
UPDATE readings r SET value = r.value + 7 FROM meters m JOIN accounts a ON a.id = m.account_id
WHERE r.meter_id = m.id AND m.service = 'cold_water' AND a.number = $1 AND r.period = '2026-11-01'`
	if _, err := w.store.Exec(t.Context(), more, jumped); err != nil {
		t.Fatal(err)
	}
	w.month(t, november)
	issued, held := w.issueNow(t, november)
	if !slices.Equal(held, []string{jumped}) || issued.Changed != 1 {
		t.Errorf("held %v, changed %d, want %s again and its document withdrawn", held, issued.Changed, jumped)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM documents WHERE period = '2026-11-01'"); n != 39 {
		t.Errorf("%d documents, want 39", n)
	}
	applied, err := w.ApplyGate(t.Context(), november, list, "бухгалтер")
	if err != nil || len(applied.Problems) != 1 || applied.Problems[0].Code != "hold_changed" {
		t.Errorf("the old workbook: %+v, %v", applied, err)
	}
	files, err := filepath.Glob(w.file("receipts", "2026-11", "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Errorf("print files: %v, %v", files, err)
	}
	statuses := all[string](t, w.store, "SELECT status || ' ' || stands FROM gate_holds ORDER BY stands")
	if diff := cmp.Diff("released false, held true", strings.Join(statuses, ", ")); diff != "" {
		t.Errorf("holds kept (-want +got):\n%s", diff)
	}
}
