package pipeline_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// Every workbook of a month is laid out alike and adds up where LibreOffice computes it.
func TestEveryReport(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	if _, err := w.Issue(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	made := t.TempDir()
	files := make([]string, 0, len(pipeline.MonthReports()))
	for _, report := range pipeline.MonthReports() {
		path := filepath.Join(made, report.Key+".xlsx")
		file, err := os.Create(path) //nolint:gosec // a folder of the test
		if err != nil {
			t.Fatal(err)
		}
		built, err := w.BuildReport(t.Context(), file, pipeline.ReportOrder{Key: report.Key, Period: w.period})
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		checkLayout(t, path, built.Rows)
		files = append(files, path)
	}
	computed := filepath.Join(made, "computed")
	arguments := append([]string{"-env:UserInstallation=file://" + filepath.Join(made, "profile"), "--headless", "--convert-to", "xlsx", "--outdir", computed}, files...)
	if out, err := exec.CommandContext(t.Context(), "soffice", arguments...).CombinedOutput(); err != nil { //nolint:gosec // files of the test
		t.Fatalf("LibreOffice must be installed (soffice) and open the reports: %v\n%s", err, out)
	}
	for _, path := range files {
		checkComputed(t, filepath.Join(computed, filepath.Base(path)))
	}
}

// openBook opens a workbook that is closed with the test.
func openBook(t *testing.T, path string) *excelize.File {
	t.Helper()
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

// checkLayout looks for what every report has: a filter, frozen and repeated titles, widths, print set-up, a control sheet.
func checkLayout(t *testing.T, path string, rows int) {
	t.Helper()
	book := openBook(t, path)
	names := map[string]bool{}
	for _, n := range book.GetDefinedName() {
		names[n.Name] = true
	}
	if !names["_xlnm._FilterDatabase"] || !names["_xlnm.Print_Titles"] {
		t.Errorf("%s: names %v: no filter or no repeated titles", path, names)
	}
	sheets := book.GetSheetList()
	first := sheets[0]
	if panes, err := book.GetPanes(first); err != nil || !panes.Freeze {
		t.Errorf("%s: panes %+v, %v", path, panes, err)
	}
	if layout, err := book.GetPageLayout(first); err != nil || layout.FitToWidth == nil || *layout.FitToWidth != 1 {
		t.Errorf("%s: page %+v, %v", path, layout, err)
	}
	for _, column := range []string{"A", "B", "C"} {
		const usual = 9.2
		if width, err := book.GetColWidth(first, column); err != nil || width > 8.9 && width < usual {
			t.Errorf("%s: column %s has no width of its own: %v, %v", path, column, width, err)
		}
	}
	control := cellRows(t, book, "Контроль")
	if got := valueOf(control, "Строк в отчёте"); got == "" {
		t.Errorf("%s: no count of rows (%d) on the control sheet", path, rows)
	}
	for _, name := range []string{"Организация", "Расчётный период", "По состоянию на", "Прогон №", "Версия программы", "SHA-256 строк отчёта"} {
		if valueOf(control, name) == "" {
			t.Errorf("%s: the control sheet does not say %q", path, name)
		}
	}
}

// checkComputed reads what another program computed: differences are zero, nothing is an error, no cell is too narrow for its number.
func checkComputed(t *testing.T, path string) {
	t.Helper()
	book := openBook(t, path)
	for _, sheet := range book.GetSheetList() {
		for i, row := range cellRows(t, book, sheet) {
			for j, cell := range row {
				if strings.HasPrefix(cell, "#") || strings.HasPrefix(cell, "Err:") {
					t.Errorf("%s: sheet %q, row %d, column %d: %s", path, sheet, i+1, j+1, cell)
				}
			}
		}
	}
	table := false
	for _, row := range cellRows(t, book, "Контроль") {
		switch {
		case len(row) == 4 && row[3] == "Разница":
			table = true
		case table && len(row) == 4:
			if strings.Trim(row[3], "0.,-") != "" {
				t.Errorf("%s: %s: by the data %s, by the sheets %s", path, row[0], row[1], row[2])
			}
		}
	}
}

func cellRows(t *testing.T, book *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func valueOf(rows [][]string, name string) string {
	for _, row := range rows {
		if len(row) > 1 && row[0] == name {
			return row[1]
		}
	}
	return ""
}

// Money spent on a house comes from a file and stands in its balance by article.
func TestHouseExpenses(t *testing.T) {
	t.Parallel()
	w := balanced(t, 20)
	house := one[string](t, w.store, "SELECT min(address) FROM houses")
	content := "Адрес дома;Месяц;Статья расходов;Сумма;Документ\n" + house + ";10.2026;Уборка;12500,00;Акт № 14\n" + house + ";09.2026;Лифты;31400,50;\n" +
		house + ";11.2026;Лифты;1,00;\nг. Примерск, ул. Чужая, д. 1;10.2026;Лифты;5,00;\n"
	taken := w.take(t, town.Office, "расходы.csv", content)
	if taken.Counts.Accepted != 3 || taken.Counts.Rejected != 1 {
		t.Fatalf("taken %+v", taken)
	}
	path := filepath.Join(t.TempDir(), "house-money.xlsx")
	var file bytes.Buffer
	if _, err := w.BuildReport(t.Context(), &file, pipeline.ReportOrder{Key: "house-money", Period: w.period}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range cellRows(t, openBook(t, path), "Расходы по статьям") {
		if len(row) == 5 && row[1] == house {
			got = append(got, row[0]+" "+row[2]+" "+row[4])
		}
	}
	if diff := cmp.Diff([]string{"Лифты сентябрь 2026 31,400.50", "Уборка октябрь 2026 12,500.00"}, got); diff != "" {
		t.Errorf("expenses of the house (-want +got):\n%s", diff)
	}
	if again := w.take(t, town.Office, "расходы-2.csv", content+"\n"); again.Counts.Accepted != 0 {
		t.Errorf("the same rows again: %+v", again.Counts)
	}
}
