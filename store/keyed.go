package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// keyed is a table of facts of which one row stands for a key: what comes later of the same key
// replaces what was known, with its source.
type keyed struct {
	name    string // of the table
	key     []fieldType
	values  []fieldType
	overlap string // column to blame where days overlap what is known; "" where a fact has no days
}

// fieldType is a column of a table with its type; values travel as text.
type fieldType struct{ name, kind string }

func (f fieldType) cast(of string) string {
	if f.kind == "text" {
		return of + f.name
	}
	return "NULLIF(" + of + f.name + ", '')::" + f.kind
}

// statement writes rows and returns the ordinals of those that changed something. Its arguments: the
// source, the positions, then a text array for each column, the key first.
func (k keyed) statement() string {
	columns := append(append([]fieldType{}, k.key...), k.values...)
	list := func(of []fieldType, form func(fieldType) string) string {
		parts := make([]string, len(of))
		for i, f := range of {
			parts[i] = form(f)
		}
		return strings.Join(parts, ", ")
	}
	name := func(f fieldType) string { return f.name }
	arrays := make([]string, len(columns))
	for i := range columns {
		arrays[i] = fmt.Sprintf("$%d::text[]", i+3)
	}
	same := make([]string, len(k.key))
	for i, f := range k.key {
		same[i] = f.cast("i.") + " = c." + f.name
	}
	return `
WITH incoming AS (
    SELECT * FROM unnest($2::bigint[], ` + strings.Join(arrays, ", ") + `)
        WITH ORDINALITY AS t(pos, ` + list(columns, name) + `, ord)),
changed AS (
    INSERT INTO ` + k.name + ` AS x (` + list(columns, name) + `, source_id, source_pos)
    SELECT ` + list(columns, func(f fieldType) string { return f.cast("i.") }) + `, $1, i.pos FROM incoming i
    ON CONFLICT (` + list(k.key, name) + `) DO UPDATE
    SET ` + list(k.values, func(f fieldType) string { return f.name + " = EXCLUDED." + f.name }) + `,
        source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (` + list(k.values, func(f fieldType) string { return "x." + f.name }) + `)
        IS DISTINCT FROM (` + list(k.values, func(f fieldType) string { return "EXCLUDED." + f.name }) + `)
    RETURNING ` + list(k.key, func(f fieldType) string { return "x." + f.name }) + `)
SELECT i.ord FROM incoming i JOIN changed c ON ` + strings.Join(same, " AND ")
}

// keyedRow is a row of a keyed table: its texts in the order of the columns.
type keyedRow struct {
	position int64
	texts    []string
}

// putKeyed stores the rows that stand, in one statement; where days of one overlap others, one by one.
func (t *Tx) putKeyed(ctx context.Context, k keyed, source int64, rows []keyedRow, outcomes []housing.Outcome) error {
	rejectRepeats(rows, outcomes, func(r keyedRow) string { return strings.Join(r.texts[:len(k.key)], "\x00") }, "")
	kept, indexes := standing(rows, outcomes)
	if len(kept) == 0 {
		return nil
	}
	err := t.tryKeyed(ctx, k, source, kept, outcomes, indexes)
	if !IsOverlap(err) {
		return err
	}
	for i := range kept {
		outcome := &outcomes[indexes[i]]
		err := t.tryKeyed(ctx, k, source, kept[i:i+1], outcomes, indexes[i:i+1])
		switch {
		case IsOverlap(err):
			reject(outcome, "overlap", k.overlap, "",
				"срок пересекается с уже загруженным по тому же основанию; исправьте даты или закройте прежний срок")
		case err != nil:
			return err
		}
	}
	return nil
}

// tryKeyed writes in a savepoint, so that an overlap leaves the transaction alive.
func (t *Tx) tryKeyed(ctx context.Context, k keyed, source int64, rows []keyedRow, outcomes []housing.Outcome, indexes []int) error {
	args := make([]any, 0, len(rows[0].texts)+2) //nolint:mnd // the source and the positions
	args = append(args, source, column(rows, func(r keyedRow) int64 { return r.position }))
	for i := range rows[0].texts {
		args = append(args, column(rows, func(r keyedRow) string { return r.texts[i] }))
	}
	err := pgx.BeginFunc(ctx, t.tx, func(tx pgx.Tx) error {
		inner := &Tx{Queries: Queries{tx}, tx: tx, sources: t.sources}
		return inner.markAccepted(ctx, outcomes, indexes, k.statement(), args...)
	})
	if err != nil {
		return fmt.Errorf("store %s: %w", k.name, err)
	}
	return nil
}

// housesOf finds the houses that rows name; rows of others are rejected.
func housesOf[T any](ctx context.Context, t *Tx, organisation int64, rows []T, of func(T) housing.OfHouse) (map[string]int64, []housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, nil, err
	}
	for i, r := range rows {
		if h := of(r); houses[h.Key] == 0 {
			reject(&outcomes[i], "unknown_house", "Адрес дома", h.House, unknownHouse)
		}
	}
	return houses, outcomes, nil
}

// accountsOf finds the accounts that rows name; rows of others are rejected.
func accountsOf[T any](ctx context.Context, t *Tx, organisation int64, rows []T, of func(T) string) (map[string]int64, []housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	accounts, err := t.AccountIDs(ctx, organisation, column(rows, of))
	if err != nil {
		return nil, nil, err
	}
	for i, r := range rows {
		if number := of(r); accounts[number] == 0 {
			reject(&outcomes[i], "unknown_account", "Лицевой счёт", number, unknownAccount)
		}
	}
	return accounts, outcomes, nil
}
