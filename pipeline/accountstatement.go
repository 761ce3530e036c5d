package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// Statement is the выписка of an account over some months, from and upTo included.
func (p *Pipeline) Statement(ctx context.Context, number string, from, upTo housing.Period) (*housing.Statement, error) {
	debt, err := p.Certificate(ctx, number, upTo)
	if err != nil {
		return nil, err
	}
	s := &housing.Statement{Issuer: p.Organisation, House: debt.House, Account: debt.Account, On: upTo.Last(), Dues: debt.Dues}
	house, account, err := p.Store.AccountHead(ctx, p.Organisation.ID, number)
	if err != nil {
		return nil, err
	}
	for m, err := range p.Store.AccountMonths(ctx, house.ID, account.ID, from, upTo) {
		if err != nil {
			return nil, err
		}
		s.Months = append(s.Months, m)
	}
	return s, nil
}

// Certificate is what an account owes at the end of a month, what is overdue apart from what is not due yet.
func (p *Pipeline) Certificate(ctx context.Context, number string, period housing.Period) (*housing.DebtCertificate, error) {
	house, account, err := p.Store.AccountHead(ctx, p.Organisation.ID, number)
	if err != nil {
		return nil, err
	}
	c := &housing.DebtCertificate{Issuer: p.Organisation, House: house.Address, Account: account, On: period.Last()}
	if c.Dues.PayBy, err = p.PayBy(period); err != nil {
		return nil, err
	}
	for line, err := range p.Store.DebtLines(ctx, house.ID, account.ID, period) {
		if err != nil {
			return nil, err
		}
		if err := p.partDues(&line, c); err != nil {
			return nil, fmt.Errorf("part the debt of account %s: %w", number, err)
		}
		c.Lines = append(c.Lines, line.DebtLine)
		c.Total += line.Closing
		c.Dues.Overdue += line.Dues.Overdue
		c.Dues.NotDue += line.Dues.NotDue
		c.Dues.Penalty += line.Dues.Penalty
	}
	return c, nil
}

// partDues tells of a line what is overdue on the day of the certificate. Money paid in advance for the same service
// covers what is not due first, then what is.
func (p *Pipeline) partDues(line *store.OwedLine, c *housing.DebtCertificate) error {
	principal := line.Closing - line.Dues.Penalty
	if principal <= 0 {
		return nil
	}
	for i, name := range line.Months {
		month, err := housing.ParsePeriod(name)
		if err != nil {
			return fmt.Errorf("read a month of debts: %w", err)
		}
		late := true
		if month != housing.EarlierDebt {
			due, err := p.PayBy(month)
			if err != nil {
				return err
			}
			late = due.DaysUntil(c.On) > 0
		}
		if late {
			line.Dues.Overdue += housing.Money(line.Amounts[i])
		}
	}
	line.Dues.Overdue = min(max(line.Dues.Overdue, 0), principal)
	line.Dues.NotDue = principal - line.Dues.Overdue
	line.Dues.PayBy = c.Dues.PayBy
	return nil
}

// IssueStatement enters a statement into the register of papers handed out and gives it its number and code.
func (p *Pipeline) IssueStatement(ctx context.Context, s *housing.Statement, by string) error {
	total := housing.Money(0)
	if n := len(s.Months); n > 0 {
		total = s.Months[n-1].Closing
	}
	paper, err := p.issuePaper(ctx, store.Paper{Kind: store.PaperStatement, Account: s.Account.Number, AsOf: s.On, Total: total, IssuedBy: by}, s.Account.ID, s)
	s.Mark = housing.PaperMark{Number: paper.Number, CheckCode: paper.CheckCode}
	return err
}

// IssueCertificate does the same with a certificate of debt.
func (p *Pipeline) IssueCertificate(ctx context.Context, c *housing.DebtCertificate, by string) error {
	paper, err := p.issuePaper(ctx, store.Paper{Kind: store.PaperCertificate, Account: c.Account.Number, AsOf: c.On, Total: c.Total, IssuedBy: by}, c.Account.ID, c)
	c.Mark = housing.PaperMark{Number: paper.Number, CheckCode: paper.CheckCode}
	return err
}

// issuePaper digests the content: the same content is one paper, with one code.
func (p *Pipeline) issuePaper(ctx context.Context, paper store.Paper, account int64, content any) (store.Paper, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return paper, fmt.Errorf("write down the paper of account %s: %w", paper.Account, err)
	}
	digest := sha256.Sum256(append([]byte(paper.Kind+"\n"), text...))
	paper.SHA256, paper.CheckCode, paper.IssuedAt = hex.EncodeToString(digest[:]), checkCode(digest), p.Now().UTC()
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		paper, err = tx.IssuePaper(ctx, p.Organisation.ID, account, paper, string(text))
		return err
	})
	return paper, err
}

// WriteStatement writes a statement as a workbook.
func (p *Pipeline) WriteStatement(ctx context.Context, w io.Writer, period housing.Period, s *housing.Statement) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	meta.Filters = append(meta.Filters, s.Mark.Russian())
	rows := func(yield func(housing.AccountMonth, error) bool) {
		for _, m := range s.Months {
			if !yield(m, nil) {
				return
			}
		}
	}
	if _, err := reports.WriteStatement(w, meta, s, rows); err != nil {
		return fmt.Errorf("write the statement of account %s: %w", s.Account.Number, err)
	}
	return nil
}
