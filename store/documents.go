package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// IssuedDocument is a row of the register of issued payment documents.
type IssuedDocument struct {
	Account int64
	Number  string
	PayBy   housing.Date
	ToPay   housing.Money
	SHA256  string // of the document's content, hex
}

// IssueDocuments puts the documents of a house into the register, takes out those that are no longer
// issued, and returns how many differ from those issued before. Issuing the same again changes nothing.
func (t *Tx) IssueDocuments(ctx context.Context, organisation, house int64, period housing.Period, rows []IssuedDocument) (changed int, err error) {
	const sql = `
INSERT INTO documents AS d (period, house_id, account_id, organisation_id, number, pay_by, to_pay, sha256)
SELECT $1, $2, account_id, $3, number, pay_by::date, to_pay, sha256
FROM unnest($4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[]) AS t(account_id, number, pay_by, to_pay, sha256)
ON CONFLICT (house_id, account_id, period) DO UPDATE SET number = EXCLUDED.number, pay_by = EXCLUDED.pay_by,
    to_pay = EXCLUDED.to_pay, sha256 = EXCLUDED.sha256
WHERE d.sha256 <> EXCLUDED.sha256`
	const withdraw = `DELETE FROM documents WHERE house_id = $1 AND period = $2 AND account_id <> ALL($3::bigint[])`
	accounts := column(rows, func(d IssuedDocument) int64 { return d.Account })
	gone, err := t.Exec(ctx, withdraw, house, period, accounts)
	if err != nil {
		return 0, fmt.Errorf("withdraw documents of house %d: %w", house, err)
	}
	tag, err := t.Exec(ctx, sql, period, house, organisation, accounts,
		column(rows, func(d IssuedDocument) string { return d.Number }),
		textColumn(rows, func(d IssuedDocument) fmt.Stringer { return d.PayBy }),
		column(rows, func(d IssuedDocument) int64 { return int64(d.ToPay) }),
		column(rows, func(d IssuedDocument) string { return d.SHA256 }))
	if err != nil {
		return 0, fmt.Errorf("issue the documents of house %d: %w", house, err)
	}
	return int(tag.RowsAffected() + gone.RowsAffected()), nil
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

// partitionedTables lists the tables that are split by month.
func partitionedTables() []string {
	return []string{"readings", "payments", "payment_parts", "snapshots", "charges", "findings", "balances", "documents", "debts", "ledger_lines"}
}

// EnsureMonth makes the partitions of a month in every table that is split by month.
func (s *Store) EnsureMonth(ctx context.Context, period housing.Period) error {
	for _, table := range partitionedTables() {
		if err := s.EnsurePartition(ctx, table, period); err != nil {
			return err
		}
	}
	return nil
}

// AnalyzeMonth tells the planner what a month holds. After a first charge run of many houses it must
// not wait for the server's own turn: reports would be planned as if the month were empty.
func (s *Store) AnalyzeMonth(ctx context.Context, period housing.Period) error {
	for _, table := range partitionedTables() {
		if _, err := s.Exec(ctx, "ANALYZE "+pgx.Identifier{PartitionName(table, period)}.Sanitize()); err != nil {
			return fmt.Errorf("look over %s of %s: %w", table, period, err)
		}
	}
	return nil
}

// AnalyzeFacts tells the planner what tables of facts hold. After the first large files it must not
// wait for the server's own turn either.
func (s *Store) AnalyzeFacts(ctx context.Context, tables ...string) error {
	for _, table := range tables {
		if _, err := s.Exec(ctx, "ANALYZE "+pgx.Identifier{table}.Sanitize()); err != nil {
			return fmt.Errorf("look over %s: %w", table, err)
		}
	}
	return nil
}
