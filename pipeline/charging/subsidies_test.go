package charging_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// TestSubsidyLaws: a subsidy changes no other line, comes to what was granted or to all that is to pay, and what is
// told of it adds up to its lines.
func TestSubsidyLaws(t *testing.T) {
	t.Parallel()
	plain := eventfulHouse(t, 12)
	rapid.Check(t, func(rt *rapid.T) {
		s := *plain
		s.Accounts = slices.Clone(plain.Accounts)
		if rapid.Bool().Draw(rt, "benefits") {
			drawBenefits(rt, &s)
		}
		without := calculate(t, &s)
		s.Accounts = slices.Clone(s.Accounts)
		granted := map[string]housing.Money{}
		for i := range s.Accounts {
			a := &s.Accounts[i]
			sum := housing.Money(rapid.Int64Range(1, 2_000_000).Draw(rt, "sum"))
			granted[a.Number] = sum
			a.Benefits = append(slices.Clone(a.Benefits), housing.Benefit{
				Person: "7", Category: "Субсидия", Subsidy: true, Amount: sum, Scope: housing.FamilyScope, Document: "решение",
				Mode: rapid.SampledFrom([]housing.BenefitMode{"", housing.Discount}).Draw(rt, "mode"), Valid: interval("2026-09-01", "2027-03-01"),
			})
		}
		got := calculate(t, &s)
		others := slices.DeleteFunc(slices.Clone(got.Charges), func(c housing.Charge) bool { return c.Rule == "R3.3" })
		if diff := cmp.Diff(string(encode(t, without.Charges)), string(encode(t, others))); diff != "" {
			rt.Fatal("other lines changed:\n", diff)
		}
		proveSubsidies(rt, got, granted)
	})
}

func proveSubsidies(rt *rapid.T, got charging.Result, granted map[string]housing.Money) {
	lines, given, discounts, left := map[string]housing.Money{}, map[string]housing.Money{}, map[string]housing.Money{}, map[string]housing.Money{}
	for _, c := range got.Charges {
		left[c.Account] += c.Amount
		if c.Rule == "R3.3" {
			lines[c.Account] -= c.Amount
		}
	}
	for _, b := range got.Benefits {
		if b.Category != "Субсидия" {
			continue
		}
		given[b.Account] += b.Amount
		if b.Mode == housing.Discount {
			discounts[b.Account] += b.Amount
		}
	}
	if diff := cmp.Diff(lines, discounts); diff != "" {
		rt.Fatal("lines and what is told of them (-lines +told):\n", diff)
	}
	for account, sum := range given {
		if sum > granted[account] {
			rt.Fatalf("account %s was granted %s and got %s", account, granted[account], sum)
		}
		if left[account] < 0 {
			rt.Fatalf("account %s is to pay %s", account, left[account])
		}
	}
}

// A subsidy lasts the months of the law from its first one; what would be above the charge is not given.
func TestSubsidyTermAndLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		from, to      string
		sum           housing.Money
		want          []housing.Money
		finding       string
		changedMonths string
	}{
		{name: "the sixth month", from: "2026-05-01", to: "2027-05-01", sum: 60_01, want: []housing.Money{-60_01}},
		{name: "the seventh", from: "2026-04-01", to: "2027-05-01", sum: 60_01, finding: "subsidy_beyond_term"},
		{name: "the eighth, by another rule", from: "2026-03-01", to: "2027-05-01", sum: 60_01, want: []housing.Money{-60_01}, changedMonths: "12"},
		{name: "ended", from: "2026-05-01", to: "2026-10-01", sum: 60_01},
		{name: "not yet", from: "2026-11-01", to: "2027-05-01", sum: 60_01},
		{name: "above the charge", from: "2026-10-01", to: "2027-04-01", sum: 999_00, want: []housing.Money{-150_00}, finding: "subsidy_limited"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := publishedCase{Service: housing.Maintenance, Period: "2026-10", Area: "50", Tariff: "3"}
			s := p.snapshot(t)
			if test.changedMonths != "" {
				setParameter(s, "subsidy.months", test.changedMonths)
			}
			s.Accounts[0].Benefits = []housing.Benefit{{
				Person: "1", Category: "Субсидия", Subsidy: true, Amount: test.sum, Scope: housing.FamilyScope, Mode: housing.Discount,
				Valid: interval(test.from, test.to),
			}}
			result := calculate(t, s)
			var got []housing.Money
			for _, c := range result.Charges {
				if c.Kind == housing.BenefitLine {
					got = append(got, c.Amount)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			found := slices.ContainsFunc(result.Findings, func(f housing.Finding) bool { return f.Code == test.finding })
			if found != (test.finding != "") {
				t.Errorf("findings %+v, want %q", result.Findings, test.finding)
			}
		})
	}
}

// A refund of the month stands beside one line of a service, its benefits beside each: together they leave nothing
// to pay, and a subsidy finds nothing to be put on.
func TestSubsidyAfterRefundAndBenefits(t *testing.T) {
	t.Parallel()
	p := publishedCase{
		Service: housing.ColdWater, Period: "2026-10", Norm: "4", Tariff: "40", People: 2,
		PeopleFrom: &peopleFrom{On: "2026-10-16", People: 3},
		Acts:       []publishedAct{{Kind: housing.Interruption, From: "2026-10-05T00:00", To: "2026-10-06T00:00"}},
	}
	s := p.snapshot(t)
	since := interval("2026-10-01", "2027-04-01")
	s.Accounts[0].Benefits = []housing.Benefit{
		{Person: "1", Category: "льгота", Percent: dec("100"), Scope: housing.FamilyScope, Mode: housing.Discount, Valid: since},
		{Person: "2", Category: "Субсидия", Subsidy: true, Amount: 100_00, Scope: housing.FamilyScope, Mode: housing.Discount, Valid: since},
	}
	charges := calculate(t, s).Charges
	if sum := total(t, charges); sum != 0 {
		t.Errorf("to pay %s, want nothing", sum)
	}
	if i := slices.IndexFunc(charges, func(c housing.Charge) bool { return c.Rule == "R3.3" }); i >= 0 {
		t.Errorf("a subsidy on nothing: %+v", charges[i])
	}
}
