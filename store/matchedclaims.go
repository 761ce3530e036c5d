package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MatchedClaims is how many claims ended in one way.
type MatchedClaims struct {
	Status string `json:"status"` // linked, question ...
	Reason string `json:"reason"`
	Claims int    `json:"claims"`
}

// MatchedFrom counts how the claims of some sources stand, the most frequent ends first.
func (q Queries) MatchedFrom(ctx context.Context, sources []int64) ([]MatchedClaims, error) {
	const sql = `
SELECT m.status, m.reason, count(*)::int FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL
WHERE c.source_id = ANY($1) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`
	rows, err := q.Query(ctx, sql, sources)
	if err != nil {
		return nil, fmt.Errorf("count the claims of files: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[MatchedClaims])
	if err != nil {
		return nil, fmt.Errorf("count the claims of files: %w", err)
	}
	return list, nil
}
