package gating_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

func must[T any](value T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return value
	}
}

func period(tb testing.TB, s string) housing.Period {
	tb.Helper()
	return must(housing.ParsePeriod(s))(tb)
}

func day(tb testing.TB, s string) housing.Date {
	tb.Helper()
	return must(housing.ParseDate(s))(tb)
}

func dec(tb testing.TB, s string) housing.Decimal {
	tb.Helper()
	return must(housing.ParseDecimal(s))(tb)
}

func span(tb testing.TB, from, to string) housing.Interval {
	tb.Helper()
	i := housing.Interval{From: day(tb, from)}
	if to != "" {
		i.To = day(tb, to)
	}
	return i
}

const payee = "9900123450"

// small is a flat of 50 m² and two people without meters, but for electricity: maintenance, cold
// water by norm with its coefficient, electricity by meter.
func small(tb testing.TB, month string) *housing.Snapshot {
	tb.Helper()
	p := period(tb, month)
	always := span(tb, "2020-01-01", "")
	s := &housing.Snapshot{
		Format: housing.SnapshotFormat, Period: p, Organisation: payee,
		House:      housing.House{ID: 1, Address: "д. 1", Kind: housing.BlockOfFlats, Area: dec(tb, "1000")},
		Parameters: parameters.ForMonth(must(parameters.Builtin())(tb), p),
		Tariffs: []housing.Tariff{
			{Service: housing.Maintenance, Price: dec(tb, "30"), Valid: always},
			{Service: housing.ColdWater, Price: dec(tb, "40"), Valid: always},
			{Service: housing.Electricity, Price: dec(tb, "5"), Valid: always},
		},
		Norms: []housing.Norm{{Service: housing.ColdWater, Base: housing.PerPerson, Value: dec(tb, "5"), Valid: always}},
	}
	a := housing.AccountFacts{
		Account:   housing.Account{ID: 11, Number: "0011", Premises: housing.Premises{ID: 1, Flat: "1", Kind: housing.Flat}},
		Occupancy: []housing.Occupancy{{Valid: always, Area: dec(tb, "50"), People: 2, Occupant: housing.Owner}},
	}
	for _, service := range []housing.Service{housing.Maintenance, housing.ColdWater, housing.Electricity} {
		a.Services = append(a.Services, housing.AccountService{Service: service, Payee: payee, MeterPossible: true, Valid: always})
	}
	a.Meters = []housing.MeterFacts{{
		Meter: housing.Meter{ID: 7, Serial: "ЭЛ-7", Service: housing.Electricity, Zones: []housing.Zone{housing.ZoneSingle}, Digits: 6},
		Readings: []housing.Reading{
			{On: p.First().AddDays(-1), Value: dec(tb, "1000")}, {On: p.Last(), Value: dec(tb, "1200")},
		},
	}}
	s.Accounts = []housing.AccountFacts{a}
	return s
}

// charged computes a snapshot: what a month stands for.
func charged(tb testing.TB, s *housing.Snapshot) gating.Month {
	tb.Helper()
	result := must(charging.Calculate(s))(tb)
	ids := map[string]int64{}
	for _, a := range s.Accounts {
		ids[a.Number] = a.ID
	}
	m := gating.Month{Snapshot: s, Charges: map[int64][]housing.Charge{}}
	for _, c := range result.Charges {
		m.Charges[ids[c.Account]] = append(m.Charges[ids[c.Account]], c)
	}
	return m
}

func limits(tb testing.TB) gating.Limits {
	tb.Helper()
	return must(gating.LimitsOf(must(parameters.Builtin())(tb), period(tb, "2026-11")))(tb)
}

// only judges the one account of two months.
func only(tb testing.TB, before *gating.Month, now gating.Month) gating.Verdict {
	tb.Helper()
	verdicts := must(gating.Judge(gating.Input{Limits: limits(tb), Before: before, Now: now}))(tb)
	if len(verdicts) != 1 {
		tb.Fatalf("%d verdicts, want one", len(verdicts))
	}
	checkSums(tb, &verdicts[0])
	return verdicts[0]
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkSums holds for every verdict: parts add up to the difference, of a service and of the account.
func checkSums(tb failer, v *gating.Verdict) {
	tb.Helper()
	sum := func(of string, was, now housing.Money, c *housing.Causes) {
		total, err := housing.SumMoney(c.List()...)
		if err != nil || total != now-was {
			tb.Errorf("%s: parts %+v add up to %s (%v), not to %s − %s", of, *c, total, err, now, was)
		}
	}
	sum("account", v.Change.Was, v.Change.Now, &v.Change.Causes)
	var was, now housing.Money
	var all housing.Causes
	for i := range v.Change.Services {
		s := &v.Change.Services[i]
		sum(string(s.Service), s.Was, s.Now, &s.Causes)
		was, now = was+s.Was, now+s.Now
		all.Unexplained += s.Unexplained
		all.Volume += s.Volume
	}
	if now-was != v.Change.Now-v.Change.Was || all.Unexplained != v.Change.Unexplained || all.Volume != v.Change.Volume {
		tb.Errorf("services do not add up to the account: %+v", v.Change)
	}
}

func codes(v gating.Verdict) string {
	list := make([]string, 0, len(v.Signs))
	for _, s := range v.Signs {
		list = append(list, s.Code)
	}
	return strings.Join(list, " ")
}

// Last month: maintenance 1500.00, cold water 400.00 with 800.00 of the coefficient 3, electricity 1000.00.
func TestCauses(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	const was = 370000
	tests := map[string]struct {
		before, now func(*housing.Snapshot)
		want        housing.Causes
		signs       string
	}{
		"nothing changed": {},
		"a tariff": {
			now:  func(s *housing.Snapshot) { s.Tariffs[0].Price = dec(t, "33") },
			want: housing.Causes{Tariff: 15000},
		},
		"a tariff of what the coefficient raises": {
			now:  func(s *housing.Snapshot) { s.Tariffs[1].Price = dec(t, "44") },
			want: housing.Causes{Tariff: 12000},
		},
		"a tariff in the middle of the month": {
			now: func(s *housing.Snapshot) {
				late := s.Tariffs[0]
				s.Tariffs[0].Valid.To, late.Valid.From, late.Price = day(t, "2026-11-16"), day(t, "2026-11-16"), dec(t, "36")
				s.Tariffs = append(s.Tariffs, late)
			},
			want: housing.Causes{Tariff: 15000},
		},
		"a tariff out of bounds": {
			now:   func(s *housing.Snapshot) { s.Tariffs[0].Price = dec(t, "300") },
			want:  housing.Causes{Tariff: 1350000},
			signs: "tariff_change",
		},
		"a norm": {
			now:  func(s *housing.Snapshot) { s.Norms[0].Value = dec(t, "6") },
			want: housing.Causes{Volume: 24000},
		},
		"people": {
			now:  func(s *housing.Snapshot) { s.Accounts[0].Occupancy[0].People = 3 },
			want: housing.Causes{People: 60000},
		},
		"people by an extra zero": {
			now:   func(s *housing.Snapshot) { s.Accounts[0].Occupancy[0].People = 20 },
			want:  housing.Causes{People: 1080000},
			signs: "change",
		},
		"people from the middle of the month": {
			now: func(s *housing.Snapshot) {
				o := s.Accounts[0].Occupancy[0]
				s.Accounts[0].Occupancy[0].Valid.To, o.Valid.From, o.People = day(t, "2026-11-16"), day(t, "2026-11-16"), 4
				s.Accounts[0].Occupancy = append(s.Accounts[0].Occupancy, o)
			},
			want: housing.Causes{People: 60000},
		},
		"area": {
			now:  func(s *housing.Snapshot) { s.Accounts[0].Occupancy[0].Area = dec(t, "60") },
			want: housing.Causes{Area: 30000},
		},
		"the coefficient": {
			now:  func(s *housing.Snapshot) { s.Accounts[0].Services[1].MeterPossible = false },
			want: housing.Causes{Coefficient: -80000},
		},
		"days": {
			now:  func(s *housing.Snapshot) { s.Accounts[0].Closed = day(t, "2026-11-16") },
			want: housing.Causes{Days: -75000 - 60000},
		},
		"consumption": {
			now:  func(s *housing.Snapshot) { s.Accounts[0].Meters[0].Readings[1].Value = dec(t, "1300") },
			want: housing.Causes{Volume: 50000},
		},
		"people and a tariff": {
			now: func(s *housing.Snapshot) {
				s.Accounts[0].Occupancy[0].People, s.Tariffs[1].Price = 3, dec(t, "44")
			},
			want: housing.Causes{People: 60000, Tariff: 18000},
		},
		"tenfold consumption": {
			now:   func(s *housing.Snapshot) { s.Accounts[0].Meters[0].Readings[1].Value = dec(t, "3000") },
			want:  housing.Causes{Volume: 900000},
			signs: "volume_jump change",
		},
		"no use after use": {
			now:   func(s *housing.Snapshot) { s.Accounts[0].Meters[0].Readings[1].Value = dec(t, "1000") },
			want:  housing.Causes{Volume: -100000},
			signs: "zero_volume",
		},
		"a service is taken off": {
			now:  func(s *housing.Snapshot) { s.Accounts[0].Services = s.Accounts[0].Services[1:] },
			want: housing.Causes{Services: -150000},
		},
		"a meter takes the place of the norm": {
			now: func(s *housing.Snapshot) {
				m := s.Accounts[0].Meters[0]
				m.ID, m.Serial, m.Service = 8, "ХВ-8", housing.ColdWater
				m.Readings = []housing.Reading{{On: day(t, "2026-10-31"), Value: dec(t, "1")}, {On: day(t, "2026-11-30"), Value: dec(t, "9")}}
				s.Accounts[0].Meters = append(s.Accounts[0].Meters, m)
			},
			want: housing.Causes{Volume: -24000, Coefficient: -64000},
		},
		"only the pieces of the month have changed": { // 1500.003: 48.39 + 1451.62 in October, 1500.00 in November
			before: func(s *housing.Snapshot) {
				late := s.Accounts[0].Occupancy[0]
				late.Area, late.Valid.From = dec(t, "50.0001"), day(t, "2026-10-02")
				s.Accounts[0].Occupancy[0].Area, s.Accounts[0].Occupancy[0].Valid.To = late.Area, late.Valid.From
				s.Accounts[0].Occupancy = append(s.Accounts[0].Occupancy, late)
				s.Accounts[0].Services = s.Accounts[0].Services[:1]
			},
			now: func(s *housing.Snapshot) {
				s.Accounts[0].Occupancy[0].Area = dec(t, "50.0001")
				s.Accounts[0].Services = s.Accounts[0].Services[:1]
			},
			want: housing.Causes{Days: -1},
		},
		"nothing is charged": {
			now:   func(s *housing.Snapshot) { s.Accounts[0].Services = nil },
			want:  housing.Causes{Services: -was},
			signs: "not_charged",
		},
		"nothing was charged last month": {
			before: func(s *housing.Snapshot) { s.Accounts[0].Services = nil },
			want:   housing.Causes{Services: was},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, now := small(t, "2026-10"), small(t, "2026-11")
			if test.before != nil {
				test.before(before)
			}
			if test.now != nil {
				test.now(now)
			}
			last := charged(t, before)
			v := only(t, &last, charged(t, now))
			if diff := cmp.Diff(test.want, v.Change.Causes); diff != "" {
				t.Errorf("causes differ (-want +got):\n%s", diff)
			}
			if got := codes(v); got != test.signs {
				t.Errorf("signs %q, want %q: %v", got, test.signs, v.Signs)
			}
		})
	}
}
