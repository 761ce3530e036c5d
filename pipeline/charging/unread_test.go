package charging_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

// TestUnreadIsChargedOnce holds п. 61: whatever was charged without readings between two readings, that and what the later one
// is charged for, less what it gives back, come to their difference.
func TestUnreadIsChargedOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		milli := func(name string, most int64) housing.Decimal {
			return must(housing.NewDecimal(rapid.Int64Range(0, most).Draw(rt, name), 3))
		}
		unread, whole, counted := milli("unread", 9_000), milli("whole", 9_000), milli("counted", 30_000)
		s := mixedHouse(t, 2)
		s.Accounts = s.Accounts[1:]
		m := &s.Accounts[0].Meters[0]
		m.History = []housing.MonthVolume{
			{Period: s.Period - 2, Volume: must(unread.Add(housing.Whole(1))), Unread: unread}, {Period: s.Period - 1, Volume: whole},
		}
		m.Readings = []housing.Reading{
			{On: date("2026-08-18"), Value: housing.Whole(5)}, {On: date("2026-10-24"), Value: must(counted.Add(housing.Whole(5)))},
		}
		sum := must(unread.Add(whole))
		for _, c := range calculate(t, s).Charges {
			if c.Service == housing.ColdWater {
				sum = must(sum.Add(c.Volume))
			}
		}
		if sum.Cmp(counted) != 0 {
			rt.Errorf("%s m³ charged by the reading of %s", sum, counted)
		}
	})
}
