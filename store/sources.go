package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// PutSource returns the id under which facts of a file, a partition of a topic, or an operator are
// stored. FileID is 0 except for files.
func (q Queries) PutSource(ctx context.Context, s housing.Source, fileID int64) (id int64, err error) {
	const known = `
SELECT id FROM sources
WHERE kind = $1 AND name = $2 AND partition = $3 AND file_id IS NOT DISTINCT FROM NULLIF($4::bigint, 0)`
	// Updating the row that another process made a moment ago returns it; doing nothing would not.
	const create = `
INSERT INTO sources (kind, name, partition, file_id) VALUES ($1, $2, $3, NULLIF($4::bigint, 0))
ON CONFLICT (kind, name, partition, file_id) DO UPDATE SET name = EXCLUDED.name RETURNING id`
	args := []any{string(s.Kind), storable(s.Name), s.Partition, fileID}
	err = q.QueryRow(ctx, known, args...).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = q.QueryRow(ctx, create, args...).Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("store source %s: %w", s, err)
	}
	return id, nil
}

// sourceColumns name a source s in a query; the position of the fact stands after them.
const sourceColumns = `s.kind, s.name, s.partition, `

func sourceTargets(s *housing.Source) []any {
	return []any{&s.Kind, &s.Name, &s.Partition, &s.Position}
}
