package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// QueueLetters queues a letter for each document of a month that stands and whose account has a confirmed address that takes
// letters. What was queued before stays as it is.
func (q Queries) QueueLetters(ctx context.Context, organisation int64, period housing.Period, now time.Time) (queued int, err error) {
	const sql = `
INSERT INTO letters (organisation_id, account_id, house_id, period, version, email, domain, queued_at)
SELECT d.organisation_id, d.account_id, d.house_id, d.period, d.version, r.email, lower(split_part(r.email, '@', 2)), $3
FROM issued_documents d JOIN letter_recipients r ON r.account_id = d.account_id
WHERE d.organisation_id = $1 AND d.period = $2 AND d.ended_at IS NULL
ORDER BY d.house_id, d.account_id
ON CONFLICT (account_id, period, version, email) DO NOTHING`
	tag, err := q.Exec(ctx, sql, organisation, period, now)
	if err != nil {
		return 0, fmt.Errorf("queue letters of %s: %w", period, err)
	}
	return int(tag.RowsAffected()), nil
}

// Letter is one letter at hand.
type Letter struct {
	ID        int64
	Account   string // number
	AccountID int64
	Period    housing.Period
	Version   int
	Email     string
	Domain    string
	Token     string
	Attempts  int
	QueuedAt  time.Time
	Stands    bool   // the document was not replaced since
	Wanted    bool   // the address takes letters
	Stopped   string // why the address is not written to any more, "" where it is
	Earlier   bool   // an earlier version went out
}

// TakeLetter locks the next letter that is due, or returns ErrNotFound. The lock lasts as long as the transaction. Domains whose
// turn it is not are passed over.
func (t *Tx) TakeLetter(ctx context.Context, organisation int64, now time.Time, notTo []string) (Letter, error) {
	const sql = `
SELECT l.id, a.number, l.account_id, l.period, l.version, l.email, l.domain, l.token::text, l.attempts, l.queued_at,
    EXISTS (SELECT FROM issued_documents d WHERE d.house_id = l.house_id AND d.account_id = l.account_id AND d.period = l.period
        AND d.version = l.version AND d.ended_at IS NULL),
    EXISTS (SELECT FROM letter_recipients r WHERE r.account_id = l.account_id AND r.email = l.email),
    COALESCE((SELECT reason FROM letter_stops s WHERE s.organisation_id = l.organisation_id AND s.email = l.email), ''),
    EXISTS (SELECT FROM letters e WHERE e.account_id = l.account_id AND e.period = l.period AND e.version < l.version AND e.state = 'sent')
FROM letters l JOIN accounts a ON a.id = l.account_id
WHERE l.organisation_id = $1 AND l.state IN ('queued', 'deferred') AND (l.retry_at IS NULL OR l.retry_at <= $2) AND l.domain <> ALL($3::text[])
ORDER BY l.id LIMIT 1 FOR NO KEY UPDATE OF l SKIP LOCKED`
	if notTo == nil {
		notTo = []string{}
	}
	rows, err := t.Query(ctx, sql, organisation, now, notTo)
	if err != nil {
		return Letter{}, fmt.Errorf("look for a letter: %w", err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Letter])
	if errors.Is(err, pgx.ErrNoRows) {
		return l, ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("look for a letter: %w", err)
	}
	return l, nil
}

// BeginAttempt notes, before the mail server is spoken to and outside the transaction that holds the letter, that a letter is being
// sent. It tells how many attempts before have no end: they were killed, and the letter may have arrived by them.
func (q Queries) BeginAttempt(ctx context.Context, l Letter, now time.Time) (attempt int64, unknown int, err error) {
	const lost = `UPDATE letter_attempts SET ended_at = $2, outcome = 'unknown' WHERE letter_id = $1 AND ended_at IS NULL`
	tag, err := q.Exec(ctx, lost, l.ID, now)
	if err != nil {
		return 0, 0, fmt.Errorf("look for attempts that were killed: %w", err)
	}
	const begin = `INSERT INTO letter_attempts (letter_id, domain, began_at) VALUES ($1, $2, $3) RETURNING id`
	if err := q.QueryRow(ctx, begin, l.ID, l.Domain, now).Scan(&attempt); err != nil {
		return 0, 0, fmt.Errorf("note an attempt to send a letter: %w", err)
	}
	return attempt, int(tag.RowsAffected()), nil
}

// LetterEnd is what became of a letter.
type LetterEnd struct {
	State   housing.LetterState
	Code    string
	Answer  string
	At      time.Time
	RetryAt time.Time // of a letter that waits on; zero: at once
	Attempt int64     // 0: nothing was tried
	Outcome string    // of the attempt
	Spared  bool      // the attempt does not count: the fault was not the letter's
	Unknown int       // attempts whose outcome nobody knows, to be added
}

// EndLetter notes it.
func (t *Tx) EndLetter(ctx context.Context, letter int64, e LetterEnd) error {
	const sql = `
UPDATE letters SET state = $2, code = $3, answer = $4, retry_at = $5, unknown = unknown + $6, attempts = attempts + $7,
    sent_at = CASE WHEN $2 = 'sent' THEN $8 ELSE sent_at END,
    ended_at = CASE WHEN $2 IN ('refused', 'bounced', 'unsubscribed', 'withdrawn') THEN $8::timestamptz END
WHERE id = $1`
	var retry *time.Time
	if !e.RetryAt.IsZero() {
		retry = &e.RetryAt
	}
	tried := 0
	if e.Outcome != "" && !e.Spared {
		tried = 1
	}
	if _, err := t.Exec(ctx, sql, letter, e.State, clip(e.Code), clip(e.Answer), retry, e.Unknown, tried, e.At); err != nil {
		return fmt.Errorf("note what became of a letter: %w", err)
	}
	if e.Attempt == 0 {
		return nil
	}
	const attempt = `UPDATE letter_attempts SET ended_at = $2, outcome = $3 WHERE id = $1`
	if _, err := t.Exec(ctx, attempt, e.Attempt, e.At, e.Outcome); err != nil {
		return fmt.Errorf("note how an attempt ended: %w", err)
	}
	return nil
}

// LetterRates counts the attempts to send letters since a moment, in all and by domain.
func (q Queries) LetterRates(ctx context.Context, since time.Time) (all int, byDomain map[string]int, err error) {
	rows, err := q.Query(ctx, `SELECT domain, count(*)::int FROM letter_attempts WHERE began_at > $1 GROUP BY domain`, since)
	if err != nil {
		return 0, nil, fmt.Errorf("count the letters of the last minute: %w", err)
	}
	byDomain = map[string]int{}
	var domain string
	var count int
	_, err = pgx.ForEachRow(rows, []any{&domain, &count}, func() error {
		byDomain[domain] = count
		all += count
		return nil
	})
	if err != nil {
		return 0, nil, fmt.Errorf("count the letters of the last minute: %w", err)
	}
	return all, byDomain, nil
}

// LetterStates counts the letters of a month by state; the zero month is all of them.
func (q Queries) LetterStates(ctx context.Context, organisation int64, period housing.Period) (map[housing.LetterState]int, error) {
	sql := `SELECT state, count(*)::int FROM letters WHERE organisation_id = $1`
	args := []any{organisation}
	if period != 0 {
		sql += ` AND period = $2`
		args = append(args, period)
	}
	rows, err := q.Query(ctx, sql+` GROUP BY state`, args...)
	if err != nil {
		return nil, fmt.Errorf("count letters: %w", err)
	}
	states := map[housing.LetterState]int{}
	var state housing.LetterState
	var count int
	if _, err := pgx.ForEachRow(rows, []any{&state, &count}, func() error { states[state] = count; return nil }); err != nil {
		return nil, fmt.Errorf("count letters: %w", err)
	}
	return states, nil
}
