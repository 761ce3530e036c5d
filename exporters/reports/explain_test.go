package reports_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// calculation is a sheet of one line by meter and one excess by norm.
func calculation(tb testing.TB, account string) *housing.CalculationSheet {
	tb.Helper()
	m := meta(tb)
	act := "приказ РЭК № 40"
	water := housing.Trace{
		Charge: housing.Charge{
			Account: account, Service: housing.ColdWater, Kind: housing.BaseCharge, Segment: m.Period.Interval(), Rule: "R2.1.1",
			Method: housing.ByMeter, Volume: decimal(tb, "3.345"), Price: decimal(tb, "48.12"), Amount: 160_96,
		},
		Formula: "P = V × T", Clause: "Правила 354, п. 42, приложение № 2, формула 1", Exact: "160.9614",
		Rounding: "один раз, до копейки, половина копейки — вверх",
		Operands: []housing.Operand{
			{
				Symbol: "П₁", Meaning: "предыдущее показание", Value: "109.000", Unit: "м³", Basis: "ИПУ № A-17 на 24.09.2026",
				Source: housing.Source{Kind: housing.SourceStream, Name: "readings", Position: 100},
			},
			{Symbol: "V", Meaning: "объём за месяц", Value: "3.345", Unit: "м³"},
			{
				Symbol: "T", Meaning: "тариф", Value: "48.12", Unit: "₽/м³", Basis: act,
				Source: housing.Source{Kind: housing.SourceFile, Name: "tariffs.xlsx", Position: 2},
			},
			{Symbol: "W", Meaning: "больше, чем помнит Excel", Value: "1234567890.123456789"},
		},
	}
	excess := water
	excess.Charge.Service, excess.Charge.Kind, excess.Charge.Amount = housing.HotWater, housing.Uplift, 1_000_00
	excess.Charge.Volume, excess.Charge.Coefficient, excess.Exact = housing.Decimal{}, decimal(tb, "1.5"), "1000"
	return &housing.CalculationSheet{
		Issuer: m.Organisation, House: "г. Примерск, ул. Садовая, д. 5", Period: m.Period, Run: "17", Engine: "kvitok 0.1.0",
		Account:  housing.Account{Number: account, Premises: housing.Premises{Flat: "12", Kind: housing.Flat}},
		Snapshot: strings.Repeat("ab", 32),
		Lines: []housing.SheetLine{
			{Title: "Холодное водоснабжение", Trace: water},
			{Title: "Горячее водоснабжение, превышение из-за повышающего коэффициента", Trace: excess},
		},
		Findings: []housing.Finding{{Account: account, Service: housing.HotWater, Code: "no_reading", Text: "нет показаний"}},
		Total:    1_160_96,
	}
}

func TestSheetsInLibreOffice(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := reports.WriteSheets(&file, meta(t), []*housing.CalculationSheet{calculation(t, "0100000017")})
	if err != nil {
		t.Fatal(err)
	}
	if control.Rows != 2 || control.Sum("Начислено, ₽") != 1_160_96 {
		t.Errorf("control %+v", control)
	}
	sheets := office(t, file.Bytes())
	paper := sheets["Расчётный лист"]
	for _, want := range [][]string{
		{"Лицевой счёт", "0100000017"},
		{"Адрес", "г. Примерск, ул. Садовая, д. 5, кв. 12"},
		{"1. Холодное водоснабжение", "", "", "", "", "160.96 ₽"},
		{"Период", "с 01.10.2026 по 31.10.2026; способ: ИПУ; правило R2.1.1"},
		{"Основание", "Правила 354, п. 42, приложение № 2, формула 1"},
		{"Формула", "P = V × T"},
		{"П₁", "предыдущее показание", "109.000", "м³", "ИПУ № A-17 на 24.09.2026", "поток readings, раздел 0, смещение 100"},
		{"V", "объём за месяц", "3.345", "м³", "", ""},
		{"T", "тариф", "48.12", "₽/м³", "приказ РЭК № 40", "файл tariffs.xlsx, строка 2"},
		{"W", "больше, чем помнит Excel", "1234567890,123456789"},
		{"Точно", "160,9614 ₽"},
		{"Результат", "160.96 ₽"},
		{"Итого начислено", "", "", "", "", "1,160.96 ₽"},
		{"замечание", "Горячее водоснабжение: нет показаний"},
	} {
		got := find(t, paper, want[0])
		if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
			t.Errorf("row %q (-want +got):\n%s", want[0], diff)
		}
	}
	if !slices.ContainsFunc(paper, func(row []string) bool { return strings.HasPrefix(row[0], "Расчёт выполнил ___") }) {
		t.Error("no line for the signature")
	}
	if got := find(t, sheets["Строки"], "ИТОГО")[12]; got != "1,160.96" {
		t.Errorf("total of the lines %q", got)
	}
	if got := find(t, sheets["Контроль"], "Снимок данных дома (SHA-256)")[1]; got != strings.Repeat("ab", 32) {
		t.Errorf("snapshot on the control sheet %q", got)
	}
}

// A value is a number that Excel can compute with, unless it has more digits than Excel keeps.
func TestSheetCells(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	sheets := []*housing.CalculationSheet{calculation(t, "0100000017"), calculation(t, "0100000018")}
	if _, err := reports.WriteSheets(&file, meta(t), sheets); err != nil {
		t.Fatal(err)
	}
	book := open(t, file.Bytes())
	rows, err := book.GetRows("Расчётный лист", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]excelize.CellType{}
	accounts := 0
	for i, row := range rows {
		if len(row) > 2 && row[0] != "" {
			cell, err := excelize.CoordinatesToCellName(3, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if kinds[row[0]], err = book.GetCellType("Расчётный лист", cell); err != nil {
				t.Fatal(err)
			}
		}
		if len(row) > 0 && row[0] == "Лицевой счёт" {
			accounts++
		}
	}
	if accounts != 2 {
		t.Errorf("%d accounts on the sheet, want 2", accounts)
	}
	if kinds["T"] != excelize.CellTypeUnset || kinds["W"] != excelize.CellTypeInlineString {
		t.Errorf("types of the values: T %v, W %v", kinds["T"], kinds["W"])
	}
}
