package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// datedRow is what is written of a fact that is true in a span. Arguments of its statements: the key,
// the last of it the first day; the day on which it ends, "" for none; its values; its source.
type datedRow struct {
	same    string // whether it is known
	closing string // ends the same fact, known without an end
	end     string // ends the fact known before it; takes the key only
	insert  string
	valid   housing.Interval
	key     []any
	values  []any
	more    []any // of insert alone
}

// putDated stores a fact, unless it is known: a file that comes again after its facts were ended by
// later ones changes nothing. In a savepoint: where it overlaps what is known, the row is rejected
// and the others go on.
func (t *Tx) putDated(ctx context.Context, outcome *housing.Outcome, r datedRow) error {
	known := append(append(slices.Clone(r.key), r.valid.To.String()), r.values...)
	var same bool
	if err := t.tx.QueryRow(ctx, r.same, known...).Scan(&same); err != nil { // one plan serves all rows, each asks for one key
		return fmt.Errorf("look for the same: %w", err)
	}
	if same {
		outcome.Verdict = housing.Unchanged
		return nil
	}
	err := pgx.BeginFunc(ctx, t.tx, func(tx pgx.Tx) error {
		if !r.valid.To.IsZero() {
			closed, err := tx.Exec(ctx, r.closing, known...)
			if err != nil || closed.RowsAffected() > 0 {
				return err //nolint:wrapcheck // wrapped by the caller
			}
		}
		if _, err := tx.Exec(ctx, r.end, r.key...); err != nil {
			return fmt.Errorf("end the earlier one: %w", err)
		}
		_, err := tx.Exec(ctx, r.insert, append(known, r.more...)...)
		return err //nolint:wrapcheck // wrapped by the caller
	})
	if IsOverlap(err) {
		reject(outcome, "overlap", "Действует с", r.valid.From.Russian(),
			"срок действия пересекается с уже загруженным; закройте прежний срок или исправьте даты")
		return nil
	}
	if err != nil {
		return err //nolint:wrapcheck // wrapped by the caller
	}
	outcome.Verdict = housing.Accepted
	return nil
}
