package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ClaimState is how a claim stands. It holds nothing of the person.
type ClaimState struct {
	Claim      int64        `json:"claim"`
	Status     string       `json:"status"` // submitted, contact_confirmed, review, linked, refused, blocked, merged
	Reason     string       `json:"reason,omitzero"`
	Account    string       `json:"account,omitzero"` // number of the linked account
	Ground     string       `json:"ground,omitzero"`
	Share      string       `json:"share,omitzero"`
	ProxyUntil housing.Date `json:"proxy_until,omitzero"`
	Origin     string       `json:"origin,omitzero"`
	Consent    string       `json:"consent,omitzero"`
	Actor      string       `json:"actor,omitzero"`
	At         *time.Time   `json:"at,omitempty"`
}

// ClaimStates lists claims by how they stand, oldest first; every claim where status is "".
func (q Queries) ClaimStates(ctx context.Context, organisation int64, status string) ([]ClaimState, error) {
	const sql = `
SELECT c.id AS claim, COALESCE(e.status, 'submitted') AS status, COALESCE(e.reason, '') AS reason, COALESCE(a.number, '') AS account,
    COALESCE(e.actor, '') AS actor, e.at, c.ground, c.share, c.proxy_until, c.origin, c.consent
FROM claims c LEFT JOIN (SELECT DISTINCT ON (claim_id) * FROM claim_events ORDER BY claim_id, id DESC) e ON e.claim_id = c.id
LEFT JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL LEFT JOIN accounts a ON a.id = m.account_id
WHERE c.organisation_id = $1 AND $2 IN ('', COALESCE(e.status, 'submitted')) ORDER BY c.id`
	rows, err := q.Query(ctx, sql, organisation, status)
	if err != nil {
		return nil, fmt.Errorf("read how claims stand: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[ClaimState])
	if err != nil {
		return nil, fmt.Errorf("read how claims stand: %w", err)
	}
	return list, nil
}

// ClaimEvent is one change of how a claim stands.
type ClaimEvent struct {
	Was    string    `json:"was"`
	Status string    `json:"status"`
	Reason string    `json:"reason"`
	Actor  string    `json:"actor"`
	At     time.Time `json:"at"`
}

// ClaimHistory tells how a claim came to stand as it does, oldest change first.
func (q Queries) ClaimHistory(ctx context.Context, organisation, claim int64) ([]ClaimEvent, error) {
	const sql = `
SELECT e.was, e.status, e.reason, e.actor, e.at FROM claim_events e JOIN claims c ON c.id = e.claim_id
WHERE c.organisation_id = $1 AND c.id = $2 ORDER BY e.id`
	rows, err := q.Query(ctx, sql, organisation, claim)
	if err != nil {
		return nil, fmt.Errorf("read the history of claim %d: %w", claim, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[ClaimEvent])
	if err != nil {
		return nil, fmt.Errorf("read the history of claim %d: %w", claim, err)
	}
	return list, nil
}

// ClaimMove is a change of how a claim stands that somebody asks for.
type ClaimMove struct {
	Claim         int64
	Status        string
	Reason, Actor string
}

// ErrNotAllowed says that a claim cannot go from how it stands to what was asked for.
var ErrNotAllowed = errors.New("change not allowed")

// MoveClaim changes how a claim stands and returns how it stood: ErrNotFound for a claim of nobody,
// ErrNotAllowed for a change that claim_transitions does not allow. A link or a refusal needs a standing
// decision of that kind; those come from matching or from the operator's workbook.
func (t *Tx) MoveClaim(ctx context.Context, organisation int64, m ClaimMove, now time.Time) (was string, err error) {
	const lock = `SELECT id FROM claims WHERE organisation_id = $1 AND id = $2 FOR UPDATE`
	var id int64
	err = t.QueryRow(ctx, lock, organisation, m.Claim).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("claim %d: %w", m.Claim, ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("lock claim %d: %w", m.Claim, err)
	}
	const last = `SELECT COALESCE((SELECT status FROM claim_events WHERE claim_id = $1 ORDER BY id DESC LIMIT 1), 'submitted')`
	if err := t.QueryRow(ctx, last, m.Claim).Scan(&was); err != nil {
		return "", fmt.Errorf("read how claim %d stands: %w", m.Claim, err)
	}
	const move = `
INSERT INTO claim_events (claim_id, was, status, reason, actor, at)
SELECT $1, was, status, $4, $5, $6 FROM claim_transitions WHERE was = $2 AND status = $3 AND 'merged' NOT IN (was, status)
    AND (status NOT IN ('linked', 'refused') OR EXISTS (SELECT FROM matches WHERE claim_id = $1 AND undone_at IS NULL AND status = $3))
    AND (status <> 'review' OR NOT EXISTS (SELECT FROM matches WHERE claim_id = $1 AND undone_at IS NULL AND status <> 'question'))`
	tag, err := t.Exec(ctx, move, m.Claim, was, m.Status, m.Reason, m.Actor, now)
	if err != nil {
		return was, fmt.Errorf("change how claim %d stands: %w", m.Claim, err)
	}
	if tag.RowsAffected() == 0 {
		return was, fmt.Errorf("claim %d is %s, it cannot become %s by hand: %w", m.Claim, was, m.Status, ErrNotAllowed)
	}
	return was, nil
}

// UndoneLink is a link that somebody took back, by what the claim said of itself.
type UndoneLink struct {
	Account, Unified, FullName, Address string // of the claim
	AccountID                           int64
}

// UndoneLinks returns the links which people took back and did not make again.
func (q Queries) UndoneLinks(ctx context.Context, organisation int64) ([]UndoneLink, error) {
	const sql = `
SELECT DISTINCT c.account, c.unified, c.full_name, c.address, m.account_id
FROM matches m JOIN claims c ON c.id = m.claim_id
WHERE c.organisation_id = $1 AND m.undone_at IS NOT NULL AND m.status = 'linked' AND m.reason <> '` + mergedReason + `' AND ` + notMerged + `
    AND NOT EXISTS (SELECT FROM matches s WHERE s.claim_id = m.claim_id AND s.account_id = m.account_id AND s.undone_at IS NULL)`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("read the links taken back: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[UndoneLink])
	if err != nil {
		return nil, fmt.Errorf("read the links taken back: %w", err)
	}
	return list, nil
}

// Waits reports whether a claim waits for an operator.
func (q Queries) Waits(ctx context.Context, claim int64) (waits bool, err error) {
	const sql = `SELECT EXISTS (SELECT FROM matches WHERE claim_id = $1 AND undone_at IS NULL AND status = 'question')`
	if err := q.QueryRow(ctx, sql, claim).Scan(&waits); err != nil {
		return false, fmt.Errorf("read how claim %d stands: %w", claim, err)
	}
	return waits, nil
}
