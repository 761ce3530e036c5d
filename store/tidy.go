package store

import (
	"context"
	"fmt"
)

// Processed reports whether a received file has nothing more to give: every row of it was accepted or known, by every organisation that
// took it.
func (q Queries) Processed(ctx context.Context, sha256 string) (bool, error) {
	const sql = `SELECT count(*) > 0 AND bool_and(status = 'accepted' AND rejected = 0) FROM files WHERE sha256 = $1`
	var processed bool
	if err := q.QueryRow(ctx, sql, sha256).Scan(&processed); err != nil {
		return false, fmt.Errorf("ask whether a file was processed: %w", err)
	}
	return processed, nil
}

// DeliveredFrom reports whether a copy of a delivered file may go: it was delivered, and nothing that waits is taken from it.
func (q Queries) DeliveredFrom(ctx context.Context, archived string) (bool, error) {
	const sql = `
SELECT EXISTS (SELECT FROM outgoing WHERE $1 IN (archived, sealed) AND delivered_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM outgoing WHERE $1 IN (staged, archived, sealed) AND delivered_at IS NULL)`
	var delivered bool
	if err := q.QueryRow(ctx, sql, archived).Scan(&delivered); err != nil {
		return false, fmt.Errorf("ask whether a file was delivered: %w", err)
	}
	return delivered, nil
}
