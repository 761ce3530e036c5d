package correcting

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// spreadDigits is to how many digits a reading between two others is rounded: meters show no more.
const spreadDigits = 3

// Spread gives registers without a reading in the month the readings that they would have shown at its
// edges, where a later reading measures it: what was used between two readings is spread over the days
// between them. The later reading is nil where there is none. A check counts in the month of the check
// (п. 61), and a register that went through zero or a meter with an act is left to the rules. Nothing that the
// snapshot shares with others is changed. It returns the registers.
func Spread(s *housing.Snapshot, later func(meter int64, zone housing.Zone) *housing.Reading) (map[Register]bool, error) {
	spread := map[Register]bool{}
	for i := range s.Accounts {
		meters := slices.Clone(s.Accounts[i].Meters)
		for j := range meters {
			m := &meters[j]
			if len(m.Events) > 0 || m.Replaces != "" || !m.Closed.IsZero() {
				continue
			}
			readings, err := spreadMeter(s.Period, m, later)
			if err != nil {
				return nil, fmt.Errorf("spread the readings of meter %s: %w", m.Serial, err)
			}
			if readings == nil {
				continue
			}
			m.Readings = readings
			for _, zone := range m.Zones {
				spread[Register{m.ID, zone}] = true
			}
		}
		s.Accounts[i].Meters = meters
	}
	return spread, nil
}

// spreadMeter returns the readings with those at the edges of the month; nil where one register at least has
// a reading in the month, or none around it: registers are charged together.
func spreadMeter(month housing.Period, m *housing.MeterFacts, later func(int64, housing.Zone) *housing.Reading) ([]housing.Reading, error) {
	list := slices.Clone(m.Readings)
	for _, zone := range m.Zones {
		var before *housing.Reading
		for i := range m.Readings {
			r := &m.Readings[i]
			switch {
			case r.Zone != zone:
			case !r.On.Before(month.First()):
				return nil, nil
			default:
				before = r
			}
		}
		after := later(m.ID, zone)
		if before == nil || after == nil || after.Control || after.Value.Cmp(before.Value) < 0 {
			return nil, nil
		}
		for _, day := range []housing.Date{month.First().AddDays(-1), month.Last()} {
			if !before.On.Before(day) {
				continue
			}
			value, err := between(before, after, day)
			if err != nil {
				return nil, err
			}
			list = append(list, housing.Reading{Zone: zone, On: day, Value: value, Source: after.Source})
		}
	}
	slices.SortStableFunc(list, func(a, b housing.Reading) int { return a.On.Cmp(b.On) })
	return list, nil
}

// between is what a register showed on a day between two readings, if it went evenly.
func between(before, after *housing.Reading, day housing.Date) (housing.Decimal, error) {
	share, err := housing.RatioOf(int64(before.On.DaysUntil(day)), int64(before.On.DaysUntil(after.On)))
	if err != nil {
		return housing.Decimal{}, err
	}
	used := after.Value.Ratio().Sub(before.Value.Ratio())
	return before.Value.Ratio().Add(used.Mul(share)).Round(spreadDigits)
}
