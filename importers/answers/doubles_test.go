package answers_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
)

// TestReadDoubles reads a workbook as an accountant leaves it: what has no decision is passed over, what is wrong is told with its row.
func TestReadDoubles(t *testing.T) {
	t.Parallel()
	header := []any{"Услуга", "Лицевой счёт", "ИНН или партнёр", "Решение", "Основание решения", "Действует по"}
	in := doublesBook(t, housing.DoubleSheet, header,
		[]any{"Отопление", "0100001003", "rso", "Правомерно", "агентский договор", "12.2026"},
		[]any{"Отопление", "0100001004", "rso", "", "", ""},
		[]any{"Отопление", "0100001003", "rso", "правомерно", "агентский договор", "12.2026"}, // the same question
		[]any{"Отопление", "0100001003", "rso", "двойное", "агентский договор", ""},
		[]any{"Отопление", "0100001005", "rso", "можно", "да", ""},
		[]any{"Отопление", "0100001005", "rso", "двойное", "", ""},
		[]any{"Отопление", "0100001005", "", "двойное", "нет", ""},
		[]any{"Связь", "0100001005", "rso", "двойное", "нет", ""},
		[]any{"Отопление", "0100001005", "rso", "двойное", "нет", "никогда"},
		[]any{"Отопление", "0100001006", "7700000017", "двойное", "ошибка", ""})
	list, problems, err := answers.ReadDoubles(in)
	if err != nil {
		t.Fatal(err)
	}
	december, err := housing.NewPeriod(2026, 12)
	if err != nil {
		t.Fatal(err)
	}
	want := []housing.DoubleAnswer{
		{Row: 2, DoubleDecision: housing.DoubleDecision{
			Service: housing.Heating, Account: "0100001003", Other: "rso", Right: true, Until: december, Reason: "агентский договор",
		}},
		{Row: 11, DoubleDecision: housing.DoubleDecision{Service: housing.Heating, Account: "0100001006", Other: "7700000017", Reason: "ошибка"}},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	told := make([]string, 0, len(problems))
	for _, p := range problems {
		told = append(told, p.Code)
	}
	if diff := cmp.Diff([]string{"repeated_account", "bad_decision", "no_reason", "bad_key", "unknown_service", "bad_period"}, told); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, wrong := range []importers.Input{
		doublesBook(t, "Лист", header), doublesBook(t, housing.DoubleSheet, []any{"Услуга", "Лицевой счёт"}),
	} {
		if _, _, err := answers.ReadDoubles(wrong); err == nil {
			t.Error("another workbook was read")
		}
	}
}

func doublesBook(t *testing.T, sheet string, rows ...[]any) importers.Input {
	t.Helper()
	book := excelize.NewFile()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := book.SetSheetRow(sheet, cell, &rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return importers.Input{Name: "двойные.xlsx", Size: int64(out.Len()), Content: strings.NewReader(out.String())}
}
