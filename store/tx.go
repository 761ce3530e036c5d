package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// txAttempts bounds how often a transaction that lost to another is run.
	txAttempts = 6
	// txBackoff is the longest first pause between attempts; it doubles each time.
	txBackoff = 20 * time.Millisecond
	// rollbackLimit bounds a rollback, which runs even when the caller's context has ended.
	rollbackLimit = 5 * time.Second
)

// Codes of PostgreSQL that decisions hang on.
const (
	codeUniqueViolation     = "23505"
	codeForeignKeyViolation = "23503"
	codeCheckViolation      = "23514"
	codeExclusionViolation  = "23P01"
	codeSerialization       = "40001"
	codeDeadlock            = "40P01"
	codeLockNotAvailable    = "55P03"
	codeUndefinedTable      = "42P01"
)

// Tx is one transaction. It lives as long as the function given to InTx.
type Tx struct {
	Queries
	tx      pgx.Tx
	sources *knownSources
}

// Raw returns the transaction itself, for libraries that write in it (River).
func (t *Tx) Raw() pgx.Tx { return t.tx }

// PlanForRows makes PostgreSQL plan every statement of the transaction for the rows that it is given.
// After a few executions of a prepared statement it would keep a plan made for ten rows, and compare the
// thousands of a batch with each other one by one. Statements are not prepared instead of forcing
// plan_cache_mode: that setting would also plan every check of a foreign key anew, for each row.
func (t *Tx) PlanForRows() { t.Queries = Queries{unprepared{t.DBTX}} }

// unprepared sends statements without keeping them prepared.
type unprepared struct{ DBTX }

// Exec runs a statement that is planned for these arguments.
func (u unprepared) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return u.DBTX.Exec(ctx, sql, plannedOnce(args)...)
}

// Query runs a query that is planned for these arguments.
func (u unprepared) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return u.DBTX.Query(ctx, sql, plannedOnce(args)...)
}

// QueryRow runs a query that is planned for these arguments.
func (u unprepared) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return u.DBTX.QueryRow(ctx, sql, plannedOnce(args)...)
}

func plannedOnce(args []any) []any { return append([]any{pgx.QueryExecModeCacheDescribe}, args...) }

// InTx runs do in a transaction (READ COMMITTED): committed when do returns nil, rolled back
// otherwise, also when the context has ended or do panics. A transaction that PostgreSQL gave up
// for another one (serialization failure, deadlock) is run again a few times, so do may be called
// more than once: it must change nothing but the database, or begin anew each time.
func (s *Store) InTx(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	return s.InTxWith(ctx, pgx.TxOptions{}, do)
}

// InTxWith is InTx with an isolation level or an access mode.
func (s *Store) InTxWith(ctx context.Context, opts pgx.TxOptions, do func(ctx context.Context, tx *Tx) error) error {
	pause := txBackoff
	for attempt := 1; ; attempt++ {
		err := s.once(ctx, opts, do)
		if err == nil || !IsRetryable(err) || attempt == txAttempts {
			return err
		}
		s.log.DebugContext(ctx, "transaction runs again", slog.Int("attempt", attempt), slog.Any("error", err))
		timer := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // a pause needs no secrecy
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(context.Cause(ctx), err)
		case <-timer.C:
		}
		pause *= 2
	}
}

func (s *Store) once(ctx context.Context, opts pgx.TxOptions, do func(ctx context.Context, tx *Tx) error) (err error) {
	tx, err := s.pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
		defer cancel()
		if rerr := tx.Rollback(ctx); rerr != nil && !errors.Is(rerr, pgx.ErrTxClosed) {
			err = errors.Join(err, fmt.Errorf("roll back: %w", rerr))
		}
	}()
	if err := do(ctx, &Tx{Queries: Queries{tx}, tx: tx, sources: s.sources}); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	return nil
}

// IsRetryable reports whether the transaction lost to another one and may succeed when run again.
func IsRetryable(err error) bool {
	return hasCode(err, codeSerialization) || hasCode(err, codeDeadlock)
}

// IsUnique reports whether a row with the same key exists. With constraints named, only a violation
// of one of these counts.
func IsUnique(err error, constraints ...string) bool {
	return hasCode(err, codeUniqueViolation, constraints...)
}

// IsForeignKey reports whether the row refers to nothing, or is still referred to.
func IsForeignKey(err error, constraints ...string) bool {
	return hasCode(err, codeForeignKeyViolation, constraints...)
}

// IsCheck reports whether a CHECK constraint refused the row; it also covers a row without partition.
func IsCheck(err error, constraints ...string) bool {
	return hasCode(err, codeCheckViolation, constraints...)
}

// IsOverlap reports whether an exclusion constraint refused the row (dates that overlap).
func IsOverlap(err error, constraints ...string) bool {
	return hasCode(err, codeExclusionViolation, constraints...)
}

// Constraint returns the name of the constraint that refused the row, or "".
func Constraint(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.ConstraintName
	}
	return ""
}

func hasCode(err error, code string, constraints ...string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || pg.Code != code {
		return false
	}
	return len(constraints) == 0 || slices.Contains(constraints, pg.ConstraintName)
}
