package penalties_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/pipeline/penalties"
)

func date(tb testing.TB, text string) housing.Date {
	tb.Helper()
	d, err := housing.ParseDate(text)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// rulesOf are the built-in rules as of a day, with rows put over them.
func rulesOf(tb testing.TB, on string, over ...housing.Parameter) penalties.Rules {
	tb.Helper()
	list, err := parameters.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	rules, err := penalties.RulesOf(parameters.Override(list, over), date(tb, on))
	if err != nil {
		tb.Fatal(err)
	}
	return rules
}

// noCap takes the cap of the rate away, as pages do that ignore it.
func noCap() housing.Parameter { return housing.Parameter{Name: "penalty.rate_cap", Value: "99"} }

func claim(tb testing.TB, amount housing.Money, due string, paid ...penalties.Payment) penalties.Claim {
	tb.Helper()
	day := date(tb, due)
	return penalties.Claim{Period: day.Period().Prev(), Group: penalties.Residents, Due: day, Amount: amount, Paid: paid}
}

// The cases of the published list (PN-…), each through the door that the ledger uses.
func TestPublishedCases(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		claim       penalties.Claim
		asOf        string
		over        []housing.Parameter
		want        housing.Money
		outstanding housing.Money
	}{
		{name: "PN-01: 15 days at 7.5 %", claim: claim(t, 500000, "2023-01-10"), asOf: "2023-02-24", want: 1875, outstanding: 500000},
		{
			name: "PN-02: 45 days of delay at 16 %, no cap", claim: claim(t, 1000000, "2024-01-15"), asOf: "2024-02-29",
			over: []housing.Parameter{noCap()}, want: 8000, outstanding: 1000000,
		},
		{name: "PN-02: with the cap that applied", claim: claim(t, 1000000, "2024-01-15"), asOf: "2024-02-29", want: 4750, outstanding: 1000000},
		{name: "PN-03: 60 days at 1/300, 2 at 1/130", claim: claim(t, 100000, "2026-06-15"), asOf: "2026-09-15", want: 2046, outstanding: 100000},
		{
			name: "PN-04: partial payment", claim: claim(t, 100000, "2026-06-15", penalties.Payment{On: date(t, "2026-08-01"), Amount: 40000}),
			asOf: "2026-09-15", want: 1443, outstanding: 60000,
		},
		{name: "PN-06: day 30", claim: claim(t, 100000, "2026-06-15"), asOf: "2026-07-15", want: 0, outstanding: 100000},
		{name: "PN-06: day 31", claim: claim(t, 100000, "2026-06-15"), asOf: "2026-07-16", want: 32, outstanding: 100000},
		{
			name: "PN-10: the first of two claims", claim: claim(t, 10000, "2024-01-01", penalties.Payment{On: date(t, "2024-05-01"), Amount: 10000}),
			asOf: "2024-05-01", want: 417, // 100 × (60/300 + 31/130) × 9.5 %
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := penalties.Calculate(test.claim, date(t, test.asOf), rulesOf(t, test.asOf, test.over...))
			if err != nil {
				t.Fatal(err)
			}
			if got.Total != test.want || got.Outstanding != test.outstanding {
				t.Errorf("penalty %s, outstanding %s, want %s, %s\n%+v", got.Total, got.Outstanding, test.want, test.outstanding, got.Rows)
			}
		})
	}
}

// PN-08: days 31 to 90 of a claim due on 1 January 2024. PN-09: the moratorium of 2020 has 270 days.
func TestPublishedDayCounts(t *testing.T) {
	t.Parallel()
	days := func(due, asOf string, kind penalties.Kind, divisor int) int {
		got, err := penalties.Calculate(claim(t, 100000, due), date(t, asOf), rulesOf(t, asOf))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, row := range got.Rows {
			if row.Kind == kind && row.Divisor == divisor {
				n += row.Interval.Days()
			}
		}
		return n
	}
	for _, test := range []struct {
		name, due, asOf string
		kind            penalties.Kind
		divisor, want   int
	}{
		{"PN-08.1", "2024-01-01", "2024-01-30", penalties.Charged, 300, 0},
		{"PN-08.3", "2024-01-01", "2024-03-31", penalties.Charged, 300, 60},
		{"PN-09", "2019-12-10", "2020-12-31", penalties.Moratorium, 0, 270},
	} {
		if got := days(test.due, test.asOf, test.kind, test.divisor); got != test.want {
			t.Errorf("%s: %d days, want %d", test.name, got, test.want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	// 900 roubles due on 2022-03-10; 300 paid on 2022-12-20 at 7.5 %, the rest unpaid on 2023-09-01 at the
	// cap of 9.5 %. Days 22 to 204 fall into the moratorium of 2022.
	c := claim(t, 90000, "2022-03-10", penalties.Payment{On: date(t, "2022-12-20"), Amount: 30000})
	got, err := penalties.Calculate(c, date(t, "2023-09-01"), rulesOf(t, "2023-09-01"))
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Kind           penalties.Kind
		From, To       string
		Days, FirstDay int
		Debt           housing.Money
		Rate           string
		Divisor        int
		Amount         housing.Money
	}
	rows := make([]row, 0, len(got.Rows))
	for _, r := range got.Rows {
		rows = append(rows, row{
			r.Kind, r.Interval.From.String(), r.Interval.To.String(), r.Interval.Days(), r.FirstDay, r.Debt, r.Rate.String(), r.Divisor, r.Amount,
		})
	}
	want := []row{
		{penalties.Free, "2022-03-11", "2022-04-10", 30, 1, 90000, "0", 0, 0},
		{penalties.Moratorium, "2022-04-10", "2022-10-01", 174, 31, 90000, "0", 0, 0},
		{penalties.Charged, "2022-10-01", "2022-12-21", 81, 205, 30000, "7.5", 130, 1402},   // 300 × 81 × 7.5 % / 130
		{penalties.Charged, "2022-10-01", "2023-09-02", 336, 205, 60000, "9.5", 130, 14732}, // 600 × 336 × 9.5 % / 130
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got.Total != 16134 { // 14.0192 + 147.3231
		t.Errorf("total %s", got.Total)
	}
	if !got.Confirmed || len(got.Findings) > 0 {
		t.Errorf("findings %+v", got.Findings)
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, due, asOf string
		want            []string
		total           bool
	}{
		{"confirmed", "2026-06-15", "2026-12-31", nil, true},
		{"the cap has ended", "2026-10-15", "2027-01-01", []string{penalties.RateUnconfirmed}, true},
		{"before there was a key rate", "2012-10-10", "2013-02-01", []string{penalties.NoKeyRate}, false},
		{"free days need no rate", "2012-12-10", "2012-12-20", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := penalties.Calculate(claim(t, 100000, test.due), date(t, test.asOf), rulesOf(t, test.asOf))
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, f := range got.Findings {
				codes = append(codes, f.Code)
			}
			if !slices.Equal(codes, test.want) || got.Confirmed != (len(test.want) == 0) || (got.Total > 0) != test.total {
				t.Errorf("findings %v, confirmed %v, total %s", codes, got.Confirmed, got.Total)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	for group, want := range map[penalties.Group]housing.Money{
		penalties.Residents:     2046, // 60/300 + 2/130
		penalties.CapitalRepair: 1963, // 62/300
		penalties.Managers:      3723, // 60/300 + 30/170 + 2/130 of 95.00: 19.0000 + 16.7647 + 1.4615
		penalties.Others:        6723, // 92/130
	} {
		c := claim(t, 100000, "2026-06-15")
		c.Group = group
		got, err := penalties.Calculate(c, date(t, "2026-09-15"), rulesOf(t, "2026-09-15"))
		if err != nil {
			t.Fatal(err)
		}
		if got.Total != want {
			t.Errorf("%s: %s, want %s", group, got.Total, want)
		}
	}
	c := claim(t, 100000, "2026-06-15")
	c.Group = "neighbours"
	if _, err := penalties.Calculate(c, date(t, "2026-09-15"), rulesOf(t, "2026-09-15")); err == nil {
		t.Error("an unknown group is charged")
	}
}

func TestRulesOfReportsEverything(t *testing.T) {
	t.Parallel()
	_, err := penalties.RulesOf([]housing.Parameter{
		{Name: "penalty.divisor", Value: "many"},
		{Name: "penalty.divisor_managers", Value: "61:170 1:300"},
		{Name: "penalty.moratorium", Value: "all"},
	}, date(t, "2026-11-01"))
	for _, name := range []string{
		"penalty.free_days has no value", `penalty.divisor is "many"`, "penalty.divisor_managers is", "penalty.balance_falls has no value",
		"penalty.moratorium is",
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not say %q: %v", name, err)
		}
	}
}

// Days are counted one by one with big.Rat and no intervals: the same kopeck must come out.
func TestAgainstDayByDay(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t, "2026-11-01")
	begin := date(t, "2019-06-10")
	rapid.Check(t, func(t *rapid.T) {
		c := penalties.Claim{
			Group: penalties.Residents, Due: begin.AddDays(rapid.IntRange(0, 2600).Draw(t, "due")),
			Amount: housing.Money(rapid.Int64Range(0, 5_000_000).Draw(t, "amount")),
		}
		asOf := c.Due.AddDays(rapid.IntRange(-40, 700).Draw(t, "as of"))
		for range rapid.IntRange(0, 4).Draw(t, "payments") {
			c.Paid = append(c.Paid, penalties.Payment{
				On:     c.Due.AddDays(rapid.IntRange(-20, 500).Draw(t, "on")),
				Amount: housing.Money(rapid.Int64Range(1, 2_000_000).Draw(t, "paid")),
			})
		}
		got, err := penalties.Calculate(c, asOf, rules)
		if err != nil {
			t.Fatal(err)
		}
		if want := dayByDay(c, asOf); got.Total != want {
			t.Fatalf("%+v as of %s: %s, day by day %s\n%+v", c, asOf, got.Total, want, got.Rows)
		}
		var sum housing.Money
		for _, row := range got.Rows {
			sum += row.Amount
		}
		if sum != got.Total {
			t.Fatalf("rows add up to %s, total %s", sum, got.Total)
		}
	})
}

func dayByDay(c penalties.Claim, asOf housing.Date) housing.Money {
	list, err := parameters.Builtin()
	if err != nil {
		panic(err)
	}
	paid := slices.Clone(c.Paid)
	slices.SortStableFunc(paid, func(a, b penalties.Payment) int { return a.On.Cmp(b.On) })
	total, left := new(big.Rat), c.Amount
	count := func(amount housing.Money, until housing.Date) {
		rate := rateOn(list, "penalty.key_rate", until)
		if limit := rateOn(list, "penalty.rate_cap", until); limit != nil && limit.Cmp(rate) < 0 {
			rate = limit
		}
		for day := c.Due.AddDays(31); !day.After(until); day = day.AddDays(1) {
			if moratorium(list, day, c.Due) {
				continue
			}
			divisor := int64(30000 * 100)
			if c.Due.DaysUntil(day) >= 91 {
				divisor = 13000 * 100
			}
			total.Add(total, new(big.Rat).Mul(big.NewRat(int64(amount), divisor), rate))
		}
	}
	for _, p := range paid {
		if p.On.After(asOf) {
			break
		}
		part := min(p.Amount, left)
		left -= part
		count(part, p.On)
	}
	count(left, asOf)
	kopecks := new(big.Rat).Mul(total, big.NewRat(100, 1))
	twice := new(big.Int).Add(new(big.Int).Mul(kopecks.Num(), big.NewInt(2)), kopecks.Denom())
	return housing.Money(twice.Quo(twice, new(big.Int).Mul(kopecks.Denom(), big.NewInt(2))).Int64())
}

func rateOn(list []housing.Parameter, name string, on housing.Date) *big.Rat {
	for _, p := range list {
		if p.Name == name && p.Valid.Contains(on) {
			rate, _ := new(big.Rat).SetString(p.Value)
			return rate
		}
	}
	return nil
}

func moratorium(list []housing.Parameter, on, due housing.Date) bool {
	for _, p := range list {
		if p.Name == "penalty.moratorium" && p.Valid.Contains(on) && (p.Value == "all" || due.Before(p.Valid.From)) {
			return true
		}
	}
	return false
}
