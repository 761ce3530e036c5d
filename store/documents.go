package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// IssuedDocument is a row of the register of issued payment documents.
type IssuedDocument struct {
	Account   int64
	Number    string
	PayBy     housing.Date
	ToPay     housing.Money
	Charged   housing.Money // of the month, corrections included
	SHA256    string        // of the document's content, hex
	CheckCode string        // printed on it
}

// DocumentBook is the documents of a house that are given out together.
type DocumentBook struct {
	Organisation, House int64
	Period              housing.Period
	Documents           []IssuedDocument
	SHA256              string // of Body before compression, hex
	Body                []byte // the documents' content, compressed
	At                  time.Time
	Form                string // how they look, see receipt_forms
	Settings            []byte // of the form
}

// IssueDocuments puts the documents of a house into the register, takes out those that are no longer
// issued, and returns how many differ from those issued before, in content or in form. Issuing the same again changes nothing.
// Every version stays in the register with its content.
func (t *Tx) IssueDocuments(ctx context.Context, b DocumentBook) (changed int, err error) {
	const withdraw = `DELETE FROM documents WHERE house_id = $1 AND period = $2 AND account_id <> ALL($3::bigint[]) RETURNING account_id`
	const put = `
INSERT INTO documents AS d (period, house_id, account_id, organisation_id, number, pay_by, to_pay, charged, sha256, form)
SELECT $1, $2, account_id, $3, number, pay_by::date, to_pay, charged, sha256, $10
FROM unnest($4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])
    AS t(account_id, number, pay_by, to_pay, charged, sha256)
ON CONFLICT (house_id, account_id, period) DO UPDATE SET number = EXCLUDED.number, pay_by = EXCLUDED.pay_by,
    to_pay = EXCLUDED.to_pay, charged = EXCLUDED.charged, sha256 = EXCLUDED.sha256, form = EXCLUDED.form
WHERE (d.sha256, d.form) <> (EXCLUDED.sha256, EXCLUDED.form) RETURNING account_id`
	gone, err := t.accounts(ctx, withdraw, b.House, b.Period, column(b.Documents, func(d IssuedDocument) int64 { return d.Account }))
	if err != nil {
		return 0, fmt.Errorf("withdraw documents of house %d: %w", b.House, err)
	}
	rows := b.Documents
	news, err := t.accounts(ctx, put, b.Period, b.House, b.Organisation,
		column(rows, func(d IssuedDocument) int64 { return d.Account }),
		column(rows, func(d IssuedDocument) string { return d.Number }),
		textColumn(rows, func(d IssuedDocument) fmt.Stringer { return d.PayBy }),
		column(rows, func(d IssuedDocument) int64 { return int64(d.ToPay) }),
		column(rows, func(d IssuedDocument) int64 { return int64(d.Charged) }),
		column(rows, func(d IssuedDocument) string { return d.SHA256 }), b.Form)
	if err != nil {
		return 0, fmt.Errorf("issue the documents of house %d: %w", b.House, err)
	}
	if len(gone)+len(news) == 0 {
		return 0, nil
	}
	if err := t.registerVersions(ctx, b, gone, news); err != nil {
		return 0, fmt.Errorf("register the documents of house %d: %w", b.House, err)
	}
	return len(gone) + len(news), nil
}

func (t *Tx) accounts(ctx context.Context, sql string, args ...any) ([]int64, error) {
	rows, err := t.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64]) //nolint:wrapcheck // callers wrap
}

// registerVersions ends the versions of changed documents and adds the new ones with their content.
func (t *Tx) registerVersions(ctx context.Context, b DocumentBook, gone, news []int64) error {
	const end = `
UPDATE issued_documents SET ended_at = $4 WHERE house_id = $1 AND period = $2 AND ended_at IS NULL AND account_id = ANY($3::bigint[])`
	const book = `INSERT INTO document_books (period, house_id, sha256, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	const add = `
INSERT INTO issued_documents (period, house_id, account_id, organisation_id, version, number, check_code, sha256, book, to_pay, pay_by, issued_at, form)
SELECT $1, $2, t.account_id, $3,
    1 + (SELECT count(*) FROM issued_documents o WHERE o.house_id = $2 AND o.account_id = t.account_id AND o.period = $1),
    t.number, t.check_code, t.sha256, $4, t.to_pay, t.pay_by::date, $5, $13
FROM unnest($6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[])
    AS t(account_id, number, check_code, sha256, to_pay, pay_by)
WHERE t.account_id = ANY($12::bigint[])`
	if _, err := t.Exec(ctx, end, b.House, b.Period, slices.Concat(gone, news), b.At); err != nil {
		return err
	}
	if len(news) == 0 {
		return nil
	}
	if _, err := t.Exec(ctx, book, b.Period, b.House, b.SHA256, b.Body); err != nil {
		return err
	}
	const form = `INSERT INTO receipt_forms (form, settings) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	if b.Form != "" {
		if _, err := t.Exec(ctx, form, b.Form, b.Settings); err != nil {
			return err
		}
	}
	rows := b.Documents
	_, err := t.Exec(ctx, add, b.Period, b.House, b.Organisation, b.SHA256, b.At,
		column(rows, func(d IssuedDocument) int64 { return d.Account }),
		column(rows, func(d IssuedDocument) string { return d.Number }),
		column(rows, func(d IssuedDocument) string { return d.CheckCode }),
		column(rows, func(d IssuedDocument) string { return d.SHA256 }),
		column(rows, func(d IssuedDocument) int64 { return int64(d.ToPay) }),
		textColumn(rows, func(d IssuedDocument) fmt.Stringer { return d.PayBy }), news, b.Form)
	return err
}

// DocumentTotals is what a month's issued documents come to.
type DocumentTotals struct {
	Documents int
	ToPay     housing.Money
}

// IssuedTotals adds up the register of a month.
func (q Queries) IssuedTotals(ctx context.Context, organisation int64, period housing.Period) (DocumentTotals, error) {
	const sql = `SELECT count(*), COALESCE(sum(to_pay), 0)::bigint FROM documents WHERE organisation_id = $1 AND period = $2`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return DocumentTotals{}, fmt.Errorf("add up the documents of %s: %w", period, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[DocumentTotals])
	if err != nil {
		return d, fmt.Errorf("add up the documents of %s: %w", period, err)
	}
	return d, nil
}
