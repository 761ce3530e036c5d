package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (l *factLoader) loadMeters(ctx context.Context) error {
	const sql = `
SELECT m.account_id, m.id, m.serial, m.service, m.zones, m.digits, m.commissioned, m.verify_by, m.closed, m.` + sourceRef + `m.source_pos
FROM meters m WHERE (m.closed IS NULL OR m.closed >= @month) AND (m.commissioned IS NULL OR m.commissioned < @next) AND m.account_id`
	zones := [][]housing.Zone{Zones(0), Zones(1), Zones(2), Zones(3)}
	count := 0
	err := l.eachSourced(ctx, l.bySpans(accountOwner, sql), func(r *factRow) {
		account := r.number()
		m := housing.Meter{
			ID: r.number(), Serial: r.text(), Service: housing.Service(r.word()), Zones: zones[min(r.number(), 3)],
			Digits: int(r.number()), Commissioned: r.date(), VerifyBy: r.date(), Closed: r.date(), Source: r.source(),
		}
		if a := l.accounts[account]; a != nil {
			if a.Meters == nil {
				a.Meters = make([]housing.MeterFacts, 0, 3) //nolint:mnd // of cold and hot water, and of electricity
			}
			a.Meters = append(a.Meters, housing.MeterFacts{Meter: m})
			count++
		}
	})
	ids := make([]int64, 0, count)
	l.meters = make(map[int64]*housing.MeterFacts, count)
	for _, a := range l.accounts {
		slices.SortFunc(a.Meters, func(x, y housing.MeterFacts) int {
			return cmp.Or(cmp.Compare(x.Service, y.Service), strings.Compare(x.Serial, y.Serial))
		})
		for i := range a.Meters {
			m := &a.Meters[i]
			l.meters[m.ID] = m
			ids = append(ids, m.ID)
		}
	}
	l.setSpans(meterOwner, ids)
	return err
}

// loadReadings takes all readings of the month and, of each register, the last one before it: that is
// nearly always one of the month before, and is looked for further back where it is not.
func (l *factLoader) loadReadings(ctx context.Context) error {
	const near = `
SELECT r.meter_id, r.zone, r.taken_on, r.value, r.control, r.` + sourceRef + `r.source_pos
FROM readings r WHERE r.period >= (@month::date - interval '1 month')::date AND r.period <= @month AND r.meter_id`
	const far = `
SELECT r.meter_id, r.zone, r.taken_on, r.value, r.control, r.` + sourceRef + `r.source_pos
FROM unnest(@register_meters::bigint[], @register_zones::text[]) AS g(meter_id, zone),
LATERAL (SELECT r.* FROM readings r
    WHERE r.meter_id = g.meter_id AND r.zone = g.zone AND r.period < (@month::date - interval '1 month')::date
    ORDER BY r.period DESC, r.taken_on DESC LIMIT 1) r`
	take := func(r *factRow) {
		m := l.meters[r.number()]
		reading := housing.Reading{Zone: housing.Zone(r.word()), On: r.date(), Value: r.decimal(), Control: r.flag(), Source: r.source()}
		if m == nil || !slices.Contains(m.Zones, reading.Zone) {
			return
		}
		m.Readings = withReading(m.Readings, reading, l.month)
	}
	if len(l.meters) == 0 {
		return nil
	}
	if err := l.eachSourced(ctx, l.bySpans(meterOwner, near), take); err != nil {
		return err
	}
	var ids []int64
	var zones []string
	for id, m := range l.meters {
		for _, zone := range m.Zones {
			if !slices.ContainsFunc(m.Readings, func(r housing.Reading) bool {
				return r.Zone == zone && r.On.Before(l.month)
			}) {
				ids, zones = append(ids, id), append(zones, string(zone))
			}
		}
	}
	l.args["register_meters"], l.args["register_zones"] = ids, zones
	if len(ids) > 0 {
		if err := l.eachSourced(ctx, far, take); err != nil {
			return err
		}
	}
	for _, m := range l.meters {
		slices.SortFunc(m.Readings, func(a, b housing.Reading) int { return cmp.Or(a.On.Cmp(b.On), cmp.Compare(a.Zone, b.Zone)) })
	}
	return nil
}

// withReading adds a reading of the month, or the last one before it.
func withReading(list []housing.Reading, r housing.Reading, month housing.Date) []housing.Reading {
	if list == nil {
		list = make([]housing.Reading, 0, 2) //nolint:mnd // the last one and that of the month
	}
	if r.On.Before(month) {
		return withLast(list, r, month)
	}
	return append(list, r)
}

// withLast adds a reading of before the month, or puts it in place of an earlier one of its register.
func withLast(list []housing.Reading, r housing.Reading, month housing.Date) []housing.Reading {
	for i := range list {
		if list[i].Zone == r.Zone && list[i].On.Before(month) {
			if list[i].On.Before(r.On) {
				list[i] = r
			}
			return list
		}
	}
	return append(list, r)
}

// loadHistory takes the volumes charged in the twelve months before, for averages. Charges do not
// say which meter they came from: an account with several meters of a service gets no history. The months
// stand in the text, so that a plan made once looks into none but these.
func (l *factLoader) loadHistory(ctx context.Context) error {
	const text = `
SELECT c.account_id, c.service, c.zone, c.period, sum(c.volume), bool_and(c.method = 'meter')
FROM charges c WHERE c.house_id = ANY(@houses) AND c.period >= '%s' AND c.period < '%s' AND c.kind = 'base'
    AND c.method IN ('meter', 'average', 'norm') AND c.service IN ('cold_water', 'hot_water', 'electricity', 'gas')
GROUP BY c.account_id, c.service, c.zone, c.period`
	sql := fmt.Sprintf(text, (l.month.Period() - 12).First(), l.month)
	err := l.each(ctx, sql, func(r *factRow) {
		a, service := l.accounts[r.number()], housing.Service(r.word())
		v := housing.MonthVolume{Zone: housing.Zone(r.word()), Period: r.date().Period(), Volume: r.decimal(), Metered: r.flag()}
		if a == nil {
			return
		}
		if m := onlyMeter(a.Meters, service); m != nil {
			m.History = append(m.History, v)
		}
	})
	for _, m := range l.meters {
		slices.SortFunc(m.History, func(a, b housing.MonthVolume) int {
			return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Zone, b.Zone))
		})
	}
	return err
}

func onlyMeter(meters []housing.MeterFacts, service housing.Service) *housing.MeterFacts {
	var only *housing.MeterFacts
	for i := range meters {
		if meters[i].Service == service {
			if only != nil {
				return nil
			}
			only = &meters[i]
		}
	}
	return only
}
