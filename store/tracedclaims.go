package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// TracedClaim is a decision on a claim, one that was taken back too, without the data of the person. A claim on which nothing was
// decided stands once without a decision.
type TracedClaim struct {
	ID       int64          `json:"id"`
	Source   housing.Source `json:"source"`
	Account  string         `json:"account,omitzero"` // that it was matched to
	Status   string         `json:"status,omitzero"`
	Reason   string         `json:"reason,omitzero"`
	By       string         `json:"decided_by,omitzero"`
	At       *time.Time     `json:"decided_at,omitzero"`
	Undone   *time.Time     `json:"undone_at,omitzero"` // taken back
	UndoneBy string         `json:"undone_by,omitzero"`
}

// ClaimsTraced reads the decisions on claims by id, or on those that are or were matched to an account.
func (q Queries) ClaimsTraced(ctx context.Context, organisation int64, ids []int64, account string) ([]TracedClaim, error) {
	const sql = `
SELECT c.id, COALESCE(a.number, ''), COALESCE(m.status, ''), COALESCE(m.reason, ''), COALESCE(m.decided_by, ''), m.decided_at, m.undone_at,
    COALESCE(m.undone_by, ''),
    s.kind, s.name, s.partition, c.source_pos
FROM claims c JOIN sources s ON s.id = c.source_id
LEFT JOIN matches m ON m.claim_id = c.id LEFT JOIN accounts a ON a.id = m.account_id
WHERE c.organisation_id = $1 AND (c.id = ANY($2) OR c.id IN (
    SELECT t.claim_id FROM accounts b JOIN matches t ON t.account_id = b.id AND t.undone_at IS NULL WHERE b.organisation_id = $1 AND b.number = $3
    UNION ALL
    SELECT t.claim_id FROM accounts b JOIN matches t ON t.account_id = b.id AND t.undone_at IS NOT NULL WHERE b.organisation_id = $1 AND b.number = $3))
ORDER BY c.id, m.id`
	rows, err := q.Query(ctx, sql, organisation, ids, account)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c TracedClaim, err error) {
		err = row.Scan(append([]any{&c.ID, &c.Account, &c.Status, &c.Reason, &c.By, &c.At, &c.Undone, &c.UndoneBy}, sourceTargets(&c.Source)...)...)
		return c, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	return list, nil
}
