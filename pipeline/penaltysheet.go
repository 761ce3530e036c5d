package pipeline

import (
	"context"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/penalties"
	"github.com/kvitok-gkh/kvitok/store"
)

// PenaltySheet computes the penalty of an account by day up to the last day of a month, from the first day
// of the delay of every month that was paid late or is not paid. ErrNotFound says that there is no such
// account.
func (p *Pipeline) PenaltySheet(ctx context.Context, number string, period housing.Period) (*housing.PenaltySheet, error) {
	house, account, err := p.Store.AccountHead(ctx, p.Organisation.ID, number)
	if err != nil {
		return nil, err
	}
	rules, err := penalties.RulesOf(p.Parameters, period.Last())
	if err != nil {
		return nil, fmt.Errorf("read the rules of penalties: %w", err)
	}
	payees, err := p.Store.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	sheet := &housing.PenaltySheet{Issuer: p.Organisation, House: house.Address, Account: account, AsOf: period.Last()}
	rows, err := p.Store.AccountClaims(ctx, house.ID, account.ID, period)
	if err != nil {
		return nil, err
	}
	names := byINN(payees)
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && sameClaim(rows[0], rows[n]) {
			n++
		}
		claim, late, err := p.penaltyClaim(rows[:n], names, sheet.AsOf, rules)
		if err != nil {
			return nil, fmt.Errorf("penalties of account %s: %w", number, err)
		}
		if late {
			sheet.Claims = append(sheet.Claims, claim)
			sheet.Total += claim.Total
		}
		rows = rows[n:]
	}
	sheet.Booked, err = p.Store.BookedPenalties(ctx, house.ID, account.ID, period)
	return sheet, err
}

// penaltyClaim computes one month of a payee; late is false where it bore no penalty.
func (p *Pipeline) penaltyClaim(rows []store.ClaimRow, payees map[string]housing.Organisation, asOf housing.Date, rules penalties.Rules,
) (claim housing.PenaltyClaim, late bool, err error) {
	payee := payees[rows[0].Payee]
	claim = housing.PenaltyClaim{Period: rows[0].Month, Payee: payee.Title(), Capital: rows[0].Capital}
	if claim.Due, err = p.PayBy(claim.Period); err != nil {
		return claim, false, err
	}
	in := penalties.Claim{Period: claim.Period, Group: penalties.Residents, Due: claim.Due}
	if claim.Capital {
		in.Group = penalties.CapitalRepair
	}
	for _, row := range rows {
		if row.Kind == store.ClaimPaid {
			in.Paid = append(in.Paid, penalties.Payment{On: row.On, Amount: row.Amount})
			continue
		}
		in.Amount += row.Amount
	}
	in.Paid = settled(in.Paid)
	result, err := penalties.Calculate(in, asOf, rules)
	if err != nil {
		return claim, false, err
	}
	claim.Amount, claim.Outstanding, claim.Total = in.Amount, result.Outstanding, result.Total
	for _, r := range result.Rows {
		late = late || r.Kind != penalties.Free
		claim.Rows = append(claim.Rows, housing.PenaltyRow{
			Kind: r.Kind.Russian(), Days: r.Interval, FirstDay: r.FirstDay, Debt: r.Debt, Rate: r.Rate, Divisor: r.Divisor,
			Amount: r.Amount, Running: r.Running, Basis: r.Basis,
		})
	}
	for _, f := range result.Findings {
		claim.Notes = append(claim.Notes, f.Text)
	}
	return claim, late, nil
}

// WritePenalties writes the sheet as a workbook.
func (p *Pipeline) WritePenalties(ctx context.Context, w io.Writer, period housing.Period, sheet *housing.PenaltySheet) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	if _, err := reports.WritePenalties(w, meta, sheet); err != nil {
		return fmt.Errorf("write the penalties of account %s: %w", sheet.Account.Number, err)
	}
	return nil
}
