package store

import (
	"cmp"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Facts of accounts and their meters. The arguments of each query are the spans of the accounts (or the
// meters), and the first days of the month and of the next one. Rows between them are passed over.

func (l *completer) accountArgs() []any { return []any{l.spans.first, l.spans.last, l.first, l.next} }

// ofAccounts goes from the spans to the rows of a table that last into the month, see inSpan.
func ofAccounts(table string) string {
	return "unnest($1::bigint[], $2::bigint[]) AS g(first, last),\n    LATERAL (SELECT * FROM " + table +
		" WHERE valid && daterange($3::date, $4::date) AND account_id " + inSpan + ") x JOIN sources s ON s.id = x.source_id"
}

// account is that of an id, nil for one that is not asked for.
func (l *completer) account(id int64) *housing.AccountFacts {
	place, found := l.byAccount[id]
	if !found {
		return nil
	}
	return place.account()
}

func (l *completer) stays() completion {
	sql := `
SELECT x.account_id, x.since, x.until, x.people, x.document, ` + sourceColumns + `x.source_pos
FROM ` + ofAccounts("stays") + ` ORDER BY x.account_id, x.since, x.document`
	var account int64
	var v housing.Stay
	into := append([]any{&account, &v.Valid.From, &v.Valid.To, &v.People, &v.Document}, sourceTargets(&v.Source)...)
	return completion{sql, l.accountArgs(), into, func() error {
		if a := l.account(account); a != nil {
			a.Stays = append(a.Stays, v)
		}
		return nil
	}}
}

func (l *completer) absences() completion {
	sql := `
SELECT x.account_id, x.since, x.until, x.people, x.applied, x.emergency, x.document, ` + sourceColumns + `x.source_pos
FROM ` + ofAccounts("absences") + ` ORDER BY x.account_id, x.since, x.document`
	var account int64
	var v housing.Absence
	into := append([]any{&account, &v.Left, &v.Returned, &v.People, &v.Applied, &v.Emergency, &v.Document}, sourceTargets(&v.Source)...)
	return completion{sql, l.accountArgs(), into, func() error {
		if a := l.account(account); a != nil {
			a.Absences = append(a.Absences, v)
		}
		return nil
	}}
}

func (l *completer) violations() completion {
	sql := `
SELECT x.account_id, x.kind, x.service, x.since, x.until, x.found, x.power::text, x.document, ` + sourceColumns + `x.source_pos
FROM ` + ofAccounts("violations") + ` ORDER BY x.account_id, x.since, x.kind, x.service`
	var account int64
	var v housing.Violation
	into := append([]any{
		&account, &v.Kind, &v.Service, &v.Valid.From, &v.Valid.To, &v.Found, &v.Power, &v.Document,
	}, sourceTargets(&v.Source)...)
	return completion{sql, l.accountArgs(), into, func() error {
		if a := l.account(account); a != nil {
			a.Violations = append(a.Violations, v)
		}
		return nil
	}}
}

// wasteShares are read in the month that corrects their year.
func (l *completer) wasteShares() completion {
	const sql = `
SELECT x.account_id, x.year, x.weight::text, x.charged, ` + sourceColumns + `x.source_pos
FROM waste_shares x JOIN accounts a ON a.id = x.account_id
JOIN waste_years y ON y.house_id = a.house_id AND y.year = x.year AND y.period = $2
JOIN sources s ON s.id = x.source_id
WHERE a.house_id = ANY($1) AND $3::date IS NOT NULL ORDER BY x.account_id, x.year`
	var account int64
	var v housing.WasteShare
	into := append([]any{&account, &v.Year, &v.Weight, &v.Charged}, sourceTargets(&v.Source)...)
	return completion{sql, l.houseArgs(), into, func() error {
		if a := l.account(account); a != nil {
			a.WasteShares = append(a.WasteShares, v)
		}
		return nil
	}}
}

// distributors are those of the year before, read in the month of its correction.
func (l *completer) distributors() completion {
	const sql = `
SELECT x.account_id, x.year, x.value::text, ` + sourceColumns + `x.source_pos
FROM distributor_shares x JOIN sources s ON s.id = x.source_id WHERE x.account_id = ANY($1) AND x.year = $2 ORDER BY x.account_id`
	var account int64
	var v housing.DistributorShare
	into := append([]any{&account, &v.Year, &v.Value}, sourceTargets(&v.Source)...)
	return completion{sql, []any{l.accounts, l.Period.Year() - 1}, into, func() error {
		a := l.byAccount[account].account()
		a.Distributors = append(a.Distributors, v)
		return nil
	}}
}

// specialMeters are those common to a communal flat, and those that stand in the place of another.
func (l *completer) specialMeters() completion {
	const sql = `
SELECT m.id, m.common, m.replaces FROM unnest($1::bigint[], $2::bigint[]) AS g(first, last),
    LATERAL (SELECT * FROM meters WHERE (common OR replaces <> '') AND account_id ` + inSpan + `) m`
	var id int64
	var common bool
	var replaces string
	return completion{sql, []any{l.spans.first, l.spans.last}, []any{&id, &common, &replaces}, func() error {
		if m := l.meter(id); m != nil {
			m.Replaces = replaces
			l.common[id] = common
		}
		return nil
	}}
}

// meterEvents are those that last into the month.
func (l *completer) meterEvents() completion {
	const sql = `
SELECT x.meter_id, x.kind, x.since, x.until, x.document, ` + sourceColumns + `x.source_pos
FROM unnest($1::bigint[], $2::bigint[]) AS g(first, last),
    LATERAL (SELECT * FROM meter_events WHERE since < $4 AND (until IS NULL OR until > $3) AND meter_id ` + inSpan + `) x
JOIN sources s ON s.id = x.source_id ORDER BY x.meter_id, x.since, x.kind`
	var id int64
	var e housing.MeterEvent
	into := append([]any{&id, &e.Kind, &e.On, &e.To, &e.Document}, sourceTargets(&e.Source)...)
	return completion{sql, []any{l.meterSpans.first, l.meterSpans.last, l.first, l.next}, into, func() error {
		if m := l.meter(id); m != nil {
			m.Events = append(m.Events, e)
		}
		return nil
	}}
}

// meterVolumes are what each of several meters of one service was charged for in the year before, what
// charges do not tell. They take the place of what charges seemed to tell.
func (l *completer) meterVolumes() completion {
	const sql = `
SELECT meter_id, zone, period, volume::text, metered FROM meter_volumes
WHERE house_id = ANY($1) AND period >= $4 AND period < $2 AND $3::date IS NOT NULL ORDER BY meter_id, period, zone COLLATE "C"`
	var id int64
	var v housing.MonthVolume
	year := l.Period - monthsOfYear
	return completion{sql, l.houseArgs(year.First()), []any{&id, &v.Zone, &v.Period, &v.Volume, &v.Metered}, func() error {
		m := l.meter(id)
		if m == nil || l.EvenHeating && m.Service == housing.Heating {
			return nil
		}
		m.History = slices.DeleteFunc(m.History, func(h housing.MonthVolume) bool { return h.Period == v.Period && h.Zone == v.Zone })
		m.History = append(m.History, v)
		slices.SortStableFunc(m.History, func(a, b housing.MonthVolume) int {
			return cmp.Or(int(a.Period)-int(b.Period), cmp.Compare(a.Zone, b.Zone))
		})
		return nil
	}}
}

// correctedVolumes are what closed months came to after their corrections. They take the place of what was
// charged then, so that a reading is never compared with a volume that nobody owes any more.
func (l *completer) correctedVolumes() completion {
	const sql = `
SELECT meter_id, zone, period, volume::text, metered FROM corrected_volumes
WHERE house_id = ANY($1) AND period >= $4 AND period < $2 AND $3::date IS NOT NULL ORDER BY meter_id, period, zone COLLATE "C"`
	var id int64
	var v housing.MonthVolume
	year := l.Period - monthsOfYear
	return completion{sql, l.houseArgs(year.First()), []any{&id, &v.Zone, &v.Period, &v.Volume, &v.Metered}, func() error {
		m := l.meter(id)
		if m == nil {
			return nil
		}
		for i := range m.History {
			if h := &m.History[i]; h.Period == v.Period && h.Zone == v.Zone {
				*h = v.After(*h)
			}
		}
		return nil
	}}
}
