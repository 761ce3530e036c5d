package pipeline

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

func TestDebtors(t *testing.T) {
	t.Parallel()
	list, err := parameters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	workdays, err := parameters.BuiltinWorkdays()
	if err != nil {
		t.Fatal(err)
	}
	p := &Pipeline{Config: Config{Parameters: list, Workdays: workdays, Log: slog.New(slog.DiscardHandler)}}
	month := func(text string) housing.Period {
		period, err := housing.ParsePeriod(text)
		if err != nil {
			t.Fatal(err)
		}
		return period
	}
	october := month("2026-10")
	owes := func(id int64, month housing.Period, amount housing.Money) housing.MonthDebt {
		return housing.MonthDebt{Account: housing.Account{ID: id}, Month: month, Amount: amount}
	}
	penalty := owes(1, october, 7)
	penalty.Penalty = true
	rows := []housing.MonthDebt{
		owes(1, housing.EarlierDebt, 1), owes(1, month("2023-08"), 2), owes(1, month("2026-07"), 4), owes(1, month("2026-09"), 8),
		owes(1, october, 16), penalty,
		owes(2, october, 100),                                // not due yet
		owes(3, month("2026-08"), 50), owes(3, october, -20), // paid too much of October
	}
	var got []housing.Debtor
	for d, err := range p.debtors(october, func(yield func(housing.MonthDebt, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, d)
	}
	want := []housing.Debtor{
		{ // July was due on 17 August: 75 days; September on 15 October: 16; August of 2023 on 11 September: more than three years
			Account: housing.Account{ID: 1}, Total: 31, Months: 4, Penalty: 7, Ages: [housing.DebtAges]housing.Money{16, 8, 0, 4, 0, 0, 0, 2, 1},
		},
		{Account: housing.Account{ID: 3}, Total: 30, Months: 1, Ages: [housing.DebtAges]housing.Money{-20, 0, 50}}, // due on 15 September: 46
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(housing.Date{})); diff != "" {
		t.Errorf("debtors (-want +got):\n%s", diff)
	}
}
