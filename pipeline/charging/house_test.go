package charging_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// wholeHouse is a block in January 2026 with everything that the rules of the house as a whole read:
// heat meters in some flats, one heat source of its own, hot water in two components, the common
// property, the year 2025.
func wholeHouse(tb testing.TB, accounts int) *housing.Snapshot {
	tb.Helper()
	since := interval("2019-05-01", "")
	s := emptySnapshot(tb, must(housing.ParsePeriod("2026-01")))
	s.House.Manager, s.House.Common = housing.ManagingCompany, dec("310.4")
	s.House.Area = housing.Whole(int64(60 * accounts))
	for service, price := range map[housing.Service]string{
		housing.Heating: "2546.12", housing.ColdWater: "48.12", housing.HotWater: "51.3", housing.HotWaterHeat: "2371.72",
		housing.Electricity: "6.12", housing.Sewage: "36.9", housing.CommonColdWater: "47.11",
	} {
		s.Tariffs = append(s.Tariffs, housing.Tariff{Service: service, Price: dec(price), Valid: since})
	}
	for service, n := range map[housing.Service]housing.Norm{
		housing.ColdWater:         {Base: housing.PerPerson, Value: dec("4.2")},
		housing.HotWater:          {Base: housing.PerPerson, Value: dec("3.19")},
		housing.HotWaterHeat:      {Base: housing.PerVolume, Value: dec("0.0611")},
		housing.Electricity:       {Base: housing.PerPerson, Value: dec("90")},
		housing.CommonColdWater:   {Base: housing.PerArea, Value: dec("0.031")},
		housing.CommonHotWater:    {Base: housing.PerArea, Value: dec("0.027")},
		housing.CommonElectricity: {Base: housing.PerArea, Value: dec("1.781")},
		housing.CommonSewage:      {Base: housing.PerArea, Value: dec("0.05")},
	} {
		n.Service, n.Valid = service, since
		s.Norms = append(s.Norms, n)
	}
	for service, volume := range map[housing.Service]int64{
		housing.Heating: 1234, housing.ColdWater: 8, housing.HotWater: 4, housing.Electricity: 99,
	} {
		s.HouseMeters = append(s.HouseMeters, housing.CollectiveMeter{
			Serial: "H-" + string(service), Service: service, Volume: must(housing.NewDecimal(volume*int64(accounts)*1037, 3)),
		})
	}
	year := make([]housing.HouseMonth, 0, 12)
	for i := range 12 {
		year = append(year, housing.HouseMonth{
			Period: must(housing.ParsePeriod("2025-01")) + housing.Period(i), Metered: true,
			Volume: must(housing.NewDecimal(int64(accounts*(1000-i*i*7)), 3)),
		})
	}
	s.HouseFacts = []housing.HouseFacts{
		{Service: housing.Heating, History: year},
		{Service: housing.ColdWater, Production: dec("3.25")},
		{Service: housing.Electricity, Outside: dec("12.5")},
		{Service: housing.CommonColdWater, Method: housing.CommonNormRecalc, History: year},
		{Service: housing.CommonHotWater, Method: housing.CommonFact, AboveNormShared: true},
		{Service: housing.CommonElectricity, Method: housing.CommonAverage, History: year},
		{Service: housing.CommonSewage, Method: housing.CommonFact},
	}
	for i := range accounts {
		s.Accounts = append(s.Accounts, wholeAccount(i))
	}
	return s
}

func wholeAccount(i int) housing.AccountFacts {
	since := interval("2019-05-01", "2031-01-01")
	a := housing.AccountFacts{
		Account: housing.Account{
			Number:   fmt.Sprintf("%06d", i+1),
			Premises: housing.Premises{Flat: strconv.Itoa(i + 1), Kind: housing.Flat},
		},
		Occupancy: []housing.Occupancy{{
			Valid: since, Area: must(housing.NewDecimal(int64(3000+i*17%3000), 2)), People: 1 + i%4, Occupant: housing.Owner,
		}},
	}
	for _, service := range housing.Services() {
		if slices.Contains([]housing.Service{
			housing.Maintenance, housing.CapitalRepair, housing.Rent, housing.Gas, housing.SolidWaste,
		}, service) {
			continue
		}
		a.Services = append(a.Services, housing.AccountService{
			Service: service, Payee: "7700000000", Valid: since, MeterPossible: true,
			OwnSource: service == housing.Heating && i%11 == 3,
		})
	}
	reading := func(service housing.Service, volume int64) {
		a.Meters = append(a.Meters, housing.MeterFacts{
			Meter: housing.Meter{
				Serial: fmt.Sprintf("%s-%d", service, i), Service: service, Zones: []housing.Zone{housing.ZoneSingle}, Digits: 5,
			},
			Readings: []housing.Reading{
				{On: date("2025-12-24"), Value: dec("100.000")},
				{On: date("2026-01-24"), Value: must(housing.NewDecimal(100_000+volume, 3))},
			},
		})
	}
	if i%3 == 1 {
		reading(housing.Heating, int64(600+i))
	}
	if i%2 == 0 {
		reading(housing.ColdWater, int64(3127+i))
		reading(housing.HotWater, int64(2127+i))
	}
	for _, service := range []housing.Service{housing.Heating, housing.CommonColdWater, housing.CommonElectricity} {
		for m := range 12 {
			p := must(housing.ParsePeriod("2025-01")) + housing.Period(m)
			past := housing.PastCharge{
				Service: service, Payee: "7700000000", Valid: p.Interval(), Area: a.Occupancy[0].Area, Price: dec("50.15"),
				Charged: housing.Money(100 * (i + m)),
			}
			if service == housing.Heating {
				past.Metered, past.OwnSource, past.Volume = i%3 == 1, i%11 == 3, dec("0.123")
			}
			a.Past = append(a.Past, past)
		}
	}
	if i%2 == 0 {
		a.Distributors = []housing.DistributorShare{{Year: 2025, Value: housing.Whole(int64(100 + i*i%37))}}
	}
	return a
}

// modes are the ways of heating that the laws are checked in.
func modes(tb testing.TB) map[string]*housing.Snapshot {
	tb.Helper()
	season, even := wholeHouse(tb, 24), wholeHouse(tb, 24)
	setParameter(even, "heating.mode", "even")
	setParameter(even, "heating.distributors_min_area", "0.1")
	capped := wholeHouse(tb, 8)
	capped.HouseFacts[4].AboveNormShared = false
	for i := range capped.HouseMeters {
		capped.HouseMeters[i].Volume = dec("210.5")
	}
	direct := wholeHouse(tb, 7)
	direct.House.Manager = housing.DirectOwners
	broken := wholeHouse(tb, 9)
	broken.HouseFacts[0].BrokenFrom, broken.HouseFacts[0].HeatingDays = date("2026-01-03"), 31
	for i := range broken.HouseFacts[0].History {
		broken.HouseFacts[0].History[i].HeatingDays = 30
	}
	made := wholeHouse(tb, 10)
	made.HouseFacts[0].Made = []housing.MadeOf{{Resource: housing.Electricity, Volume: dec("311.7")}}
	made.HouseFacts = append(made.HouseFacts, housing.HouseFacts{Service: housing.HotWater, Made: []housing.MadeOf{
		{Resource: housing.Heating, Volume: dec("12.9")}, {Resource: housing.Electricity, Volume: dec("100.01")},
	}})
	return map[string]*housing.Snapshot{
		"season": season, "even": even, "direct": direct, "broken": broken, "made": made, "capped": capped,
	}
}

func drawMode(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"season", "even", "direct", "broken", "made", "capped"}).Draw(rt, "mode")
}

func TestWholeHouseOrderNeverMatters(t *testing.T) {
	t.Parallel()
	all := modes(t)
	rapid.Check(t, func(rt *rapid.T) {
		name := drawMode(rt)
		s := all[name]
		want := encode(t, golden(calculate(t, s)))
		random := rand.New(rand.NewSource(rapid.Int64().Draw(rt, "seed"))) //nolint:gosec // a shuffle of a test
		mixed := *s
		mixed.Parameters, mixed.Tariffs = shuffle(random, s.Parameters), shuffle(random, s.Tariffs)
		mixed.Norms, mixed.HouseMeters = shuffle(random, s.Norms), shuffle(random, s.HouseMeters)
		mixed.HouseFacts, mixed.Accounts = shuffle(random, s.HouseFacts), shuffle(random, s.Accounts)
		for i := range mixed.HouseFacts {
			mixed.HouseFacts[i].History = shuffle(random, mixed.HouseFacts[i].History)
			mixed.HouseFacts[i].Made = shuffle(random, mixed.HouseFacts[i].Made)
		}
		for i := range mixed.Accounts {
			a := &mixed.Accounts[i]
			a.Services, a.Meters, a.Past = shuffle(random, a.Services), shuffle(random, a.Meters), shuffle(random, a.Past)
		}
		if diff := cmp.Diff(string(want), string(encode(t, golden(calculate(t, &mixed))))); diff != "" {
			rt.Fatalf("%s: %s", name, diff)
		}
		var a, b bytes.Buffer
		if err := charging.WriteSnapshot(&a, s); err != nil {
			rt.Fatal(err)
		}
		if err := charging.WriteSnapshot(&b, &mixed); err != nil {
			rt.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			rt.Fatal("equal facts give other bytes")
		}
	})
}

// TestWholeHouseArtificialCut cuts every interval on a day without changing a value: the total of an
// account moves by at most a kopeck for each line more.
func TestWholeHouseArtificialCut(t *testing.T) {
	t.Parallel()
	all := modes(t)
	rapid.Check(t, func(rt *rapid.T) {
		name := drawMode(rt)
		whole := all[name]
		before := byAccount(calculate(t, whole).Charges)
		on := date("2026-01-01").AddDays(rapid.IntRange(1, 30).Draw(rt, "day"))
		cut := *whole
		cut.Tariffs = cutList(whole.Tariffs, on, func(t *housing.Tariff) *housing.Interval { return &t.Valid })
		cut.Norms = cutList(whole.Norms, on, func(n *housing.Norm) *housing.Interval { return &n.Valid })
		cut.Accounts = slices.Clone(whole.Accounts)
		for i := range cut.Accounts {
			a := &cut.Accounts[i]
			a.Occupancy = cutList(a.Occupancy, on, func(o *housing.Occupancy) *housing.Interval { return &o.Valid })
			a.Services = cutList(a.Services, on, func(s *housing.AccountService) *housing.Interval { return &s.Valid })
		}
		after := byAccount(calculate(t, &cut).Charges)
		for account, lines := range before {
			parts := after[account]
			extra := housing.Money(len(parts) - len(lines))
			moved := total(t, parts) - total(t, lines)
			if extra <= 0 || moved > extra || moved < -extra {
				rt.Fatalf("%s, account %s: %d lines more move the total by %s", name, account, extra, moved)
			}
		}
	})
}

// TestWholeHouseAddsUp gives a house random flats, meters and sources: what is printed adds up to what
// the house has used, for the heat and for each resource of the common property.
func TestWholeHouseAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(rt, "flats")
		s := wholeHouse(t, n)
		var sum housing.Decimal
		for i := range s.Accounts {
			a := &s.Accounts[i]
			a.Occupancy[0].Area = must(housing.NewDecimal(rapid.Int64Range(1, 20000).Draw(rt, "area"), 2))
			sum = must(sum.Add(a.Occupancy[0].Area))
		}
		s.House.Area = sum
		heat := must(housing.NewDecimal(rapid.Int64Range(0, 1e9).Draw(rt, "heat"), 5))
		for i := range s.HouseMeters {
			if s.HouseMeters[i].Service == housing.Heating {
				s.HouseMeters[i].Volume = heat
			}
		}
		result := calculate(t, s)
		printed := map[housing.Service]housing.Decimal{}
		for _, ch := range result.Charges {
			printed[ch.Service] = must(printed[ch.Service].Add(ch.Volume))
		}
		short := slices.ContainsFunc(result.Findings, func(f housing.Finding) bool { return f.Code == "heating_negative_common" })
		if !short && printed[housing.Heating].Cmp(heat) != 0 {
			rt.Fatalf("heat: printed %s, the meter shows %s", printed[housing.Heating], heat)
		}
		if len(result.House) != 4 {
			rt.Fatalf("outcomes: %+v", result.House)
		}
		for _, o := range result.House {
			if printed[o.Service].Cmp(o.Charged) != 0 {
				rt.Fatalf("%s: printed %s, shared %s", o.Service, printed[o.Service], o.Charged)
			}
		}
	})
}

// TestDistributorsAddUp checks that sharing by distributors moves money between the equipped flats only.
func TestDistributorsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := wholeHouse(t, rapid.IntRange(1, 20).Draw(rt, "flats"))
		setParameter(s, "heating.distributors_min_area", "0")
		var sum housing.Money
		for i := range s.Accounts {
			s.Accounts[i].Distributors = []housing.DistributorShare{
				{Year: 2025, Value: must(housing.NewDecimal(rapid.Int64Range(0, 1e6).Draw(rt, "units"), 2))},
			}
		}
		for _, ch := range calculate(t, s).Charges {
			if ch.Rule == "H9" {
				sum += ch.Amount
			}
		}
		if sum != 0 {
			rt.Fatalf("corrections by distributors add up to %s", sum)
		}
	})
}

// TestFormulasProveAmounts works out each formula from the operands of its trace, as an inspector
// would, and compares it with the exact value and the amount.
func TestFormulasProveAmounts(t *testing.T) {
	t.Parallel()
	snapshots := modes(t)
	snapshots["mixed"] = mixedHouse(t, 40)
	rules := map[string]int{}
	for name, s := range snapshots {
		traces, findings, err := charging.ExplainAll(s)
		if err != nil {
			t.Fatal(name, err)
		}
		for _, f := range findings {
			if f.Held {
				t.Errorf("%s: held: %+v", name, f)
			}
		}
		for i := range traces {
			rules[traces[i].Charge.Rule]++
			proveLine(t, name, &traces[i])
		}
	}
	for _, rule := range []string{
		"H4", "H5", "H6", "H8", "H9", "H10", "H14", "R2.7.2", "R2.7.3", "R2.7.4", "R2.8.3", "R2.8.4", "R2.8.5", "R2.8.6", "R2.2.2",
	} {
		if rules[rule] == 0 {
			t.Errorf("no line by %s: %v", rule, rules)
		}
	}
}

// proveLine compares the formula of a trace with the amount charged.
func proveLine(t *testing.T, name string, tr *housing.Trace) {
	t.Helper()
	if tr.Clause == "" || tr.Formula == "" || tr.Exact == "" {
		t.Errorf("%s: incomplete trace %+v", name, tr)
	}
	got, err := evaluateFormula(tr)
	if err != nil {
		t.Fatalf("%s, %s %s: %v", name, tr.Charge.Rule, tr.Formula, err)
	}
	off := new(big.Rat).Sub(got, new(big.Rat).SetFrac64(int64(tr.Charge.Amount), 100))
	limit := big.NewRat(501, 100_000) // half a kopeck and what 12 digits cut off
	if tr.Charge.Rule == "H9" {
		limit = big.NewRat(1001, 100_000) // largest remainder: a kopeck
	}
	if off.Abs(off).Cmp(limit) > 0 {
		t.Errorf("%s, account %s, %s: %s gives %s, charged %s", name, tr.Charge.Account, tr.Charge.Rule, tr.Formula,
			got.FloatString(6), tr.Charge.Amount)
	}
}

// evaluateFormula works out the first formula of a trace: + − × / and brackets over its operands.
func evaluateFormula(tr *housing.Trace) (*big.Rat, error) {
	values := map[string]*big.Rat{}
	for _, o := range tr.Operands {
		v, ok := new(big.Rat).SetString(strings.TrimSuffix(o.Value, "…"))
		if !ok {
			return nil, fmt.Errorf("operand %+v", o)
		}
		values[o.Symbol] = v
	}
	text, _, _ := strings.Cut(tr.Formula, ",")
	text = strings.TrimPrefix(text, "P = ")
	for _, sign := range []string{"(", ")", "+", "−", "×", "/"} {
		text = strings.ReplaceAll(text, sign, " "+sign+" ")
	}
	p := &expression{tokens: strings.Fields(text), values: values}
	v := p.sum()
	if p.err == nil && len(p.tokens) > 0 {
		p.err = fmt.Errorf("left over: %q", p.tokens)
	}
	return v, p.err
}

type expression struct {
	tokens []string
	values map[string]*big.Rat
	err    error
}

func (p *expression) take(want ...string) string {
	if len(p.tokens) == 0 || (len(want) > 0 && !slices.Contains(want, p.tokens[0])) {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

func (p *expression) sum() *big.Rat {
	v := new(big.Rat).Set(p.product())
	for sign := p.take("+", "−"); sign != ""; sign = p.take("+", "−") {
		if sign == "+" {
			v.Add(v, p.product())
		} else {
			v.Sub(v, p.product())
		}
	}
	return v
}

func (p *expression) product() *big.Rat {
	v := new(big.Rat).Set(p.factor())
	for sign := p.take("×", "/"); sign != ""; sign = p.take("×", "/") {
		switch f := p.factor(); {
		case sign == "×":
			v.Mul(v, f)
		case f.Sign() == 0:
			p.err = errors.New("division by zero")
		default:
			v.Quo(v, f)
		}
	}
	return v
}

func (p *expression) factor() *big.Rat {
	token := p.take()
	if token == "(" {
		v := p.sum()
		if p.take(")") == "" {
			p.err = errors.New("no closing bracket")
		}
		return v
	}
	if v, known := p.values[token]; known {
		return v
	}
	v, ok := new(big.Rat).SetString(token)
	if !ok {
		p.err = fmt.Errorf("no operand %q", token)
		return new(big.Rat)
	}
	return v
}

// TestWildHouse feeds extreme but well-formed facts of a house: accounts are held, nothing panics, no
// base line is negative.
func TestWildHouse(t *testing.T) {
	t.Parallel()
	all := modes(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := copied(all[drawMode(rt)])
		wild := func(name string) housing.Decimal {
			return must(housing.NewDecimal(rapid.Int64().Draw(rt, name), rapid.Uint8Range(0, 18).Draw(rt, name)))
		}
		f := &s.HouseFacts[rapid.IntRange(0, len(s.HouseFacts)-1).Draw(rt, "facts")]
		f.Outside, f.Production, f.Carried, f.Outdoor = wild("outside"), wild("production"), wild("carried"), wild("outdoor")
		f.HeatingDays = rapid.Int().Draw(rt, "days")
		if len(f.History) > 0 {
			f.History[2].Volume, f.History[3].HeatingDays = wild("volume"), rapid.Int().Draw(rt, "past days")
		}
		for i := range f.Made {
			f.Made[i].Volume = wild("made")
		}
		s.House.Area, s.House.Common = wild("area"), wild("common")
		s.HouseMeters[0].Volume = wild("house meter")
		p := &s.Accounts[1].Past[4]
		p.Area, p.Price, p.Volume, p.Charged = wild("past"), wild("price"), wild("metered"), housing.Money(rapid.Int64().Draw(rt, "charged"))
		s.Accounts[2].Distributors = []housing.DistributorShare{{Year: 2025, Value: wild("units")}}
		s.Accounts[0].Occupancy[0].Area = wild("flat")
		for _, ch := range calculate(t, s).Charges {
			if ch.Kind != housing.Correction && (ch.Amount < 0 || ch.Volume.Sign() < 0) {
				rt.Fatalf("negative line: %+v", ch)
			}
		}
	})
}

// copied is a snapshot whose facts of the house and first accounts can be changed.
func copied(s *housing.Snapshot) *housing.Snapshot {
	c := *s
	c.HouseFacts, c.HouseMeters, c.Accounts = slices.Clone(s.HouseFacts), slices.Clone(s.HouseMeters), slices.Clone(s.Accounts)
	for i := range c.HouseFacts {
		c.HouseFacts[i].History = slices.Clone(c.HouseFacts[i].History)
		c.HouseFacts[i].Made = slices.Clone(c.HouseFacts[i].Made)
	}
	for i := range c.Accounts {
		c.Accounts[i].Past = slices.Clone(c.Accounts[i].Past)
		c.Accounts[i].Occupancy = slices.Clone(c.Accounts[i].Occupancy)
	}
	return &c
}

func BenchmarkWholeHouse(b *testing.B) {
	s := wholeHouse(b, 200)
	lines := len(calculate(b, s).Charges)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := charging.Calculate(s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s") //nolint:forbidigo // a rate, not money
}
