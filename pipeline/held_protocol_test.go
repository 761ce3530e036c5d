package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// A norm that is missing holds the accounts that pay by it, no others, and the protocol of the run lists each with the
// reason in words.
func TestMissingNormIsListed(t *testing.T) {
	t.Parallel()
	w := settled(t, 60)
	if _, err := w.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	want := all[string](t, w.store, `SELECT DISTINCT a.number FROM charges c JOIN accounts a ON a.id = c.account_id
WHERE c.service = 'cold_water' AND c.method = 'norm' ORDER BY 1`)
	whole := one[int](t, w.store, "SELECT count(DISTINCT account_id)::int FROM charges")
	if len(want) == 0 || len(want) == whole {
		t.Fatalf("%d of %d accounts pay cold water by norm", len(want), whole)
	}
	all[string](t, w.store, "DELETE FROM norms WHERE service = 'cold_water' RETURNING service")
	summary, err := w.Run(t.Context(), w.period)
	charged := one[int](t, w.store, "SELECT count(DISTINCT account_id)::int FROM charges")
	if held := summary.Charge.Totals.Held; err != nil || held != len(want) || charged != whole-len(want) {
		t.Fatalf("%d held and %d charged, want %d and %d: %v", held, charged, len(want), whole-len(want), err)
	}
	var listed []string
	for _, row := range protocolRows(t, w, summary) {
		if !strings.Contains(row, "нет норматива потребления на 01.10.2026") {
			continue
		}
		for _, number := range want {
			if strings.Contains(row, number) {
				listed = append(listed, number)
			}
		}
	}
	slices.Sort(listed)
	if !slices.Equal(slices.Compact(listed), want) {
		t.Errorf("the protocol lists %v, held are %v", listed, want)
	}
}

// protocolRows are the rows of all sheets of the run's protocol.
func protocolRows(t *testing.T, w *world, summary pipeline.Summary) []string {
	t.Helper()
	var text []string
	for _, f := range summary.Publish.Files {
		if !strings.Contains(f.Path, "Протокол прогона") {
			continue
		}
		book, err := excelize.OpenFile(w.file(f.Path))
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range book.GetSheetList() {
			rows, err := book.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				text = append(text, strings.Join(row, " "))
			}
		}
	}
	return text
}
