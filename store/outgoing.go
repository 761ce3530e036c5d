package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Outgoing is a file to be delivered. It is written in the transaction that made it and delivered
// after: a crash in between delivers it later, never twice under two names.
type Outgoing struct {
	ID          int64
	Destination string // name of an outbox
	Name        string
	Staged      string // path relative to the data folder
	SHA256      string
	Size        int64
	Attempts    int
	CreatedAt   time.Time
}

// PutOutgoing queues a file; the same content under the same name is queued once.
func (q Queries) PutOutgoing(ctx context.Context, o Outgoing, now time.Time) (queued bool, err error) {
	const sql = `
INSERT INTO outgoing (destination, name, staged, sha256, size, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (destination, name, sha256) DO NOTHING`
	tag, err := q.Exec(ctx, sql, o.Destination, o.Name, o.Staged, o.SHA256, o.Size, now)
	if err != nil {
		return false, fmt.Errorf("queue %s for %s: %w", o.Name, o.Destination, err)
	}
	return tag.RowsAffected() == 1, nil
}

// TakeOutgoing locks one file that is due, or returns ErrNotFound. The lock lasts as long as the
// transaction; a file that failed waits longer each time, 10 seconds to an hour.
func (t *Tx) TakeOutgoing(ctx context.Context, destination string) (Outgoing, error) {
	const sql = `
SELECT id, destination, name, staged, sha256, size, attempts, created_at FROM outgoing
WHERE destination = $1 AND delivered_at IS NULL
    AND (retry_at IS NULL OR retry_at <= now())
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`
	rows, err := t.Query(ctx, sql, destination)
	if err != nil {
		return Outgoing{}, fmt.Errorf("look for a file for %s: %w", destination, err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Outgoing])
	if errors.Is(err, pgx.ErrNoRows) {
		return o, ErrNotFound
	}
	if err != nil {
		return o, fmt.Errorf("look for a file for %s: %w", destination, err)
	}
	return o, nil
}

// Kept says where copies of a delivered file are, relative to the data folder.
type Kept struct {
	Archived string
	Sealed   string // the encrypted bytes that were sent, "" where it left as it is
}

// MarkDelivered notes that a file arrived, and where copies of it are kept.
func (q Queries) MarkDelivered(ctx context.Context, id int64, now time.Time, kept Kept) error {
	const sql = "UPDATE outgoing SET delivered_at = $2, first_delivered_at = COALESCE(first_delivered_at, $2), archived = $3, sealed = $4, last_error = '' WHERE id = $1"
	if _, err := q.Exec(ctx, sql, id, now, kept.Archived, kept.Sealed); err != nil {
		return fmt.Errorf("note a delivery: %w", err)
	}
	return nil
}

// MarkFailed notes that a delivery failed; it is tried again later.
func (q Queries) MarkFailed(ctx context.Context, id int64, reason string) error {
	const sql = `
UPDATE outgoing SET attempts = attempts + 1, last_error = $2,
    retry_at = now() + LEAST(interval '1 hour', interval '10 seconds' * (attempts + 1) ^ 2) WHERE id = $1`
	if _, err := q.Exec(ctx, sql, id, clip(reason)); err != nil {
		return fmt.Errorf("note a failed delivery: %w", err)
	}
	return nil
}

// PendingOutgoing counts the files that wait for delivery.
func (q Queries) PendingOutgoing(ctx context.Context) (count int, err error) {
	if err := q.QueryRow(ctx, "SELECT count(*) FROM outgoing WHERE delivered_at IS NULL").Scan(&count); err != nil {
		return 0, fmt.Errorf("count the files to deliver: %w", err)
	}
	return count, nil
}

// TakeWindow takes a window of a schedule and reports whether this process was the first.
func (q Queries) TakeWindow(ctx context.Context, job string, window, now time.Time) (bool, error) {
	const sql = `INSERT INTO schedule_windows (job, window_at, taken_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	tag, err := q.Exec(ctx, sql, job, window, now)
	if err != nil {
		return false, fmt.Errorf("take window %s of %s: %w", window, job, err)
	}
	return tag.RowsAffected() == 1, nil
}

// LastWindow returns the newest window of a job that was taken, or the zero time.
func (q Queries) LastWindow(ctx context.Context, job string) (time.Time, error) {
	var last *time.Time
	if err := q.QueryRow(ctx, "SELECT max(window_at) FROM schedule_windows WHERE job = $1", job).Scan(&last); err != nil {
		return time.Time{}, fmt.Errorf("read the last window of %s: %w", job, err)
	}
	if last == nil {
		return time.Time{}, nil
	}
	return *last, nil
}
