package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// partitionLock is the class of the advisory locks under which partitions are made.
const partitionLock int32 = 0x6b76

// EnsurePartition makes the partition of a month unless it exists, named <table>_YYYY_MM. The table
// is partitioned BY RANGE on a date that holds the first of the month. Any number of processes may
// call it at once, while others read and write the table. It commits by itself.
func (s *Store) EnsurePartition(ctx context.Context, table string, period housing.Period) error {
	name := PartitionName(table, period)
	exists, err := s.hasPartition(ctx, table, name)
	if err != nil || exists {
		return err
	}
	return s.InTx(ctx, func(ctx context.Context, tx *Tx) error { return tx.EnsurePartition(ctx, table, period) })
}

// EnsurePartition is that of the store within a transaction, for one that is rolled back with all it made.
func (t *Tx) EnsurePartition(ctx context.Context, table string, period housing.Period) error {
	name := PartitionName(table, period)
	if exists, err := t.hasPartition(ctx, table, name); err != nil || exists {
		return err
	}
	if _, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock($1, hashtext($2))", partitionLock, table); err != nil {
		return fmt.Errorf("lock the partitions of %s: %w", table, err)
	}
	if exists, err := t.hasPartition(ctx, table, name); err != nil || exists {
		return err
	}
	parent, part := pgx.Identifier{table}.Sanitize(), pgx.Identifier{name}.Sanitize()
	// CREATE ... PARTITION OF would lock out every reader of the table; attaching does not. Identity
	// is left to the parent.
	create := "CREATE TABLE " + part + " (LIKE " + parent +
		" INCLUDING ALL EXCLUDING IDENTITY)"
	attach := fmt.Sprintf("ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')",
		parent, part, period.First(), period.Next().First())
	steps := []string{create, attach}
	if table == keyedByMonth {
		steps = []string{create, createKey(period), defaultMonth(period), attach}
	}
	for _, sql := range steps {
		if _, err := t.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make partition %s: %w", name, err)
		}
	}
	return nil
}

// PartitionName names the partition of a month, such as "charge_2026_10".
func PartitionName(table string, period housing.Period) string {
	return fmt.Sprintf("%s_%04d_%02d", table, period.Year(), int(period.Month()))
}

func (q Queries) hasPartition(ctx context.Context, table, name string) (exists bool, err error) {
	const query = `
SELECT EXISTS (
  SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = to_regclass(quote_ident($1)) AND c.relname = $2)`
	if err := q.QueryRow(ctx, query, table, name).Scan(&exists); err != nil {
		return false, fmt.Errorf("look for partition %s: %w", name, err)
	}
	return exists, nil
}
