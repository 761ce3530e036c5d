package town

import (
	"iter"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// What happens in the town beside its months: who manages the blocks, what the owners of some decided, an
// outage of hot water in the first one, people away, a meter that fails, a communal flat.

const (
	managedSince   = "01.01.2020"
	decidedSince   = "01.01.2026"
	managementDeed = "Договор управления от 20.12.2019 № 7"
	decisionDeed   = "Протокол общего собрания собственников от 18.12.2025 № 2"
	failureDeed    = "Акт осмотра прибора учёта № 12"
	absenceDeed    = "Командировочное удостоверение № 31"
	flatDeed       = "Технический паспорт"
	sharedArea     = 124 // of a communal flat beside its rooms, tenths of m²
)

// decides reports whether the owners of a block decided to pay cold water of the common property by the
// house meter, whatever it comes to.
func (h *house) decides() bool { return h.soi && h.index%6 == 0 }

// outage is the interruption of hot water in the first block.
func (t *Town) outage() housing.QualityAct {
	const from, to, halfPastSix, tenPastSeven = 5, 6, "T06:30", "T19:10"
	began, _ := housing.ParseMoment(dayOf(t.period, from).String() + halfPastSix) // a day of the month
	ended, _ := housing.ParseMoment(dayOf(t.period, to).String() + tenPastSeven)
	return housing.QualityAct{
		Kind: housing.Interruption, Service: housing.HotWater, From: began, To: ended,
		Document: "Акт № 31 от " + dayOf(t.period, to).Russian(),
	}
}

// absence is somebody of a flat where no water meter can be put in being away; nobody has no people.
func (t *Town) absence(h *house) (number string, away housing.Absence) {
	const left, returned, applied = 4, 21, 23
	if h.private || h.index >= actsUpTo {
		return "", away
	}
	for a := range t.metered(h) {
		if (a.noMeter || h.noMeters) && a.people > 1 && a.room == 0 {
			return a.number, housing.Absence{
				People: 1, Left: dayOf(t.period, left), Returned: dayOf(t.period, returned), Applied: dayOf(t.period, applied),
				Document: absenceDeed,
			}
		}
	}
	return "", away
}

// failure is the first meter of cold water in the first block that nobody has yet complained of.
func (t *Town) failure(h *house) (a *account, failed *meter, event housing.MeterEvent) {
	const on = 11
	if h.private || h.index > 0 {
		return nil, nil, event
	}
	for a := range t.metered(h) {
		for i := range a.meters {
			if m := &a.meters[i]; m.service == housing.ColdWater && a.room == 0 && !m.verifyBy.Before(t.later(1).First()) {
				return a, m, housing.MeterEvent{Kind: housing.MeterFailed, On: dayOf(t.period, on), Document: failureDeed}
			}
		}
	}
	return nil, nil, event
}

// communal is the flat whose rooms the last accounts of the first block are; no flat has no area.
func (t *Town) communal(h *house) (flat string, area int) {
	for a := range t.of(h) {
		if a.room > 0 {
			flat, area = a.flat, area+a.area
		}
	}
	if flat != "" {
		area += sharedArea
	}
	return flat, area
}

func (t *Town) houseFactsBook() plan {
	managers := t.ofBlocks(func(h *house) []cell {
		return []cell{asText(h.address), asText("УК"), asText(managedSince), asText(managementDeed)}
	})
	decisions := t.ofBlocks(func(h *house) []cell {
		if !h.decides() {
			return nil
		}
		return []cell{
			asText(h.address), asText(housing.CommonColdWater.Russian()), asText("по факту"), asText("собственники"), asText(decidedSince),
			asText(decisionDeed),
		}
	})
	flats := t.ofBlocks(func(h *house) []cell {
		flat, area := t.communal(h)
		if flat == "" {
			return nil
		}
		return []cell{asText(h.address), asText(flat), asNumber(tenths(area)), asText(managedSince), asText(flatDeed)}
	})
	acts := t.ofBlocks(func(h *house) []cell {
		if h.index > 0 {
			return nil
		}
		act := t.outage()
		return []cell{
			asText(h.address), asText(act.Service.Russian()), asText("перерыв"), asText(act.From.Russian()), asText(act.To.Russian()),
			asText(act.Document),
		}
	})
	return plan{
		partner: Office, name: "house_facts.xlsx", format: "kvitok-house-facts-xlsx",
		expect: func(e *ExpectedFile) { accepted(count(managers) + count(decisions) + count(flats) + count(acts))(e) },
		write: book{sheets: filled(
			sheet{
				name: "Управление домами", header: []string{"Адрес дома", "Способ управления", "Действует с", "Документ"},
				widths: []int{38, 20, 13, 44}, rows: managers,
			},
			sheet{
				name:   "Решения собственников",
				header: []string{"Адрес дома", "Услуга", "Способ начисления", "Сверх норматива платят", "Действует с", "Протокол"},
				widths: []int{38, 36, 20, 24, 13, 56}, rows: decisions,
			},
			sheet{
				name:   "Коммунальные квартиры",
				header: []string{"Адрес дома", "Квартира", "Общая площадь квартиры, м²", "Действует с", "Документ"},
				widths: []int{38, 10, 28, 13, 24}, rows: flats,
			},
			sheet{
				name: "Акты качества", header: []string{"Адрес дома", "Услуга", "Вид нарушения", "Начало", "Окончание", "Документ"},
				widths: []int{38, 28, 20, 18, 18, 28}, rows: acts,
			},
		)}.write,
	}
}

// eventsBook tells what happened in the month; a very small town may have no such event.
func (t *Town) eventsBook() (events plan, some bool) {
	absences := t.ofBlocks(func(h *house) []cell {
		number, away := t.absence(h)
		if number == "" {
			return nil
		}
		return []cell{
			asText(number), asNumber(strconv.Itoa(away.People)), asDate(away.Left), asDate(away.Returned), asDate(away.Applied), asText(away.Document),
		}
	})
	failures := t.ofBlocks(func(h *house) []cell {
		a, m, event := t.failure(h)
		if a == nil {
			return nil
		}
		return []cell{
			asText(a.number), asText(m.service.Russian()), asText(m.serial), asText("вышел из строя"), asDate(event.On), asText(event.Document),
		}
	})
	sheets := filled(
		sheet{
			name:   "Временное отсутствие",
			header: []string{"Лицевой счёт", "Отсутствует", "Выбыл", "Вернулся", "Дата заявления", "Документ"},
			widths: []int{14, 13, 13, 13, 16, 36}, rows: absences,
		},
		sheet{
			name:   "Акты по приборам учёта",
			header: []string{"Лицевой счёт", "Услуга", "Номер прибора", "Событие", "Дата события", "Документ"},
			widths: []int{14, 26, 16, 18, 14, 32}, rows: failures,
		},
	)
	return plan{
		partner: Office, name: "events.xlsx", format: "kvitok-events-xlsx",
		expect: func(e *ExpectedFile) { accepted(count(absences) + count(failures))(e) },
		write:  book{sheets: sheets}.write,
	}, len(sheets) > 0
}

// ofBlocks goes over the blocks of flats; a block without a row gives none.
func (t *Town) ofBlocks(row func(*house) []cell) iter.Seq[[]cell] {
	return func(yield func([]cell) bool) {
		for i := range t.blocks {
			if cells := row(&t.houses[i]); cells != nil && !yield(cells) {
				return
			}
		}
	}
}

// filled leaves out sheets without rows: a small town does not have everything.
func filled(sheets ...sheet) []sheet {
	var kept []sheet
	for _, s := range sheets {
		for range s.rows {
			kept = append(kept, s)
			break
		}
	}
	return kept
}

// yes writes a mark as tables have it.
func yes(v bool) string {
	if v {
		return "да"
	}
	return ""
}

// addFacts puts into a snapshot what the files of this page say.
func (t *Town) addFacts(h *house, s *housing.Snapshot) {
	if h.private {
		return
	}
	s.House.Manager = housing.ManagingCompany
	if h.decides() {
		s.HouseFacts = append(s.HouseFacts, housing.HouseFacts{
			Service: housing.CommonColdWater, Method: housing.CommonFact, AboveNormShared: true,
		})
	}
	if h.index == 0 {
		s.QualityActs = append(s.QualityActs, t.outage())
	}
	t.addIncidents(h, s)
	t.addBenefits(h, s)
	if number, area := t.communal(h); number != "" {
		flat := housing.CommunalFlat{Flat: number}
		people := housing.CommunalPeople{Valid: t.period.Interval(), Area: tenth(area)}
		for i := range s.Accounts {
			takeRoom(&s.Accounts[i], &flat, &people)
		}
		flat.Occupancy = []housing.CommunalPeople{people}
		s.CommunalFlats = append(s.CommunalFlats, flat)
	}
	if h.heatApart {
		s.HouseFacts = append(s.HouseFacts, housing.HouseFacts{Service: housing.Heating})
	}
}

// addIncidents tells who was away and which meter failed.
func (t *Town) addIncidents(h *house, s *housing.Snapshot) {
	away, absence := t.absence(h)
	broken, failed, event := t.failure(h)
	for i := range s.Accounts {
		a := &s.Accounts[i]
		if a.Number == away {
			a.Absences = append(a.Absences, absence)
		}
		if broken == nil || broken.number != a.Number {
			continue
		}
		for j := range a.Meters {
			if a.Meters[j].Serial == failed.serial {
				a.Meters[j].Events = append(a.Meters[j].Events, event)
			}
		}
	}
}

// takeRoom adds a room to its flat, and gives the flat the meter that its rooms share.
func takeRoom(a *housing.AccountFacts, flat *housing.CommunalFlat, people *housing.CommunalPeople) {
	if a.Premises.Kind != housing.Room {
		return
	}
	o := &a.Occupancy[0]
	if people.People += o.People; o.People == 0 {
		people.People += o.Owners
	}
	people.Rooms, _ = people.Rooms.Add(o.Area) // two areas of flats
	var own []housing.MeterFacts
	for _, m := range a.Meters {
		if m.Service == housing.Electricity {
			flat.Meters = append(flat.Meters, m)
		} else {
			own = append(own, m)
		}
	}
	a.Meters = own
}
