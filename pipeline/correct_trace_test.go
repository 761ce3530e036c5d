package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// A late fact is followed both ways: from the correction to its reason, month, document and both calculations, and
// from its row to the correction and the receipt that it stands on. By hand: 5 hours of 4 allowed at a time and
// 13 more are 18 − 8 = 10 of a month, or 1 + 9 = 10: 320 × 1.5 % = 4.80.
func TestLateFactIsTracedToItsReceipt(t *testing.T) {
	t.Parallel()
	m := newClosedOffice(t)
	m.give(t, qualityHeader, madeHouse+";001;ХВС;перерыв;03.08.2026 06:00;03.08.2026 11:00;Акт № 30",
		madeHouse+";003;ХВС;перерыв;05.08.2026 06:00;05.08.2026 11:00;Акт № 31",
		madeHouse+";003;ХВС;перерыв;20.08.2026 06:00;20.08.2026 19:00;Акт № 32")
	file := fmt.Sprintf("table%02d.csv", m.sent)
	september := month(t, "2026-09")
	wantLines(t, "acts", m.correct(t, "2026-09"), "001 2026-08 quality -0.48", "003 2026-08 quality -4.80")
	row := func(position int64) pipeline.SourceTrace {
		t.Helper()
		trace, err := m.Trace(t.Context(), pipeline.TraceInput{Source: housing.Source{Kind: housing.SourceFile, Name: file, Position: position}, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return trace
	}
	if r := row(4).Corrected; len(r) != 1 || r[0].Receipt != "" {
		t.Errorf("before September is issued: %+v", r)
	}
	m.issue(t, september)
	receipt := one[string](t, m.store, `
SELECT d.number FROM documents d JOIN accounts a ON a.id = d.account_id WHERE a.number = '003' AND d.period = '2026-09-01'`)
	for position, act := range map[int64]string{3: "Акт № 31", 4: "Акт № 32"} {
		r := row(position).Corrected
		if len(r) != 1 || r[0].Account != "003" || r[0].Month != month(t, "2026-08") || r[0].Booked != september || r[0].Amount != -480 ||
			r[0].Receipt != receipt || !strings.Contains(r[0].Ground, act) {
			t.Errorf("row %d leads to %+v, want receipt %s", position, r, receipt)
		}
	}
	m.explained(t, receipt)
}

// issue charges a month and issues its documents.
func (m closedOffice) issue(t *testing.T, period housing.Period) {
	t.Helper()
	if _, err := m.Charge(t.Context(), period); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Ledger(t.Context(), period); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Issue(t.Context(), period); err != nil {
		t.Fatal(err)
	}
}

// explained wants the correction of 003 to explain itself, asked for in either month.
func (m closedOffice) explained(t *testing.T, receipt string) {
	t.Helper()
	for _, asked := range []string{"2026-08", "2026-09"} {
		list, err := m.ExplainCorrections(t.Context(), "003", month(t, asked))
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %d corrections, %v", asked, len(list), err)
		}
		e := list[0]
		if e.Cause != housing.LateQuality || e.Month != month(t, "2026-08") || e.Amount != -480 || e.Receipt != receipt {
			t.Errorf("%s: %+v", asked, e.BookedCorrection)
		}
		for _, act := range []string{"Акт № 31 (файл table", "Акт № 32 (файл table"} {
			if !strings.Contains(e.Ground, act) {
				t.Errorf("ground %q lacks %s", e.Ground, act)
			}
		}
		if was, now := amounts(e.Was), amounts(e.Now); was != "320.00" || now != "320.00 -4.80" {
			t.Errorf("was %s, now %s", was, now)
		}
	}
}

func amounts(traces []housing.Trace) string {
	list := make([]string, len(traces))
	for i := range traces {
		list[i] = traces[i].Charge.Amount.String()
	}
	return strings.Join(list, " ")
}
