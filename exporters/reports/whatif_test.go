package reports_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

func whatIf(tb testing.TB) reports.WhatIf {
	tb.Helper()
	percent := func(s string) *housing.Decimal {
		d := decimal(tb, s)
		return &d
	}
	change := func(accounts int, now, then housing.Money, p string, above int) reports.Change {
		return reports.Change{Accounts: accounts, Now: now, Then: then, Difference: then - now, Percent: percent(p), Above: above}
	}
	first := reports.AccountChange{
		House: "г. Примерск, ул. Садовая, д. 5", Premises: "кв. 12", Account: "0100000017", Now: 300_000, Then: 360_010, Difference: 60_010,
		Percent: percent("20.0"),
	}
	second := reports.AccountChange{House: first.House, Premises: "кв. 3", Account: "0100000018", Then: 45_000, Difference: 45_000}
	return reports.WhatIf{
		File: "tariffs_2027.xlsx", Tariffs: 3, Norms: 1, Limit: decimal(tb, "10"), Stands: 1_000_000, Again: 1_000_000,
		Total: change(3, 900_000, 1_005_010, "11.7", 2),
		Services: []reports.ServiceChange{
			{Service: housing.ColdWater, Change: change(3, 400_000, 505_010, "26.3", 2)},
			{Service: housing.Heating, Change: change(2, 500_000, 500_000, "0.0", 0)},
		},
		Houses: []reports.HouseChange{
			{House: first.House, Change: change(3, 900_000, 1_005_010, "11.7", 2), Omitted: 1},
			{House: "г. Примерск, ул. Садовая, д. 6", Omitted: 40, Failed: "parameter uplift.cold_water has no value on 2026-10-01"},
		},
		Above: []reports.AccountChange{first, second}, Largest: []reports.AccountChange{first, second},
		Omitted: []reports.NotCompared{{House: first.House, Account: "0100000019", Reason: "сейчас удержан: нет тарифа на 01.10.2026"}},
		Failed:  1, Notes: []string{"дома из файла нет среди начисленных: ул. Лесная, д. 1"},
	}
}

func TestWhatIfInLibreOffice(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	control, err := reports.WriteWhatIf(&file, meta(t), whatIf(t))
	if err != nil {
		t.Fatal(err)
	}
	names := open(t, file.Bytes()).GetSheetList()
	want := []string{"По услугам", "По домам", "Счета с ростом выше порога", "Наибольший рост", "Не сопоставлены", "Контроль"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	if control.Rows != 9 {
		t.Errorf("%d rows on all sheets, want 9", control.Rows)
	}
	sheets := office(t, file.Bytes())
	for _, row := range []struct {
		sheet string
		want  []string
	}{
		{"По услугам", []string{"Холодное водоснабжение", "3", "4,000.00", "5,050.10", "1,050.10", "26.3", "2"}},
		{"По услугам", []string{"ИТОГО", "", "9,000.00", "10,050.10", "1,050.10", "", ""}},
		{"По домам", []string{"г. Примерск, ул. Садовая, д. 5", "3", "9,000.00", "10,050.10", "1,050.10", "11.7", "2", "1", ""}},
		{"По домам", []string{
			"г. Примерск, ул. Садовая, д. 6", "0", "0.00", "0.00", "0.00", "", "0", "40",
			"не пересчитан: parameter uplift.cold_water has no value on 2026-10-01",
		}},
		{"По домам", []string{"ИТОГО", "3", "9,000.00", "10,050.10", "1,050.10", "", "2", "41", ""}},
		{"Счета с ростом выше порога", []string{"0100000017", "г. Примерск, ул. Садовая, д. 5", "кв. 12", "3,000.00", "3,600.10", "600.10", "20.0"}},
		{"Наибольший рост", []string{"0100000018", "г. Примерск, ул. Садовая, д. 5", "кв. 3", "0.00", "450.00", "450.00", ""}},
		{"Не сопоставлены", []string{"0100000019", "г. Примерск, ул. Садовая, д. 5", "сейчас удержан: нет тарифа на 01.10.2026"}},
		{"Контроль", []string{"По услугам: Разница, ₽", "1,050.10", "1,050.10", "0.00"}},
		{"Контроль", []string{"По домам: Будет, ₽", "10,050.10", "10,050.10", "0.00"}},
	} {
		if diff := cmp.Diff(row.want, find(t, sheets[row.sheet], row.want[0])[:len(row.want)]); diff != "" {
			t.Errorf("sheet %s (-want +got):\n%s", row.sheet, diff)
		}
	}
	for label, want := range map[string]string{
		"Пересчитано при прежних ставках":       "10\u00a0000,00 ₽ — сходится",
		"Не сопоставлено лицевых счетов":        "41",
		"Домов, которые не удалось пересчитать": "1",
		"Плата изменится всего, %":              "11,7",
		"Замечание к файлу ставок":              "дома из файла нет среди начисленных: ул. Лесная, д. 1",
		"Отбор": "ставки из файла tariffs_2027.xlsx (тарифов: 3, нормативов: 1); порог роста 10 %",
	} {
		if got := find(t, sheets["Контроль"], label)[1]; got != want {
			t.Errorf("%s: %q, want %q", label, got, want)
		}
	}
}

// Nothing that rises and nobody left out is a whole report, too.
func TestWhatIfOfNoChange(t *testing.T) {
	t.Parallel()
	what := whatIf(t)
	what.Above, what.Largest, what.Omitted = nil, nil, nil
	var first, second bytes.Buffer
	for _, file := range []*bytes.Buffer{&first, &second} {
		if _, err := reports.WriteWhatIf(file, meta(t), what); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("equal comparisons gave different bytes")
	}
	want := []string{"По услугам", "По домам", "Счета с ростом выше порога", "Наибольший рост", "Контроль"}
	if diff := cmp.Diff(want, open(t, first.Bytes()).GetSheetList()); diff != "" {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
}
