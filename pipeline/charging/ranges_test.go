package charging_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
)

// TestRangesOfAReplacedMeter replaces a meter on any day: the month costs what one meter would have shown, whatever the
// bounds, but for a kopeck a line more.
func TestRangesOfAReplacedMeter(t *testing.T) {
	t.Parallel()
	since := interval("2020-01-01", "")
	rapid.Check(t, func(rt *rapid.T) {
		s := emptySnapshot(t, must(housing.ParsePeriod("2026-10")))
		amount := func(name string, top int64) housing.Decimal {
			return must(housing.NewDecimal(rapid.Int64Range(0, top).Draw(rt, name), 2))
		}
		for n := range rapid.IntRange(2, 4).Draw(rt, "ranges") {
			s.Tariffs = append(s.Tariffs, housing.Tariff{Service: housing.Electricity, Range: n + 1, Price: amount("price", 2000), Valid: since})
			s.Ranges = append(s.Ranges, housing.ConsumptionRange{
				Service: housing.Electricity, Range: n + 1, Base: housing.RangePerAccount, UpTo: amount("bound", 200_000), Valid: since,
			})
		}
		first, second := amount("first", 300_000), amount("second", 300_000)
		both := must(first.Add(second))
		on := date("2026-10-01").AddDays(rapid.IntRange(1, 24).Draw(rt, "day"))
		begin, end := date("2026-09-24"), date("2026-10-31")
		meter := func(serial string, from, to housing.Date, volume housing.Decimal) housing.MeterFacts {
			return housing.MeterFacts{
				Meter:    housing.Meter{Serial: serial, Service: housing.Electricity, Zones: []housing.Zone{housing.ZoneSingle}, Digits: 6},
				Readings: []housing.Reading{{On: from}, {On: to, Value: volume}},
			}
		}
		old, next := meter("A", begin, on, first), meter("B", on, end, second)
		old.Closed, next.Commissioned = on, on
		if rapid.Bool().Draw(rt, "said so") {
			next.Replaces = "A"
		}
		flat := func(number string, meters ...housing.MeterFacts) housing.AccountFacts {
			return housing.AccountFacts{
				Account:   housing.Account{Number: number, Premises: housing.Premises{Kind: housing.Flat}},
				Occupancy: []housing.Occupancy{{Valid: since, Area: dec("50"), People: 1, Occupant: housing.Owner}},
				Services:  []housing.AccountService{{Service: housing.Electricity, Payee: "7700000000", Valid: since}},
				Meters:    meters,
			}
		}
		s.Accounts = []housing.AccountFacts{flat("1", old, next), flat("2", meter("C", begin, end, both))}
		lines := byAccount(calculate(t, s).Charges)
		replaced, whole := lines["1"], lines["2"]
		moved, extra := total(t, replaced)-total(t, whole), housing.Money(len(replaced)+len(whole))
		if len(whole) == 0 || moved > extra || moved < -extra {
			rt.Fatalf("%d lines of the replaced meter move the total by %s", len(replaced), moved)
		}
	})
}
