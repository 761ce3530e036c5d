package store

import "context"

// MigrationLock lets tests hold the lock of the migrations.
const MigrationLock = migrationLock

// ErrFactRow lets tests look for it.
var ErrFactRow = errFactRow

// ReadFacts reads the rows of a query by factRow, its columns as the kinds say, one row after the other.
func (q Queries) ReadFacts(ctx context.Context, sql string, kinds ...string) ([]any, error) {
	var values []any
	err := q.eachFact(ctx, map[string]string{}, sql, nil, func(r *factRow) error {
		read := map[string]func() any{
			"number": func() any { return r.number() }, "flag": func() any { return r.flag() },
			"text": func() any { return r.text() }, "word": func() any { return r.word() },
			"date": func() any { return r.date().String() }, "decimal": func() any { return r.decimal().String() },
			"source": func() any { return r.source().String() },
		}
		for _, kind := range kinds {
			values = append(values, read[kind]())
		}
		return nil
	})
	return values, err
}

// SpansOf lets tests see the spans of ids.
func SpansOf(ids ...int64) (first, last []int64) {
	s := spansOf(ids)
	return s.first, s.last
}
