package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
)

// partitionedTables lists the tables that are split by month.
func partitionedTables() []string {
	return []string{
		"readings", "payments", "payment_parts", "snapshots", "charges", "findings", "benefit_shares", "balances", "debts", "ledger_lines",
		"documents", "issued_documents", "document_books",
	}
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

// EnsureMonth is that of the store within a transaction.
func (t *Tx) EnsureMonth(ctx context.Context, period housing.Period) error {
	for _, table := range partitionedTables() {
		if err := t.EnsurePartition(ctx, table, period); err != nil {
			return err
		}
	}
	return nil
}

// AnalyzeMonth tells the planner what a month holds. After a first charge run of many houses it must
// not wait for the server's own turn: reports would be planned as if the month were empty. A small
// sample does: plans hang on how many rows there are, and the usual one took as long as a tenth of a run.
func (s *Store) AnalyzeMonth(ctx context.Context, period housing.Period) error {
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return s.analyzeMonth(ctx, period, []string{keyedByMonth}) })
	both.Go(func() error { return s.analyzeMonth(ctx, period, unkeyedTables()) })
	return both.Wait() //nolint:wrapcheck // ours
}

// SettleMonth is KeyMonth, whether or not the context has ended, and AnalyzeMonth at once: what is looked over does
// not wait for the key.
func (s *Store) SettleMonth(ctx context.Context, period housing.Period) error {
	both, some := errgroup.WithContext(ctx)
	both.Go(func() error {
		if err := s.KeyMonth(context.WithoutCancel(ctx), period); err != nil {
			return err
		}
		return s.analyzeMonth(some, period, []string{keyedByMonth})
	})
	both.Go(func() error { return s.analyzeMonth(some, period, unkeyedTables()) })
	return both.Wait() //nolint:wrapcheck // ours
}

func unkeyedTables() []string {
	return slices.DeleteFunc(partitionedTables(), func(table string) bool { return table == keyedByMonth })
}

func (s *Store) analyzeMonth(ctx context.Context, period housing.Period, tables []string) error {
	return s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL default_statistics_target = 20"); err != nil {
			return fmt.Errorf("look over %s: %w", period, err)
		}
		for _, table := range tables {
			if _, err := tx.Exec(ctx, "ANALYZE "+pgx.Identifier{PartitionName(table, period)}.Sanitize()); err != nil {
				return fmt.Errorf("look over %s of %s: %w", table, period, err)
			}
		}
		return nil
	})
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
