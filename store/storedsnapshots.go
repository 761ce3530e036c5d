package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// StoredSnapshot is a snapshot as a run kept it.
type StoredSnapshot struct {
	House  int64
	Run    int64
	SHA256 string
	Body   []byte // canonical JSON, zstd
}

// SnapshotsOf reads the snapshots that stand for a month, one house at a time in order of address.
func (q Queries) SnapshotsOf(ctx context.Context, organisation int64, period housing.Period, each func(StoredSnapshot) error) error {
	const sql = `
SELECT s.house_id, s.run_id, s.sha256, s.body
FROM charged_houses c JOIN houses h ON h.id = c.house_id
JOIN snapshots s ON s.house_id = c.house_id AND s.run_id = c.run_id AND s.period = c.period
WHERE h.organisation_id = $1 AND c.period = $2 ORDER BY h.address COLLATE natural_ru, h.id`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return fmt.Errorf("read the snapshots of %s: %w", period, err)
	}
	var s StoredSnapshot
	_, err = pgx.ForEachRow(rows, []any{&s.House, &s.Run, &s.SHA256, &s.Body}, func() error { return each(s) })
	if err != nil {
		return fmt.Errorf("read the snapshots of %s: %w", period, err)
	}
	return nil
}

// SnapshotOfAccount reads the snapshot that stands for the house of an account, or ErrNotFound.
func (q Queries) SnapshotOfAccount(ctx context.Context, organisation int64, number string, period housing.Period) (StoredSnapshot, error) {
	const sql = `
SELECT s.house_id, s.run_id, s.sha256, s.body
FROM accounts a JOIN charged_houses c ON c.house_id = a.house_id
JOIN snapshots s ON s.house_id = c.house_id AND s.run_id = c.run_id AND s.period = c.period
WHERE a.organisation_id = $1 AND a.number = $2 AND c.period = $3`
	var s StoredSnapshot
	err := q.QueryRow(ctx, sql, organisation, number, period).Scan(&s.House, &s.Run, &s.SHA256, &s.Body)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fmt.Errorf("charges of account %s for %s: %w", number, period, ErrNotFound)
	}
	if err != nil {
		return s, fmt.Errorf("read the snapshot of account %s: %w", number, err)
	}
	return s, nil
}
