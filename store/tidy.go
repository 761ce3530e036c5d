package store

import (
	"context"
	"fmt"
)

// Processed reports whether a received file has nothing more to give: every row of it was accepted or known, by every organisation that
// took it, its answer has gone out, and no payment of it waits for a decision, for which somebody may want to see the original.
func (q Queries) Processed(ctx context.Context, sha256 string) (bool, error) {
	const sql = `
SELECT count(*) > 0 AND bool_and(f.status = 'accepted' AND f.rejected = 0)
    AND NOT EXISTS (SELECT FROM outgoing o WHERE o.delivered_at IS NULL AND o.staged LIKE 'protocols/%/' || left($1, 12) || '-%')
    AND NOT EXISTS (SELECT FROM files x JOIN sources s ON s.file_id = x.id JOIN payments p ON p.source_id = s.id
        WHERE x.sha256 = $1 AND p.account_id IS NULL AND NOT EXISTS (SELECT FROM payment_decisions d WHERE d.payment_id = p.id))
FROM files f WHERE f.sha256 = $1`
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
