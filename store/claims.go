package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// OpenClaims returns up to limit claims after one, on which no decision stands, oldest first.
func (q Queries) OpenClaims(ctx context.Context, organisation, after int64, limit int) ([]housing.Claim, error) {
	const sql = claimQuery + `
WHERE c.organisation_id = $1 AND c.id > $2 AND NOT EXISTS (SELECT FROM matches m WHERE m.claim_id = c.id AND m.undone_at IS NULL) AND ` + notMerged + `
ORDER BY c.id LIMIT $3`
	return q.claims(ctx, sql, organisation, after, limit)
}

// QuestionedClaims returns claims that wait for an operator's decision, oldest first.
func (q Queries) QuestionedClaims(ctx context.Context, organisation int64) ([]housing.Claim, error) {
	const sql = claimQuery + `
JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'question'
WHERE c.organisation_id = $1 ORDER BY c.id`
	return q.claims(ctx, sql, organisation)
}

// notMerged leaves out claims that double another, c.
const notMerged = `NOT EXISTS (SELECT FROM merges x WHERE x.kind = 'claim' AND x.doubled = c.id AND x.split_at IS NULL)`

const claimQuery = `
SELECT c.id, c.account, c.unified, c.full_name, c.address, c.phone, c.email, c.share,
    c.ground, c.proxy, c.proxy_until, c.origin, c.consent, COALESCE(k.answer, ''), k.since, ` + sourceColumns + `c.source_pos
FROM claims c JOIN sources s ON s.id = c.source_id LEFT JOIN LATERAL (
    SELECT CASE WHEN given THEN 'given' ELSE 'refused' END AS answer, since FROM claim_consents WHERE claim_id = c.id ORDER BY since DESC, id DESC LIMIT 1) k ON true`

func (q Queries) claims(ctx context.Context, sql string, args ...any) ([]housing.Claim, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c housing.Claim, err error) {
		err = row.Scan(append([]any{
			&c.ID, &c.Account, &c.Unified, &c.FullName, &c.Address, &c.Phone, &c.Email, &c.Share,
			&c.Right.Ground, &c.Right.Proxy, &c.Right.ProxyUntil, &c.Right.Origin, &c.Right.Consent, &c.Data.Answer, &c.Data.Since,
		}, sourceTargets(&c.Source)...)...)
		return c, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	return list, nil
}

// HouseAccounts is the accounts of one organisation with their house, for matching.
type HouseAccounts struct {
	House housing.House
	housing.Account
	Elsewhere []string // numbers under which others know the account
}

// AllAccounts reads every account of an organisation with its house, in order of number. The numbers of accounts
// joined to one stand among those under which others know it.
func (q Queries) AllAccounts(ctx context.Context, organisation int64, each func(HouseAccounts) error) error {
	const sql = `
SELECT h.id, h.key, h.address, h.fias, h.kind, a.id, a.number, a.unified, a.service_code, a.payer, p.flat, p.room, p.kind,
    (SELECT array_agg(n) FROM (
        SELECT r.number FROM account_references r WHERE r.account_id = a.id UNION
        SELECT d.number FROM merges x JOIN accounts d ON d.id = x.doubled WHERE x.kind = 'account' AND x.kept = a.id AND x.split_at IS NULL) t(n))
FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
WHERE a.organisation_id = $1 AND NOT EXISTS (SELECT FROM merges x WHERE x.kind = 'account' AND x.doubled = a.id AND x.split_at IS NULL)
ORDER BY a.number COLLATE "C"`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return fmt.Errorf("read the accounts: %w", err)
	}
	var a HouseAccounts
	_, err = pgx.ForEachRow(rows, []any{
		&a.House.ID, &a.House.Key, &a.House.Address, &a.House.FIAS, &a.House.Kind,
		&a.ID, &a.Number, &a.Unified, &a.ServiceID, &a.Payer, &a.Premises.Flat, &a.Premises.Room, &a.Premises.Kind, &a.Elsewhere,
	}, func() error { return each(a) })
	if err != nil {
		return fmt.Errorf("read the accounts: %w", err)
	}
	return nil
}

// Decision is what was decided on a claim, by a rule or a person.
type Decision struct {
	Claim    int64
	Account  int64  // 0: no link
	Status   string // linked, question, refused
	Reason   string // stable code
	Evidence any    // stored as JSON
	By       string
	Score    int // of the evidence
	Rules    int // version of the rules, 0: a person decided
}

// DecideAll stores decisions on claims on which none stands, and returns how many it stored: a claim
// that somebody else decided meanwhile is left alone.
func (t *Tx) DecideAll(ctx context.Context, decisions []Decision, now time.Time) (stored int, err error) {
	const sql = `
WITH made AS (
    INSERT INTO matches (claim_id, account_id, status, reason, evidence, decided_by, decided_at, score, rules)
    SELECT claim, NULLIF(account, 0), status, reason, evidence::jsonb, by, $7, score, NULLIF(rules, 0)
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $8::int[], $9::int[])
        AS t(claim, account, status, reason, evidence, by, score, rules)
    ON CONFLICT (claim_id) WHERE undone_at IS NULL DO NOTHING
    RETURNING claim_id, CASE status WHEN 'question' THEN 'review' ELSE status END AS status, reason, decided_by),
moved AS (
    INSERT INTO claim_events (claim_id, was, status, reason, actor, at)
    SELECT claim_id, was, status, reason, decided_by, $7 FROM (
        SELECT made.*, COALESCE((SELECT e.status FROM claim_events e WHERE e.claim_id = made.claim_id ORDER BY e.id DESC LIMIT 1),
            'submitted') AS was FROM made) m
    WHERE was <> status)
SELECT count(*) FROM made`
	evidence := make([]string, len(decisions))
	for i, d := range decisions {
		text, err := json.Marshal(d.Evidence)
		if err != nil {
			return 0, fmt.Errorf("write the evidence on claim %d: %w", d.Claim, err)
		}
		evidence[i] = string(text)
	}
	err = t.QueryRow(ctx, sql,
		column(decisions, func(d Decision) int64 { return d.Claim }),
		column(decisions, func(d Decision) int64 { return d.Account }),
		column(decisions, func(d Decision) string { return d.Status }),
		column(decisions, func(d Decision) string { return d.Reason }), evidence,
		column(decisions, func(d Decision) string { return d.By }), now,
		column(decisions, func(d Decision) int { return d.Score }),
		column(decisions, func(d Decision) int { return d.Rules })).Scan(&stored)
	if err != nil {
		return 0, fmt.Errorf("store decisions on claims: %w", err)
	}
	return stored, nil
}

// AnswerQuestion stores an operator's decision on a claim that waits for one. False says that the
// organisation has no such claim waiting.
func (t *Tx) AnswerQuestion(ctx context.Context, organisation int64, d Decision, now time.Time) (bool, error) {
	const answer = `
UPDATE matches m SET undone_by = $3, undone_at = $4 FROM claims c
WHERE c.id = m.claim_id AND c.organisation_id = $1 AND m.claim_id = $2 AND m.undone_at IS NULL AND m.status = 'question'`
	tag, err := t.Exec(ctx, answer, organisation, d.Claim, d.By, now)
	if err != nil {
		return false, fmt.Errorf("answer the question on claim %d: %w", d.Claim, err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	stored, err := t.DecideAll(ctx, []Decision{d}, now)
	return stored == 1, err
}

// UndoMatch takes back the standing decision on a claim and returns it, or ErrNotFound. The row stays, and
// a claim that was linked, blocked or refused is under review again. See UndoneLinks.
func (t *Tx) UndoMatch(ctx context.Context, organisation, claim int64, by string, now time.Time) (status string, err error) {
	const sql = `
WITH undone AS (
    UPDATE matches m SET undone_by = $3, undone_at = $4 FROM claims c
    WHERE c.id = m.claim_id AND c.organisation_id = $1 AND m.claim_id = $2 AND m.undone_at IS NULL RETURNING m.claim_id, m.status),
moved AS (
    INSERT INTO claim_events (claim_id, was, status, reason, actor, at)
    SELECT claim_id, was, 'review', 'undone', $3, $4 FROM (
        SELECT u.claim_id, (SELECT e.status FROM claim_events e WHERE e.claim_id = u.claim_id ORDER BY e.id DESC LIMIT 1) AS was FROM undone u) m
    WHERE was <> 'review')
SELECT status FROM undone`
	err = t.QueryRow(ctx, sql, organisation, claim, by, now).Scan(&status)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("decision on claim %d: %w", claim, ErrNotFound)
	}
	if err != nil {
		return "", fmt.Errorf("undo the decision on claim %d: %w", claim, err)
	}
	return status, nil
}

// MatchCounts is how many claims stand how.
type MatchCounts struct{ Open, Linked, Questions, Refused int }

// CountMatches counts the claims of an organisation by how they stand.
func (q Queries) CountMatches(ctx context.Context, organisation int64) (MatchCounts, error) {
	const sql = `
SELECT count(*) FILTER (WHERE m.status IS NULL), count(*) FILTER (WHERE m.status = 'linked'),
    count(*) FILTER (WHERE m.status = 'question'), count(*) FILTER (WHERE m.status = 'refused')
FROM claims c LEFT JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL WHERE c.organisation_id = $1 AND ` + notMerged
	var n MatchCounts
	if err := q.QueryRow(ctx, sql, organisation).Scan(&n.Open, &n.Linked, &n.Questions, &n.Refused); err != nil {
		return n, fmt.Errorf("count the claims: %w", err)
	}
	return n, nil
}
