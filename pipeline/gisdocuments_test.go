package pipeline_test

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// answered fills into our workbook of documents what ГИС ЖКХ fills in.
func answered(t *testing.T, path string, fill func(f *excelize.File, sheet string, rows [][]string)) string {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const sheet = "Разделы 1-2"
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	fill(f, sheet, rows)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// The workbook of payment documents goes out and comes back with the numbers that ГИС ЖКХ gave them.
func TestGISDocumentsComeBack(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	w.issue(t, w.Pipeline)
	result, err := w.PublishGIS(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	sent := w.file(result.Files[0].Path)
	content, err := os.ReadFile(sent) //nolint:gosec // in a folder of the test
	if err != nil {
		t.Fatal(err)
	}
	documents := one[int](t, w.store, "SELECT count(*)::int FROM documents d JOIN accounts a ON a.id = d.account_id WHERE a.service_code <> ''")
	if got := w.take(t, town.Office, "sent.xlsx", string(content)); got.Counts.Rejected != documents || got.Problems[0].Code != "not_registered" {
		t.Errorf("what we sent ourselves ended as %+v: %+v", got.Counts, got.Problems)
	}
	set := func(f *excelize.File, sheet, cell, value string) {
		if err := f.SetCellStr(sheet, cell, value); err != nil {
			t.Fatal(err)
		}
	}
	numbered := func(suffix string) func(f *excelize.File, sheet string, rows [][]string) {
		return func(f *excelize.File, sheet string, rows [][]string) {
			for i := 3; i < len(rows); i++ {
				at := func(column string) string { return column + strconv.Itoa(i+1) }
				set(f, sheet, at("AK"), rows[i][0]+suffix)
				set(f, sheet, at("AM"), "Обработано")
			}
			set(f, sheet, "AK4", "")
			set(f, sheet, "AM4", "SRV008070: Некорректный состав услуг")
			set(f, sheet, "C5", "1026-НЕТ")
		}
	}
	back := w.take(t, town.Office, "back.xlsx", answered(t, sent, numbered("-6101")))
	if want := (housing.Counts{Rows: documents, Accepted: documents - 2, Rejected: 2}); back.Counts != want {
		t.Fatalf("the answer ended as %+v, want %+v: %+v", back.Counts, want, back.Problems)
	}
	codes := make([]string, 0, len(back.Problems))
	for _, p := range back.Problems {
		if p.IsError() {
			codes = append(codes, p.Code)
		}
	}
	if got := strings.Join(codes, " "); got != "not_registered unknown_document" {
		t.Errorf("problems %s", got)
	}
	again := w.take(t, town.Office, "again.xlsx", answered(t, sent, func(f *excelize.File, sheet string, rows [][]string) {
		numbered("-6101")(f, sheet, rows)
		set(f, sheet, "AK6", rows[5][0]+"-6102") // withdrawn and placed anew
		set(f, sheet, "AK7", rows[7][0]+"-6101") // that of the next
		set(f, sheet, "AK8", rows[7][0]+"-6109")
	}))
	if want := (housing.Counts{Rows: documents, Accepted: 2, Unchanged: documents - 5, Rejected: 3}); again.Counts != want {
		t.Errorf("the second answer ended as %+v, want %+v: %+v", again.Counts, want, again.Problems)
	}
	states := w.gisDocumentStates(t)
	all := one[int](t, w.store, "SELECT count(*)::int FROM documents")
	if states[housing.GISAgrees] != documents-2 || states[housing.GISNotThere] != all-documents+2 || states[housing.GISDiffers] != 2 ||
		states[housing.GISNotHere] != 1 {
		t.Errorf("compared: %v of %d documents, %d of which can be placed", states, all, documents)
	}
}

// gisDocumentStates counts the payment documents of the comparison with ГИС ЖКХ by state.
func (w *world) gisDocumentStates(t *testing.T) map[string]int {
	t.Helper()
	states := map[string]int{}
	for c, err := range w.store.GISComparisons(t.Context(), w.Organisation.ID, w.period) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == housing.GISDocument {
			states[c.State]++
		}
	}
	return states
}
