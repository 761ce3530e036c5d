package charging_test

import (
	"math/rand"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// drawBenefits gives the accounts of a house benefits of every shape.
func drawBenefits(rt *rapid.T, s *housing.Snapshot) {
	services := append([]housing.Service{"", ""}, housing.Services()...)
	for i := range s.Accounts {
		for n := range rapid.IntRange(0, 4).Draw(rt, "benefits") {
			b := housing.Benefit{
				Person: strconv.Itoa(rapid.IntRange(1, 3).Draw(rt, "person")), Category: "категория " + strconv.Itoa(n),
				Service: rapid.SampledFrom(services).Draw(rt, "service"), WithinNorm: rapid.Bool().Draw(rt, "within"),
				Scope:    rapid.SampledFrom([]housing.BenefitScope{housing.HolderScope, housing.FamilyScope}).Draw(rt, "scope"),
				Mode:     rapid.SampledFrom([]housing.BenefitMode{"", housing.Discount, housing.Compensation}).Draw(rt, "mode"),
				Document: "решение " + strconv.Itoa(n), Valid: interval("2020-01-01", ""),
			}
			if rapid.Bool().Draw(rt, "ends") {
				b.Valid.To = date("2026-10-02").AddDays(rapid.IntRange(0, 40).Draw(rt, "days"))
			}
			if b.Service != "" && rapid.Bool().Draw(rt, "sum") {
				b.Amount = housing.Money(rapid.Int64Range(1, 500_000).Draw(rt, "amount"))
			} else {
				b.Percent = must(housing.NewDecimal(rapid.Int64Range(1, 10_000).Draw(rt, "percent"), 2))
			}
			s.Accounts[i].Benefits = append(s.Accounts[i].Benefits, b)
		}
	}
}

type serviceKey struct {
	account string
	service housing.Service
	payee   string
}

// TestBenefitLaws: benefits change no other line; a service is never paid for; shares add up to the lines;
// neither the order of facts nor one benefit more turns the result against the resident.
func TestBenefitLaws(t *testing.T) {
	t.Parallel()
	plain := eventfulHouse(t, 12)
	without := calculate(t, plain)
	rapid.Check(t, func(rt *rapid.T) {
		s := *plain
		s.Parameters = slices.Clone(plain.Parameters)
		setParameter(&s, "benefit.holder_part", rapid.SampledFrom([]string{"share_of_people", "norm_of_entitled"}).Draw(rt, "part"))
		s.Accounts = slices.Clone(plain.Accounts)
		drawBenefits(rt, &s)
		got := calculate(t, &s)
		others := slices.DeleteFunc(slices.Clone(got.Charges), func(c housing.Charge) bool { return c.Kind == housing.BenefitLine })
		if diff := cmp.Diff(string(encode(t, without.Charges)), string(encode(t, others))); diff != "" {
			rt.Fatal("other lines changed:\n", diff)
		}
		provePaid(rt, got)
		traces, _, err := charging.ExplainAll(&s)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range traces {
			if k := traces[i].Charge.Kind; k == housing.BenefitLine || k == housing.CompensationLine {
				proveTrace(t, &traces[i])
			}
		}
		if t.Failed() {
			rt.Fatal("a trace does not give its sum")
		}
		random := rand.New(rand.NewSource(rapid.Int64().Draw(rt, "seed"))) //nolint:gosec // a shuffle of a test
		shuffled := s
		shuffled.Accounts = shuffle(random, s.Accounts)
		for i := range shuffled.Accounts {
			shuffled.Accounts[i].Benefits = shuffle(random, shuffled.Accounts[i].Benefits)
		}
		if diff := cmp.Diff(string(encode(t, golden(got))), string(encode(t, golden(calculate(t, &shuffled))))); diff != "" {
			rt.Fatal("the order matters:\n", diff)
		}
	})
}

// provePaid checks that what benefits come to is what their shares are, and not above the charge.
func provePaid(rt *rapid.T, got charging.Result) {
	base, discounts := map[serviceKey]housing.Money{}, map[serviceKey]housing.Money{}
	for _, c := range got.Charges {
		key := serviceKey{c.Account, c.Service, c.Payee}
		switch c.Kind { //nolint:exhaustive // the rest bears no benefit
		case housing.BaseCharge:
			base[key] += c.Amount
		case housing.BenefitLine:
			if c.Amount >= 0 || !c.Volume.IsZero() {
				rt.Fatalf("%+v", c)
			}
			discounts[key] -= c.Amount
		}
	}
	shares, all := map[serviceKey]housing.Money{}, map[serviceKey]housing.Money{}
	for _, b := range got.Benefits {
		key := serviceKey{b.Account, b.Service, b.Payee}
		if b.Amount < 0 {
			rt.Fatalf("%+v", b)
		}
		if all[key] += b.Amount; b.Mode == housing.Discount {
			shares[key] += b.Amount
		}
	}
	if diff := cmp.Diff(discounts, shares); diff != "" {
		rt.Fatal("shares (-lines +shares):\n", diff)
	}
	for key, sum := range all {
		if sum > base[key] {
			rt.Fatalf("%+v: benefits of %s on %s", key, sum, base[key])
		}
	}
}

// TestBenefitMonotone: a holder more never lowers what an account is given, to a kopeck a line.
func TestBenefitMonotone(t *testing.T) {
	t.Parallel()
	plain := mixedHouse(t, 6)
	rapid.Check(t, func(rt *rapid.T) {
		s := *plain
		s.Accounts = slices.Clone(plain.Accounts)
		drawBenefits(rt, &s)
		for i := range s.Accounts { // one mode: money of the two is another matter
			for j := range s.Accounts[i].Benefits {
				s.Accounts[i].Benefits[j].Mode = housing.Discount
			}
		}
		less := sumsOf(calculate(t, &s).Benefits)
		more := s
		more.Accounts = slices.Clone(s.Accounts)
		more.Accounts[0].Benefits = append(slices.Clone(s.Accounts[0].Benefits), housing.Benefit{
			Person: "2", Category: "ещё", Percent: dec("33"), Scope: housing.FamilyScope, Mode: housing.Discount, Valid: interval("2020-01-01", ""),
		})
		const lines = 40 // of an account, each rounded
		after := sumsOf(calculate(t, &more).Benefits)
		for account, sum := range less {
			if after[account]+lines < sum {
				rt.Fatalf("account %s: %s became %s", account, sum, after[account])
			}
		}
	})
}

func sumsOf(shares []housing.BenefitShare) map[string]housing.Money {
	sums := map[string]housing.Money{}
	for _, b := range shares {
		sums[b.Account] += b.Amount
	}
	return sums
}

// TestBenefitParameters: another reading of the law stops the calculation by its name.
func TestBenefitParameters(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"benefit.covers_uplift": "true", "benefit.mode": "both", "benefit.holder_part": "half", "benefit.social_area": "33 42",
		"benefit.capital_repair_rate": "none",
	} {
		s := readCase(t, "testdata/benefits/limits/snapshot.json")
		setParameter(s, name, value)
		if _, err := charging.Calculate(s); err == nil {
			t.Errorf("%s = %s is accepted", name, value)
		}
	}
}

// TestBenefitsRoundedUpStayWithinTheCharge: two halves of an odd number of kopecks, one taken off and one paid
// out, come to the charge and not to a kopeck more.
func TestBenefitsRoundedUpStayWithinTheCharge(t *testing.T) {
	t.Parallel()
	s := readCase(t, "testdata/benefits/shares/snapshot.json")
	for i := range s.Tariffs {
		if s.Tariffs[i].Service == housing.ColdWater {
			s.Tariffs[i].Price = dec("40.01") // 3 m³: 120.03, halves of 60.015
		}
	}
	a := &s.Accounts[0]
	a.Occupancy[0].People = 2
	a.Benefits = nil
	for person, mode := range map[string]housing.BenefitMode{"1": housing.Discount, "2": housing.Compensation} {
		a.Benefits = append(a.Benefits, housing.Benefit{
			Person: person, Category: "категория " + person, Service: housing.ColdWater, Percent: dec("100"),
			Scope: housing.HolderScope, Mode: mode, Valid: interval("2020-01-01", ""),
		})
	}
	got := map[housing.BenefitMode]housing.Money{}
	for _, b := range calculate(t, s).Benefits {
		if b.Account == a.Number {
			got[b.Mode] += b.Amount
		}
	}
	if diff := cmp.Diff(map[housing.BenefitMode]housing.Money{housing.Discount: 60_02, housing.Compensation: 60_01}, got); diff != "" {
		t.Error(diff)
	}
}
