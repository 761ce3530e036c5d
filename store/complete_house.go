package store

import (
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Facts of a house as a whole. The first arguments of each query are the houses and the first days of
// the month and of the next one.

const inMonth = `valid && daterange($2::date, $3::date)`

func (l *completer) houseArgs(more ...any) []any {
	return append([]any{l.houses, l.first, l.next}, more...)
}

func (l *completer) managers() completion {
	// The manager of the end of the month: who manages then, bills it.
	const sql = `
SELECT DISTINCT ON (house_id) house_id, manager FROM house_managers
WHERE house_id = ANY($1) AND ` + inMonth + ` ORDER BY house_id, lower(valid) DESC`
	var house int64
	var manager housing.Manager
	return completion{sql, l.houseArgs(), []any{&house, &manager}, func() error {
		l.byHouse[house].snapshot.House.Manager = manager
		return nil
	}}
}

func (l *completer) decisions() completion {
	const sql = `
SELECT DISTINCT ON (d.house_id, d.service) d.house_id, d.service, d.method, d.above_norm_shared, ` + sourceColumns + `d.source_pos
FROM house_decisions d JOIN sources s ON s.id = d.source_id
WHERE d.house_id = ANY($1) AND d.` + inMonth + ` ORDER BY d.house_id, d.service, lower(d.valid) DESC`
	var house int64
	var f housing.HouseFacts
	into := append([]any{&house, &f.Service, &f.Method, &f.AboveNormShared}, sourceTargets(&f.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		to := l.byHouse[house].factsOf(f.Service)
		to.Method, to.AboveNormShared, to.Source = f.Method, f.AboveNormShared, f.Source
		return nil
	}}
}

// equipment gives a house meter that reads itself to what the common property takes of its resource.
func (l *completer) equipment() completion {
	const sql = `
SELECT DISTINCT ON (e.house_id, e.service) e.house_id, e.service, e.automatic, e.open_system, e.norm_before_2012,
    ` + sourceColumns + `e.source_pos
FROM house_equipment e JOIN sources s ON s.id = e.source_id
WHERE e.house_id = ANY($1) AND e.` + inMonth + ` ORDER BY e.house_id, e.service, lower(e.valid) DESC`
	var house int64
	var f housing.HouseFacts
	into := append([]any{&house, &f.Service, &f.Automatic, &f.OpenSystem, &f.NormBefore2012}, sourceTargets(&f.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		h := l.byHouse[house]
		if f.OpenSystem || f.NormBefore2012 {
			to := h.factsOf(f.Service)
			to.OpenSystem, to.NormBefore2012, to.Source = f.OpenSystem, f.NormBefore2012, f.Source
		}
		for _, service := range housing.Services() {
			if f.Automatic && service.Resource() == f.Service {
				h.factsOf(service).Automatic = true
			}
		}
		return nil
	}}
}

func (l *completer) failures() completion {
	const sql = `
SELECT f.house_id, f.service, f.since, ` + sourceColumns + `f.source_pos
FROM house_meter_failures f JOIN sources s ON s.id = f.source_id
WHERE f.house_id = ANY($1) AND f.` + inMonth + ` ORDER BY f.house_id, f.service, f.since DESC`
	var house int64
	var f housing.HouseFacts
	into := append([]any{&house, &f.Service, &f.BrokenFrom}, sourceTargets(&f.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		to := l.byHouse[house].factsOf(f.Service)
		to.BrokenFrom, to.Source = f.BrokenFrom, f.Source
		return nil
	}}
}

// lookBack is the first month that rules look back at: January of the year before.
func (l *completer) lookBack() housing.Period {
	p := l.Period
	for p.Month() != time.January {
		p--
	}
	return p - monthsOfYear
}

const monthsOfYear = 12

// months reads what is known of a month beside its volumes, of this one and of those before.
func (l *completer) months() completion {
	const sql = `
SELECT m.house_id, m.period, m.service, m.outside::text, m.production::text, m.heating_days, m.outdoor::text, m.people,
    ` + sourceColumns + `m.source_pos
FROM house_months m JOIN sources s ON s.id = m.source_id
WHERE m.house_id = ANY($1) AND m.period < $3 AND m.period >= $4 AND $2::date IS NOT NULL ORDER BY m.house_id, m.period, m.service`
	var m housing.HouseMonthEntry
	var house int64
	into := append([]any{
		&house, &m.Period, &m.Service, &m.Outside, &m.Production, &m.HeatingDays, &m.Outdoor, &m.People,
	}, sourceTargets(&m.Source)...)
	return completion{sql, l.houseArgs(l.lookBack().First()), into, func() error {
		h := l.byHouse[house]
		if m.Period < l.Period {
			if m.Service == housing.Heating { // production and the weather belong to its volume
				past := h.monthOf(m.Service, m.Period)
				past.HeatingDays, past.Outdoor = m.HeatingDays, m.Outdoor
				return less(&past.Volume, m.Production)
			}
			return nil
		}
		if m.Service == housing.SolidWaste {
			h.people = m.People
			return nil
		}
		to := h.factsOf(m.Service)
		to.Outside, to.Production, to.Source = m.Outside, m.Production, m.Source
		to.HeatingDays, to.Outdoor = m.HeatingDays, m.Outdoor
		return nil
	}}
}

func less(volume *housing.Decimal, by housing.Decimal) (err error) {
	if by.Sign() != 0 {
		*volume, err = volume.Sub(by)
	}
	return err
}

func (l *completer) made() completion {
	const sql = `
SELECT m.house_id, m.service, m.resource, m.volume::text, ` + sourceColumns + `m.source_pos
FROM house_made m JOIN sources s ON s.id = m.source_id
WHERE m.house_id = ANY($1) AND m.period = $2 AND $3::date IS NOT NULL ORDER BY m.house_id, m.service, m.resource`
	var house int64
	var service housing.Service
	var m housing.MadeOf
	into := append([]any{&house, &service, &m.Resource, &m.Volume}, sourceTargets(&m.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		f := l.byHouse[house].factsOf(service)
		f.Made = append(f.Made, m)
		return nil
	}}
}

// volumes are those of the house meters in earlier months. They are read after the results of our runs.
func (l *completer) volumes() completion {
	const sql = `
SELECT v.house_id, v.period, v.service, v.volume::text, ` + sourceColumns + `v.source_pos
FROM house_volumes v JOIN sources s ON s.id = v.source_id
WHERE v.house_id = ANY($1) AND v.period < $2 AND v.period >= $4 AND $3::date IS NOT NULL
ORDER BY v.house_id, v.period, v.service, v.serial`
	var house int64
	var service housing.Service
	var m housing.HouseMonth
	into := append([]any{&house, &m.Period, &service, &m.Volume}, sourceTargets(&m.Source)...)
	return completion{sql, l.houseArgs(l.lookBack().First()), into, func() error {
		h, key := l.byHouse[house], houseMonthKey{service, m.Period}
		if counted, replaced := h.counted[key]; replaced && !counted {
			return nil // its meter was broken, whatever a file says it showed
		}
		h.counted[key] = true
		to := h.monthOf(service, m.Period)
		to.Source = m.Source
		sum, err := to.Volume.Add(m.Volume)
		to.Volume = sum
		return err
	}}
}

// results are what runs of earlier months left: of the common property its volumes and what is carried on
// from the latest of them, of a resource what stood for its broken meter.
func (l *completer) results() completion {
	const sql = `
SELECT house_id, period, service, known, volume::text, carried::text FROM house_results
WHERE house_id = ANY($1) AND period < $2 AND period >= $4 AND $3::date IS NOT NULL ORDER BY house_id, period, service`
	var house int64
	var service housing.Service
	var period housing.Period
	var known bool
	var volume, carried housing.Decimal
	return completion{
		sql, l.houseArgs(l.lookBack().First()),
		[]any{&house, &period, &service, &known, &volume, &carried},
		func() error {
			h := l.byHouse[house]
			if service.Resource() == "" {
				h.counted[houseMonthKey{service, period}] = false
				h.monthOf(service, period).Volume = volume
				return nil
			}
			if carried.Sign() != 0 || h.facts[service] != nil {
				h.factsOf(service).Carried = carried
			}
			if known {
				h.counted[houseMonthKey{service, period}] = true
				h.monthOf(service, period).Volume = volume
			}
			return nil
		},
	}
}

func (l *completer) ranges() completion {
	const sql = `
SELECT COALESCE(r.house_id, 0), r.service, r.range_no, r.up_to::text, r.base, r.least::text, r.whole, r.category, lower(r.valid), upper(r.valid),
    r.document, ` + sourceColumns + `r.source_pos
FROM ranges r JOIN sources s ON s.id = r.source_id
WHERE r.organisation_id = $4 AND (r.house_id IS NULL OR r.house_id = ANY($1)) AND r.` + inMonth + `
ORDER BY r.service, r.category, r.range_no, r.house_id NULLS FIRST, lower(r.valid)`
	var house int64
	var r housing.ConsumptionRange
	into := append([]any{
		&house, &r.Service, &r.Range, &r.UpTo, &r.Base, &r.Least, &r.Whole, &r.Category, &r.Valid.From, &r.Valid.To, &r.Document,
	}, sourceTargets(&r.Source)...)
	return completion{sql, l.houseArgs(l.Organisation), into, func() error {
		for _, s := range l.all {
			if house == 0 || house == s.House.ID {
				if r.House = ""; house != 0 {
					r.House = s.House.Address
				}
				s.Ranges = append(s.Ranges, r)
			}
		}
		return nil
	}}
}

func (l *completer) containers() completion {
	const sql = `
SELECT c.house_id, c.capacity::text, c.count, c.removals, c.document, ` + sourceColumns + `c.source_pos
FROM waste_containers c JOIN sources s ON s.id = c.source_id
WHERE c.house_id = ANY($1) AND c.period = $2 AND $3::date IS NOT NULL ORDER BY c.house_id, c.capacity, c.document`
	var house int64
	var c housing.WasteContainer
	into := append([]any{&house, &c.Capacity, &c.Count, &c.Removals, &c.Document}, sourceTargets(&c.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		s := l.byHouse[house].snapshot
		s.Containers = append(s.Containers, c)
		return nil
	}}
}

func (l *completer) wasteYears() completion {
	const sql = `
SELECT w.house_id, w.year, w.cost, w.weight::text, w.document, ` + sourceColumns + `w.source_pos
FROM waste_years w JOIN sources s ON s.id = w.source_id
WHERE w.house_id = ANY($1) AND w.period = $2 AND $3::date IS NOT NULL ORDER BY w.house_id, w.year`
	var house int64
	var w housing.WasteYear
	into := append([]any{&house, &w.Year, &w.Cost, &w.Weight, &w.Document}, sourceTargets(&w.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		s := l.byHouse[house].snapshot
		s.WasteYears = append(s.WasteYears, w)
		return nil
	}}
}

func (l *completer) qualityActs() completion {
	const sql = `
SELECT q.house_id, q.kind, q.service, to_char(q.began, 'YYYY-MM-DD"T"HH24:MI'), to_char(q.ended, 'YYYY-MM-DD"T"HH24:MI'),
    q.measured::text, q.corner, q.accident, q.sources, q.document,
    ARRAY(SELECT a.number FROM accounts a WHERE a.id = ANY(q.accounts) ORDER BY a.number COLLATE "C"), ` + sourceColumns + `q.source_pos
FROM quality_acts q JOIN sources s ON s.id = q.source_id
WHERE q.house_id = ANY($1) AND q.began < $3::date AND q.ended > $2::date ORDER BY q.house_id, q.service, q.began, q.ended, q.document`
	var house int64
	var began, ended string
	var accounts []string
	var a housing.QualityAct
	into := append([]any{
		&house, &a.Kind, &a.Service, &began, &ended, &a.Measured, &a.Corner, &a.Accident, &a.Sources, &a.Document, &accounts,
	}, sourceTargets(&a.Source)...)
	return completion{sql, l.houseArgs(), into, func() (err error) {
		if a.From, err = housing.ParseMoment(began); err != nil {
			return err
		}
		if a.To, err = housing.ParseMoment(ended); err != nil {
			return err
		}
		act := a
		if act.Accounts = nil; len(accounts) > 0 {
			act.Accounts = append(act.Accounts, accounts...)
		}
		s := l.byHouse[house].snapshot
		s.QualityActs = append(s.QualityActs, act)
		return nil
	}}
}
