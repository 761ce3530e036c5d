package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/store"
)

const occupy = `INSERT INTO occupancies (account_id, source_id, source_pos, valid, area, people, owners, occupant)
SELECT @a, @s, 1, v::daterange, 10, 1, 1, 'owner' FROM unnest(@valid::text[]) v`

// An account has one occupancy at a time, whatever statement says so: overlaps within a statement, with what is there,
// by a change.
func TestOneOccupancyAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001", "0002")
	if _, err := w.Exec(t.Context(), "DELETE FROM occupancies"); err != nil {
		t.Fatal(err)
	}
	put := func(account string, valid ...string) error {
		_, err := w.Exec(t.Context(), occupy, pgx.NamedArgs{"a": accounts[account], "s": w.source, "valid": valid})
		return err
	}
	for _, step := range []struct {
		account string
		valid   []string
		refused func(error) bool
	}{
		{"0001", []string{"[2020-01-01,2021-01-01)", "[2022-01-01,)"}, nil},
		{"0001", []string{"[2021-01-01,2022-01-01)"}, nil},
		{"0001", []string{"[2019-01-01,2020-01-02)"}, isOverlap},
		{"0001", []string{"[2030-01-01,2031-01-01)"}, isOverlap},
		{"0001", []string{"[2020-06-01,2020-07-01)"}, isOverlap},
		{"0001", []string{"[2022-01-01,2022-02-01)"}, isUnique},
		{"0002", []string{"[2020-01-01,2021-01-01)", "[2020-12-31,2022-01-01)"}, isOverlap},
		{"0002", []string{"[2020-01-01,)"}, nil},
	} {
		if err := put(step.account, step.valid...); err == nil != (step.refused == nil) || err != nil && !step.refused(err) {
			t.Errorf("%s %v: %v", step.account, step.valid, err)
		}
	}
	const grow = "UPDATE occupancies SET valid = daterange(lower(valid), upper(valid) + 1) WHERE account_id = @a AND upper(valid) IS NOT NULL"
	if _, err := w.Exec(t.Context(), grow, pgx.NamedArgs{"a": accounts["0001"]}); !isOverlap(err) {
		t.Errorf("a longer one: %v", err)
	}
	err := w.InTxWith(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, occupy, pgx.NamedArgs{"a": accounts["0001"], "s": w.source, "valid": []string{"[2010-01-01,2011-01-01)"}})
		return err
	})
	if err == nil {
		t.Error("a transaction that cannot see what others wrote was let write occupancies")
	}
}

func isOverlap(err error) bool { return store.IsOverlap(err, "occupancies_account_id_valid_excl") }
func isUnique(err error) bool  { return store.IsUnique(err, "occupancies_begin") }

// Of two transactions that write overlapping occupancies at the same time the second waits; it is refused where the
// first keeps its row.
func TestOccupanciesWaitForEachOther(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]error{"the first keeps its row": nil, "the first gives up": errors.New("given up")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, accounts := w.settle(t, "дом 2", "0001")
			if _, err := w.Exec(t.Context(), "DELETE FROM occupancies"); err != nil {
				t.Fatal(err)
			}
			put := func(ctx context.Context, db store.DBTX, valid string) error {
				_, err := db.Exec(ctx, occupy, pgx.NamedArgs{"a": accounts["0001"], "s": w.source, "valid": []string{valid}})
				return err
			}
			second := make(chan error, 1)
			err := w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if err := put(ctx, tx, "[2020-01-01,2021-01-01)"); err != nil {
					return err
				}
				go func() { second <- put(context.WithoutCancel(ctx), w.Store, "[2020-06-01,2020-07-01)") }()
				return errors.Join(somebodyWaits(ctx, tx), given)
			})
			if !errors.Is(err, given) {
				t.Fatal(err)
			}
			if err := <-second; (given == nil) != isOverlap(err) {
				t.Errorf("the second ended with %v", err)
			}
		})
	}
}

// somebodyWaits returns when a session of this database waits for a lock of the transaction.
func somebodyWaits(ctx context.Context, tx *store.Tx) error {
	const waits = `
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`
	for waiting := false; !waiting; {
		if err := tx.QueryRow(ctx, waits).Scan(&waiting); err != nil {
			return err //nolint:wrapcheck // the test says what it waited for
		}
	}
	return nil
}
