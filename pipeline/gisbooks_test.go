package pipeline_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// The workbook of payment documents holds what was issued, to the kopeck, and only accounts that ГИС ЖКХ
// knows; written again it is the same bytes.
func TestPublishGIS(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	w.issue(t, w.Pipeline)
	const known = "SELECT count(*)::int FROM documents d JOIN accounts a ON a.id = d.account_id WHERE a.service_code <> ''"
	want := one[int](t, w.store, known)
	result, err := w.PublishGIS(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if want == 0 || len(result.Files) != 2 || result.Changed != 2 {
		t.Fatalf("%d documents; published %+v", want, result)
	}
	book, err := excelize.OpenFile(w.file(result.Files[0].Path))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // only read
	sheets := []string{"Разделы 1-2", "Разделы 3-6", "Неустойки и судебные расходы", "Капитальный ремонт", "Платежные реквизиты"}
	if got := book.GetSheetList(); !slices.Equal(got, sheets) {
		t.Errorf("sheets %v", got)
	}
	rows, err := book.GetRows("Разделы 1-2")
	if err != nil || len(rows) != want+3 {
		t.Fatalf("%d rows, want %d below the titles: %v", len(rows), want, err)
	}
	first := rows[3]
	const toPay = `
SELECT to_char(d.to_pay / 100.0, 'FM9999999990.00') FROM documents d JOIN accounts a ON a.id = d.account_id WHERE a.service_code = $1`
	if sum := one[string](t, w.store, toPay, first[0]); strings.Replace(sum, ".", ",", 1) != first[15] || first[1] != "Текущий" || first[3] != "10.2026" {
		t.Errorf("the first document is %q, to pay %s", first, sum)
	}
	again, err := w.PublishGIS(t.Context(), w.period)
	if err != nil || again.Changed != 0 {
		t.Errorf("written again: %+v, %v", again, err)
	}
	if base := filepath.Base(result.Files[1].Path); base != "ГИС ЖКХ показания ИПУ 2026-10.xlsx" {
		t.Errorf("the readings are in %s", base)
	}
}
