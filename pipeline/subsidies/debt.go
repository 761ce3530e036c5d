package subsidies

import (
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Debt is what a measure of support may be refused for: confirmed by a court, of no more than the last years, not paid.
type Debt struct {
	Amount housing.Money  `json:"amount"`
	Paid   housing.Money  `json:"paid"`   // of the decisions counted
	Since  housing.Period `json:"since"`  // first month counted; zero: none
	Months int            `json:"months"` // counted
}

// DebtMonths reads the parameter benefit.debt_months: of how many months back a debt counts.
func DebtMonths(list []housing.Parameter, on housing.Date) (int, error) {
	p, err := find(list, "benefit.debt_months", on)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(p.Value)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%s = %q on %s, expected a number of months: %w", p.Name, p.Value, on, ErrParameter)
	}
	return n, nil
}

// Confirmed adds up the debts in force at the end of a month that are of the last months. A debt that began
// before them counts by its months within them, evenly; what was paid of it pays its oldest months first.
func Confirmed(list []housing.CourtDebt, month housing.Period, months int) (Debt, error) {
	var d Debt
	counted := map[housing.Period]bool{}
	first := month - housing.Period(months) + 1 //nolint:gosec // a few years
	for i := range list {
		c := &list[i]
		from := max(c.From, first)
		if c.InForce.After(month.Last()) || c.Through < from || c.Paid >= c.Amount {
			continue
		}
		part, err := housing.RatioOf(int64(c.Through-from)+1, int64(c.Through-c.From)+1)
		if err != nil {
			return Debt{}, fmt.Errorf("divide the debt of %s: %w", c.Number, err)
		}
		within, err := roubles(c.Amount).Mul(part).Money()
		if err != nil {
			return Debt{}, fmt.Errorf("divide the debt of %s: %w", c.Number, err)
		}
		if d.Amount, err = d.Amount.Add(min(within, c.Amount-c.Paid)); err != nil {
			return Debt{}, fmt.Errorf("add up the debts: %w", err)
		}
		if d.Paid, err = d.Paid.Add(c.Paid); err != nil {
			return Debt{}, fmt.Errorf("add up the debts: %w", err)
		}
		if d.Since.IsZero() || from < d.Since {
			d.Since = from
		}
		for m := from; m <= c.Through; m++ {
			counted[m] = true
		}
	}
	d.Months = len(counted)
	return d, nil
}
