package correcting

import (
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// openedAndClosed adds accounts that were opened late, takes out those that were closed before the month
// or moved to another house, and takes over first and last days.
func (l *layers) openedAndClosed() {
	known := map[int64]bool{}
	l.to.Accounts = slices.DeleteFunc(l.to.Accounts, func(a housing.AccountFacts) bool {
		known[a.ID] = true
		_, left := l.without[a.Number]
		if left || l.fresh[a.ID] != nil {
			return false
		}
		l.note(a.Number, housing.CorrectionFact{Text: "лицевого счёта в этом месяце нет", Source: a.Source})
		return true
	})
	for i := range l.in.Fresh.Accounts {
		a := &l.in.Fresh.Accounts[i]
		if _, left := l.without[a.Number]; left || known[a.ID] {
			continue
		}
		l.to.Accounts = append(l.to.Accounts, *a)
		l.note(a.Number, housing.CorrectionFact{Text: "лицевой счёт открыт с " + a.Opened.Russian(), Source: a.Source})
	}
	l.index()
	month := l.to.Period.Interval()
	inside := func(d housing.Date) housing.Date { // days outside the month change nothing in it
		if d.IsZero() || d.Before(month.From) || d.After(month.To) {
			return housing.Date{}
		}
		return d
	}
	l.each(func(to, fresh *housing.AccountFacts) {
		if inside(to.Opened) == inside(fresh.Opened) && inside(to.Closed) == inside(fresh.Closed) && to.Premises.Kind == fresh.Premises.Kind {
			return
		}
		to.Opened, to.Closed, to.Premises = fresh.Opened, fresh.Closed, fresh.Premises
		text := "лицевой счёт открыт с " + fresh.Opened.Russian()
		if !fresh.Closed.IsZero() {
			text += ", закрыт с " + fresh.Closed.Russian()
		}
		l.note(fresh.Number, housing.CorrectionFact{Text: text, Source: fresh.Source})
	})
}

// take takes a list of facts of an account over where it differs.
func take[T any](l *layers, account string, to *[]T, fresh []T, of kind[T]) {
	facts, differ := of.compare(l.to.Period, *to, fresh)
	if differ {
		*to = fresh
		l.note(account, facts...)
	}
}

func (l *layers) services() {
	l.each(func(to, fresh *housing.AccountFacts) { take(l, to.Number, &to.Services, fresh.Services, serviceKind()) })
}

// occupancies takes over those whose area or occupant differs, or the rest: those whose people do.
func (l *layers) occupancies(area bool) {
	l.each(func(to, fresh *housing.AccountFacts) {
		if area && slices.Equal(areas(to.Occupancy), areas(fresh.Occupancy)) {
			return
		}
		take(l, to.Number, &to.Occupancy, fresh.Occupancy, occupancyKind())
	})
	if !area {
		return
	}
	for i := range l.in.Fresh.CommunalFlats { // their rooms share by area and people
		l.flat(&l.in.Fresh.CommunalFlats[i])
	}
}

// areas are areas and occupants one after another, however many people live there meanwhile.
func areas(list []housing.Occupancy) []string {
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = list[i].Area.Trim().String() + " " + string(list[i].Occupant)
	}
	return slices.Compact(texts)
}

func (l *layers) people() {
	l.occupancies(false)
	l.each(func(to, fresh *housing.AccountFacts) { take(l, to.Number, &to.Stays, fresh.Stays, stayKind()) })
}

// flat takes over who lives in a communal flat, and its area.
func (l *layers) flat(fresh *housing.CommunalFlat) {
	at := slices.IndexFunc(l.to.CommunalFlats, func(f housing.CommunalFlat) bool { return f.Flat == fresh.Flat })
	if at < 0 {
		l.to.CommunalFlats = append(slices.Clone(l.to.CommunalFlats), *fresh)
		l.rooms(fresh.Flat, housing.CorrectionFact{Text: "коммунальная квартира № " + fresh.Flat})
		return
	}
	facts, differ := flatPeopleKind().compare(l.to.Period, l.to.CommunalFlats[at].Occupancy, fresh.Occupancy)
	if !differ {
		return
	}
	l.to.CommunalFlats = slices.Clone(l.to.CommunalFlats)
	l.to.CommunalFlats[at].Occupancy = fresh.Occupancy
	l.rooms(fresh.Flat, facts...)
}

// rooms notes facts for all accounts of a communal flat.
func (l *layers) rooms(flat string, facts ...housing.CorrectionFact) {
	for i := range l.to.Accounts {
		if a := &l.to.Accounts[i]; a.Premises.Kind == housing.Room && a.Premises.Flat == flat {
			l.note(a.Number, facts...)
		}
	}
}

// meters takes over the meters themselves, their acts and replacements; a meter that was not known comes
// with its readings.
func (l *layers) meters() {
	l.each(func(to, fresh *housing.AccountFacts) {
		list, facts := l.mergeMeters(to.Meters, fresh.Meters)
		if len(facts) > 0 {
			to.Meters = list
			l.note(to.Number, facts...)
		}
	})
	for i := range l.to.CommunalFlats {
		f := &l.to.CommunalFlats[i]
		at := slices.IndexFunc(l.in.Fresh.CommunalFlats, func(o housing.CommunalFlat) bool { return o.Flat == f.Flat })
		if at < 0 {
			continue
		}
		if list, facts := l.mergeMeters(f.Meters, l.in.Fresh.CommunalFlats[at].Meters); len(facts) > 0 {
			l.to.CommunalFlats = slices.Clone(l.to.CommunalFlats)
			l.to.CommunalFlats[i].Meters = list
			l.rooms(f.Flat, facts...)
		}
	}
}

// mergeMeters are the fresh meters with readings and earlier volumes of the base where it has them.
func (l *layers) mergeMeters(base, fresh []housing.MeterFacts) (list []housing.MeterFacts, facts []housing.CorrectionFact) {
	facts, _ = meterKind().compare(l.to.Period, base, fresh)
	for i := range fresh {
		var known []housing.MeterEvent
		if at := meterAt(base, fresh[i].ID); at >= 0 {
			known = base[at].Events
		}
		acts, _ := meterEventKind(fresh[i].Serial).compare(l.to.Period, known, fresh[i].Events)
		facts = append(facts, acts...)
	}
	if len(facts) == 0 {
		return base, nil
	}
	list = slices.Clone(fresh)
	for i := range list {
		if at := meterAt(base, list[i].ID); at >= 0 {
			list[i].Readings, list[i].History = base[at].Readings, base[at].History
		}
	}
	return list, facts
}

func meterAt(list []housing.MeterFacts, id int64) int {
	return slices.IndexFunc(list, func(m housing.MeterFacts) bool { return m.ID == id })
}

// readings takes over those of the registers that Spread gave readings to, or those of all others.
func (l *layers) readings(estimates bool) {
	l.each(func(to, fresh *housing.AccountFacts) {
		for _, fact := range l.mergeReadings(to.Meters, fresh.Meters, estimates) {
			l.note(to.Number, fact)
		}
	})
	if estimates {
		return
	}
	for i := range l.to.CommunalFlats {
		f := &l.to.CommunalFlats[i]
		at := slices.IndexFunc(l.in.Fresh.CommunalFlats, func(o housing.CommunalFlat) bool { return o.Flat == f.Flat })
		if at < 0 {
			continue
		}
		meters := slices.Clone(f.Meters)
		if facts := l.mergeReadings(meters, l.in.Fresh.CommunalFlats[at].Meters, false); len(facts) > 0 {
			l.to.CommunalFlats = slices.Clone(l.to.CommunalFlats)
			l.to.CommunalFlats[i].Meters = meters
			l.rooms(f.Flat, facts...)
		}
	}
}

func (l *layers) mergeReadings(to, fresh []housing.MeterFacts, estimates bool) (facts []housing.CorrectionFact) {
	for i := range to {
		at := meterAt(fresh, to[i].ID)
		if at < 0 || l.estimated(&fresh[at]) != estimates {
			continue
		}
		of := readingKind()
		if estimates {
			of = spreadReadingKind()
		}
		more, differ := of.compare(l.to.Period, to[i].Readings, fresh[at].Readings)
		if !differ {
			continue
		}
		for j := range more {
			more[j].Text += ", ИПУ № " + to[i].Serial
		}
		to[i].Readings = fresh[at].Readings
		facts = append(facts, more...)
	}
	return facts
}

func (l *layers) estimated(m *housing.MeterFacts) bool {
	return slices.ContainsFunc(m.Zones, func(z housing.Zone) bool { return l.in.Estimates[Register{m.ID, z}] })
}

func (l *layers) absences() {
	l.each(func(to, fresh *housing.AccountFacts) { take(l, to.Number, &to.Absences, fresh.Absences, absenceKind()) })
}

func (l *layers) violations() {
	l.each(func(to, fresh *housing.AccountFacts) {
		take(l, to.Number, &to.Violations, fresh.Violations, violationKind())
	})
}

// year takes over what the yearly correction of the month looks back at.
func (l *layers) year() {
	l.each(func(to, fresh *housing.AccountFacts) {
		take(l, to.Number, &to.WasteShares, fresh.WasteShares, wasteShareKind())
		take(l, to.Number, &to.Distributors, fresh.Distributors, distributorKind())
		take(l, to.Number, &to.Past, fresh.Past, pastKind())
	})
}

func count(n int) string { return strconv.Itoa(n) }
