package charging

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// endedAtOnce reports whether a meter was taken out on the first day of the month, with a final reading of that day
// in each register. It stands on no day of the month, but what it has counted since its last reading is charged in no other.
func (c *calculation) endedAtOnce(m *housing.MeterFacts) bool {
	if !c.states || m.Closed.IsZero() || m.Closed != c.month.From {
		return false
	}
	for _, zone := range m.Zones {
		if !slices.ContainsFunc(m.Readings, func(r housing.Reading) bool { return r.Zone == zone && r.On == m.Closed }) {
			return false
		}
	}
	return true
}

// addTails adds what meters have counted that were taken out on the first day: to the days of a meter that counts from
// that day on, else to the first day alone.
func (c *calculation) addTails(all []stretch, meters []*housing.MeterFacts) []stretch {
	for _, m := range meters {
		if !c.endedAtOnce(m) {
			continue
		}
		day := housing.Interval{From: m.Closed, To: m.Closed.AddDays(1)}
		tail := stretch{valid: day, verdict: byReadings, rule: "R2.1.1", first: len(c.uses)}
		ok := true
		for _, zone := range m.Zones {
			u, read := c.readSpan(m, zone, m.Readings, day)
			c.uses, ok = append(c.uses, u), ok && read
		}
		if !ok {
			c.uses = c.uses[:tail.first] // nothing to count from
			continue
		}
		tail.last = len(c.uses)
		host := slices.IndexFunc(all, func(s stretch) bool {
			return s.valid.From == day.From && s.verdict <= byAverage && !s.gap
		})
		if host >= 0 {
			tail.valid = all[host].valid
		} else {
			all = after(all, day.To)
		}
		all = append(all, tail)
	}
	return all
}

// after leaves of stretches what lies on a day and later.
func after(all []stretch, day housing.Date) []stretch {
	var rest []stretch
	for _, s := range all {
		if s.valid.From.Before(day) {
			s.valid.From = day
		}
		if s.valid.From.Before(s.valid.To) {
			rest = append(rest, s)
		}
	}
	return rest
}
