package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/town"
)

const (
	madeHouse  = "г. Примерск, ул. Годовая, д. 1"
	madeHeader = "Лицевой счёт;ЕЛС;Идентификатор ЖКУ;Адрес дома;Квартира;Комната;Вид помещения;Плательщик;Площадь, м²;" +
		"Проживает;Собственников;Право;Действует с;Закрыт"
)

// madeOffice is an office with one house of 1000 m² and what a test gives it.
type madeOffice struct {
	*world
	issuer string
	months *pipeline.Pipeline
	sent   int
}

// newMadeOffice makes the house; the parameters of the test go over those built in.
func newMadeOffice(t *testing.T, extra ...housing.Parameter) *madeOffice {
	t.Helper()
	w := newWorld(t, town.MinAccounts)
	m := &madeOffice{world: w, issuer: w.Organisation.INN}
	m.months = w.with(t, func(c *pipeline.Config) { c.Parameters = parameters.Override(c.Parameters, extra) })
	m.give(t, "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²", madeHouse+";;МКД;1000;100")
	return m
}

// give takes in a table, of which every row must be accepted.
func (m *madeOffice) give(t *testing.T, header string, rows ...string) {
	t.Helper()
	m.sent++
	got := m.take(t, town.Office, fmt.Sprintf("table%02d.csv", m.sent), header+"\r\n"+strings.Join(rows, "\r\n")+"\r\n")
	if got.Counts.Accepted != len(rows) || got.Status != housing.FileAccepted {
		t.Fatalf("%s: %s %+v %+v %s", header, got.Status, got.Counts, got.Problems, got.Reason)
	}
}

// rates gives tariffs and norms, in rows «service|zone or part…» as the workbook has them.
func (m *madeOffice) rates(t *testing.T, sheets ...formattest.Sheet) {
	t.Helper()
	m.sent++
	got := m.take(t, town.Office, fmt.Sprintf("table%02d.xlsx", m.sent), string(formattest.Workbook(t, formattest.Book{Sheets: sheets})))
	if got.Status != housing.FileAccepted {
		t.Fatalf("rates: %s %+v %s", got.Status, got.Problems, got.Reason)
	}
}

func (m *madeOffice) services(t *testing.T, services ...string) {
	t.Helper()
	rows := make([]string, len(services))
	for i, s := range services {
		rows[i] = madeHouse + ";;" + s + ";" + m.issuer + ";;01.01.2024;"
	}
	m.give(t, "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по", rows...)
}

// charge charges a month and returns the lines of it: "account rule amount".
func (m *madeOffice) charge(t *testing.T, month string) []string {
	t.Helper()
	p, err := housing.ParsePeriod(month)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.months.Charge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return all[string](t, m.store, `
SELECT a.number || ' ' || c.service || ' ' || c.rule || ' ' || (c.amount / 100.0)::numeric(15, 2)
FROM charges c JOIN accounts a ON a.id = c.account_id WHERE c.period = $1 ORDER BY a.number, c.line`, p.First())
}

func (m *madeOffice) account(number, flat, area, from, closed string) string {
	return fmt.Sprintf("%s;;;%s;%s;;квартира;;%s;2;1;собственник;%s;%s", number, madeHouse, flat, area, from, closed)
}

func parameter(name, value string) housing.Parameter {
	return housing.Parameter{Name: name, Value: value}
}

// A year of heating paid evenly, corrected in January by what the months came to: everything the
// correction compares comes from our own earlier months. By hand: 2025 took 720 Гкал, so 2026 pays
// 60 a month, a m² 0.06; it really took 120 in January to April and 100 in October to December. A m² has
// cost 4 × 0.12 × 2000 + 3 × 0.1 × 2200 = 1620.
//
//   - 001, 50 m²: charged 6 × 6000 + 6 × 6600 = 75600, cost 81000: +5400.00
//   - 002, 40 m² to 15 March and closed: charged 4800 + 4800 + 2322.58 = 11922.58, cost
//     40 × (2 × 240 + 240 × 15/31) = 23845.161…: +11922.58
//   - 003, 40 m² from 16 March: charged 2477.42 + 3 × 4800 + 6 × 5280 = 48557.42, cost
//     40 × (240 × 16/31 + 240 + 660) = 40954.838…: −7602.58
//
// January 2027 itself is paid by 780 / 12 = 65 Гкал: 50 × 0.065 × 2200 = 7150.
func TestYearOfHeating(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("heating.mode", "even"))
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""), m.account("002", "2", "40", "01.01.2024", "16.03.2026"),
		m.account("003", "2", "40", "16.03.2026", ""))
	m.services(t, "Отопление")
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с", "по"},
		{"Отопление", "2000", "01.01.2024", "30.06.2026"},
		{"Отопление", "2200", "01.07.2026", ""},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Основа", "Норматив", "Действует с"}, {"Отопление", "на м²", "0,03", "01.01.2024"},
	}})
	rows := make([]string, 0, 24)
	for month := 1; month <= 12; month++ {
		actual := map[bool]string{true: "120", false: "100"}[month <= 4]
		if month > 4 && month < 10 {
			actual = "0"
		}
		rows = append(rows, fmt.Sprintf("%s;Отопление;Т-1;60;%02d.2025", madeHouse, month),
			fmt.Sprintf("%s;Отопление;Т-1;%s;%02d.2026", madeHouse, actual, month))
	}
	m.give(t, "Адрес дома;Ресурс;Номер ОДПУ;Объём;Месяц", rows...)
	var march []string
	for month := 1; month <= 12; month++ {
		lines := m.charge(t, fmt.Sprintf("2026-%02d", month))
		if month == 3 {
			march = lines
		}
	}
	if diff := cmp.Diff([]string{"001 heating H5 6000.00", "002 heating H5 2322.58", "003 heating H5 2477.42"}, march); diff != "" {
		t.Errorf("March (-want +got):\n%s", diff)
	}
	want := []string{
		"001 heating H5 7150.00", "001 heating H8 5400.00", "002 heating H8 11922.58", "003 heating H5 5720.00", "003 heating H8 -7602.58",
	}
	if diff := cmp.Diff(want, m.charge(t, "2027-01")); diff != "" {
		t.Errorf("January 2027 (-want +got):\n%s", diff)
	}
	// February corrects nothing.
	if got := m.charge(t, "2027-02"); slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, "H8") }) {
		t.Errorf("February 2027: %v", got)
	}
}

// A broken house meter: two months pay by the average of those before, then the norm stands, in the months
// after that too. By hand: (40 + 50 + 60) / 3 × 50 / 1000 × 2000 = 5000; 50 × 0.03 × 2000 = 3000.
func TestBrokenHouseMeterOverMonths(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("heating.broken_average_months", "2"))
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""))
	m.services(t, "Отопление")
	m.heatRates(t)
	m.give(t, "Адрес дома;Ресурс;Номер ОДПУ;Объём;Месяц", madeHouse+";Отопление;Т-1;40;10.2025", madeHouse+";Отопление;Т-1;50;11.2025",
		madeHouse+";Отопление;Т-1;60;12.2025")
	m.give(t, "Адрес дома;Услуга;ОДПУ не учитывает с;Учитывает снова с;Документ", madeHouse+";Отопление;10.01.2026;01.05.2026;Акт № 1")
	got := make([]string, 0, 4)
	for _, month := range []string{"2026-01", "2026-02", "2026-03", "2026-04"} {
		got = append(got, m.charge(t, month)...)
	}
	want := []string{"001 heating H14 5000.00", "001 heating H14 5000.00", "001 heating H14 3000.00", "001 heating H14 3000.00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func (m *madeOffice) waterRates(t *testing.T) {
	t.Helper()
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"},
		{"ХВС", "40", "01.01.2024"},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Основа", "Норматив", "Действует с"},
		{"ХВС", "на человека", "4", "01.01.2024"},
		{"Холодная вода на общее имущество", "на м²", "0,01", "01.01.2024"},
	}})
}

func (m *madeOffice) heatRates(t *testing.T) {
	t.Helper()
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"}, {"Отопление", "2000", "01.01.2024"},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Основа", "Норматив", "Действует с"}, {"Отопление", "на м²", "0,03", "01.01.2024"},
	}})
}

// The common property by the fact: what is negative in October is taken off in November. By hand: both
// accounts use 2 × 2 × 4 = 16 m³ by norm; October 10 − 16 = −6, carried; November 30 − 16 − 6 = 8, a flat
// of 50 m² pays 8 × 50 / 1000 × 40 = 16.00. The owners pay what exceeds the norm.
func TestCarriedCommonProperty(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t)
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""), m.account("002", "2", "60", "01.01.2024", ""))
	m.give(t, "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по",
		madeHouse+";;Холодное водоснабжение;"+m.issuer+";нет;01.01.2024;", madeHouse+";;Холодная вода на общее имущество;"+m.issuer+";;01.01.2024;")
	m.waterRates(t)
	m.give(t, "Адрес дома;Способ управления;Действует с", madeHouse+";УК;01.01.2024")
	m.give(t, "Адрес дома;Услуга;Способ начисления;Сверх норматива платят;Действует с;Протокол",
		madeHouse+";Холодная вода на общее имущество;по факту;собственники;01.01.2026;Протокол № 1")
	m.give(t, "Адрес дома;Ресурс;Номер ОДПУ;Объём;Месяц", madeHouse+";ХВС;В-1;10;10.2026", madeHouse+";ХВС;В-1;30;11.2026")
	common := func(lines []string) []string {
		return slices.DeleteFunc(lines, func(line string) bool { return !strings.Contains(line, "common_") })
	}
	if october := common(m.charge(t, "2026-10")); len(october) > 0 {
		t.Errorf("October: %v, want nothing of a negative volume", october)
	}
	november := common(m.charge(t, "2026-11"))
	if diff := cmp.Diff([]string{"001 common_cold_water R2.8.3 16.00", "002 common_cold_water R2.8.3 19.20"}, november); diff != "" {
		t.Errorf("November (-want +got):\n%s", diff)
	}
}

// Two rooms share a meter: 100 kWh between 1 and 3 people at 5 roubles. Next month it has failed: the
// average of one month, as the parameters of the test allow.
func TestCommunalFlatOverMonths(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("average.full_months", "1"), parameter("average.min_months", "1"))
	room := func(number, room, people string) string {
		return number + ";;;" + madeHouse + ";7;" + room + ";комната;;20;" + people + ";1;наниматель;01.01.2024;"
	}
	m.give(t, madeHeader, room("001", "1", "1"), room("002", "2", "3"))
	m.services(t, "Электроснабжение")
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"}, {"Электроснабжение", "5", "01.01.2024"},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Основа", "Норматив", "Действует с"}, {"Электроснабжение", "на человека", "80", "01.01.2024"},
	}})
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Начальные показания;Общий на квартиру",
		"001;Электроснабжение;ЭЛ-1;6;30.09.2026;1000;да")
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Дата проверки;Показания при проверке", "001;Электроснабжение;ЭЛ-1;31.10.2026;1100")
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Событие;Дата события;Документ", "001;Электроснабжение;ЭЛ-1;вышел из строя;01.11.2026;Акт № 2")
	want := []string{"001 electricity R1.6 125.00", "002 electricity R1.6 375.00"}
	for _, month := range []string{"2026-10", "2026-11"} {
		if diff := cmp.Diff(want, m.charge(t, month)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", month, diff)
		}
	}
	// The room on whose account the meter stands is let anew: the meter goes to another account of the flat.
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Начальные показания;Общий на квартиру",
		"002;Электроснабжение;ЭЛ-1;6;30.09.2026;1000;да")
}

// Two meters of one service: the one that fails in November is charged by its own October, 2 of 7 m³.
func TestSeveralMetersOverMonths(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("average.full_months", "1"), parameter("average.min_months", "1"))
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""))
	m.services(t, "Холодное водоснабжение")
	m.waterRates(t)
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Начальные показания",
		"001;ХВС;А;5;30.09.2026;10", "001;ХВС;Б;5;30.09.2026;20")
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Дата проверки;Показания при проверке", "001;ХВС;А;31.10.2026;15", "001;ХВС;Б;31.10.2026;22",
		"001;ХВС;А;30.11.2026;19")
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Событие;Дата события;Документ", "001;ХВС;Б;утрачен;01.11.2026;Акт № 2")
	if diff := cmp.Diff([]string{"001 cold_water R2.1.1 280.00"}, m.charge(t, "2026-10")); diff != "" {
		t.Errorf("October (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"001 cold_water R2.11a 240.00"}, m.charge(t, "2026-11")); diff != "" {
		t.Errorf("November (-want +got):\n%s", diff)
	}
}
