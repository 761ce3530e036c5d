package correcting

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// layers puts the late facts over a snapshot, one cause after another.
type layers struct {
	in      Input
	without map[string]string // accounts whose facts are left as they were
	to      *housing.Snapshot // the base so far
	at      map[int64]int     // accounts of to by id
	fresh   map[int64]*housing.AccountFacts
	facts   map[string][]housing.CorrectionFact // of the layer at hand, by account
	house   []housing.CorrectionFact            // of the layer at hand
}

func newLayers(in Input, without map[string]string) *layers {
	l := &layers{in: in, without: without, fresh: map[int64]*housing.AccountFacts{}}
	copied := *in.Base
	copied.Accounts = slices.Clone(in.Base.Accounts)
	for i := range copied.Accounts {
		copied.Accounts[i].Meters = slices.Clone(copied.Accounts[i].Meters)
	}
	l.to = &copied
	for i := range in.Fresh.Accounts {
		l.fresh[in.Fresh.Accounts[i].ID] = &in.Fresh.Accounts[i]
	}
	l.index()
	return l
}

func (l *layers) index() {
	l.at = make(map[int64]int, len(l.to.Accounts))
	for i := range l.to.Accounts {
		l.at[l.to.Accounts[i].ID] = i
	}
}

// all makes the steps of the causes that there are.
func (l *layers) all() []step {
	var steps []step
	for _, layer := range []struct {
		cause housing.CorrectionCause
		put   func()
	}{
		{housing.LateHouse, l.ofHouse},
		{housing.LateTariff, l.tariffs},
		{housing.LateNorm, l.norms},
		{housing.LateAccount, l.openedAndClosed},
		{housing.LateService, l.services},
		{housing.LateArea, func() { l.occupancies(true) }},
		{housing.LatePeople, l.people},
		{housing.LateMeter, l.meters},
		{housing.LateReading, func() { l.readings(false) }},
		{housing.LateEstimate, func() { l.readings(true) }},
		{housing.LateEarlier, l.earlier}, // of readings that begin later it asks less
		{housing.LateAbsence, l.absences},
		{housing.LateViolation, l.violations},
		{housing.LateQuality, l.qualityActs},
		{housing.LateYear, l.year},
		{housing.LateBenefit, l.benefits},
	} {
		l.facts, l.house = map[string][]housing.CorrectionFact{}, nil
		layer.put()
		if len(l.facts) == 0 && len(l.house) == 0 {
			continue
		}
		stands := *l.to
		stands.Accounts = slices.Clone(l.to.Accounts)
		for i := range stands.Accounts {
			stands.Accounts[i].Meters = slices.Clone(stands.Accounts[i].Meters)
		}
		steps = append(steps, step{layer.cause, &stands, l.house, l.facts})
	}
	return steps
}

// note keeps facts about an account; without any text the account still counts as concerned.
func (l *layers) note(account string, facts ...housing.CorrectionFact) {
	l.facts[account] = append(l.facts[account], facts...)
}

// each gives the accounts that both sides have, and that are not left out.
func (l *layers) each(do func(to, fresh *housing.AccountFacts)) {
	for i := range l.to.Accounts {
		to := &l.to.Accounts[i]
		if _, left := l.without[to.Number]; left {
			continue
		}
		if fresh := l.fresh[to.ID]; fresh != nil {
			do(to, fresh)
		}
	}
}

// earlier takes over volumes of earlier months that were corrected.
func (l *layers) earlier() {
	byMeter := map[int64][]housing.MonthVolume{}
	for _, v := range l.in.Corrected {
		byMeter[v.Meter] = append(byMeter[v.Meter], v.MonthVolume)
	}
	for i := range l.to.Accounts {
		a := &l.to.Accounts[i]
		for j := range a.Meters {
			history, changed := patched(a.Meters[j].History, byMeter[a.Meters[j].ID])
			if len(changed) == 0 {
				continue
			}
			a.Meters[j].History = history
			l.note(a.Number, housing.CorrectionFact{Text: "пересчитан объём за " + strings.Join(changed, ", ") + ", ИПУ № " + a.Meters[j].Serial})
		}
	}
}

// patched puts corrected months over a history, and names those that differ.
func patched(history, corrected []housing.MonthVolume) (list []housing.MonthVolume, changed []string) {
	list = history
	for _, v := range corrected {
		at := slices.IndexFunc(list, func(h housing.MonthVolume) bool { return h.Period == v.Period && h.Zone == v.Zone })
		if at < 0 || list[at].Metered == v.Metered && list[at].Volume.Cmp(v.Volume) == 0 {
			continue
		}
		if len(changed) == 0 {
			list = slices.Clone(list)
		}
		list[at] = v.After(list[at])
		if name := v.Period.Russian(); !slices.Contains(changed, name) {
			changed = append(changed, name)
		}
	}
	return list, changed
}

// ofHouse takes over facts of the house as a whole. How many people it has is counted from its accounts:
// where one of them corrects its own charges only, the house keeps the number that it had.
func (l *layers) ofHouse() {
	fresh := l.in.Fresh
	house := fresh.House
	was := l.to.House
	if house.Area.Cmp(was.Area) != 0 || house.Common.Cmp(was.Common) != 0 || house.Kind != was.Kind || house.Manager != was.Manager {
		l.house = append(l.house, housing.CorrectionFact{Text: "сведения о доме: площадь " + house.Area.Russian() + " м², общее имущество " +
			house.Common.Russian() + " м²", Source: house.Source})
		l.to.House.Area, l.to.House.Common, l.to.House.Kind, l.to.House.Manager = house.Area, house.Common, house.Kind, house.Manager
	}
	if l.in.Scope == WholeHouse && house.People != was.People {
		l.house = append(l.house, housing.CorrectionFact{Text: "в доме проживает " + count(house.People)})
		l.to.House.People = house.People
	}
	replace(l, &l.to.HouseMeters, fresh.HouseMeters, houseVolumeKind())
	replace(l, &l.to.Containers, fresh.Containers, containerKind())
	replace(l, &l.to.WasteYears, fresh.WasteYears, wasteYearKind())
	replace(l, &l.to.HouseFacts, l.houseFacts(), houseFactKind())
}

// houseFacts are the fresh ones with what the base knew of earlier months.
func (l *layers) houseFacts() []housing.HouseFacts {
	list := slices.Clone(l.in.Fresh.HouseFacts)
	for i := range list {
		at := slices.IndexFunc(l.to.HouseFacts, func(f housing.HouseFacts) bool { return f.Service == list[i].Service })
		if at >= 0 {
			list[i].History, list[i].Carried = l.to.HouseFacts[at].History, l.to.HouseFacts[at].Carried
		}
	}
	return list
}

// replace takes a list of facts of the house over where it differs.
func replace[T any](l *layers, to *[]T, fresh []T, of kind[T]) {
	facts, differ := of.compare(l.to.Period, *to, fresh)
	if differ {
		*to = fresh
		l.house = append(l.house, facts...)
	}
}

func (l *layers) tariffs() {
	replace(l, &l.to.Tariffs, l.in.Fresh.Tariffs, tariffKind())
	replace(l, &l.to.Ranges, l.in.Fresh.Ranges, consumptionRangeKind())
}

func (l *layers) norms() { replace(l, &l.to.Norms, l.in.Fresh.Norms, normKind()) }

// qualityActs concern all accounts, or those that they name: an account is not told of those of its neighbours.
func (l *layers) qualityActs() {
	was, now, of := l.to.QualityActs, l.in.Fresh.QualityActs, qualityActKind()
	l.house, _ = of.compare(l.to.Period, actsOf(was, ""), actsOf(now, ""))
	var named []string
	for _, act := range append(of.onlyIn(l.to.Period, was, now), of.onlyIn(l.to.Period, now, was)...) {
		named = append(named, act.Accounts...)
	}
	slices.Sort(named)
	for _, account := range slices.Compact(named) {
		facts, _ := of.compare(l.to.Period, actsOf(was, account), actsOf(now, account))
		l.note(account, append(facts, l.house...)...)
	}
	l.to.QualityActs = now
}

// actsOf are the acts that name an account; with no account those that name none.
func actsOf(list []housing.QualityAct, account string) (acts []housing.QualityAct) {
	for i := range list {
		if len(list[i].Accounts) == 0 && account == "" || slices.Contains(list[i].Accounts, account) {
			acts = append(acts, list[i])
		}
	}
	return acts
}
