package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// DocumentVersion is one version of a payment document in the register.
type DocumentVersion struct {
	Period    housing.Period `json:"period"`
	House     int64          `json:"-"`
	Account   string         `json:"account"` // number
	Number    string         `json:"number"`
	CheckCode string         `json:"check_code"`
	Version   int            `json:"version"`
	SHA256    string         `json:"sha256"`
	Book      string         `json:"-"` // digest of the book that has the content
	ToPay     housing.Money  `json:"to_pay"`
	PayBy     housing.Date   `json:"pay_by"`
	IssuedAt  time.Time      `json:"issued_at"`
	EndedAt   *time.Time     `json:"ended_at,omitempty"` // replaced or withdrawn; nil: it stands
	Form      string         `json:"form"`               // how it looked; "": of before there were forms
}

const versionColumns = `
SELECT d.period, d.house_id, a.number, d.number, d.check_code, d.version, d.sha256, d.book, d.to_pay, d.pay_by, d.issued_at, d.ended_at, d.form
FROM issued_documents d JOIN accounts a ON a.id = d.account_id `

// VersionsByCode finds the issued documents with a check code; codes of different months may be equal.
func (q Queries) VersionsByCode(ctx context.Context, organisation int64, code string) ([]DocumentVersion, error) {
	return q.versions(ctx, versionColumns+`WHERE d.organisation_id = $1 AND d.check_code = $2 ORDER BY d.period, d.issued_at`, organisation, code)
}

// VersionsOfAccount lists the versions of the document of an account and month, oldest first.
func (q Queries) VersionsOfAccount(ctx context.Context, organisation int64, account string, period housing.Period) ([]DocumentVersion, error) {
	return q.versions(ctx, versionColumns+`
WHERE d.organisation_id = $1 AND a.number = $2 AND a.organisation_id = $1 AND d.period = $3 ORDER BY d.version`, organisation, account, period)
}

func (q Queries) versions(ctx context.Context, sql string, args ...any) ([]DocumentVersion, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("look into the register of documents: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DocumentVersion])
	if err != nil {
		return nil, fmt.Errorf("look into the register of documents: %w", err)
	}
	return list, nil
}

// DocumentBookBody returns the content that the documents of a house were drawn from, compressed.
func (q Queries) DocumentBookBody(ctx context.Context, house int64, period housing.Period, digest string) ([]byte, error) {
	const sql = `SELECT body FROM document_books WHERE house_id = $1 AND period = $2 AND sha256 = $3`
	var body []byte
	err := q.QueryRow(ctx, sql, house, period, digest).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("content of the documents of house %d for %s: %w", house, period, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read the documents of house %d: %w", house, err)
	}
	return body, nil
}

// FormSettings returns the settings of a form of receipts; none where the form is not known.
func (q Queries) FormSettings(ctx context.Context, form string) ([]byte, error) {
	var settings []byte
	err := q.QueryRow(ctx, `SELECT settings FROM receipt_forms WHERE form = $1`, form).Scan(&settings)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read the form %q of receipts: %w", form, err)
	}
	return settings, nil
}

// ServiceMonth is what an account was charged for a service in a month.
type ServiceMonth struct {
	Account   int64
	Service   housing.Service
	Amount    housing.Money // corrections included
	Corrected housing.Money
	Volume    housing.Decimal // of base charges
	Price     housing.Decimal // zero where there was more than one
}

// ServiceMonths adds up the charges of a house by account and service, with corrections of closed months
// booked in the month.
func (q Queries) ServiceMonths(ctx context.Context, house int64, period housing.Period) ([]ServiceMonth, error) {
	const sql = `
SELECT account_id, service, sum(amount)::bigint, COALESCE(sum(amount) FILTER (WHERE kind IN ('correction', 'benefit')), 0)::bigint,
    COALESCE(sum(volume) FILTER (WHERE kind = 'base'), 0)::text,
    CASE WHEN count(DISTINCT price) FILTER (WHERE kind = 'base') = 1 THEN max(price) FILTER (WHERE kind = 'base') ELSE 0 END::text
FROM (SELECT account_id, service, amount, kind, volume, price FROM charges WHERE house_id = $1 AND period = $2
    UNION ALL SELECT account_id, service, amount, 'correction', 0, 0 FROM ledger_lines WHERE house_id = $1 AND period = $2 AND kind = 'correction') AS lines
GROUP BY account_id, service`
	rows, err := q.Query(ctx, sql, house, period)
	if err != nil {
		return nil, fmt.Errorf("add up the charges of house %d for %s: %w", house, period, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ServiceMonth])
	if err != nil {
		return nil, fmt.Errorf("add up the charges of house %d for %s: %w", house, period, err)
	}
	return list, nil
}

// IssuedMonths returns what the accounts of a house were charged by the documents of the months from a
// first one to before a last one, in order of time.
func (q Queries) IssuedMonths(ctx context.Context, house int64, from, before housing.Period) (map[int64][]housing.MonthSum, error) {
	const sql = `SELECT account_id, period, charged FROM documents WHERE house_id = $1 AND period >= $2 AND period < $3 ORDER BY period`
	rows, err := q.Query(ctx, sql, house, from, before)
	if err != nil {
		return nil, fmt.Errorf("read the months of house %d: %w", house, err)
	}
	months := map[int64][]housing.MonthSum{}
	var account int64
	var m housing.MonthSum
	_, err = pgx.ForEachRow(rows, []any{&account, &m.Period, &m.Amount}, func() error {
		months[account] = append(months[account], m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the months of house %d: %w", house, err)
	}
	return months, nil
}
