package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// PutSource returns the id under which facts of a file, a partition of a topic, or an operator are
// stored. FileID is 0 except for files.
func (q Queries) PutSource(ctx context.Context, s housing.Source, fileID int64) (id int64, err error) {
	const sql = `
WITH made AS (
    INSERT INTO sources (kind, name, partition, file_id) VALUES ($1, $2, $3, NULLIF($4::bigint, 0))
    ON CONFLICT DO NOTHING RETURNING id)
SELECT id FROM made
UNION ALL
SELECT id FROM sources
WHERE kind = $1 AND name = $2 AND partition = $3 AND file_id IS NOT DISTINCT FROM NULLIF($4::bigint, 0)
LIMIT 1`
	err = q.QueryRow(ctx, sql, string(s.Kind), s.Name, s.Partition, fileID).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("store source %s: %w", s, err)
	}
	return id, nil
}
