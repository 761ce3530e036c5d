package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// keyedByMonth is the table whose key stands on the partitions of its months, see migration 00140.
const keyedByMonth = "charges"

func keyName(period housing.Period) string { return PartitionName(keyedByMonth, period) + "_key" }

func createKey(period housing.Period) string {
	return "CREATE UNIQUE INDEX IF NOT EXISTS " + pgx.Identifier{keyName(period)}.Sanitize() +
		" ON " + pgx.Identifier{PartitionName(keyedByMonth, period)}.Sanitize() + " (house_id, account_id, line)"
}

// UnkeyMonth takes the key off the charges of a month that has none yet: a key that is kept while
// millions of lines arrive costs three times as much as one that is made of them at the end. Until
// KeyMonth, lines of a house are found by reading the month, and a line stored twice would show only
// then. A month with charges keeps its key, and so does one whose table is in use.
func (s *Store) UnkeyMonth(ctx context.Context, period housing.Period) (bare bool, err error) {
	part := pgx.Identifier{PartitionName(keyedByMonth, period)}.Sanitize()
	err = s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.lockKey(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '1s'"); err != nil {
			return fmt.Errorf("bound the wait for %s: %w", part, err)
		}
		if err := tx.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM "+part+")").Scan(&bare); err != nil {
			return fmt.Errorf("look for charges: %w", err)
		}
		if !bare {
			return nil
		}
		_, err := tx.Exec(ctx, "DROP INDEX IF EXISTS "+pgx.Identifier{keyName(period)}.Sanitize())
		return err
	})
	if hasCode(err, codeLockNotAvailable) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take the key off %s: %w", part, err)
	}
	return bare, nil
}

// KeyMonth makes the key of the charges of a month unless it stands. A line that was stored twice is an
// error of the database that names it.
func (s *Store) KeyMonth(ctx context.Context, period housing.Period) error {
	var stands bool
	if err := s.QueryRow(ctx, "SELECT to_regclass(quote_ident($1)) IS NOT NULL", keyName(period)).Scan(&stands); err != nil {
		return fmt.Errorf("look for the key of %s: %w", period, err)
	}
	if stands {
		return nil
	}
	return s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.lockKey(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, createKey(period)); err != nil {
			return fmt.Errorf("make the key of the charges of %s: %w", period, err)
		}
		return nil
	})
}

// lockKey lets one process at a time make or take off keys.
func (t *Tx) lockKey(ctx context.Context) error {
	if _, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock($1, hashtext($2))", partitionLock, keyedByMonth); err != nil {
		return fmt.Errorf("lock the key of %s: %w", keyedByMonth, err)
	}
	return nil
}
