package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// The kinds of papers about an account.
const (
	PaperCertificate = "certificate"
	PaperStatement   = "statement"
)

// Paper is a certificate or a statement that was handed out.
type Paper struct {
	Kind      string        `json:"kind"`
	Number    string        `json:"number"`
	CheckCode string        `json:"check_code"`
	Account   string        `json:"account"` // number
	AsOf      housing.Date  `json:"as_of"`
	Total     housing.Money `json:"total"`
	SHA256    string        `json:"sha256"` // of its content
	IssuedAt  time.Time     `json:"issued_at"`
	IssuedBy  string        `json:"issued_by"`
}

const paperColumns = `
SELECT d.kind, d.number, d.check_code, a.number, d.as_of, d.total, d.sha256, d.issued_at, d.issued_by
FROM issued_papers d JOIN accounts a ON a.id = d.account_id `

// IssuePaper enters a paper into the register and gives it the next number of the year; one whose content was
// handed out before keeps its number, code and date. The content is JSON.
func (t *Tx) IssuePaper(ctx context.Context, organisation, account int64, p Paper, content string) (Paper, error) {
	const lock = "SELECT pg_advisory_xact_lock(hashtextextended('kvitok papers', $1))"
	const known = paperColumns + "WHERE d.organisation_id = $1 AND d.kind = $2 AND d.account_id = $3 AND d.sha256 = $4"
	const put = `
INSERT INTO issued_papers (organisation_id, kind, number, check_code, account_id, as_of, total, sha256, content, issued_at, issued_by)
SELECT $1, $2, $3 || '-' || lpad((count(*) + 1)::text, 6, '0'), $4, $5, $6, $7, $8, $9::jsonb, $10, $11
FROM issued_papers WHERE organisation_id = $1 AND starts_with(number, $3 || '-') RETURNING number`
	if _, err := t.Exec(ctx, lock, organisation); err != nil {
		return p, fmt.Errorf("lock the register of papers: %w", err)
	}
	before, err := t.onePaper(ctx, known, organisation, p.Kind, account, p.SHA256)
	if !errors.Is(err, ErrNotFound) {
		return before, err
	}
	year := p.IssuedAt.Format("2006")
	err = t.QueryRow(ctx, put, organisation, p.Kind, year, p.CheckCode, account, p.AsOf, p.Total, p.SHA256, content, p.IssuedAt, p.IssuedBy).Scan(&p.Number)
	if err != nil {
		return p, fmt.Errorf("enter a paper of account %s into the register: %w", p.Account, err)
	}
	return p, nil
}

func (t *Tx) onePaper(ctx context.Context, sql string, args ...any) (Paper, error) {
	rows, err := t.Query(ctx, sql, args...)
	if err != nil {
		return Paper{}, fmt.Errorf("look for a paper: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Paper])
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("look for a paper: %w", err)
	}
	return p, nil
}

// PapersByCode finds the papers with a check code.
func (q Queries) PapersByCode(ctx context.Context, organisation int64, code string) ([]Paper, error) {
	return collectStructs[Paper](ctx, q, "look for papers by their check code", paperColumns+"WHERE d.organisation_id = $1 AND d.check_code = $2 ORDER BY d.id",
		organisation, code)
}
