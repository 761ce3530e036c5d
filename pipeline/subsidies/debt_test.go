package subsidies_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/subsidies"
)

func courtDebt(tb testing.TB, inForce, from, through string, amount, paid housing.Money) housing.CourtDebt {
	tb.Helper()
	on, err := housing.ParseDate(inForce)
	if err != nil {
		tb.Fatal(err)
	}
	return housing.CourtDebt{Number: "2-1", InForce: on, From: period(tb, from), Through: period(tb, through), Amount: amount, Paid: paid}
}

func period(tb testing.TB, text string) housing.Period {
	tb.Helper()
	p, err := housing.ParsePeriod(text)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// At the end of October 2026 the 36 months from November 2023 count.
func TestConfirmed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		list []housing.CourtDebt
		want subsidies.Debt
	}{
		{"none", nil, subsidies.Debt{}},
		{"half paid", []housing.CourtDebt{courtDebt(t, "2026-09-10", "2026-01", "2026-06", 12_000_00, 2_000_00)}, subsidies.Debt{Amount: 10_000_00, Paid: 2_000_00, Since: period(t, "2026-01"), Months: 6}},
		{"paid", []housing.CourtDebt{courtDebt(t, "2026-09-10", "2026-01", "2026-06", 12_000_00, 12_000_00)}, subsidies.Debt{}},
		{"on the last day", []housing.CourtDebt{courtDebt(t, "2026-10-31", "2026-01", "2026-01", 1, 0)}, subsidies.Debt{Amount: 1, Since: period(t, "2026-01"), Months: 1}},
		{"not in force", []housing.CourtDebt{courtDebt(t, "2026-11-01", "2026-01", "2026-01", 1, 0)}, subsidies.Debt{}},
		{"too old", []housing.CourtDebt{courtDebt(t, "2024-01-10", "2023-01", "2023-10", 5_000_00, 0)}, subsidies.Debt{}},
		{"the oldest month that counts", []housing.CourtDebt{courtDebt(t, "2024-01-10", "2023-11", "2023-11", 5_000_00, 0)}, subsidies.Debt{Amount: 5_000_00, Since: period(t, "2023-11"), Months: 1}},
		{"two of four months", []housing.CourtDebt{courtDebt(t, "2024-03-10", "2023-09", "2023-12", 4_000_00, 0)}, subsidies.Debt{Amount: 2_000_00, Since: period(t, "2023-11"), Months: 2}},
		{"payments go to the old ones", []housing.CourtDebt{courtDebt(t, "2024-03-10", "2023-09", "2023-12", 4_000_00, 1_500_00)}, subsidies.Debt{Amount: 2_000_00, Paid: 1_500_00, Since: period(t, "2023-11"), Months: 2}},
		{"and then to these", []housing.CourtDebt{courtDebt(t, "2024-03-10", "2023-09", "2023-12", 4_000_00, 3_000_00)}, subsidies.Debt{Amount: 1_000_00, Paid: 3_000_00, Since: period(t, "2023-11"), Months: 2}},
		{"two of the same months", []housing.CourtDebt{
			courtDebt(t, "2026-09-10", "2026-01", "2026-02", 100, 0), courtDebt(t, "2026-09-10", "2026-02", "2026-03", 200, 0),
		}, subsidies.Debt{Amount: 300, Since: period(t, "2026-01"), Months: 3}},
	} {
		got, err := subsidies.Confirmed(test.list, period(t, "2026-10"), 36)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	list := []housing.Parameter{{Name: "benefit.debt_months", Value: "none"}}
	if _, err := subsidies.DebtMonths(list, housing.Date{}); err == nil {
		t.Error("none is taken for a number of months")
	}
}

// What is told is never more than is left of what was decided, and never less than nothing.
func TestConfirmedLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		from := period(t, "2022-01") + housing.Period(rapid.IntRange(0, 60).Draw(rt, "from")) //nolint:gosec // a few years
		through := from + housing.Period(rapid.IntRange(0, 40).Draw(rt, "months"))            //nolint:gosec // a few years
		amount := housing.Money(rapid.Int64Range(1, 100_000_00).Draw(rt, "amount"))
		paid := housing.Money(rapid.Int64Range(0, int64(amount)).Draw(rt, "paid"))
		d := housing.CourtDebt{InForce: from.Last(), From: from, Through: through, Amount: amount, Paid: paid}
		got, err := subsidies.Confirmed([]housing.CourtDebt{d}, period(t, "2026-10"), 36)
		if err != nil {
			rt.Fatal(err)
		}
		if got.Amount < 0 || got.Amount > amount-paid || (got.Amount > 0 && got.Since.IsZero()) {
			rt.Fatalf("%+v of %+v", got, d)
		}
	})
}
