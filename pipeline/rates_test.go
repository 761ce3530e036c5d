package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

const (
	ourHouse   = "г. Примерск, ул. Садовая, д. 5"
	otherHouse = "г. Примерск, ул. Садовая, д. 6"
)

func parse[T any](tb testing.TB, from func(string) (T, error), text string) T {
	tb.Helper()
	value, err := from(text)
	if err != nil {
		tb.Fatal(err)
	}
	return value
}

// days reads "2026-10-01..2026-10-15", the second day exclusive; either may be left out.
func days(tb testing.TB, text string) housing.Interval {
	tb.Helper()
	from, to, _ := strings.Cut(text, "..")
	var i housing.Interval
	if from != "" {
		i.From = parse(tb, housing.ParseDate, from)
	}
	if to != "" {
		i.To = parse(tb, housing.ParseDate, to)
	}
	return i
}

func tariff(tb testing.TB, service housing.Service, house, price, valid string) housing.Tariff {
	tb.Helper()
	return housing.Tariff{Service: service, House: house, Price: parse(tb, housing.ParseDecimal, price), Valid: days(tb, valid)}
}

func norm(tb testing.TB, service housing.Service, base housing.NormBase, value, valid string) housing.Norm {
	tb.Helper()
	return housing.Norm{Service: service, Base: base, Value: parse(tb, housing.ParseDecimal, value), Valid: days(tb, valid)}
}

type replacement struct{ base, extra, want []housing.Tariff }

func replacements(t *testing.T) map[string]replacement {
	t.Helper()
	const water, heat = housing.ColdWater, housing.Heating
	key, other := matching.HouseKey(ourHouse), matching.HouseKey(otherHouse)
	return map[string]replacement{
		"on its days the new price stands, before and after them the old one": {
			base:  []housing.Tariff{tariff(t, water, "", "50", "2026-01-01..")},
			extra: []housing.Tariff{tariff(t, water, "", "60", "2026-10-10..2026-10-20")},
			want: []housing.Tariff{
				tariff(t, water, "", "50", "2026-01-01..2026-10-10"), tariff(t, water, "", "50", "2026-10-20.."),
				tariff(t, water, "", "60", "2026-10-10..2026-10-20"),
			},
		},
		"until further notice": {
			base:  []housing.Tariff{tariff(t, water, "", "50", "2026-01-01..2026-10-05"), tariff(t, water, "", "55", "2026-10-05..")},
			extra: []housing.Tariff{tariff(t, water, "", "60", "2026-10-05..")},
			want:  []housing.Tariff{tariff(t, water, "", "50", "2026-01-01..2026-10-05"), tariff(t, water, "", "60", "2026-10-05..")},
		},
		"other services and zones stay": {
			base:  []housing.Tariff{tariff(t, water, "", "50", "2026-01-01.."), {Service: housing.Electricity, Zone: housing.ZoneDay}},
			extra: []housing.Tariff{tariff(t, heat, "", "4000", "2026-01-01.."), {Service: housing.Electricity, Zone: housing.ZoneNight}},
			want: []housing.Tariff{
				tariff(t, water, "", "50", "2026-01-01.."),
				{Service: housing.Electricity, Zone: housing.ZoneDay},
				tariff(t, heat, "", "4000", "2026-01-01.."),
				{Service: housing.Electricity, Zone: housing.ZoneNight},
			},
		},
		"a price of the organisation leaves that of the house, one of the house replaces it": {
			base: []housing.Tariff{tariff(t, water, ourHouse, "48", "2026-01-01.."), tariff(t, water, "", "50", "2026-01-01..")},
			extra: []housing.Tariff{
				tariff(t, water, "", "60", "2026-01-01.."), tariff(t, water, key, "58", "2026-10-01.."),
				tariff(t, water, other, "1", "2026-10-01.."),
			},
			want: []housing.Tariff{
				tariff(t, water, ourHouse, "48", "2026-01-01..2026-10-01"), tariff(t, water, "", "60", "2026-01-01.."),
				tariff(t, water, ourHouse, "58", "2026-10-01.."),
			},
		},
		"one price for all takes the place of ranges": {
			base: []housing.Tariff{{Service: housing.Electricity, Range: 1}, {Service: housing.Electricity, Range: 2}},
			extra: []housing.Tariff{
				tariff(t, housing.Electricity, "", "6", ".."),
			},
			want: []housing.Tariff{tariff(t, housing.Electricity, "", "6", "..")},
		},
		"a first price of the house": {
			base:  []housing.Tariff{tariff(t, water, "", "50", "2026-01-01..")},
			extra: []housing.Tariff{tariff(t, water, key, "58", "2026-10-01..")},
			want:  []housing.Tariff{tariff(t, water, "", "50", "2026-01-01.."), tariff(t, water, ourHouse, "58", "2026-10-01..")},
		},
	}
}

func TestRatesReplace(t *testing.T) {
	t.Parallel()
	for name, test := range replacements(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &housing.Snapshot{House: housing.House{Address: ourHouse}, Tariffs: test.base}
			before := append([]housing.Tariff{}, test.base...)
			got := pipeline.Rates{Tariffs: test.extra}.Replace(s)
			if diff := cmp.Diff(test.want, got.Tariffs, exact()); diff != "" {
				t.Errorf("tariffs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, s.Tariffs, exact()); diff != "" {
				t.Errorf("the snapshot itself was changed (-before +after):\n%s", diff)
			}
		})
	}
}

// exact compares facts with their unexported digits.
func exact() cmp.Option {
	return cmp.Options{
		cmp.Comparer(func(a, b housing.Decimal) bool { return a.Cmp(b) == 0 }),
		cmp.Comparer(func(a, b housing.Date) bool { return a == b }),
	}
}

func TestRatesReplaceNorms(t *testing.T) {
	t.Parallel()
	s := &housing.Snapshot{House: housing.House{Address: ourHouse}, Norms: []housing.Norm{
		norm(t, housing.Heating, housing.PerPerson, "0.5", "2026-01-01.."), norm(t, housing.ColdWater, housing.PerPerson, "4.3", "2026-01-01.."),
	}}
	got := pipeline.Rates{Norms: []housing.Norm{norm(t, housing.Heating, housing.PerArea, "0.02", "2026-10-01..")}}.Replace(s)
	want := []housing.Norm{
		norm(t, housing.Heating, housing.PerPerson, "0.5", "2026-01-01..2026-10-01"),
		norm(t, housing.ColdWater, housing.PerPerson, "4.3", "2026-01-01.."),
		norm(t, housing.Heating, housing.PerArea, "0.02", "2026-10-01.."),
	}
	if diff := cmp.Diff(want, got.Norms, exact()); diff != "" {
		t.Errorf("norms (-want +got):\n%s", diff)
	}
}

func TestRatesOfDaysAndMonths(t *testing.T) {
	t.Parallel()
	october := parse(t, housing.ParsePeriod, "2026-10")
	rates := pipeline.Rates{
		Tariffs: []housing.Tariff{
			tariff(t, housing.ColdWater, "", "50", "2026-01-01..2026-10-02"), tariff(t, housing.ColdWater, "", "60", "2027-01-01..2027-07-01"),
			tariff(t, housing.ColdWater, "", "70", "2027-07-01.."),
		},
		Norms: []housing.Norm{norm(t, housing.ColdWater, housing.PerPerson, "5", "2027-01-01..")},
	}
	got := rates.On(parse(t, housing.ParseDate, "2027-03-15"), october)
	want := []housing.Tariff{tariff(t, housing.ColdWater, "", "60", "2026-10-01..2026-11-01")}
	if diff := cmp.Diff(want, got.Tariffs, exact()); diff != "" || len(got.Norms) != 1 || got.Norms[0].Valid != october.Interval() {
		t.Errorf("rates of a day (-want +got):\n%s\nnorms %v", diff, got.Norms)
	}
	got = rates.In(october)
	if diff := cmp.Diff(rates.Tariffs[:1], got.Tariffs, exact()); diff != "" || len(got.Norms) != 0 {
		t.Errorf("rates of the month (-want +got):\n%s\nnorms %v", diff, got.Norms)
	}
	if rates.Tariffs[1].Valid != days(t, "2027-01-01..2027-07-01") {
		t.Error("the rates themselves were changed")
	}
}

// ratesFile writes a workbook of rates: a row is service, house, price, from, to.
func ratesFile(tb testing.TB, rows ...[]any) string {
	tb.Helper()
	sheet := formattest.Sheet{Name: "Тарифы", Rows: [][]any{{"Услуга", "Дом", "Тариф, руб.", "Действует с", "по", "Документ"}}}
	for _, row := range rows {
		sheet.Rows = append(sheet.Rows, append(row, "Приказ № 1"))
	}
	return bookFile(tb, formattest.Book{Sheets: []formattest.Sheet{sheet}})
}

func bookFile(tb testing.TB, book formattest.Book) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "rates.xlsx")
	if err := os.WriteFile(path, formattest.Workbook(tb, book), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestReadRates(t *testing.T) {
	t.Parallel()
	path := ratesFile(t, []any{"Холодное водоснабжение", nil, "60,10", "01.10.2026", nil}, []any{"Отопление", ourHouse, 4000, "01.10.2026", "31.12.2026"})
	got, err := pipeline.ReadRates(t.Context(), path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := []housing.Tariff{
		tariff(t, housing.ColdWater, "", "60.10", "2026-10-01.."),
		tariff(t, housing.Heating, matching.HouseKey(ourHouse), "4000", "2026-10-01..2027-01-01"),
	}
	for i := range want {
		want[i].Document = "Приказ № 1"
		want[i].Source = housing.Source{Kind: housing.SourceFile, Name: "rates.xlsx", Position: int64(i + 2)}
	}
	if diff := cmp.Diff(want, got.Tariffs, exact()); diff != "" {
		t.Errorf("tariffs (-want +got):\n%s", diff)
	}
}

// A file is tried whole or not at all, and it is said why.
func TestReadRatesRefuses(t *testing.T) {
	t.Parallel()
	water := func(price, from string) []any {
		return []any{"Холодное водоснабжение", nil, price, from, nil}
	}
	for name, test := range map[string]struct {
		rows [][]any
		want string
	}{
		"a price that is none": {[][]any{water("60", "01.10.2026"), water("дорого", "01.10.2027")}, "«дорого»"},
		"two prices on one day": {
			[][]any{water("60", "01.10.2026"), water("61", "01.11.2026")}, "на одни и те же дни уже есть такая ставка в строке 2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := pipeline.ReadRates(t.Context(), ratesFile(t, test.rows...), t.TempDir())
			bad, ok := errors.AsType[*pipeline.RatesError](err)
			if !ok || len(bad.Problems) != 1 || bad.Problems[0].Row != 3 || !strings.Contains(bad.Problems[0].Russian(), test.want) {
				t.Errorf("error %v (%+v), want row 3: %s", err, bad, test.want)
			}
		})
	}
	strange := bookFile(t, formattest.Book{Sheets: []formattest.Sheet{{Name: "Лист", Rows: [][]any{{"Кот", "Пёс"}, {1, 2}}}}})
	if _, err := pipeline.ReadRates(t.Context(), strange, t.TempDir()); !isRefused(err) {
		t.Errorf("another workbook: %v", err)
	}
	if _, err := pipeline.ReadRates(t.Context(), strange+".none", t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func isRefused(err error) bool {
	_, ok := errors.AsType[*importers.FileError](err)
	return ok
}
