package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
)

// partitionedTables lists the tables that are split by month, the largest first.
func partitionedTables() []string {
	return []string{
		"charges", "payments", "readings", "benefit_shares", "snapshots", "findings", "balances", "debts", "ledger_lines", "payment_parts",
		"documents", "issued_documents", "document_books",
	}
}

// EnsureMonth makes the partitions of a month in every table that is split by month.
func (s *Store) EnsureMonth(ctx context.Context, period housing.Period) error {
	tables := partitionedTables()
	names := make([]string, len(tables))
	for i, table := range tables {
		names[i] = PartitionName(table, period)
	}
	const sql = `
SELECT count(*) FROM unnest($1::text[], $2::text[]) AS t(parent, name)
JOIN pg_inherits i ON i.inhparent = to_regclass(quote_ident(t.parent)) JOIN pg_class c ON c.oid = i.inhrelid AND c.relname = t.name`
	var there int
	if err := s.QueryRow(ctx, sql, tables, names).Scan(&there); err != nil {
		return fmt.Errorf("look for the partitions of %s: %w", period, err)
	}
	if there == len(tables) {
		return nil
	}
	for _, table := range tables {
		if err := s.EnsurePartition(ctx, table, period); err != nil {
			return err
		}
	}
	return nil
}

// EnsureMonth is that of the store within a transaction.
func (t *Tx) EnsureMonth(ctx context.Context, period housing.Period) error {
	for _, table := range partitionedTables() {
		if err := t.EnsurePartition(ctx, table, period); err != nil {
			return err
		}
	}
	return nil
}

// AnalyzeMonth tells the planner what a month holds. When it fills it must not wait for the server's own turn:
// reports would be planned as if the month were empty. A small sample does: plans hang on how many rows there
// are, and the usual one took as long as a tenth of a charge run.
func (s *Store) AnalyzeMonth(ctx context.Context, period housing.Period) error {
	var lanes [2][]string
	for i, table := range partitionedTables() {
		lane := &lanes[i%len(lanes)]
		*lane = append(*lane, table)
	}
	both, ctx := errgroup.WithContext(ctx)
	for _, tables := range lanes {
		both.Go(func() error { return s.analyzeMonth(ctx, period, tables) })
	}
	return both.Wait() //nolint:wrapcheck // ours
}

func (s *Store) analyzeMonth(ctx context.Context, period housing.Period, tables []string) error {
	return s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		return tx.lookOver(ctx, column(tables, func(table string) string { return PartitionName(table, period) })...)
	})
}

// AnalyzeCharged is AnalyzeMonth of what a charge run fills, while it still does. It looks at the columns by which rows
// are found and grouped, in a sample that is smaller still: of them the planner asks how many kinds there are.
func (s *Store) AnalyzeCharged(ctx context.Context, period housing.Period) error {
	tables := []struct{ name, columns string }{
		{"charges", "(period, house_id, account_id, line, service, payee_id, kind, zone, method)"},
		{"benefit_shares", "(period, house_id, account_id, line, person_id, category, mode, service, payee_id)"},
		{"findings", "(period, house_id, account_id, account, service, code, held)"},
		{"snapshots", "(period, house_id, run_id)"},
	}
	return s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL default_statistics_target = 10"); err != nil {
			return fmt.Errorf("look over %s: %w", period, err)
		}
		for _, table := range tables {
			if _, err := tx.Exec(ctx, "ANALYZE "+pgx.Identifier{PartitionName(table.name, period)}.Sanitize()+table.columns); err != nil {
				return fmt.Errorf("look over %s of %s: %w", table.name, period, err)
			}
		}
		return nil
	})
}

// AnalyzeGrown tells the planner what the month of a table holds, unless that was told when it was not much smaller.
func (s *Store) AnalyzeGrown(ctx context.Context, table string, period housing.Period) error {
	const sql = `
SELECT reltuples < 0 OR pg_relation_size(oid) > 1.5 * relpages * current_setting('block_size')::bigint
FROM pg_class WHERE oid = to_regclass(quote_ident($1))`
	grown, name := false, PartitionName(table, period)
	err := s.QueryRow(ctx, sql, name).Scan(&grown)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // nothing has come in that month
		return nil
	case err != nil:
		return fmt.Errorf("ask how %s of %s has grown: %w", table, period, err)
	case !grown:
		return nil
	}
	return s.analyzeMonth(ctx, period, []string{table})
}

// AnalyzeFacts tells the planner what tables of facts hold. After the first large files it must not
// wait for the server's own turn either.
func (s *Store) AnalyzeFacts(ctx context.Context, tables ...string) error {
	for _, table := range tables {
		if err := s.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.lookOver(ctx, table) }); err != nil {
			return err
		}
	}
	return nil
}

// lookOver takes a sample that is good enough until the server's own turn comes, and costs a fifth of the usual one.
func (t *Tx) lookOver(ctx context.Context, tables ...string) error {
	if _, err := t.Exec(ctx, "SET LOCAL default_statistics_target = 20"); err != nil {
		return fmt.Errorf("look over %s: %w", tables, err)
	}
	for _, table := range tables {
		if _, err := t.Exec(ctx, "ANALYZE "+pgx.Identifier{table}.Sanitize()); err != nil {
			return fmt.Errorf("look over %s: %w", table, err)
		}
	}
	return nil
}
