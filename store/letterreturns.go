package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Bounce is a letter that came back.
type Bounce struct {
	Token  string
	Status string // "5.1.1"
	Answer string
	Final  bool // the address does not exist: nothing more is sent there
	On     housing.Date
	At     time.Time
	Most   int // so many letters in a row that came back end an address too
}

// BounceLetter notes that a letter came back, and stops its address where that is due. known is false for a letter that is not ours.
func (t *Tx) BounceLetter(ctx context.Context, organisation int64, b Bounce) (known, stopped bool, err error) {
	const sql = `
UPDATE letters SET state = 'bounced', code = $3, answer = $4, ended_at = COALESCE(ended_at, $5)
WHERE organisation_id = $1 AND token = $2::uuid AND state IN ('sent', 'queued', 'deferred', 'bounced') RETURNING email`
	var email string
	err = t.QueryRow(ctx, sql, organisation, b.Token, clip(b.Status), clip(b.Answer), b.At).Scan(&email)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("note a letter that came back: %w", err)
	}
	if !b.Final {
		const row = `
SELECT count(*) = $3 AND bool_and(state = 'bounced') FROM (
    SELECT state FROM letters WHERE organisation_id = $1 AND email = $2 AND state IN ('sent', 'bounced') ORDER BY id DESC LIMIT $3) AS last`
		if err := t.QueryRow(ctx, row, organisation, email, b.Most).Scan(&b.Final); err != nil {
			return true, false, fmt.Errorf("count the letters that came back: %w", err)
		}
	}
	if !b.Final {
		return true, false, nil
	}
	return true, true, t.StopLetters(ctx, organisation, LetterStop{Email: email, Reason: "bounced", On: b.On, Answer: b.Answer})
}

// LetterStop ends the letters to an address.
type LetterStop struct {
	Email  string
	Reason string // "bounced", "refused" or "unsubscribed"
	On     housing.Date
	Answer string
}

// StopLetters notes that an address is not written to any more.
func (q Queries) StopLetters(ctx context.Context, organisation int64, s LetterStop) error {
	const sql = `
INSERT INTO letter_stops AS s (organisation_id, email, reason, stopped_on, answer) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (organisation_id, email) DO UPDATE SET reason = EXCLUDED.reason, stopped_on = EXCLUDED.stopped_on, answer = EXCLUDED.answer
WHERE s.stopped_on < EXCLUDED.stopped_on OR s.reason <> EXCLUDED.reason`
	if _, err := q.Exec(ctx, sql, organisation, s.Email, s.Reason, s.On, clip(s.Answer)); err != nil {
		return fmt.Errorf("end the letters to an address: %w", err)
	}
	return nil
}

// Unsubscribe ends the letters to the address that a letter went to. known is false for a letter that is not ours.
func (q Queries) Unsubscribe(ctx context.Context, organisation int64, token string, on housing.Date) (known bool, err error) {
	const find = `SELECT email FROM letters WHERE organisation_id = $1 AND token = $2::uuid`
	var email string
	err = q.QueryRow(ctx, find, organisation, token).Scan(&email)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look who unsubscribes: %w", err)
	}
	return true, q.StopLetters(ctx, organisation, LetterStop{Email: email, Reason: "unsubscribed", On: on})
}

// Deliveries streams how the documents of a month were delivered, in the order of print: every version, and every letter that
// carried it.
func (q Queries) Deliveries(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.DocumentDelivery, error] {
	const sql = `
SELECT a.number, p.flat, p.room, p.kind, h.address, d.number, d.check_code, d.version, d.sha256, d.to_pay, d.pay_by, d.issued_at, d.ended_at,
    COALESCE(w.wish, 'paper'), COALESCE(l.email, ''), COALESCE(l.state, ''), COALESCE(l.attempts, 0), COALESCE(l.unknown, 0), l.sent_at,
    COALESCE(concat_ws(' ', NULLIF(l.code, ''), NULLIF(l.answer, '')), ''), COALESCE(l.token::text, ''),
    d.account_id = ANY(COALESCE(k.accounts, '{}'))
FROM issued_documents d JOIN accounts a ON a.id = d.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
LEFT JOIN delivery_wishes w ON w.account_id = d.account_id
LEFT JOIN letters l ON l.account_id = d.account_id AND l.period = d.period AND l.version = d.version
LEFT JOIN print_skips k ON k.house_id = d.house_id AND k.period = d.period
WHERE d.organisation_id = $1 AND d.period = $2 ORDER BY ` + printOrder + `, d.version, l.id`
	return stream(ctx, q, sql, []any{organisation, period}, func(r *housing.DocumentDelivery) []any {
		return []any{
			&r.Account.Number, &r.Account.Premises.Flat, &r.Account.Premises.Room, &r.Account.Premises.Kind, &r.House, &r.Number,
			&r.CheckCode, &r.Version, &r.SHA256, &r.ToPay, &r.PayBy, &r.IssuedAt, &r.EndedAt,
			&r.Wish, &r.Email, &r.State, &r.Attempts, &r.Unknown, &r.SentAt, &r.Answer, &r.Token, &r.NoPaper,
		}
	})
}

// Undelivered streams the documents of a month that stand, that the print file of their house leaves out and that no letter has brought
// or will bring, in the order of print.
func (q Queries) Undelivered(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[DocumentVersion, error] {
	const sql = `
SELECT d.period, d.house_id, a.number, d.number, d.check_code, d.version, d.sha256, d.book, d.to_pay, d.pay_by, d.issued_at, d.ended_at
FROM issued_documents d JOIN accounts a ON a.id = d.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
JOIN print_skips k ON k.house_id = d.house_id AND k.period = d.period AND d.account_id = ANY(k.accounts)
WHERE d.organisation_id = $1 AND d.period = $2 AND d.ended_at IS NULL
    AND (NOT EXISTS (SELECT FROM letter_recipients r WHERE r.account_id = d.account_id)
        OR EXISTS (SELECT FROM letters l WHERE l.account_id = d.account_id AND l.period = d.period AND l.version = d.version
            AND l.state IN ('refused', 'bounced', 'unsubscribed')))
    AND NOT EXISTS (SELECT FROM letters l WHERE l.account_id = d.account_id AND l.period = d.period AND l.version = d.version
        AND l.state IN ('sent', 'queued', 'deferred'))
ORDER BY ` + printOrder
	return stream(ctx, q, sql, []any{organisation, period}, func(v *DocumentVersion) []any {
		return []any{
			&v.Period, &v.House, &v.Account, &v.Number, &v.CheckCode, &v.Version, &v.SHA256, &v.Book, &v.ToPay, &v.PayBy, &v.IssuedAt, &v.EndedAt,
		}
	})
}
