package store

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// unreadRegister is a register whose last reading before the month was taken in a month that was not charged
// by readings alone.
type unreadRegister struct {
	house, account, meter int64
	service               housing.Service
	zone                  housing.Zone
	on                    housing.Date // of the reading
}

// unreadRegisters finds them. Only the one meter of a service has such a month: what several came to each, charges do not tell.
func (l *completer) unreadRegisters() []unreadRegister {
	var list []unreadRegister
	for _, s := range l.all {
		for i := range s.Accounts {
			a := &s.Accounts[i]
			for j := range a.Meters {
				m := &a.Meters[j]
				for _, r := range unreadSince(m, l.first) {
					list = append(list, unreadRegister{s.House.ID, a.ID, m.ID, m.Service, r.Zone, r.On})
				}
			}
		}
	}
	return list
}

// unreadSince gives the last readings of the registers of a meter before a month, where their own months were not charged
// by readings alone.
func unreadSince(m *housing.MeterFacts, month housing.Date) (list []housing.Reading) {
	for i := range m.History {
		h := &m.History[i]
		if h.Metered {
			continue
		}
		if on := lastReading(m, h.Zone, month); !on.IsZero() && on.Period() == h.Period {
			list = append(list, housing.Reading{Zone: h.Zone, On: on})
		}
	}
	return list
}

// lastReading is the day of the last reading of a register before a day.
func lastReading(m *housing.MeterFacts, zone housing.Zone, before housing.Date) (on housing.Date) {
	for i := range m.Readings {
		if r := &m.Readings[i]; r.Zone == zone && r.On.Before(before) && r.On.After(on) {
			on = r.On
		}
	}
	return on
}

// unread adds to the months of registers what was charged without readings for days from their last reading on.
// Where another meter of the service stood on one of these days, nobody can tell whose volume it was.
func (l *completer) unread(registers []unreadRegister) completion {
	const sql = `
SELECT t.meter, t.zone, c.period, t.taken::date, c.seg_from, c.seg_to, c.volume::text
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[]) AS t(house, account, meter, service, zone, taken)
JOIN charges c ON c.house_id = t.house AND c.account_id = t.account AND c.period = date_trunc('month', t.taken::date)::date
WHERE c.service = t.service AND c.zone = t.zone AND c.kind = 'base' AND c.method IN ('average', 'norm') AND c.seg_to > t.taken::date
    AND NOT EXISTS (SELECT 1 FROM meters o WHERE o.account_id = t.account AND o.service = t.service AND o.id <> t.meter
        AND (o.closed IS NULL OR o.closed > t.taken::date)
        AND (o.commissioned IS NULL OR o.commissioned < c.period + interval '1 month'))
ORDER BY t.meter, t.zone COLLATE "C", c.line`
	var id int64
	var zone housing.Zone
	var period housing.Period
	var read housing.Date
	var segment housing.Interval
	var volume housing.Decimal
	args := []any{
		column(registers, func(r unreadRegister) int64 { return r.house }),
		column(registers, func(r unreadRegister) int64 { return r.account }),
		column(registers, func(r unreadRegister) int64 { return r.meter }),
		column(registers, func(r unreadRegister) string { return string(r.service) }),
		column(registers, func(r unreadRegister) string { return string(r.zone) }),
		textColumn(registers, func(r unreadRegister) fmt.Stringer { return r.on }),
	}
	return completion{sql, args, []any{&id, &zone, &period, &read, &segment.From, &segment.To, &volume}, func() error {
		m := l.meter(id)
		if m == nil {
			return nil
		}
		at := slices.IndexFunc(m.History, func(h housing.MonthVolume) bool { return h.Period == period && h.Zone == zone })
		if at < 0 || m.History[at].Metered {
			return nil
		}
		if days := segment.Days(); read.After(segment.From) {
			segment.From = read
			volume = partOf(volume, segment.Days(), days)
		}
		sum, err := m.History[at].Unread.Add(volume)
		if err != nil {
			return fmt.Errorf("add up what meter %d was charged without readings in %s: %w", id, period, err)
		}
		if of := m.History[at].Volume; sum.Cmp(of) > 0 {
			sum = of // rounded line by line
		}
		m.History[at].Unread = sum
		return nil
	}}
}
