package workbook_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func TestSheetNamesThatExcelRefuses(t *testing.T) {
	t.Parallel()
	book, err := workbook.New(workbook.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}()
	wantedNames := []string{
		"Дом 1/2: [все]", "ИТОГ", "итог", "", "Очень длинное название листа, длиннее тридцати одного знака",
		"Очень длинное название листа, длиннее тридцати одного знака", "'",
	}
	names := make([]string, 0, len(wantedNames))
	for _, wanted := range wantedNames {
		sheet, err := book.Sheet(workbook.Layout{Name: wanted})
		if err != nil {
			t.Fatal(err)
		}
		if err := sheet.Finish(); err != nil {
			t.Fatal(err)
		}
		names = append(names, sheet.Name)
		if utf8.RuneCountInString(sheet.Name) > 31 {
			t.Errorf("name %q is too long", sheet.Name)
		}
	}
	want := []string{
		"Дом 1_2_ _все_", "ИТОГ", "итог (2)", "Лист", "Очень длинное название листа, д", "Очень длинное название лист (2)", "Лист (2)",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, f.GetSheetList()); diff != "" {
		t.Errorf("names in the file (-want +got):\n%s", diff)
	}
}

func TestColumn(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "A", 26: "Z", 27: "AA", 52: "AZ", 53: "BA", 702: "ZZ", 703: "AAA", workbook.MaxColumns: "XFD"} {
		if got := workbook.Column(n); got != want {
			t.Errorf("Column(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		width float64
		want  int
	}{
		{"", 10, 1},
		{"г. Примерск", 10, 1},
		{"г. Примерск, ул. Садовая", 12, 2},
		{"ОченьДлинноеСловоБезПробелов", 10, 3},
		{"а б в", 0, 3},
	} {
		if got := workbook.Lines(c.text, c.width); got != c.want {
			t.Errorf("Lines(%q, %v) = %d, want %d", c.text, c.width, got, c.want)
		}
	}
}

func TestMoneyPrintsBackAsTheSameDecimal(t *testing.T) {
	t.Parallel()
	for _, m := range []housing.Money{0, 1, -1, 10, 1005, 123456789, 99999999999999, -90071992547409} {
		var book bytes.Buffer
		write(t, &book, workbook.Money(m))
		f, err := excelize.OpenReader(&book)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.GetCellValue("А", "A1", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if back, err := housing.ParseMoney(got); back != m || err != nil {
			t.Errorf("%s stands in the cell as %q, %v", m, got, err)
		}
	}
}

func write(t *testing.T, out *bytes.Buffer, value any) {
	t.Helper()
	book, err := workbook.New(workbook.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := book.Sheet(workbook.Layout{Name: "А"})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{sheet.Row(1, 0, []any{value}), sheet.Finish(), book.Write(out), book.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
