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
		ages := debtAges{pipeline: p, on: period.Last(), known: map[housing.Period]int{}}
		var d housing.Debtor
		for row, err := range rows {
			if d.Account.ID != row.Account.ID {
				if overdue(d) && !yield(d, nil) {
					return
				}
				d = housing.Debtor{Account: row.Account, House: row.House, PaidOn: row.PaidOn, Paid: row.Paid}
			}
			if err == nil {
				err = ages.add(&d, row, period)
			}
			if err != nil {
				yield(housing.Debtor{}, err)
				return
			}
		}
		if overdue(d) {
			yield(d, nil)
		}
	}
}

// debtAges remembers the column of each month.
type debtAges struct {
	pipeline *Pipeline
	on       housing.Date
	known    map[housing.Period]int
}

// add counts a row into its debtor.
func (a debtAges) add(d *housing.Debtor, row housing.MonthDebt, period housing.Period) error {
	if row.Penalty {
		d.Penalty += row.Amount
		return nil
	}
	age, known := a.known[row.Month]
	if !known {
		var err error
		if age, err = a.pipeline.debtAge(row.Month, a.on); err != nil {
			return err
		}
		a.known[row.Month] = age
	}
	d.Total += row.Amount
	d.Ages[age] += row.Amount
	if row.Amount > 0 && row.Month < period {
		d.Months++
	}
	return nil
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
