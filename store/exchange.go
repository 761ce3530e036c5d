package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ExchangeWindow is a span of time of the exchange with one partner, or with all ("").
type ExchangeWindow struct {
	Partner      string
	Since, Until time.Time // until is outside
}

// ExchangeEntry is what somebody did to the exchange by hand.
type ExchangeEntry struct {
	ExchangeWindow
	At       time.Time
	Action   string // "resend" or "replay"
	Who, Why string
	Files    int
}

// Delivered is a file that was delivered, with the place of its bytes.
type Delivered struct {
	Outgoing
	Archived string // copy in the archive, "" for deliveries older than the archive of them
}

// DeliveredIn returns what was delivered in a window, oldest first: first or last, so that what was sent again is found by either day.
func (q Queries) DeliveredIn(ctx context.Context, w ExchangeWindow) ([]Delivered, error) {
	const sql = `
SELECT id, destination, name, staged, sha256, size, attempts, archived FROM outgoing
WHERE delivered_at IS NOT NULL AND (delivered_at >= $2 AND delivered_at < $3 OR first_delivered_at >= $2 AND first_delivered_at < $3)
    AND ($1 = '' OR destination = $1) ORDER BY first_delivered_at, id`
	rows, err := q.Query(ctx, sql, w.Partner, w.Since, w.Until)
	if err != nil {
		return nil, fmt.Errorf("look for what was delivered: %w", err)
	}
	files, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivered, err error) {
		err = row.Scan(&d.ID, &d.Destination, &d.Name, &d.Staged, &d.SHA256, &d.Size, &d.Attempts, &d.Archived)
		return d, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("look for what was delivered: %w", err)
	}
	return files, nil
}

// Requeue queues a delivered file once more, to be taken from the given place.
func (t *Tx) Requeue(ctx context.Context, id int64, staged string) error {
	const sql = `UPDATE outgoing SET delivered_at = NULL, attempts = 0, retry_at = NULL, last_error = '', staged = $2 WHERE id = $1`
	if _, err := t.Exec(ctx, sql, id, staged); err != nil {
		return fmt.Errorf("queue a file once more: %w", err)
	}
	return nil
}

// NoteExchange writes the journal of the exchange.
func (q Queries) NoteExchange(ctx context.Context, e ExchangeEntry) error {
	const sql = `
INSERT INTO exchange_journal (at, action, partner, since, until, who, why, files) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	_, err := q.Exec(ctx, sql, e.At, e.Action, e.Partner, e.Since, e.Until, storable(e.Who), storable(e.Why), e.Files)
	if err != nil {
		return fmt.Errorf("write the journal of the exchange: %w", err)
	}
	return nil
}
