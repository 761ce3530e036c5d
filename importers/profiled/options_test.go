package profiled_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// outcome is what a profile makes of a text, in short.
type outcome struct {
	facts    []importers.Fact
	problems []string // row, severity, code
	notes    []string
	refused  string
}

func run(t *testing.T, profile, name string, content []byte, limits importers.Limits) outcome {
	t.Helper()
	p, err := profiles.Parse([]byte("name: x\nversion: 1\ntitle: X\n" + profile))
	if err != nil {
		t.Fatal(err)
	}
	format, err := profiled.New(p)
	if err != nil {
		t.Fatal(err)
	}
	in := formattest.Input(name, content)
	in.Limits = limits
	var o outcome
	result, err := format.Decode(t.Context(), in, func(r importers.Record) error {
		if r.Fact != nil {
			o.facts = append(append(o.facts, r.Fact), r.Also...)
		}
		for _, problem := range r.Problems {
			o.problems = append(o.problems, fmt.Sprintf("%d %s %s", r.Row, problem.Severity, problem.Code))
		}
		return nil
	})
	for _, n := range result.Notes {
		o.notes = append(o.notes, n.Code)
	}
	var refused *importers.FileError
	switch {
	case errors.As(err, &refused):
		o.refused = refused.Problem.Code
	case err != nil:
		t.Fatal(err)
	}
	return o
}

const readingsProfile = `
subject: readings
kind: text
dates: [dd.mm.yyyy]
%s
lines:
  - columns:
      - {at: 1, name: ЛС, field: account, required: true}
      - {at: 2, name: ПУ, field: serial, required: true}
      - {at: 3, name: Дата, field: "on", required: true}
      - {at: 4, name: Показание, field: value, required: true}
`

// What a profile may say about the file as a whole.
func TestOptions(t *testing.T) {
	t.Parallel()
	const good = "1;А-1;01.10.2026;5\n"
	for name, c := range map[string]struct{ options, text, refused, problems string }{
		"threshold kept":         {"bad_rows: 50", good + "1;А-1;01.10.2026;x\n", "", "[2 error bad_number]"},
		"threshold passed":       {"bad_rows: 49", good + "1;А-1;01.10.2026;x\n", "rejected_rows", "[2 error bad_number]"},
		"no threshold":           {"", "1;А-1;01.10.2026;x\n", "", "[1 error bad_number]"},
		"comma only":             {"decimal: comma", "1;А-1;01.10.2026;5.5\n", "", "[1 error bad_number]"},
		"point only":             {"decimal: point", "1;А-1;01.10.2026;5,5\n", "", "[1 error bad_number]"},
		"encoding not accepted":  {"encodings: [windows-1251]", good, "wrong_encoding", "[]"},
		"encoding accepted":      {"encodings: [windows-1251, utf-8]", good, "", "[]"},
		"encoding with its mark": {"encodings: [windows-1251, utf-8]", "\ufeff" + good, "", "[]"},
		"empty word":             {`empty: ["-", НЕТ]`, "1;А-1;01.10.2026;НЕТ\n", "", "[1 error empty]"},
		"two masks":              {"dates: [dd.mm.yyyy]", good, "", "[]"},
		"no totals":              {"control: required", good, "no_control", "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			profile := fmt.Sprintf(readingsProfile, c.options)
			if strings.HasPrefix(c.options, "dates") {
				profile = strings.Replace(fmt.Sprintf(readingsProfile, ""), "dates: [dd.mm.yyyy]", "dates: [yyyy-mm-dd, dd.mm.yyyy]", 1)
			}
			got := run(t, profile, "file", []byte(c.text), importers.Limits{})
			if got.refused != c.refused || fmt.Sprint(got.problems) != c.problems {
				t.Errorf("refused %q, problems %v; want %q, %s", got.refused, got.problems, c.refused, c.problems)
			}
		})
	}
}

// Delimiters that a partner substitutes inside values come back.
func TestUnescape(t *testing.T) {
	t.Parallel()
	got := run(t, `
subject: debts
kind: text
delimiter: "_"
months: [mmyyyy]
unescape: {"±": "_", "¦": "="}
lines:
  - columns:
      - {at: 1, name: Счёт, field: account}
      - {at: 2, name: Адрес, field: address, length: {max: 12}}
      - {at: 3, name: Сумма, field: amount, type: kopecks}
      - {at: 4, name: Месяц, field: period}
`, "file", []byte("7_ул. С±5¦а_150000_102026\n8_очень длинный адрес_1_102026\n9_а_1.5_102026\n"), importers.Limits{})
	debt, ok := got.facts[0].(housing.StatedDebt)
	if !ok || debt.Address != "ул. С_5=а" || debt.Amount != 150000 || debt.Period.MMYY() != "1026" {
		t.Errorf("read %+v", got.facts)
	}
	if fmt.Sprint(got.problems) != "[2 error too_long 3 error bad_money]" {
		t.Errorf("problems %v", got.problems)
	}
}

// A file under a wrong name is a wrong file; where the profile is not sure it is a note.
func TestNameAgainstContent(t *testing.T) {
	t.Parallel()
	const profile = `
subject: payments
kind: text
dates: [dd.mm.yyyy]
file_names:
  - {mask: "{payee:10}_{order_no}_{date:8}.txt"}
  - {mask: "{payee:10}_{order_no}.d{order_day:2}", severity: warning}
lines:
  - is: total
    first: true
    columns:
      - {at: 1, name: Количество, counts: rows}
      - {at: 2, name: № п/п, field: order_no}
      - {at: 3, name: Дата п/п, field: order_date}
      - {at: 4, name: Дата, field: paid_on}
  - columns:
      - {at: 1, name: Номер, field: key}
      - {at: 2, name: Счёт, field: account}
      - {at: 3, name: Сумма, field: amount}
`
	text := []byte("1;77;03.10.2026;02.10.2026\n500;0100000017;10,00\n")
	for name, c := range map[string]struct {
		refused string
		notes   string
	}{
		"9900123450_77_02102026.txt": {"", "[]"},
		"9900123450_78_02102026.txt": {"name_mismatch", "[]"},
		"9900123450_77_03102026.txt": {"name_mismatch", "[]"},
		"9900123450_77.d03":          {"", "[]"},
		"9900123450_77.D04":          {"", "[name_mismatch]"},
		"other.txt":                  {"", "[]"},
	} {
		got := run(t, profile, name, text, importers.Limits{})
		if got.refused != c.refused || fmt.Sprint(got.notes) != c.notes {
			t.Errorf("%s: refused %q, notes %v; want %q, %s", name, got.refused, got.notes, c.refused, c.notes)
		}
		pay, ok := got.facts[0].(housing.Payment)
		if !ok || (pay.Payee == "9900123450") != strings.HasPrefix(name, "99") || pay.PaidOn.Russian() != "02.10.2026" {
			t.Errorf("%s: read %+v", name, got.facts)
		}
	}
}

// Control totals may stand in the name of the file, and the payee both in it and in the head.
func TestTotalsInName(t *testing.T) {
	t.Parallel()
	const profile = `
subject: payments
kind: text
control: required
dates: [dd.mm.yyyy]
file_names: [{mask: "{payee:10}_{payee_account:20}_{count:4}_{amount}.txt"}]
lines:
  - prefix: "~Счет:"
    is: total
    columns: [{at: 1, name: Счёт получателя, field: payee_account}]
  - prefix: "~ИНН:"
    is: total
    columns: [{at: 1, name: ИНН получателя, field: payee}]
  - columns:
      - {at: 1, name: Номер, field: key}
      - {at: 2, name: Счёт, field: account}
      - {at: 3, name: Дата, field: paid_on}
      - {at: 4, name: Сумма, field: amount}
`
	text := []byte("~Счет: 40702810800000000777\n~ИНН: 7707083893\n500;0100000017;02.10.2026;10,00\n501;0100000017;02.10.2026;0,50\n")
	for name, want := range map[string]string{
		"7707083893_40702810800000000777_0002_1050.txt": "",
		"7707083893_40702810800000000777_0003_1050.txt": "name_mismatch",
		"7707083893_40702810800000000777_0002_1051.txt": "name_mismatch",
		"7707083893_40702810800000000778_0002_1050.txt": "name_mismatch",
		"9900123450_40702810800000000777_0002_1050.txt": "name_mismatch",
		"other.txt": "no_control",
	} {
		if got := run(t, profile, name, text, importers.Limits{}); got.refused != want {
			t.Errorf("%s: refused %q, want %q", name, got.refused, want)
		}
	}
}

// A table on a sheet is found by its heads, wherever the columns stand.
func TestWorkbookProfile(t *testing.T) {
	t.Parallel()
	content := formattest.Workbook(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Лист1", Rows: [][]any{
		{"Выгрузка за октябрь"},
		{"Показание", "Счётчик", "Дата", "Лицевой"},
		{123.5, "А-1", map[string]any{"date": "2026-10-25"}, "0100000017"},
		{"много", "А-2", "25.10.2026", "0100000025"},
	}}}})
	got := run(t, `
subject: readings
kind: xlsx
columns:
  - {head: Лицевой, also: [ЛС], field: account, required: true}
  - {head: Счётчик, field: serial, required: true}
  - {head: Дата, field: "on", required: true}
  - {head: Показание, field: value, required: true}
`, "file.xlsx", content, importers.Limits{})
	r, ok := got.facts[0].(housing.MeterReading)
	if !ok || len(got.facts) != 1 || r.Account != "0100000017" || r.Serial != "А-1" || r.On.Russian() != "25.10.2026" || r.Value.String() != "123.5" {
		t.Errorf("read %+v", got.facts)
	}
	if fmt.Sprint(got.problems) != "[4 error bad_number]" {
		t.Errorf("problems %v", got.problems)
	}
}

// The limits of texts hold for profiles too.
func TestLimits(t *testing.T) {
	t.Parallel()
	limits := importers.DefaultLimits()
	limits.LineBytes = 40
	profile := fmt.Sprintf(readingsProfile, "")
	if got := run(t, profile, "file", []byte("1;"+strings.Repeat("А", 40)+";01.10.2026;5\n"), limits); got.refused != "line_too_long" {
		t.Errorf("a long line: %+v", got)
	}
	limits = importers.DefaultLimits()
	limits.TextBytes, limits.WorkbookBytes = 20, 20
	if got := run(t, profile, "file", []byte("1;А-1;01.10.2026;5\n1;А-1;01.10.2026;5\n"), limits); got.refused != "file_too_large" {
		t.Errorf("a large file: %+v", got)
	}
}

// Whatever comes: every record has a fact or an error, rows come in order, only FileErrors are errors.
func FuzzProfiles(f *testing.F) {
	formats := builtin(f)
	for i, format := range formats {
		inputs, err := filepath.Glob(filepath.Join("testdata", format.Name(), "*", "input.*"))
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range inputs {
			f.Add(i, formattest.Load(f, path))
		}
	}
	f.Fuzz(func(t *testing.T, which int, content []byte) {
		format := formats[((which%len(formats))+len(formats))%len(formats)]
		got := formattest.Decode(t.Context(), t, format, formattest.Input("input", content))
		last := 0
		for _, row := range got.Rows {
			if row.Sheet == "" && row.Row <= last {
				t.Errorf("row %d comes after row %d", row.Row, last)
			}
			last = row.Row
		}
	})
}
