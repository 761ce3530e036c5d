package charging_test

import (
	"bytes"
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

// TestOrderNeverMatters shuffles every list of facts: the result is the same to the byte.
func TestOrderNeverMatters(t *testing.T) {
	t.Parallel()
	s := mixedHouse(t, 40)
	want := encode(t, golden(calculate(t, s)))
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewSource(rapid.Int64().Draw(rt, "seed"))) //nolint:gosec // a shuffle of a test
		shuffled := *s
		shuffled.Parameters = shuffle(random, s.Parameters)
		shuffled.Tariffs = shuffle(random, s.Tariffs)
		shuffled.Norms = shuffle(random, s.Norms)
		shuffled.Accounts = shuffle(random, s.Accounts)
		for i := range shuffled.Accounts {
			shuffled.Accounts[i].Services = shuffle(random, shuffled.Accounts[i].Services)
			shuffled.Accounts[i].Meters = shuffle(random, shuffled.Accounts[i].Meters)
		}
		if diff := cmp.Diff(string(want), string(encode(t, golden(calculate(t, &shuffled))))); diff != "" {
			rt.Fatal(diff)
		}
		var a, b bytes.Buffer
		if err := charging.WriteSnapshot(&a, s); err != nil {
			rt.Fatal(err)
		}
		if err := charging.WriteSnapshot(&b, &shuffled); err != nil {
			rt.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			rt.Fatal("equal facts give other bytes")
		}
	})
}

func shuffle[T any](random *rand.Rand, list []T) []T {
	list = slices.Clone(list)
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// TestArtificialCut cuts every tariff, norm and occupancy of a house on a day, changing no value: a
// total moves by at most a kopeck for each line more.
func TestArtificialCut(t *testing.T) {
	t.Parallel()
	whole := mixedHouse(t, 12)
	before := byAccount(calculate(t, whole).Charges)
	rapid.Check(t, func(rt *rapid.T) {
		on := date("2026-10-01").AddDays(rapid.IntRange(1, 30).Draw(rt, "day"))
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
				rt.Fatalf("account %s: %d lines more move the total by %s", account, extra, moved)
			}
		}
	})
}

func byAccount(charges []housing.Charge) map[string][]housing.Charge {
	m := map[string][]housing.Charge{}
	for _, ch := range charges {
		m[ch.Account] = append(m[ch.Account], ch)
	}
	return m
}

func cutList[T any](list []T, on housing.Date, valid func(*T) *housing.Interval) []T {
	cut := make([]T, 0, 2*len(list))
	for _, head := range list {
		tail := head
		valid(&head).To = on
		valid(&tail).From = on
		cut = append(cut, head, tail)
	}
	return cut
}

// TestSplit checks the largest remainder: parts add up, and none is a unit away from its exact value.
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e6), 1, 60).Draw(t, "weights")
		units := rapid.Int64Range(0, 1e9).Draw(t, "total")
		var sum int64
		for _, w := range weights {
			sum += w
		}
		if sum == 0 {
			t.Skip("nothing to share by")
		}
		whole := must(housing.NewDecimal(units, 4))
		parts := make([]housing.Ratio, len(weights))
		for i, w := range weights {
			parts[i] = must(housing.RatioOf(w, sum)).Mul(whole.Ratio())
		}
		split, err := charging.Split(whole, parts, 7)
		if err != nil {
			t.Fatal(err)
		}
		added := new(big.Rat)
		for i, d := range split {
			added.Add(added, d.Ratio().Rat())
			off := new(big.Rat).Sub(d.Ratio().Rat(), parts[i].Rat())
			if off.Abs(off).Cmp(big.NewRat(1, 1e7)) >= 0 {
				t.Fatalf("part %d: %s for %s", i, d, parts[i])
			}
		}
		if added.Cmp(whole.Ratio().Rat()) != 0 {
			t.Fatalf("parts add up to %s, not %s", added, whole)
		}
	})
}

// TestHouseSharesAddUp checks it through the engine: all flats of a house take its whole volume.
func TestHouseSharesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := emptySnapshot(t, must(housing.ParsePeriod("2026-10")))
		since := interval("2020-01-01", "")
		s.Tariffs = []housing.Tariff{{Service: housing.Heating, Price: dec("2546.12"), Valid: since}}
		var sum housing.Decimal
		for i := range rapid.IntRange(1, 50).Draw(rt, "flats") {
			area := must(housing.NewDecimal(rapid.Int64Range(1, 20000).Draw(rt, "area"), 2))
			sum = must(sum.Add(area))
			s.Accounts = append(s.Accounts, housing.AccountFacts{
				Account:   housing.Account{Number: strconv.Itoa(i), Premises: housing.Premises{Kind: housing.Flat}},
				Occupancy: []housing.Occupancy{{Valid: since, Area: area, Occupant: housing.Owner}},
				Services:  []housing.AccountService{{Service: housing.Heating, Payee: "7700000000", Valid: since}},
			})
		}
		s.House.Area = sum
		volume := must(housing.NewDecimal(rapid.Int64Range(0, 1e9).Draw(rt, "volume"), 4))
		s.HouseMeters = []housing.CollectiveMeter{{Serial: "1", Service: housing.Heating, Volume: volume}}
		var printed housing.Decimal
		for _, ch := range calculate(t, s).Charges {
			printed = must(printed.Add(ch.Volume))
		}
		if printed.Cmp(volume) != 0 {
			rt.Fatalf("printed %s, the meter shows %s", printed, volume)
		}
	})
}

// TestTraceProvesAmount takes every trace of a mixed house and multiplies its operands with math/big:
// the exact value and the rounded amount must come out.
func TestTraceProvesAmount(t *testing.T) {
	t.Parallel()
	traces, findings, err := charging.ExplainAll(mixedHouse(t, 60))
	if err != nil || len(traces) < 500 {
		t.Fatalf("%d traces, %v", len(traces), err)
	}
	for _, f := range findings {
		if f.Held {
			t.Errorf("held: %+v", f)
		}
	}
	proveTraces(t, traces)
}

func proveTraces(t *testing.T, traces []housing.Trace) {
	t.Helper()
	for i := range traces {
		proveTrace(t, &traces[i])
	}
}

// proveTrace computes the printed formula from the printed operands.
func proveTrace(t *testing.T, tr *housing.Trace) {
	t.Helper()
	exact, err := evaluate(tr)
	if err != nil {
		t.Errorf("%s %s %s: %v", tr.Charge.Account, tr.Charge.Rule, tr.Formula, err)
		return
	}
	// operands that do not end are printed with 12 digits: a half of a kopeck may fall either way
	tiny := new(big.Rat)
	for _, o := range tr.Operands {
		if strings.HasSuffix(o.Value, "…") {
			tiny.SetFrac64(1, 1e6)
		}
	}
	low, high := roundKopecks(new(big.Rat).Sub(exact, tiny)), roundKopecks(new(big.Rat).Add(exact, tiny))
	if got := int64(tr.Charge.Amount); got != low && got != high {
		t.Errorf("%s %s %s: operands give %s, charged %s", tr.Charge.Account, tr.Charge.Rule, tr.Formula,
			exact.FloatString(6), tr.Charge.Amount)
	}
	negative := tr.Charge.Amount < 0 && (tr.Charge.Kind != housing.Correction && tr.Charge.Kind != housing.BenefitLine || tr.Charge.Reason == "")
	if negative || tr.Clause == "" || tr.Formula == "" {
		t.Errorf("incomplete trace: %+v", *tr)
	}
}

// roundKopecks rounds roubles half away from zero.
func roundKopecks(v *big.Rat) int64 {
	k := new(big.Rat).Mul(new(big.Rat).Abs(v), big.NewRat(100, 1))
	k.Add(k, big.NewRat(1, 2))
	return new(big.Int).Quo(k.Num(), k.Denom()).Int64() * int64(v.Sign())
}

// TestWildNumbers feeds extreme but well-formed numbers: the engine holds accounts and never gives a
// negative line or panics.
func TestWildNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := mixedHouse(t, 4)
		wild := func(name string) housing.Decimal {
			return must(housing.NewDecimal(rapid.Int64().Draw(rt, name), rapid.Uint8Range(0, 18).Draw(rt, name)))
		}
		s.Tariffs[rapid.IntRange(0, len(s.Tariffs)-1).Draw(rt, "tariff")].Price = wild("price")
		s.Norms[rapid.IntRange(0, len(s.Norms)-1).Draw(rt, "norm")].Value = wild("value")
		s.House.Area = wild("house area")
		s.HouseMeters[0].Volume = wild("house volume")
		s.Accounts[0].Occupancy[0].Area = wild("area")
		s.Accounts[1].Meters[0].Readings[0].Value = wild("reading")
		s.Accounts[2].Meters[0].Digits = rapid.Int().Draw(rt, "digits")
		s.Accounts[3].Occupancy[0].People = rapid.Int().Draw(rt, "people")
		for _, ch := range calculate(t, s).Charges {
			if ch.Amount < 0 || ch.Volume.Sign() < 0 {
				rt.Fatalf("negative line: %+v", ch)
			}
		}
	})
}
