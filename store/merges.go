package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// The kinds of doubles that are joined.
const (
	MergeClaim   = "claim"
	MergeAccount = "account"
)

// Join says that one claim or account doubles another, which is kept.
type Join struct {
	Kept, Doubled int64
	Since         housing.Date // of accounts: the double is closed from this day on
	Reason, By    string
}

// ErrCannotMerge says why two claims or accounts are not joined, or are not taken apart.
var ErrCannotMerge = errors.New("not doubles")

// before is how a double stood, stored with the merge, by which taking apart restores it.
type before struct {
	Status  string        `json:"status,omitzero"`  // of the claim
	Match   int64         `json:"match,omitzero"`   // its standing decision
	Passed  int64         `json:"passed,omitzero"`  // the decision by which the kept claim took the link over
	Closed  *housing.Date `json:"closed,omitempty"` // of the account
	Matches []int64       `json:"matches,omitzero"` // decisions that led to the account
}

const mergedReason = "merged"

// MergeClaims joins a claim to one that says the same. The double takes no part any more: its standing decision
// is taken back, and where only it was linked, the kept claim takes the link over.
func (t *Tx) MergeClaims(ctx context.Context, organisation int64, j Join, now time.Time) error {
	if err := t.lockPair(ctx, organisation, MergeClaim, j); err != nil {
		return err
	}
	kept, err := t.standingDecision(ctx, j.Kept)
	if err != nil {
		return err
	}
	doubled, err := t.standingDecision(ctx, j.Doubled)
	if err != nil {
		return err
	}
	if kept.status == "linked" && doubled.status == "linked" && kept.account != doubled.account {
		return fmt.Errorf("the claims are linked to different accounts, take one link back first: %w", ErrCannotMerge)
	}
	if doubled.status == "linked" && kept.status == "refused" {
		return fmt.Errorf("claim %d is refused, take that back first: %w", j.Kept, ErrCannotMerge)
	}
	was := before{Status: doubled.state, Match: doubled.id}
	if doubled.id != 0 {
		if err := t.undoDecision(ctx, doubled.id, j.By, now); err != nil {
			return err
		}
	}
	if err := t.addClaimEvent(ctx, ClaimMove{Claim: j.Doubled, Status: "merged", Reason: j.Reason, Actor: j.By}, doubled.state, now); err != nil {
		return err
	}
	if doubled.status == "linked" && kept.status != "linked" {
		if was.Passed, err = t.passLink(ctx, kept, doubled, j, now); err != nil {
			return err
		}
	}
	return t.insertMerge(ctx, organisation, MergeClaim, j, was, now)
}

// passLink gives the link of a double to the claim that is kept.
func (t *Tx) passLink(ctx context.Context, kept, doubled standingDecision, j Join, now time.Time) (match int64, err error) {
	if kept.id != 0 {
		if err := t.undoDecision(ctx, kept.id, j.By, now); err != nil {
			return 0, err
		}
	}
	return t.relink(ctx, Decision{
		Claim: j.Kept, Account: doubled.account, Status: "linked", Reason: mergedReason,
		Evidence: map[string]any{"claim": j.Doubled, "comment": j.Reason}, By: j.By,
	}, now)
}

// relink stores one decision and returns its id.
func (t *Tx) relink(ctx context.Context, d Decision, now time.Time) (match int64, err error) {
	stored, err := t.DecideAll(ctx, []Decision{d}, now)
	if err != nil {
		return 0, err
	}
	if stored != 1 {
		return 0, fmt.Errorf("claim %d was decided meanwhile: %w", d.Claim, ErrCannotMerge)
	}
	err = t.QueryRow(ctx, "SELECT id FROM matches WHERE claim_id = $1 AND undone_at IS NULL", d.Claim).Scan(&match)
	if err != nil {
		return 0, fmt.Errorf("read the decision on claim %d: %w", d.Claim, err)
	}
	return match, nil
}

// SplitClaim takes a double and the claim that was kept apart: both stand as they stood before, unless somebody
// decided on them since.
func (t *Tx) SplitClaim(ctx context.Context, organisation, doubled int64, by, reason string, now time.Time) error {
	was, _, err := t.endMerge(ctx, organisation, MergeClaim, doubled, by, reason, now)
	if err != nil {
		return err
	}
	if was.Passed != 0 {
		if err := t.undoDecision(ctx, was.Passed, by, now); err != nil {
			return err
		}
		const back = `
INSERT INTO claim_events (claim_id, was, status, reason, actor, at)
SELECT m.claim_id, e.status, 'review', 'split', $2, $3 FROM matches m JOIN LATERAL (
    SELECT status FROM claim_events WHERE claim_id = m.claim_id ORDER BY id DESC LIMIT 1) e ON e.status IN ('linked', 'blocked')
WHERE m.id = $1 AND NOT EXISTS (SELECT FROM matches s WHERE s.claim_id = m.claim_id AND s.undone_at IS NULL)`
		if _, err := t.Exec(ctx, back, was.Passed, by, now); err != nil {
			return fmt.Errorf("take the link over from claim %d back: %w", doubled, err)
		}
	}
	if err := t.addClaimEvent(ctx, ClaimMove{Claim: doubled, Status: "review", Reason: reason, Actor: by}, "merged", now); err != nil {
		return err
	}
	return t.restoreDecision(ctx, was, doubled, by, now)
}

// restoreDecision makes the decision again that stood on a claim before it was joined.
func (t *Tx) restoreDecision(ctx context.Context, was before, claim int64, by string, now time.Time) error {
	if was.Match == 0 {
		return nil
	}
	var d Decision
	var evidence json.RawMessage
	const sql = `SELECT claim_id, COALESCE(account_id, 0), status, reason, evidence, score, COALESCE(rules, 0) FROM matches WHERE id = $1`
	err := t.QueryRow(ctx, sql, was.Match).Scan(&d.Claim, &d.Account, &d.Status, &d.Reason, &evidence, &d.Score, &d.Rules)
	if err != nil {
		return fmt.Errorf("read the decision on claim %d: %w", claim, err)
	}
	if d.Status == "question" {
		return nil // matching asks anew
	}
	d.Evidence, d.By = evidence, by
	if _, err := t.relink(ctx, d, now); err != nil {
		return err
	}
	if was.Status != "blocked" {
		return nil
	}
	return t.addClaimEvent(ctx, ClaimMove{Claim: claim, Status: "blocked", Reason: "split", Actor: by}, "linked", now)
}

// standingDecision is how a claim stands and the decision that stands on it.
type standingDecision struct {
	id, account   int64
	status, state string
}

func (t *Tx) standingDecision(ctx context.Context, claim int64) (d standingDecision, err error) {
	const sql = `
SELECT COALESCE(m.id, 0), COALESCE(m.account_id, 0), COALESCE(m.status, ''),
    COALESCE((SELECT e.status FROM claim_events e WHERE e.claim_id = c.id ORDER BY e.id DESC LIMIT 1), 'submitted')
FROM claims c LEFT JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL WHERE c.id = $1`
	if err := t.QueryRow(ctx, sql, claim).Scan(&d.id, &d.account, &d.status, &d.state); err != nil {
		return d, fmt.Errorf("read how claim %d stands: %w", claim, err)
	}
	return d, nil
}

func (t *Tx) undoDecision(ctx context.Context, match int64, by string, now time.Time) error {
	const sql = "UPDATE matches SET undone_by = $2, undone_at = $3 WHERE id = $1 AND undone_at IS NULL"
	if _, err := t.Exec(ctx, sql, match, by, now); err != nil {
		return fmt.Errorf("take a decision back: %w", err)
	}
	return nil
}

func (t *Tx) addClaimEvent(ctx context.Context, m ClaimMove, was string, now time.Time) error {
	const sql = `INSERT INTO claim_events (claim_id, was, status, reason, actor, at) VALUES ($1, $2, $3, $4, $5, $6)`
	if _, err := t.Exec(ctx, sql, m.Claim, was, m.Status, m.Reason, m.Actor, now); err != nil {
		return fmt.Errorf("change how claim %d stands: %w", m.Claim, err)
	}
	return nil
}

// lockPair holds both rows and refuses chains: whatever is joined stands directly on what is kept.
func (t *Tx) lockPair(ctx context.Context, organisation int64, kind string, j Join) error {
	table := map[string]string{MergeClaim: "claims", MergeAccount: "accounts"}[kind]
	if j.Kept == j.Doubled {
		return fmt.Errorf("%s %d is one: %w", kind, j.Kept, ErrCannotMerge)
	}
	rows, err := t.Query(ctx, "SELECT id FROM "+table+" WHERE organisation_id = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
		organisation, []int64{j.Kept, j.Doubled})
	if err != nil {
		return fmt.Errorf("lock the doubles: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("lock the doubles: %w", err)
	}
	for _, id := range []int64{j.Kept, j.Doubled} {
		if !slices.Contains(found, id) {
			return fmt.Errorf("%s %d: %w", kind, id, ErrNotFound)
		}
	}
	const chained = `
SELECT CASE WHEN doubled IN ($2, $3) THEN format('%s %s is joined to %s already', kind, doubled, kept)
    ELSE format('%s %s was joined to %s, take them apart first', kind, doubled, kept) END
FROM merges WHERE kind = $1 AND split_at IS NULL AND (doubled IN ($2, $3) OR kept = $3) LIMIT 1`
	var why string
	err = t.QueryRow(ctx, chained, kind, j.Kept, j.Doubled).Scan(&why)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for merges: %w", err)
	}
	return fmt.Errorf("%s: %w", why, ErrCannotMerge)
}

func (t *Tx) insertMerge(ctx context.Context, organisation int64, kind string, j Join, was before, now time.Time) error {
	const sql = `
INSERT INTO merges (organisation_id, kind, kept, doubled, since, before, reason, merged_by, merged_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	var since *housing.Date
	if kind == MergeAccount {
		since = &j.Since
	}
	if _, err := t.Exec(ctx, sql, organisation, kind, j.Kept, j.Doubled, since, was, j.Reason, j.By, now); err != nil {
		return fmt.Errorf("join %s %d to %d: %w", kind, j.Doubled, j.Kept, err)
	}
	return nil
}

// endMerge ends the standing merge of a double and returns how it stood before, and what it was joined to.
func (t *Tx) endMerge(ctx context.Context, organisation int64, kind string, doubled int64, by, reason string, now time.Time) (was before, kept int64, err error) {
	const sql = `
UPDATE merges SET split_by = $4, split_at = $6, split_reason = $5
WHERE organisation_id = $1 AND kind = $2 AND doubled = $3 AND split_at IS NULL RETURNING before, kept`
	err = t.QueryRow(ctx, sql, organisation, kind, doubled, by, reason, now).Scan(&was, &kept)
	if errors.Is(err, pgx.ErrNoRows) {
		return was, 0, fmt.Errorf("%s %d is joined to nothing: %w", kind, doubled, ErrNotFound)
	}
	if err != nil {
		return was, 0, fmt.Errorf("take %s %d apart: %w", kind, doubled, err)
	}
	return was, kept, nil
}
