package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

func withTable(t *testing.T, ddl string) *store.Store {
	t.Helper()
	s := storetest.New(t)
	if _, err := s.Exec(t.Context(), ddl); err != nil {
		t.Fatal(err)
	}
	return s
}

func number(t *testing.T, s *store.Store, sql string) int {
	t.Helper()
	var n int
	if err := s.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTxCommitsOrRollsBack(t *testing.T) {
	t.Parallel()
	s := withTable(t, "CREATE TABLE t (n int)")
	refused := errors.New("refused")
	insert := func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO t VALUES (1)")
		return err
	}
	if err := s.InTx(t.Context(), insert); err != nil {
		t.Fatal(err)
	}
	err := s.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return errors.Join(insert(ctx, tx), refused)
	})
	if !errors.Is(err, refused) {
		t.Errorf("error %v, want the function's own", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = s.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		err := insert(ctx, tx)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled transaction: %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_ = insert(ctx, tx)
			panic("a bug")
		})
	}()
	if n := number(t, s, "SELECT count(*) FROM t"); n != 1 {
		t.Errorf("%d rows, want only the committed one", n)
	}
	if n := s.Pool().Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are not given back", n)
	}
}

func TestInTxRunsLosersAgain(t *testing.T) {
	t.Parallel()
	s := withTable(t, "CREATE TABLE t (n int); INSERT INTO t VALUES (0)")
	const writers = 4
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			errs[i] = s.InTxWith(t.Context(), pgx.TxOptions{IsoLevel: pgx.Serializable},
				func(ctx context.Context, tx *store.Tx) error {
					var n int
					if err := tx.QueryRow(ctx, "SELECT n FROM t").Scan(&n); err != nil {
						return err //nolint:wrapcheck // InTx is what is looked at
					}
					_, err := tx.Exec(ctx, "UPDATE t SET n = $1", n+1)
					return err
				})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := number(t, s, "SELECT n FROM t"); n != writers {
		t.Errorf("%d, want %d: an update is lost", n, writers)
	}
}

func TestInTxGivesUp(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	calls := 0
	err := s.InTx(t.Context(), func(context.Context, *store.Tx) error {
		calls++
		return fmt.Errorf("step: %w", &pgconn.PgError{Code: "40P01"})
	})
	if !store.IsRetryable(err) || calls < 3 || calls > 10 {
		t.Errorf("%d calls, %v; want a few, then the deadlock", calls, err)
	}
}

func TestKindsOfRefusal(t *testing.T) {
	t.Parallel()
	s := withTable(t, `
CREATE TABLE t (
  id int CONSTRAINT t_id PRIMARY KEY,
  area int CONSTRAINT t_area CHECK (area > 0),
  up int CONSTRAINT t_up REFERENCES t,
  span daterange,
  CONSTRAINT t_span EXCLUDE USING gist (span WITH &&));
INSERT INTO t VALUES (1, 1, NULL, '[2026-01-01,2026-02-01)')`)
	tests := []struct {
		values, constraint string
		is                 func(error, ...string) bool
	}{
		{"(1, 1, NULL, NULL)", "t_id", store.IsUnique},
		{"(2, 0, NULL, NULL)", "t_area", store.IsCheck},
		{"(2, 1, 77, NULL)", "t_up", store.IsForeignKey},
		{"(2, 1, NULL, '[2026-01-31,2026-03-01)')", "t_span", store.IsOverlap},
	}
	for _, tt := range tests {
		_, err := s.Exec(t.Context(), "INSERT INTO t VALUES "+tt.values)
		err = fmt.Errorf("wrapped: %w", err)
		if !tt.is(err) || !tt.is(err, "another", tt.constraint) || tt.is(err, "another") {
			t.Errorf("%s: not recognised: %v", tt.values, err)
		}
		if got := store.Constraint(err); got != tt.constraint {
			t.Errorf("%s: constraint %q, want %q", tt.values, got, tt.constraint)
		}
	}
	if err := errors.New("another"); store.IsUnique(err) || store.IsRetryable(err) || store.Constraint(err) != "" {
		t.Error("an error of no database is taken for one")
	}
}
