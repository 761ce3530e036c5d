package town

import (
	"iter"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// bookUpTo is the largest town whose accounts come as a workbook; larger offices send csv.
const bookUpTo = 5000

func (t *Town) officePlans() []plan {
	accounts := t.accountsBook()
	if t.accounts > bookUpTo {
		accounts = t.accountsText()
	}
	plans := []plan{
		t.tariffsBook(),
		t.housesText(),
		accounts,
		t.servicesText(),
		t.metersText(),
		t.balancesText(),
		t.residentsBook(),
		t.houseFactsBook(),
		t.benefitsBook(),
	}
	if events, some := t.eventsBook(); some {
		plans = append(plans, events)
	}
	return plans
}

func (t *Town) housesText() plan {
	rows := func(yield func([]string) bool) {
		for i := range t.houses {
			h := &t.houses[i]
			row := []string{h.address, h.fias, "МКД", comma(tenths(h.area)), comma(tenths(h.common))}
			if h.private {
				row[2], row[4] = "жилой дом", ""
			}
			if !yield(row) {
				return
			}
		}
	}
	return plan{
		partner: Office, name: "houses.csv", format: "kvitok-houses-csv", expect: accepted(len(t.houses)),
		write: text{
			encoding: windows1251, lineEnd: "\r\n", rows: rows,
			header: []string{"Адрес", "ФИАС", "Вид дома", "Площадь помещений, м2", "Площадь общего имущества, м2"},
		}.write,
	}
}

func accountHeader() []string {
	return []string{
		"Лицевой счёт", "ЕЛС", "Идентификатор ЖКУ", "Адрес дома", "Квартира", "Комната", "Вид помещения", "Плательщик", "Площадь, м²",
		"Проживает", "Собственников", "Право", "Действует с",
	}
}

func (a *account) kind() string {
	if a.room > 0 {
		return "комната"
	}
	if a.house.private {
		return "жилой дом"
	}
	return "квартира"
}

// roomText is the number of the room, "" for a flat of its own.
func (a *account) roomText() string {
	if a.room == 0 {
		return ""
	}
	return strconv.Itoa(a.room)
}

func (a *account) right() string {
	if a.tenant {
		return "наниматель"
	}
	return "собственник"
}

func (t *Town) accountsBook() plan {
	rows := func(yield func([]cell) bool) {
		for a := range t.all() {
			row := []cell{
				asText(a.number), asText(a.unified), asText(a.unified + "-01"), asText(a.house.address), asText(a.flat),
				asText(a.roomText()), asText(a.kind()), asText(a.payer.full()), asNumber(tenths(a.area)), asNumber(strconv.Itoa(a.people)),
				asNumber(strconv.Itoa(a.owners)), asText(a.right()), asDate(a.opened),
			}
			if !yield(row) {
				return
			}
		}
	}
	return plan{
		partner: Office, name: "accounts.xlsx", format: "kvitok-accounts-xlsx", expect: accepted(t.accounts),
		write: book{[]sheet{{
			name: "Лицевые счета", header: accountHeader(), rows: rows,
			widths: []int{14, 14, 17, 38, 10, 9, 14, 36, 12, 11, 15, 13, 13},
		}}}.write,
	}
}

func (t *Town) accountsText() plan {
	rows := func(yield func([]string) bool) {
		for a := range t.all() {
			row := []string{
				a.number, a.unified, a.unified + "-01", a.house.address, a.flat, a.roomText(), a.kind(), a.payer.full(), comma(tenths(a.area)),
				strconv.Itoa(a.people), strconv.Itoa(a.owners), a.right(), a.opened.Russian(),
			}
			if !yield(row) {
				return
			}
		}
	}
	return plan{
		partner: Office, name: "accounts.csv", format: "kvitok-accounts-csv", expect: accepted(t.accounts),
		write: text{lineEnd: "\n", header: accountHeader(), rows: rows}.write,
	}
}

// servicesSince is since when the houses are served.
const servicesSince = "01.01.2020"

// serviceRows are the services of houses and, after those of each house, the acts of single flats
// where a water meter cannot be put in.
func (t *Town) serviceRows() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for i := range t.houses {
			h := &t.houses[i]
			for _, row := range append(t.houseServices(h), t.acts(h)...) {
				if !yield(row) {
					return
				}
			}
		}
	}
}

func (t *Town) houseServices(h *house) [][]string {
	rows := make([][]string, 0, len(h.services()))
	for _, s := range h.services() {
		possible := ""
		if h.noMeters && water(s) {
			possible = "нет"
		}
		rows = append(rows, []string{h.address, "", s.Russian(), t.payee(s), possible, servicesSince, ""})
	}
	return rows
}

func (t *Town) acts(h *house) [][]string {
	if h.index >= actsUpTo {
		return nil
	}
	var rows [][]string
	for a := range t.metered(h) {
		for _, s := range h.services() {
			if a.noMeter && water(s) {
				rows = append(rows, []string{h.address, a.number, s.Russian(), t.payee(s), "нет", servicesSince, ""})
			}
		}
	}
	return rows
}

func water(s housing.Service) bool { return s == housing.ColdWater || s == housing.HotWater }

func (t *Town) payee(s housing.Service) string {
	if s == housing.CapitalRepair {
		return t.organisations.Fund.INN
	}
	return t.organisations.Issuer.INN
}

func (t *Town) servicesText() plan {
	return plan{
		partner: Office, name: "services.csv", format: "kvitok-services-csv",
		expect: func(e *ExpectedFile) { accepted(count(t.serviceRows()))(e) },
		write: text{
			encoding: windows1251, lineEnd: "\r\n", rows: t.serviceRows(),
			header: []string{"Адрес дома", "Лицевой счёт", "Услуга", "ИНН получателя", "Возможность установки ИПУ", "Действует с", "по"},
		}.write,
	}
}

func (t *Town) meterRows() iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		row := make([]string, 9)
		for a := range t.equipped() {
			for i := range a.meters {
				m := &a.meters[i]
				initial := m.value(0, 0).Russian()
				if m.zones == 2 {
					initial += " / " + m.value(1, 0).Russian()
				}
				row = append(row[:0], a.number, m.service.Russian(), m.serial, strconv.Itoa(m.zones), strconv.Itoa(m.digits),
					m.started.Russian(), m.verifyBy.Russian(), initial, yes(m.common))
				if !yield(row) {
					return
				}
			}
		}
	}
}

func (t *Town) metersText() plan {
	return plan{
		partner: Office, name: "meters.csv", format: "kvitok-meters-csv",
		expect: func(e *ExpectedFile) { accepted(count(t.meterRows()))(e) },
		write: text{
			lineEnd: "\n", rows: t.meterRows(),
			header: []string{
				"Лицевой счёт", "Услуга", "Номер прибора", "Зоны", "Разрядность", "Дата ввода", "Поверен до", "Начальные показания",
				"Общий на квартиру",
			},
		}.write,
	}
}
