package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// MergeAccounts closes an account that doubles another from a day on. Links of claims move to the account that is
// kept, and so do later payments under the number of the double. What the double owed by then stays on it. An
// account with open meters is not joined: they have to be moved first.
func (t *Tx) MergeAccounts(ctx context.Context, organisation int64, j Join, now time.Time) error {
	if err := t.lockPair(ctx, organisation, MergeAccount, j); err != nil {
		return err
	}
	var was before
	var meters int
	const read = `
SELECT closed, (SELECT count(*) FROM meters m WHERE m.account_id = a.id AND (m.closed IS NULL OR m.closed > $2))
FROM accounts a WHERE id = $1`
	if err := t.QueryRow(ctx, read, j.Doubled, j.Since).Scan(&was.Closed, &meters); err != nil {
		return fmt.Errorf("read account %d: %w", j.Doubled, err)
	}
	if meters > 0 {
		return fmt.Errorf("the double has %d open meters, close or move them first: %w", meters, ErrCannotMerge)
	}
	const closeIt = `UPDATE accounts SET closed = LEAST(closed, GREATEST($2, opened)) WHERE id = $1`
	if _, err := t.Exec(ctx, closeIt, j.Doubled, j.Since); err != nil {
		return fmt.Errorf("close account %d: %w", j.Doubled, err)
	}
	var err error
	if was.Matches, err = t.moveLinks(ctx, j.Doubled, j.Kept, j.By, j.Reason, now); err != nil {
		return err
	}
	return t.insertMerge(ctx, organisation, MergeAccount, j, was, now)
}

// SplitAccount opens a double again and gives its links back, those on which nobody decided since.
func (t *Tx) SplitAccount(ctx context.Context, organisation, doubled int64, by, reason string, now time.Time) error {
	was, kept, err := t.endMerge(ctx, organisation, MergeAccount, doubled, by, reason, now)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE accounts SET closed = $2 WHERE id = $1", doubled, was.Closed); err != nil {
		return fmt.Errorf("open account %d again: %w", doubled, err)
	}
	const moved = `
SELECT s.id FROM matches m JOIN matches s ON s.claim_id = m.claim_id AND s.undone_at IS NULL
WHERE m.id = ANY($1) AND s.account_id = $2 AND s.reason = '` + mergedReason + `'`
	rows, err := t.Query(ctx, moved, was.Matches, kept)
	if err != nil {
		return fmt.Errorf("read the links of account %d: %w", doubled, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("read the links of account %d: %w", doubled, err)
	}
	return t.relinkAll(ctx, ids, doubled, by, reason, now)
}

// moveLinks gives every standing link of an account to another and returns the decisions that ended.
func (t *Tx) moveLinks(ctx context.Context, from, to int64, by, reason string, now time.Time) ([]int64, error) {
	rows, err := t.Query(ctx, "SELECT id FROM matches WHERE account_id = $1 AND undone_at IS NULL ORDER BY id", from)
	if err != nil {
		return nil, fmt.Errorf("read the links of account %d: %w", from, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read the links of account %d: %w", from, err)
	}
	return ids, t.relinkAll(ctx, ids, to, by, reason, now)
}

// relinkAll ends decisions and makes them anew on another account. How the claims stand does not change.
func (t *Tx) relinkAll(ctx context.Context, matches []int64, account int64, by, reason string, now time.Time) error {
	const undo = `UPDATE matches SET undone_by = $2, undone_at = $3 WHERE id = ANY($1) AND undone_at IS NULL`
	if _, err := t.Exec(ctx, undo, matches, by, now); err != nil {
		return fmt.Errorf("move links to account %d: %w", account, err)
	}
	const link = `
INSERT INTO matches (claim_id, account_id, status, reason, evidence, decided_by, decided_at, score, rules)
SELECT claim_id, $2, status, '` + mergedReason + `', jsonb_build_object('decision', id, 'comment', $3::text), $4, $5, 0, NULL
FROM matches WHERE id = ANY($1)`
	if _, err := t.Exec(ctx, link, matches, account, reason, by, now); err != nil {
		return fmt.Errorf("move links to account %d: %w", account, err)
	}
	return nil
}

// Merge is one join of doubles, standing or taken apart.
type Merge struct {
	Kind     string       `json:"kind"`
	Kept     string       `json:"kept"` // number of a claim or an account
	Doubled  string       `json:"doubled"`
	Since    housing.Date `json:"since,omitzero"`
	Reason   string       `json:"reason"`
	By       string       `json:"by"`
	At       time.Time    `json:"at"`
	SplitBy  string       `json:"split_by,omitzero"`
	SplitAt  *time.Time   `json:"split_at,omitempty"`
	SplitWhy string       `json:"split_reason,omitzero"`
}

// Merges lists what was joined, oldest first.
func (q Queries) Merges(ctx context.Context, organisation int64) ([]Merge, error) {
	const sql = `
SELECT m.kind, COALESCE(k.number, m.kept::text) AS kept, COALESCE(d.number, m.doubled::text) AS doubled, m.since, m.reason, m.merged_by AS by,
    m.merged_at AS at, COALESCE(m.split_by, '') AS split_by, m.split_at, COALESCE(m.split_reason, '') AS split_why
FROM merges m LEFT JOIN accounts k ON m.kind = 'account' AND k.id = m.kept LEFT JOIN accounts d ON m.kind = 'account' AND d.id = m.doubled
WHERE m.organisation_id = $1 ORDER BY m.id`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("read what was joined: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Merge])
	if err != nil {
		return nil, fmt.Errorf("read what was joined: %w", err)
	}
	return list, nil
}

// LikelyDouble is two claims or accounts that look like one. It holds nothing of the person.
type LikelyDouble struct {
	Kind  string   `json:"kind"`
	Kept  string   `json:"kept"`
	Other string   `json:"doubled"`
	Same  []string `json:"same"` // what agrees
}

// LikelyDoubles proposes what may be joined: claims of one name linked to one account, and open accounts of one payer in
// one premises. It decides nothing.
func (q Queries) LikelyDoubles(ctx context.Context, organisation int64) ([]LikelyDouble, error) {
	const sql = `
WITH open AS (
    SELECT c.*, m.account_id, translate(upper(c.full_name), 'Ё ', 'Е') AS folded
    FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL AND m.status = 'linked' WHERE c.organisation_id = $1)
SELECT 'claim' AS kind, (min(id) OVER w)::text, id::text, ARRAY['account', 'name'] FROM open WINDOW w AS (PARTITION BY account_id, folded)
UNION ALL
SELECT 'account', first_value(a.number) OVER w, a.number, ARRAY['premises', 'payer'] FROM accounts a
WHERE a.organisation_id = $1 AND a.closed IS NULL AND a.payer <> ''
WINDOW w AS (PARTITION BY a.premises_id, translate(upper(a.payer), 'Ё ', 'Е') ORDER BY a.number COLLATE "C")
ORDER BY 1 DESC, 2, 3`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("look for doubles: %w", err)
	}
	var list []LikelyDouble
	var d LikelyDouble
	_, err = pgx.ForEachRow(rows, []any{&d.Kind, &d.Kept, &d.Other, &d.Same}, func() error {
		if d.Kept != d.Other {
			list = append(list, d)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for doubles: %w", err)
	}
	return list, nil
}

// mergedInto returns the numbers of kept accounts by the numbers of their doubles.
func (q Queries) mergedInto(ctx context.Context, organisation int64, numbers []string) (map[string]string, error) {
	const sql = `
SELECT d.number, k.number FROM accounts d JOIN merges m ON m.kind = 'account' AND m.doubled = d.id AND m.split_at IS NULL
JOIN accounts k ON k.id = m.kept WHERE d.organisation_id = $1 AND d.number = ANY($2)`
	rows, err := q.Query(ctx, sql, organisation, numbers)
	if err != nil {
		return nil, fmt.Errorf("look for joined accounts: %w", err)
	}
	found := map[string]string{}
	var doubled, kept string
	if _, err = pgx.ForEachRow(rows, []any{&doubled, &kept}, func() error {
		found[doubled] = kept
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for joined accounts: %w", err)
	}
	return found, nil
}

// MergedInto returns the number of the account that an account was joined to, "" where it stands for itself.
func (q Queries) MergedInto(ctx context.Context, organisation int64, number string) (string, error) {
	found, err := q.mergedInto(ctx, organisation, []string{number})
	return found[number], err
}

// AccountID returns the id of an account by its number; ErrNotFound: there is none.
func (q Queries) AccountID(ctx context.Context, organisation int64, number string) (id int64, err error) {
	err = q.QueryRow(ctx, "SELECT id FROM accounts WHERE organisation_id = $1 AND number = $2", organisation, number).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("account %s: %w", number, ErrNotFound)
	}
	if err != nil {
		return 0, fmt.Errorf("look for account %s: %w", number, err)
	}
	return id, nil
}
