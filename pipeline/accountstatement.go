package pipeline

import (
	"context"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Statement is the выписка of an account over some months, from and upTo included.
func (p *Pipeline) Statement(ctx context.Context, number string, from, upTo housing.Period) (*housing.Statement, error) {
	house, account, err := p.Store.AccountHead(ctx, p.Organisation.ID, number)
	if err != nil {
		return nil, err
	}
	s := &housing.Statement{Issuer: p.Organisation, House: house.Address, Account: account, On: upTo.Last()}
	for m, err := range p.Store.AccountMonths(ctx, house.ID, account.ID, from, upTo) {
		if err != nil {
			return nil, err
		}
		s.Months = append(s.Months, m)
	}
	return s, nil
}

// Certificate is what an account owes at the end of a month.
func (p *Pipeline) Certificate(ctx context.Context, number string, period housing.Period) (*housing.DebtCertificate, error) {
	house, account, err := p.Store.AccountHead(ctx, p.Organisation.ID, number)
	if err != nil {
		return nil, err
	}
	c := &housing.DebtCertificate{Issuer: p.Organisation, House: house.Address, Account: account, On: period.Last()}
	for line, err := range p.Store.DebtLines(ctx, house.ID, account.ID, period) {
		if err != nil {
			return nil, err
		}
		c.Lines = append(c.Lines, line)
		c.Total += line.Closing
		c.Penalty += line.Penalty
	}
	return c, nil
}

// WriteStatement writes a statement as a workbook.
func (p *Pipeline) WriteStatement(ctx context.Context, w io.Writer, period housing.Period, s *housing.Statement) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	rows := func(yield func(housing.AccountMonth, error) bool) {
		for _, m := range s.Months {
			if !yield(m, nil) {
				return
			}
		}
	}
	if _, err := reports.WriteStatement(w, meta, s.Account, s.House, rows); err != nil {
		return fmt.Errorf("write the statement of account %s: %w", s.Account.Number, err)
	}
	return nil
}
