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
	if _, err := reports.WriteStatement(w, meta, s.Account, s.House, rows); err != nil {
		return fmt.Errorf("write the statement of account %s: %w", s.Account.Number, err)
	}
	return nil
}
