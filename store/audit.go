package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// AuditEntry is one line of the audit trail.
type AuditEntry struct {
	ID     int64           `json:"id"`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor"`
	Action string          `json:"action"`
	Object string          `json:"object"`
	Reason string          `json:"reason,omitzero"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Audit adds a line to the audit trail. The database numbers it, dates it and chains it to the one
// before. Before and after are stored as JSON; nil is nothing.
func (q Queries) Audit(ctx context.Context, organisation int64, e AuditEntry, before, after any) error {
	texts := [2]*string{}
	for i, value := range []any{before, after} {
		if value == nil {
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("write the audit entry %s: %w", e.Action, err)
		}
		s := string(text)
		texts[i] = &s
	}
	const sql = `INSERT INTO audit (organisation_id, actor, action, object, reason, before, after) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb)`
	if _, err := q.Exec(ctx, sql, organisation, e.Actor, e.Action, e.Object, e.Reason, texts[0], texts[1]); err != nil {
		return fmt.Errorf("add %s to the audit trail: %w", e.Action, err)
	}
	return nil
}

// AuditFilter chooses lines of the audit trail. Zero values choose everything.
type AuditFilter struct {
	Actor, Action string // the beginning of the action: payment, month.close
	From, Through housing.Date
	Limit         int // newest lines; 0: all
}

// AuditTrail returns lines of the audit trail, oldest first.
func (q Queries) AuditTrail(ctx context.Context, organisation int64, f AuditFilter) ([]AuditEntry, error) {
	const sql = `
SELECT * FROM (
    SELECT id, at, actor, action, object, reason, before, after FROM audit
    WHERE (organisation_id = $1 OR organisation_id IS NULL) AND ($2 = '' OR actor = $2) AND starts_with(action, $3)
        AND ($4::date IS NULL OR at >= $4::date) AND ($5::date IS NULL OR at < $5::date + 1)
    ORDER BY id DESC LIMIT NULLIF($6, 0)) AS newest
ORDER BY id`
	return collectStructs[AuditEntry](ctx, q, "read the audit trail", sql, organisation, f.Actor, f.Action, f.From, f.Through, f.Limit)
}

// LastAudit returns what the last line of an action says of after, nil where there is none.
func (q Queries) LastAudit(ctx context.Context, organisation int64, action string) (json.RawMessage, error) {
	const sql = `SELECT (SELECT after FROM audit WHERE organisation_id = $1 AND action = $2 ORDER BY id DESC LIMIT 1)`
	var after json.RawMessage
	if err := q.QueryRow(ctx, sql, organisation, action).Scan(&after); err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	return after, nil
}

// CheckAudit recomputes the chain of digests and returns how many lines there are and the ids of those at
// which it breaks: the line, or one before it, is not as it was written.
func (q Queries) CheckAudit(ctx context.Context) (lines int, broken []int64, err error) {
	const sql = `
SELECT count(*), COALESCE(array_agg(id ORDER BY id) FILTER (WHERE digest <> audit_digest(previous, a) OR id <> number), '{}') FROM (
    SELECT a, a.id, a.digest, COALESCE(lag(a.digest) OVER (ORDER BY a.id), '') AS previous, row_number() OVER (ORDER BY a.id) AS number
    FROM audit a) AS chain`
	if err := q.QueryRow(ctx, sql).Scan(&lines, &broken); err != nil {
		return 0, nil, fmt.Errorf("check the audit trail: %w", err)
	}
	return lines, broken, nil
}
