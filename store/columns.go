package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Rows of a batch travel as one array a column and are unnested by the statement: one round trip
// and one plan for thousands of rows. Values whose type PostgreSQL knows better than pgx (numeric,
// date, daterange) travel as text.

func column[T, V any](rows []T, value func(T) V) []V {
	out := make([]V, len(rows))
	for i, row := range rows {
		out[i] = value(row)
	}
	return out
}

func textColumn[T any](rows []T, value func(T) fmt.Stringer) []string {
	return column(rows, func(row T) string { return value(row).String() })
}

// markAccepted runs a statement that returns the ordinals (1-based) of the rows that changed
// something, and marks these accepted and the others unchanged. Indexes maps ordinals to outcomes.
func (t *Tx) markAccepted(ctx context.Context, outcomes []housing.Outcome, indexes []int, sql string, args ...any) error {
	rows, err := t.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	changed, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err //nolint:wrapcheck // the caller says what it wrote
	}
	for _, i := range indexes {
		if outcomes[i].Verdict == "" {
			outcomes[i].Verdict = housing.Unchanged
		}
	}
	for _, ordinal := range changed {
		outcomes[indexes[ordinal-1]].Verdict = housing.Accepted
	}
	return nil
}

// reject marks one row rejected.
func reject(outcome *housing.Outcome, code, column, value, text string) {
	outcome.Verdict = housing.Rejected
	outcome.Problems = append(outcome.Problems, housing.Problem{
		Code: code, Column: column, Value: value, Text: text, Severity: housing.SeverityError,
	})
}

// standing lists the rows that are not rejected, with their places in the whole batch.
func standing[T any](rows []T, outcomes []housing.Outcome) (kept []T, indexes []int) {
	kept, indexes = make([]T, 0, len(rows)), make([]int, 0, len(rows))
	for i, row := range rows {
		if outcomes[i].Verdict != housing.Rejected {
			kept = append(kept, row)
			indexes = append(indexes, i)
		}
	}
	return kept, indexes
}

// rejectRepeats rejects every row whose key an earlier row of the batch has: one statement cannot
// write a row twice, and which of two contradicting rows is right is not for us to say.
func rejectRepeats[T any](rows []T, outcomes []housing.Outcome, key func(T) string, column string) {
	seen := make(map[string]struct{}, len(rows))
	for i, row := range rows {
		if v := outcomes[i].Verdict; v == housing.Rejected || v == housing.Unchanged {
			continue
		}
		k := key(row)
		if _, repeated := seen[k]; repeated {
			if strings.Contains(column, ",") { // several columns are the key together: none of them is to blame alone
				reject(&outcomes[i], "repeated_row", "", "", "строка с тем же ключом ("+column+") уже есть в этом файле")
				continue
			}
			reject(&outcomes[i], "repeated_row", column, "", "строка с тем же ключом уже есть в этом файле")
			continue
		}
		seen[k] = struct{}{}
	}
}

// lookup reads pairs of a text key and an id.
func (q Queries) lookup(ctx context.Context, sql string, args ...any) (map[string]int64, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	found := map[string]int64{}
	var key string
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		found[key] = id
		return nil
	})
	return found, err //nolint:wrapcheck // the caller says what it looked for
}

// collectStructs reads rows into structs by position.
func collectStructs[T any](ctx context.Context, q Queries, what, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list, nil
}
