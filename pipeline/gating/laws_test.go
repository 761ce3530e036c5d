package gating_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

// drawLines makes any lines whatever, related to no facts.
func drawLines(t *rapid.T, month housing.Period) []housing.Charge {
	count := rapid.IntRange(0, 12).Draw(t, "lines")
	lines := make([]housing.Charge, 0, count)
	for range count {
		first := rapid.IntRange(0, month.Days()-1).Draw(t, "from")
		days := rapid.IntRange(1, month.Days()-first).Draw(t, "days")
		from := month.First().AddDays(first)
		volume, err1 := housing.NewDecimal(rapid.Int64Range(-1000, 1e9).Draw(t, "volume"), uint8(rapid.IntRange(0, 7).Draw(t, "scale"))) //nolint:gosec // small
		price, err2 := housing.NewDecimal(rapid.Int64Range(0, 1e7).Draw(t, "price"), 4)
		k, err3 := housing.NewDecimal(rapid.Int64Range(0, 40).Draw(t, "k"), 1)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		c := housing.Charge{
			Service: rapid.SampledFrom(housing.Services()).Draw(t, "service"),
			Kind:    rapid.SampledFrom([]housing.ChargeKind{housing.BaseCharge, housing.BaseCharge, housing.Uplift, housing.Correction}).Draw(t, "kind"),
			Zone:    rapid.SampledFrom([]housing.Zone{"", "", housing.ZoneDay, housing.ZoneNight}).Draw(t, "zone"),
			Segment: housing.Interval{From: from, To: from.AddDays(days)},
			Method: rapid.SampledFrom([]housing.Method{
				housing.ByMeter, housing.ByAverage, housing.ByNorm, housing.ByArea, housing.ByHouseMeter, housing.ByPeople,
			}).Draw(t, "method"),
			Volume: volume, Price: price, Coefficient: k,
		}
		c.Amount = housing.Money(rapid.Int64Range(-1e6, 1e9).Draw(t, "amount"))
		if exact, err := volume.Ratio().Mul(price.Ratio()).Money(); err == nil && rapid.Bool().Draw(t, "true amount") {
			c.Amount = exact
		}
		lines = append(lines, c)
	}
	return lines
}

// Whatever lines and facts there are, the parts add up to the kopeck.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	rules := must(parameters.Builtin())(t)
	bounds := limits(t)
	rapid.Check(t, func(t *rapid.T) {
		month := func(name string, p housing.Period) gating.Month {
			area, err := housing.NewDecimal(rapid.Int64Range(1, 5000).Draw(t, name+" area"), 1)
			if err != nil {
				t.Fatal(err)
			}
			s := &housing.Snapshot{Format: housing.SnapshotFormat, Period: p, Parameters: rules}
			s.Accounts = []housing.AccountFacts{{
				Account: housing.Account{ID: 11, Number: "0011"},
				Occupancy: []housing.Occupancy{{
					Area: area, People: rapid.IntRange(0, 6).Draw(t, name+" people"), Owners: rapid.IntRange(0, 2).Draw(t, name+" owners"),
				}},
			}}
			for _, service := range housing.Services() {
				value, err := housing.NewDecimal(rapid.Int64Range(0, 9999).Draw(t, name+" norm"), 3)
				if err != nil {
					t.Fatal(err)
				}
				s.Norms = append(s.Norms, housing.Norm{
					Service: service, Value: value, Base: rapid.SampledFrom([]housing.NormBase{housing.PerPerson, housing.PerArea}).Draw(t, name+" base"),
				})
				s.Tariffs = append(s.Tariffs, housing.Tariff{Service: service})
				if rapid.Bool().Draw(t, name+" connected") {
					s.Accounts[0].Services = append(s.Accounts[0].Services, housing.AccountService{Service: service})
				}
			}
			return gating.Month{Snapshot: s, Charges: map[int64][]housing.Charge{11: drawLines(t, p)}}
		}
		october, err := housing.ParsePeriod("2026-10")
		if err != nil {
			t.Fatal(err)
		}
		before, now := month("before", october), month("now", october.Next())
		in := gating.Input{Limits: bounds, Before: &before, Now: now}
		if rapid.IntRange(0, 9).Draw(t, "first month") == 0 {
			in.Before = nil
		}
		verdicts, err := gating.Judge(in)
		if err != nil {
			t.Fatal(err)
		}
		checkSums(t, &verdicts[0])
	})
}

// Two months charged from facts that differ in ways the facts tell of leave nothing unexplained.
func TestChargedMonthsAreExplained(t *testing.T) {
	t.Parallel()
	base := func(month string) *housing.Snapshot { return small(t, month) }
	rapid.Check(t, func(r *rapid.T) {
		change := func(name string, s *housing.Snapshot) {
			cents := func(what string, from, to int64, scale uint8) housing.Decimal {
				d, err := housing.NewDecimal(rapid.Int64Range(from, to).Draw(r, name+" "+what), scale)
				if err != nil {
					r.Fatal(err)
				}
				return d
			}
			for i := range s.Tariffs {
				s.Tariffs[i].Price = cents("price", 100, 9999, 2)
			}
			s.Norms[0].Value = cents("norm", 500, 9999, 3)
			a := &s.Accounts[0]
			a.Services[1].MeterPossible = rapid.Bool().Draw(r, name+" possible")
			a.Meters[0].Readings[1].Value = cents("reading", 10000, 20000, 1)
			o := a.Occupancy[0]
			middle := s.Period.First().AddDays(rapid.IntRange(1, 27).Draw(r, name+" day"))
			a.Occupancy[0].Valid.To, o.Valid.From = middle, middle
			a.Occupancy[0].Area, o.Area = cents("area", 100, 999, 1), cents("area", 100, 999, 1)
			a.Occupancy[0].People, o.People = rapid.IntRange(1, 9).Draw(r, name+" people"), rapid.IntRange(1, 9).Draw(r, name+" people")
			a.Occupancy = append(a.Occupancy, o)
			if rapid.Bool().Draw(r, name+" closed") {
				a.Closed = s.Period.First().AddDays(rapid.IntRange(1, 27).Draw(r, name+" closing"))
			}
		}
		before, now := base("2026-10"), base("2026-11")
		change("before", before)
		change("now", now)
		last := charged(t, before)
		v := only(t, &last, charged(t, now))
		const kopecksOfRounding = 3
		if abs := max(v.Change.Unexplained, -v.Change.Unexplained); abs > kopecksOfRounding {
			r.Fatalf("unexplained %s: %+v", v.Change.Unexplained, v.Change)
		}
	})
}
