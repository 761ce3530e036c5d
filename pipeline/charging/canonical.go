package charging

import (
	"cmp"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// sortFacts puts the lists of optional facts into the order of their keys; an absent list stays
// absent, so that a snapshot without them keeps its bytes.
func sortFacts(s *housing.Snapshot) {
	s.Ranges = inOrder(s.Ranges, func(a, b housing.ConsumptionRange) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Category, b.Category), cmp.Compare(a.House, b.House),
			cmp.Compare(a.Range, b.Range), cmpInterval(a.Valid, b.Valid), a.UpTo.Cmp(b.UpTo))
	})
	s.CommunalFlats = inOrder(s.CommunalFlats, func(a, b housing.CommunalFlat) int { return cmp.Compare(a.Flat, b.Flat) })
	for i := range s.CommunalFlats {
		f := &s.CommunalFlats[i]
		f.Occupancy = sorted(f.Occupancy, func(a, b housing.CommunalPeople) int { return cmpInterval(a.Valid, b.Valid) })
		f.Meters = inOrder(f.Meters, cmpMeter)
		sortMeters(f.Meters)
	}
	s.QualityActs = inOrder(s.QualityActs, cmpAct)
	for i := range s.QualityActs {
		s.QualityActs[i].Accounts = inOrder(s.QualityActs[i].Accounts, cmp.Compare[string])
	}
	s.Containers = inOrder(s.Containers, cmpContainer)
	s.WasteYears = inOrder(s.WasteYears, func(a, b housing.WasteYear) int { return cmp.Compare(a.Year, b.Year) })
}

// sortAccountFacts does the same for one account.
func sortAccountFacts(a *housing.AccountFacts) {
	a.Stays = inOrder(a.Stays, func(x, y housing.Stay) int {
		return cmp.Or(cmpInterval(x.Valid, y.Valid), cmp.Compare(x.People, y.People), cmp.Compare(x.Document, y.Document))
	})
	a.Absences = inOrder(a.Absences, cmpAbsence)
	a.Violations = inOrder(a.Violations, func(x, y housing.Violation) int {
		return cmp.Or(cmp.Compare(x.Service, y.Service), cmpInterval(x.Valid, y.Valid), cmp.Compare(x.Kind, y.Kind),
			cmp.Compare(x.Document, y.Document))
	})
	a.Benefits = inOrder(a.Benefits, cmpBenefit)
	a.WasteShares = inOrder(a.WasteShares, func(x, y housing.WasteShare) int { return cmp.Compare(x.Year, y.Year) })
}

// sortMeters does the same for the lists of meters.
func sortMeters(meters []housing.MeterFacts) {
	for i := range meters {
		m := &meters[i]
		m.Events = inOrder(m.Events, cmpEvent)
		m.History = inOrder(m.History, cmpVolume)
		m.Zones = inKeys(m.Zones, cmpZone)
	}
}

func cmpMeter(x, y housing.MeterFacts) int {
	return cmp.Or(cmp.Compare(x.Service, y.Service), cmp.Compare(x.Serial, y.Serial))
}

func cmpEvent(x, y housing.MeterEvent) int {
	return cmp.Or(x.On.Cmp(y.On), x.To.Cmp(y.To), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Document, y.Document))
}

func cmpVolume(x, y housing.MonthVolume) int {
	return cmp.Or(cmp.Compare(x.Period, y.Period), cmp.Compare(x.Zone, y.Zone), x.Volume.Cmp(y.Volume), x.Unread.Cmp(y.Unread))
}

func cmpZone(x, y housing.Zone) int { return zoneIndex(x) - zoneIndex(y) }

func cmpOccupancy(x, y housing.Occupancy) int { return cmpInterval(x.Valid, y.Valid) }

func cmpService(x, y housing.AccountService) int {
	return cmp.Or(cmp.Compare(x.Service, y.Service), cmpInterval(x.Valid, y.Valid), cmp.Compare(x.Payee, y.Payee))
}

func cmpAbsence(a, b housing.Absence) int {
	return cmp.Or(a.Left.Cmp(b.Left), a.Returned.Cmp(b.Returned), cmp.Compare(a.People, b.People),
		cmp.Compare(a.Document, b.Document))
}

func cmpAct(a, b housing.QualityAct) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmpMoment(a.From, b.From), cmpMoment(a.To, b.To),
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Document, b.Document), a.Measured.Cmp(b.Measured))
}

func cmpContainer(a, b housing.WasteContainer) int {
	return cmp.Or(a.Capacity.Cmp(b.Capacity), cmp.Compare(a.Count, b.Count), cmp.Compare(a.Removals, b.Removals),
		cmp.Compare(a.Document, b.Document))
}

func cmpMoment(a, b housing.Moment) int {
	return cmp.Or(a.Date().Cmp(b.Date()), cmp.Compare(a.Minute(), b.Minute()))
}

// inOrder is a sorted copy, none where there is none.
func inOrder[T any](list []T, by func(a, b T) int) []T {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, by)
	return list
}
