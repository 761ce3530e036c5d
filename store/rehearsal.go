package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// errGivenUp ends a rehearsal: everything in it is rolled back.
var errGivenUp = errors.New("rehearsal ended")

// Rehearse runs do in a transaction that is always rolled back. What it would have changed can be seen
// in it alone; only numbers given out by identity columns stay used.
func (s *Store) Rehearse(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	err := s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := do(ctx, tx); err != nil {
			return err
		}
		return errGivenUp
	})
	if errors.Is(err, errGivenUp) {
		return nil
	}
	return err
}

// Savepoint runs do in a part of the transaction of its own: what it wrote is undone where it fails,
// and the transaction goes on.
func (t *Tx) Savepoint(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	return pgx.BeginFunc(ctx, t.tx, func(inner pgx.Tx) error { //nolint:wrapcheck // errors of our own functions
		return do(ctx, &Tx{Queries: Queries{inner}, tx: inner, sources: t.sources})
	})
}

// Began returns the number of the transaction: rows written by it and its savepoints are not older.
func (t *Tx) Began(ctx context.Context) (number string, err error) {
	if err := t.QueryRow(ctx, "SELECT pg_current_xact_id()::xid::text").Scan(&number); err != nil {
		return "", fmt.Errorf("number the transaction: %w", err)
	}
	return number, nil
}

// FactTable is a table whose rows know the file or message that they came from.
type FactTable struct {
	Name  string
	Large bool     // partitioned: rows are added only
	Dated bool     // rows are true in a span, column valid
	key   []string // columns by which a row is found again; a row without any is always new
	loose []string // those of key that may be null
}

// columnName finds the column in what an index is made on: «COALESCE(house_id, 0)».
var columnName = regexp.MustCompile(`^(?:COALESCE\()?"?([a-z_][a-z0-9_]*)"?`)

// FactTables lists all tables that hold facts, and premises, which come with their accounts. Tables
// made by later migrations are found by themselves.
func (q Queries) FactTables(ctx context.Context) ([]FactTable, error) {
	const sql = `
SELECT c.relname, c.relkind = 'p',
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'valid' AND a.atttypid = 'daterange'::regtype),
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped),
    COALESCE((SELECT array_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n)
        FROM (SELECT x.indexrelid, x.indnkeyatts, k.conexclop FROM pg_index x LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid
              WHERE x.indrelid = c.oid AND (x.indisunique OR x.indisexclusion) AND x.indpred IS NULL
              ORDER BY x.indisprimary DESC, x.indisunique DESC, x.indexrelid LIMIT 1) i,
        generate_series(1, i.indnkeyatts) n
        WHERE i.conexclop IS NULL OR (SELECT oprname FROM pg_operator WHERE oid = i.conexclop[n]) = '='), '{}'),
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull)
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND (c.relname = 'premises' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'source_id' AND NOT a.attisdropped))
ORDER BY c.relname`
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("list the tables of facts: %w", err)
	}
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t FactTable, err error) {
		var numbered bool
		var index, nullable []string
		if err := row.Scan(&t.Name, &t.Large, &t.Dated, &numbered, &index, &nullable); err != nil {
			return t, err //nolint:wrapcheck // wrapped below
		}
		if numbered {
			index = []string{"id"}
		}
		for _, expression := range index {
			if expression == "lower(valid)" {
				continue // of dated facts, the one that was true on that day is looked for
			}
			m := columnName.FindStringSubmatch(expression)
			if m == nil {
				return t, fmt.Errorf("index of %s: no column in %q", t.Name, expression)
			}
			t.key = append(t.key, m[1])
			if slices.Contains(nullable, m[1]) {
				t.loose = append(t.loose, m[1])
			}
		}
		return t, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the tables of facts: %w", err)
	}
	return tables, nil
}

// FactRow is a row of a table of facts by its columns, as to_jsonb writes them.
type FactRow map[string]any

// FactChange is one row that a rehearsal wrote, with what stood there before.
type FactChange struct {
	Before FactRow // nil: the row is new
	After  FactRow
}

// changesAtOnce is how many rows are compared at a time.
const changesAtOnce = 2000

// Changes compares a table as the transaction left it with what everybody else sees, and gives the rows
// that differ, a bounded number at a time. Of a large table only rows of the sources named are new.
func (t *Tx) Changes(ctx context.Context, outside Queries, table FactTable, began string, sources []int64, each func([]FactChange) error) error {
	sql := "DECLARE rehearsed NO SCROLL CURSOR FOR SELECT to_jsonb(f)::text FROM " + pgx.Identifier{table.Name}.Sanitize() +
		" f WHERE age(f.xmin) <= age('" + began + "'::xid)"
	if table.Large {
		list := strings.Join(column(sources, func(id int64) string { return strconv.FormatInt(id, 10) }), ",")
		sql += " AND f.source_id = ANY('{" + list + "}'::bigint[])"
	}
	if _, err := t.Exec(ctx, sql); err != nil {
		return fmt.Errorf("compare table %s: %w", table.Name, err)
	}
	for {
		texts, err := collectStructs[struct{ Row string }](ctx, t.Queries, "read changes of "+table.Name,
			fmt.Sprintf("FETCH %d FROM rehearsed", changesAtOnce))
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			break
		}
		changes, err := outside.compareRows(ctx, table, column(texts, func(r struct{ Row string }) string { return r.Row }))
		if err != nil {
			return err
		}
		if err := each(changes); err != nil {
			return err
		}
	}
	if _, err := t.Exec(ctx, "CLOSE rehearsed"); err != nil {
		return fmt.Errorf("compare table %s: %w", table.Name, err)
	}
	return nil
}

func (q Queries) compareRows(ctx context.Context, table FactTable, texts []string) ([]FactChange, error) {
	before, err := q.standingRows(ctx, table, texts)
	if err != nil {
		return nil, fmt.Errorf("read what stands in %s: %w", table.Name, err)
	}
	var changes []FactChange
	for i, text := range texts {
		change := FactChange{Before: before[i]}
		if change.After, err = parseFactRow(text); err != nil {
			return nil, err
		}
		if change.Before == nil || len(change.Columns()) > 0 {
			changes = append(changes, change)
		}
	}
	return changes, nil
}

// standingRows finds for each row the one with the same key, of dated facts the one that was true on
// its first day.
func (q Queries) standingRows(ctx context.Context, table FactTable, texts []string) (map[int]FactRow, error) {
	if len(table.key) == 0 {
		return nil, nil //nolint:nilnil // nothing can stand there
	}
	name := pgx.Identifier{table.Name}.Sanitize()
	var on []string
	for _, key := range table.key {
		same := "="
		if slices.Contains(table.loose, key) {
			same = "IS NOT DISTINCT FROM"
		}
		on = append(on, fmt.Sprintf("f.%s %s r.%s", key, same, key))
	}
	if table.Dated {
		on = append(on, "f.valid @> lower(r.valid)")
	}
	sql := "SELECT r.ordinality::int, to_jsonb(f)::text FROM jsonb_populate_recordset(NULL::" + name +
		", $1::jsonb) WITH ORDINALITY r JOIN " + name + " f ON " + strings.Join(on, " AND ")
	rows, err := q.Query(ctx, sql, "["+strings.Join(texts, ",")+"]")
	if err != nil {
		return nil, err
	}
	found := map[int]FactRow{}
	var ordinal int
	var text string
	_, err = pgx.ForEachRow(rows, []any{&ordinal, &text}, func() (err error) {
		found[ordinal-1], err = parseFactRow(text)
		return err
	})
	return found, err //nolint:wrapcheck // the caller wraps
}

func parseFactRow(text string) (FactRow, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var row FactRow
	if err := decoder.Decode(&row); err != nil {
		return nil, fmt.Errorf("read a row: %w", err)
	}
	return row, nil
}

// Columns names the columns that differ, in order; where a row came from does not count.
func (c FactChange) Columns() []string {
	var differ []string
	for name, value := range c.After {
		if name == "source_id" || name == "source_pos" || name == "id" {
			continue
		}
		if was := c.Before[name]; fmt.Sprint(was) != fmt.Sprint(value) {
			differ = append(differ, name)
		}
	}
	slices.Sort(differ)
	return differ
}

// Number returns an integer column, 0 where it is null or missing.
func (r FactRow) Number(name string) int64 {
	number, ok := r[name].(json.Number)
	if !ok {
		return 0
	}
	n, err := number.Int64()
	if err != nil {
		return 0
	}
	return n
}

// Text returns a column as text, "" where it is null or missing.
func (r FactRow) Text(name string) string {
	if r[name] == nil {
		return ""
	}
	return fmt.Sprint(r[name])
}

// KeyOf writes the key of a row of the table.
func (t FactTable) KeyOf(row FactRow) string {
	var key strings.Builder
	for _, name := range t.key {
		key.WriteString(row.Text(name) + "|")
	}
	return key.String()
}

// FactRowOf is a row of one number, to ask for its names.
func FactRowOf(column string, id int64) FactRow {
	return FactRow{column: json.Number(strconv.FormatInt(id, 10))}
}
