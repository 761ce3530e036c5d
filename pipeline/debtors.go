package pipeline

import (
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// debtors joins what accounts owe by month into a debtor an account, by the days that each month is overdue
// on the last day of the period. Who owes only what is not due yet is no debtor. Rows of an account must
// follow each other.
func (p *Pipeline) debtors(period housing.Period, rows iter.Seq2[housing.MonthDebt, error]) iter.Seq2[housing.Debtor, error] {
	return func(yield func(housing.Debtor, error) bool) {
		due := map[housing.Period]int{}
		var d housing.Debtor
		for row, err := range rows {
			if err != nil {
				yield(d, err)
				return
			}
			if d.Account.ID != row.Account.ID && overdue(d) && !yield(d, nil) {
				return
			}
			if d.Account.ID != row.Account.ID {
				d = housing.Debtor{Account: row.Account, House: row.House, PaidOn: row.PaidOn, Paid: row.Paid}
			}
			if row.Penalty {
				d.Penalty += row.Amount
				continue
			}
			age, known := due[row.Month]
			if !known {
				if age, err = p.debtAge(row.Month, period.Last()); err != nil {
					yield(d, err)
					return
				}
				due[row.Month] = age
			}
			d.Total += row.Amount
			d.Ages[age] += row.Amount
			if row.Amount > 0 && row.Month < period {
				d.Months++
			}
		}
		if overdue(d) {
			yield(d, nil)
		}
	}
}

func overdue(d housing.Debtor) bool { return d.Total > max(d.Ages[0], 0) || d.Penalty > 0 }

// debtAge is the column of Debtor.Ages for a month.
func (p *Pipeline) debtAge(month housing.Period, on housing.Date) (int, error) {
	if month == housing.EarlierDebt {
		return housing.DebtAges - 1, nil
	}
	due, err := p.PayBy(month)
	if err != nil {
		return 0, err
	}
	late := due.DaysUntil(on)
	for age, upTo := range []int{0, 30, 60, 90, 180, 365, 3 * 365} {
		if late <= upTo {
			return age, nil
		}
	}
	return housing.DebtAges - 2, nil
}
