package profiled_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// example is a profile that kvitok formats new prints, without its first keys: run names it itself.
func example(t *testing.T, name string) string {
	t.Helper()
	text, err := profiles.Example(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := profiles.Parse(text); err != nil {
		t.Fatalf("the example %s: %v", name, err)
	}
	_, rest, _ := strings.Cut(string(text), "subject: ")
	return "subject: " + rest
}

// short says what was read in one line.
func (o outcome) short() string {
	var words []string
	for _, fact := range o.facts {
		switch f := fact.(type) {
		case housing.Payment:
			words = append(words, fmt.Sprintf("%s %s %s %s", f.Key, f.Account, f.Amount, f.OrderNo))
		case housing.PaymentReversal:
			words = append(words, fmt.Sprintf("back %s %s %s", f.Key, f.Account, f.Amount))
		case housing.StatedDebt:
			words = append(words, fmt.Sprintf("%s %s", f.Account, f.Amount))
		case housing.StatedCharge:
			words = append(words, fmt.Sprintf("%s %s %s", f.Account, f.Service, f.Amount))
		}
	}
	all := strings.Join(words, "; ") + " " + strings.Join(o.problems, ",") + " " + o.refused
	return strings.Join(strings.Fields(all), " ")
}

// Every example reads the file that it describes, and refuses one that is cut short or added up wrongly.
func TestExamples(t *testing.T) {
	t.Parallel()
	if len(profiles.Examples()) != 5 {
		t.Fatal("an example without a case")
	}
	const row1, row2 = "      10010100000017  20261002ТЕСТОВ ИВАН ПЕТРОВИЧ          000000150000\r\n", "      10020100000025  20261002                              000000000050\r\n"
	const head = "Номер;Вид;Дата оплаты;ЛС;Сумма\n"
	const title = "Реестр № 17 от 03.10.2026;;;;\n"
	for name, c := range map[string]struct{ example, text, want string }{
		"text":                  {"text", "1001;0100000017;02.10.2026;0926;1500,00\n1002;0100000025;02.10.2026;;0,50\n=2;1500,50\n", "1001 0100000017 1500.00 ; 1002 0100000025 0.50"},
		"widths":                {"widths", row1 + row2 + "T  0000002000000150050\r\n", "1001 0100000017 1500.00 ; 1002 0100000025 0.50"},
		"widths, wrong total":   {"widths", row1 + row2 + "T  0000002000000150051\r\n", "1001 0100000017 1500.00 ; 1002 0100000025 0.50 totals_disagree"},
		"widths, no total":      {"widths", row1, "1001 0100000017 1500.00 no_trailer"},
		"widths, a line cut":    {"widths", row1[:40] + "\r\n" + "T  0000001000000150000\r\n", "1 error empty totals_disagree"},
		"widths, a line longer": {"widths", strings.TrimRight(row1, "\r\n") + "9999\r\nT  0000001000000150000\r\n", "1 error wrong_cell_count totals_disagree"},
		"csv":                   {"csv", title + head + "1;оплата;02.10.2026;7;10,00\n2;оплата;02.10.2026;8;0,50\n;;;Итого;10,50\n", "1 7 10.00 17; 2 8 0.50 17"},
		"csv, a refund":         {"csv", head + "1;оплата;02.10.2026;7;10,00\n2;возврат;02.10.2026;7;4,00\nИтого;;;;6,00\n", "1 7 10.00 ; back 2 7 4.00"},
		"csv, wrong total":      {"csv", head + "1;оплата;02.10.2026;7;10,00\nИТОГО:;;;;10,01\n", "1 7 10.00 totals_disagree"},
		"csv, no total":         {"csv", head + "1;оплата;02.10.2026;7;10,00\n", "1 7 10.00 no_trailer"},
		"csv, rows behind":      {"csv", head + "1;оплата;02.10.2026;7;10,00\nИтого;;;;10,00\n2;оплата;02.10.2026;7;10,00\n", "1 7 10.00 after_trailer"},
		"csv, twice a number":   {"csv", head + "1;оплата;02.10.2026;7;10,00\n1;оплата;02.10.2026;8;10,00\nИтого;;;;20,00\n", "1 7 10.00 3 error double_number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := []byte(c.text)
			if c.example == "widths" { // a cell has so many characters, in any encoding; DOS programs write such lines
				var err error
				if text, err = charmap.CodePage866.NewEncoder().Bytes(text); err != nil {
					t.Fatal(err)
				}
			}
			got := run(t, example(t, c.example), "file", text, importers.Limits{})
			if diff := cmp.Diff(c.want, got.short()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A sheet is chosen by its name; names stand in two rows; each service is a charge of its own.
func TestExampleOfWorkbook(t *testing.T) {
	t.Parallel()
	rows := [][]any{
		{"Расчётный центр", nil, nil, nil, nil},
		{"Лицевой счёт", "Адрес", "Месяц", "Начислено", nil},
		{nil, nil, nil, "ХВС", "Отопление"},
		{"7", "ул. Новая, 1", "10.2026", 100.5, 0},
		{"8", nil, "10.2026", 20, 300.25},
		{"9", nil, "10.2026", "много", 1},
		{nil, "ИТОГО", nil, 120.5, 301.25},
		{"Исполнитель Иванова", nil, nil, nil, nil},
	}
	book := func(sheet string, rows [][]any) []byte {
		return formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Свод", Rows: rows}, {Name: sheet, Rows: rows}}})
	}
	profile := example(t, "xlsx")
	got := run(t, profile, "file.xlsx", book("Начисления октябрь", rows), importers.Limits{})
	const want = "7 cold_water 100.50; 8 cold_water 20.00; 8 heating 300.25 6 error bad_number"
	if diff := cmp.Diff(want, got.short()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := run(t, profile, "file.xlsx", book("Лист", rows), importers.Limits{}); got.refused != "no_header" {
		t.Errorf("a book without the sheet: %s", got.short())
	}
	rows[6][3] = 120.51
	if got := run(t, profile, "file.xlsx", book("Начисления", rows), importers.Limits{}); got.refused != "totals_disagree" {
		t.Errorf("a wrong total: %s", got.short())
	}
}

// The sign of a debt stands in a column of its own.
func TestExampleOfDBase(t *testing.T) {
	t.Parallel()
	encode := charmap.CodePage866.NewEncoder()
	path := filepath.Join(t.TempDir(), "dolg.dbf")
	file, err := os.Create(path) //nolint:gosec // of the test
	if err != nil {
		t.Fatal(err)
	}
	w, err := dbase.NewWriter(file, dbase.Header{Year: 2026, Month: 10, Day: 1, CodePage: dbase.CodePage866, Fields: []dbase.Field{
		{Name: "LS", Kind: dbase.Character, Length: 20},
		{Name: "DATA", Kind: dbase.Date, Length: 8},
		{Name: "SUMMA", Kind: dbase.Number, Length: 12, Decimals: 2},
		{Name: "DK", Kind: dbase.Character, Length: 1},
	}}, func(dst []byte, text string) []byte {
		raw, _ := encode.String(text)
		return append(dst, raw...)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{{"7", "20261001", "100.50", "Д"}, {"8", "20261001", "5.00", "К"}, {"9", "20261001", "5.00", "Х"}} {
		if err := w.Write(false, row); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(path) //nolint:gosec // of the test
	if err != nil {
		t.Fatal(err)
	}
	got := run(t, example(t, "dbf"), "dolg.dbf", table, importers.Limits{})
	if diff := cmp.Diff("7 100.50; 8 -5.00 3 error bad_value", got.short()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Rows put right come alone: without the totals of the whole file, though its title came with them.
func TestCorrectedRowsAlone(t *testing.T) {
	t.Parallel()
	p, err := profiles.Parse([]byte("name: x\nversion: 1\ntitle: X\n" + example(t, "csv")))
	if err != nil {
		t.Fatal(err)
	}
	format, err := profiled.New(p)
	if err != nil {
		t.Fatal(err)
	}
	const text = "Номер;Вид;Дата оплаты;ЛС;Сумма;статус;код;причина\nРеестр № 17 от 03.10.2026;;;;\n" +
		"2;оплата;02.10.2026;7;0,50;отклонено;bad_date;столбец\n"
	for corrects, want := range map[bool]bool{true: false, false: true} {
		in := formattest.Input("file.csv", []byte(text))
		in.Corrects = corrects
		rows := 0
		_, err := format.Decode(t.Context(), in, func(r importers.Record) error {
			if pay, ok := r.Fact.(housing.Payment); ok && pay.OrderNo == "17" {
				rows++
			}
			return nil
		})
		if _, refused := errors.AsType[*importers.FileError](err); refused != want || rows != 1 {
			t.Errorf("corrects %v: %d rows, %v", corrects, rows, err)
		}
	}
}

// Of two profiles that a table fits, the one that knows more of its columns wins.
func TestMoreColumnsWin(t *testing.T) {
	t.Parallel()
	const known = "version: 1\ntitle: X\nsubject: debts\nkind: csv\ncolumns:\n" +
		"  - {head: ЛС, field: account, required: true}\n  - {head: Сумма, field: amount, required: true}\n"
	formats := make(importers.Catalogue, 0, 2)
	for _, text := range []string{"name: few\n" + known, "name: many\n" + known + "  - {head: Сторона, id: side, one_of: [Д, К]}\n"} {
		p, err := profiles.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		format, err := profiled.New(p)
		if err != nil {
			t.Fatal(err)
		}
		formats = append(formats, format)
	}
	sample, err := importers.NewSample(formattest.Input("file.csv", []byte("ЛС;Сумма;Сторона\n7;1,00;Д\n")))
	if err != nil {
		t.Fatal(err)
	}
	if f, err := formats.Recognise(sample); err != nil || f.Name() != "many" {
		t.Errorf("recognised %v, %v", f, err)
	}
}
