package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

// year charges every month of 2026 and returns the lines of March, and those of January 2027 by a rule.
func (m *madeOffice) year(t *testing.T, rule string) (march, corrected []string) {
	t.Helper()
	for month := 1; month <= 12; month++ {
		lines := m.charge(t, fmt.Sprintf("2026-%02d", month))
		if month == 3 {
			march = lines
		}
	}
	corrected = slices.DeleteFunc(m.charge(t, "2027-01"), func(line string) bool { return !strings.Contains(line, " "+rule+" ") })
	return march, corrected
}

// volumes gives the volumes of a house meter by month, from January 2025 on.
func (m *madeOffice) volumes(t *testing.T, service string, of func(year, month int) string) {
	t.Helper()
	rows := make([]string, 0, 24)
	for year := 2025; year <= 2026; year++ {
		for month := 1; month <= 12; month++ {
			if volume := of(year, month); volume != "" {
				rows = append(rows, fmt.Sprintf("%s;%s;Д-1;%s;%02d.%d", madeHouse, service, volume, month, year))
			}
		}
	}
	m.give(t, "Адрес дома;Ресурс;Номер ОДПУ;Объём;Месяц", rows...)
}

// A year of heating paid evenly where one flat has a heat meter. By hand: 2025 took 60 Гкал a month, the
// meter 2 of them; 2026 really took 80, the meter 3.
//
//   - a month of 2026: a m² without a meter 0.06, ΣVi = 2 + 0.06 × 950 = 59, common 1, a m² 0.001;
//     001 (2 + 50 × 0.001) × 2000 = 4100, 002 40 × 0.061 × 2000 = 4880
//   - what it cost: a m² 0.08, ΣVi = 3 + 0.08 × 950 = 79, common 1; 001 (3 + 0.05) × 2000 = 6100,
//     002 40 × 0.081 × 2000 = 6480; twelve times the difference: 24000 and 19200
func TestYearOfHeatMeters(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("heating.mode", "even"))
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""), m.account("002", "2", "40", "01.01.2024", ""))
	m.services(t, "Отопление")
	m.heatRates(t)
	m.volumes(t, "Отопление", func(year, _ int) string { return map[int]string{2025: "60", 2026: "80"}[year] })
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Начальные показания", "001;Отопление;ТС-1;5;25.12.2024;10")
	rows, value := make([]string, 0, 24), 10
	for month := range 24 {
		value += 2 + month/12
		rows = append(rows, fmt.Sprintf("001;Отопление;ТС-1;25.%02d.%d;%d", month%12+1, 2025+month/12, value))
	}
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Дата проверки;Показания при проверке", rows...)
	march, corrected := m.year(t, "H8")
	if diff := cmp.Diff([]string{"001 heating H6 4100.00", "002 heating H6 4880.00"}, march); diff != "" {
		t.Errorf("March (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"001 heating H8 24000.00", "002 heating H8 19200.00"}, corrected); diff != "" {
		t.Errorf("January (-want +got):\n%s", diff)
	}
}

// Heat distributors in 700 of 1000 m²: the seven heated months cost 001 7 × 60000 and 002 7 × 80000, 980000
// together; the distributors divide them 1 : 3.
func TestYearOfDistributors(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t)
	m.give(t, madeHeader, m.account("001", "1", "300", "01.01.2024", ""), m.account("002", "2", "400", "01.01.2024", ""))
	m.services(t, "Отопление")
	m.heatRates(t)
	m.volumes(t, "Отопление", func(year, month int) string {
		return map[bool]string{true: "100"}[year == 2026 && (month < 5 || month > 9)]
	})
	m.give(t, "Лицевой счёт;Год;Показания распределителей", "001;2026;100", "002;2026;300")
	march, corrected := m.year(t, "H9")
	if diff := cmp.Diff([]string{"001 heating H4 60000.00", "002 heating H4 80000.00"}, march); diff != "" {
		t.Errorf("March (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"001 heating H9 -175000.00", "002 heating H9 175000.00"}, corrected); diff != "" {
		t.Errorf("January (-want +got):\n%s", diff)
	}
}

// The common property of a year by norm, recalculated by the house meter. By hand: the flat takes 8 m³ a
// month, the house 10, February 5: the months leave 2, −3, 2 …; February is taken off March and April, so
// the year comes to 2 + 0 + 0 + 1 + 8 × 2 = 19 m³, of which 50 of 1000 m² pay 19 × 0.05 × 40 = 38.00; by
// norm they have paid 12 × 1 × 0.05 × 40 = 24.00.
func TestYearOfCommonProperty(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t)
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""))
	m.give(t, "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Действует с;по",
		madeHouse+";;Холодное водоснабжение;"+m.issuer+";нет;01.01.2024;", madeHouse+";;Холодная вода на общее имущество;"+m.issuer+";;01.01.2024;")
	m.waterRates(t)
	m.give(t, "Адрес дома;Способ управления;Действует с", madeHouse+";ТСЖ;01.01.2024")
	m.give(t, "Адрес дома;Услуга;Способ начисления;Сверх норматива платят;Действует с;Протокол",
		madeHouse+";Холодная вода на общее имущество;по нормативу с перерасчётом;собственники;01.01.2026;Протокол № 1")
	m.volumes(t, "ХВС", func(year, month int) string {
		switch {
		case year == 2025:
			return ""
		case month == 2:
			return "5"
		}
		return "10"
	})
	march, corrected := m.year(t, "R2.8.5")
	if diff := cmp.Diff([]string{"001 common_cold_water R2.8.4 2.00", "001 cold_water R2.2.1 320.00"}, march); diff != "" {
		t.Errorf("March (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"001 common_cold_water R2.8.5 14.00"}, corrected); diff != "" {
		t.Errorf("January (-want +got):\n%s", diff)
	}
}

// A fact that is missing holds the account that needs it, with a reason for the protocol of the run; the
// others are charged.
func TestMissingFactsHoldTheirAccount(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("tko.mode", "containers_people"))
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""), m.account("002", "2", "40", "01.01.2024", ""),
		m.account("003", "3", "40", "01.01.2024", ""))
	m.services(t, "Отопление")
	m.give(t, "Адрес дома;Лицевой счёт;Услуга;ИНН получателя;Возможность установки ИПУ;Оборудование;Действует с;по",
		madeHouse+";001;Обращение с ТКО;"+m.issuer+";;;01.01.2024;", madeHouse+";002;Газоснабжение;"+m.issuer+";нет;отопление;01.01.2024;")
	m.heatRates(t)
	m.rates(t, formattest.Sheet{Name: "Тарифы", Rows: [][]any{
		{"Услуга", "Тариф, руб.", "Действует с"}, {"ТКО", "900", "01.01.2024"}, {"Газ", "9", "01.01.2024"},
	}}, formattest.Sheet{Name: "Нормативы", Rows: [][]any{
		{"Услуга", "Часть", "Основа", "Норматив", "Действует с"}, {"Газ", "приготовление пищи", "на человека", "10", "01.01.2024"},
	}})
	if diff := cmp.Diff([]string{"003 heating H1 2400.00"}, m.charge(t, "2026-10")); diff != "" {
		t.Errorf("charges (-want +got):\n%s", diff)
	}
	findings, err := m.store.Findings(t.Context(), m.Organisation.ID, m.period)
	if err != nil {
		t.Fatal(err)
	}
	var held []string
	for _, f := range findings {
		if f.Held {
			held = append(held, f.Account+" "+f.Code+": "+f.Text)
		}
	}
	want := []string{
		"001 no_containers: нет сведений о вывезенных контейнерах за месяц",
		"002 no_norm: нет норматива потребления на 01.10.2026",
	}
	if diff := cmp.Diff(want, held); diff != "" {
		t.Errorf("held accounts (-want +got):\n%s", diff)
	}
}
