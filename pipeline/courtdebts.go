package pipeline

import (
	"context"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/pipeline/subsidies"
)

// courtDebts are the debts that courts confirmed, for the exchange of one month with the authority of social protection:
// it may suspend a benefit for nothing else (ЖК РФ, ст. 159 ч. 5, ст. 160 ч. 3), so nothing else is told.
type courtDebts struct {
	month  housing.Period
	months int
	list   map[string][]housing.CourtDebt // by account
	told   map[debtOf]bool                // what stands in a row already
}

// debtOf is an account and a service, or no service.
type debtOf struct {
	account string
	service housing.Service
}

func (p *Pipeline) courtDebts(ctx context.Context, period housing.Period) (courtDebts, error) {
	c := courtDebts{month: period, told: map[debtOf]bool{}}
	var err error
	if c.months, err = subsidies.DebtMonths(p.Parameters, period.First()); err != nil {
		return c, err
	}
	c.list, err = p.Store.CourtDebts(ctx, p.Organisation.ID, period.Last())
	return c, err
}

// of is the debt of an account; of one service of it where a service is named, with the debts of no service in the first
// row that asks; several people of an account ask once. The rows of an account add up to what was confirmed.
func (c *courtDebts) of(account string, service housing.Service) (subsidies.Debt, error) {
	var list []housing.CourtDebt
	for _, d := range c.list[account] {
		if (d.Service == "" || d.Service == service) && !c.told[debtOf{account, d.Service}] {
			list = append(list, d)
		}
	}
	c.told[debtOf{account, ""}], c.told[debtOf{account, service}] = true, true
	return subsidies.Confirmed(list, c.month, c.months)
}

// benefitRows are the rows of benefits with the debts that courts confirmed.
func (p *Pipeline) benefitRows(ctx context.Context, period housing.Period) iter.Seq2[housing.BenefitRow, error] {
	return func(yield func(housing.BenefitRow, error) bool) {
		debts, err := p.courtDebts(ctx, period)
		if err != nil {
			yield(housing.BenefitRow{}, err)
			return
		}
		for b, err := range p.Store.BenefitRows(ctx, p.Organisation.ID, period, debts.months) {
			if err == nil {
				var debt subsidies.Debt
				debt, err = subsidies.Confirmed(debts.list[b.Account.Number], period, debts.months)
				b.CourtDebt, b.CourtSince = debt.Amount, debt.Since
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// fillDebt puts the debt that a court confirmed into a row of the exchange file, nothing where there is none.
func (a *socialAnswer) fillDebt(cells []string, account, name string) error {
	service, problem := importers.ReadService(importers.Cell{Text: name})
	if problem != nil {
		service = "" // none of ours: a debt of no service may stand here all the same
	}
	debt, err := a.debts.of(account, service)
	if err != nil {
		return err
	}
	for _, cell := range []struct {
		column string
		value  housing.Decimal
	}{{"SUMDOLG", roubles(debt.Amount)}, {"OPLDOLG", roubles(debt.Paid)}, {"KOLDOLG", housing.Whole(int64(debt.Months))}} {
		if !a.table.Set(cells, cell.column, cell.value) {
			a.tooLong++
		}
	}
	var since housing.Date
	if !debt.Since.IsZero() {
		since = debt.Since.First()
	}
	a.table.SetDate(cells, "DATDOLG", since)
	return nil
}
