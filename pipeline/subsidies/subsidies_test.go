package subsidies_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/pipeline/subsidies"
)

func rulesOf(tb testing.TB) subsidies.Rules {
	tb.Helper()
	list, err := parameters.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	on, err := housing.ParseDate("2026-10-01")
	if err != nil {
		tb.Fatal(err)
	}
	rules, err := subsidies.RulesOf(list, on)
	if err != nil {
		tb.Fatal(err)
	}
	return rules
}

type published struct {
	ID, Source    string
	NotApplicable string            `json:"not_applicable"`
	Standard      housing.Money     `json:"standard"`
	People        int               `json:"people"`
	Income        housing.Money     `json:"income"`
	Months        int               `json:"months"`
	Subsistence   housing.Money     `json:"subsistence"`
	Want          map[string]string `json:"want"`
}

func readCases(t *testing.T) []published {
	t.Helper()
	body, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []published
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// The cases of the published list (SB-…), as their pages print them.
func TestPublishedCases(t *testing.T) {
	t.Parallel()
	for _, p := range readCases(t) {
		if p.NotApplicable != "" {
			continue
		}
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			income := subsidies.Income{Sum: p.Income, Months: max(p.Months, 1), People: p.People}
			month, perHead, err := income.Mean()
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{"month": month.String(), "per_head": perHead.String()}
			if p.Standard != 0 {
				result, err := subsidies.Calculate(subsidies.Case{Standard: p.Standard, Income: income, Subsistence: p.Subsistence}, rulesOf(t))
				if err != nil {
					t.Fatal(err)
				}
				got["subsidy"] = result.Amount.String()
			}
			for name, want := range p.Want {
				if got[name] != want {
					t.Errorf("%s = %s, %s says %s", name, got[name], p.Source, want)
				}
			}
		})
	}
}

// Every subsidy case of the list is told here or where it belongs.
func TestEveryPublishedCaseIsTold(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("../../../shared/cases/published.json")
	if err != nil {
		t.Skip("skipped: no ../shared")
	}
	var all []struct{ ID, Source string }
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, p := range readCases(t) {
		told[p.ID] = true
	}
	for _, p := range all {
		if strings.HasPrefix(p.ID, "SB-") && !told[p.ID] {
			t.Errorf("%s (%s) is not told", p.ID, p.Source)
		}
	}
}

// By hand, of a family of three with a standard of 4000: 12 000 in all, МДД 22 %.
func TestCalculate(t *testing.T) {
	t.Parallel()
	charged := func(m housing.Money) *housing.Money { return &m }
	for _, test := range []struct {
		name    string
		income  housing.Money // of the family, a month
		share   string
		charged *housing.Money
		want    housing.Money
		exact   string
		below   bool
		limit   string
	}{
		{name: "at the subsistence level", income: 45_000_00, want: 2_100_00, exact: "2100"}, // 12 000 − 45 000 × 22 %
		{name: "a kopeck a head below it", income: 44_999_97, want: 2_100_01, exact: "2100.0131999956", below: true},
		{name: "half of it", income: 22_500_00, want: 9_525_00, exact: "9525", below: true}, // 12 000 − 22 500 × 22 % × 1/2
		{name: "nothing earned", income: 0, want: 12_000_00, exact: "12000", below: true},
		{name: "half a kopeck", income: 45_000_25, want: 2_099_95, exact: "2099.945"}, // 45 000.25 × 22 % = 9900.055
		{name: "nothing due", income: 60_000_00, want: 0, exact: "-1200", limit: "не положена"},
		{name: "a share of the region", income: 60_000_00, share: "10", want: 6_000_00, exact: "6000"},
		{name: "not above the charge", income: 45_000_00, charged: charged(1_500_00), want: 1_500_00, exact: "2100", limit: "не больше начисленного за месяц 1\u00a0500,00"},
		{name: "the charge is more", income: 45_000_00, charged: charged(2_100_00), want: 2_100_00, exact: "2100"},
		{name: "nothing charged", income: 45_000_00, charged: charged(0), want: 0, exact: "2100", limit: "не больше начисленного"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := subsidies.Case{
				Standard: 4_000_00, Income: subsidies.Income{Sum: test.income, Months: 1, People: 3}, Subsistence: 15_000_00, Charged: test.charged,
			}
			if test.share != "" {
				share, err := housing.ParseDecimal(test.share)
				if err != nil {
					t.Fatal(err)
				}
				c.Share = share
			}
			got, err := subsidies.Calculate(c, rulesOf(t))
			if err != nil {
				t.Fatal(err)
			}
			if got.Amount != test.want || got.Below != test.below || !strings.Contains(got.Limit, test.limit) || (test.limit == "") != (got.Limit == "") {
				t.Errorf("%+v, want %s", got, test.want)
			}
			if !strings.HasPrefix(got.Exact, test.exact) {
				t.Errorf("exactly %s, want %s", got.Exact, test.exact)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	good := subsidies.Case{Standard: 1, Income: subsidies.Income{Sum: 1, Months: 1, People: 1}, Subsistence: 1}
	minus := housing.Money(-1)
	for name, spoil := range map[string]func(*subsidies.Case){
		"no standard":    func(c *subsidies.Case) { c.Standard = 0 },
		"no level":       func(c *subsidies.Case) { c.Subsistence = 0 },
		"nobody":         func(c *subsidies.Case) { c.Income.People = 0 },
		"no months":      func(c *subsidies.Case) { c.Income.Months = 0 },
		"a debt earned":  func(c *subsidies.Case) { c.Income.Sum = -1 },
		"a share of 101": func(c *subsidies.Case) { c.Share = housing.Whole(101) },
		"less than none": func(c *subsidies.Case) { c.Charged = &minus },
	} {
		c := good
		spoil(&c)
		if _, err := subsidies.Calculate(c, rulesOf(t)); !errors.Is(err, subsidies.ErrCase) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := subsidies.Calculate(good, rulesOf(t)); err != nil {
		t.Error(err)
	}
	list := []housing.Parameter{{Name: "subsidy.mdd", Value: "0"}, {Name: "subsidy.months", Value: "six"}}
	for _, parameters := range [][]housing.Parameter{nil, list[:1], list[1:], list, {{Name: "subsidy.mdd", Value: "22"}, list[1]}} {
		if _, err := subsidies.RulesOf(parameters, housing.Date{}); !errors.Is(err, subsidies.ErrParameter) {
			t.Errorf("%v: %v", parameters, err)
		}
	}
}

// TestLaws: never negative, never above the charge or the standard of the family; who earns more gets no more, who is
// charged more gets no less; the explanation names every number.
func TestLaws(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	rapid.Check(t, func(rt *rapid.T) {
		money := func(name string, least, most int64) housing.Money {
			return housing.Money(rapid.Int64Range(least, most).Draw(rt, name))
		}
		charged := money("charged", 0, 3_000_000)
		c := subsidies.Case{
			Standard: money("standard", 1, 2_000_000), Subsistence: money("level", 1, 3_000_000), Charged: &charged,
			Income: subsidies.Income{Sum: money("income", 0, 50_000_000), Months: rapid.IntRange(1, 12).Draw(rt, "months"), People: rapid.IntRange(1, 9).Draw(rt, "people")},
			Share:  housing.Whole(rapid.Int64Range(0, 30).Draw(rt, "share")),
		}
		calculate := func(c subsidies.Case) subsidies.Result {
			r, err := subsidies.Calculate(c, rules)
			if err != nil {
				rt.Fatal(err)
			}
			return r
		}
		got := calculate(c)
		if got.Amount < 0 || got.Amount > charged || got.Amount > c.Standard*housing.Money(c.Income.People) {
			rt.Fatalf("%+v", got)
		}
		richer := c
		richer.Income.Sum += money("raise", 0, 5_000_000)
		if more := calculate(richer); more.Amount > got.Amount {
			rt.Fatalf("earns more and gets %s, before %s", more.Amount, got.Amount)
		}
		dearer := c
		above := charged + money("more", 0, 1_000_000)
		dearer.Charged = &above
		if more := calculate(dearer); more.Amount < got.Amount {
			rt.Fatalf("is charged more and gets %s, before %s", more.Amount, got.Amount)
		}
		proveNamed(rt, got)
	})
}

func proveNamed(rt *rapid.T, got subsidies.Result) {
	symbols := make([]string, 0, len(got.Operands))
	for _, o := range got.Operands {
		symbols = append(symbols, o.Symbol)
	}
	if diff := cmp.Diff([]string{"ССЖКУ", "n", "Д", "МДД", "СДД", "ПМ", "Н", "Срок"}, symbols); diff != "" {
		rt.Fatal(diff)
	}
	if strings.Contains(got.Formula, "ПМ") != got.Below {
		rt.Fatalf("below the level: %v, formula %s", got.Below, got.Formula)
	}
}
