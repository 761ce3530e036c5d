package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

const fileColumns = `id, name, sha256, size, partner, format, subject, archive, received_at, status,
    row_count, accepted, unchanged, rejected, reason, profile`

// FileByHash returns the file taken earlier with the same bytes, or ErrNotFound.
func (q Queries) FileByHash(ctx context.Context, organisation int64, sha256 string) (housing.ReceivedFile, error) {
	rows, err := q.Query(ctx, "SELECT "+fileColumns+" FROM files WHERE organisation_id = $1 AND sha256 = $2",
		organisation, sha256)
	if err != nil {
		return housing.ReceivedFile{}, fmt.Errorf("look for a file by its hash: %w", err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanFile)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fmt.Errorf("file %s: %w", sha256, ErrNotFound)
	}
	if err != nil {
		return f, fmt.Errorf("look for a file by its hash: %w", err)
	}
	return f, nil
}

// InsertFile stores a file before its rows, so that facts can refer to it, and returns its id. A
// unique violation says that another process took the same bytes meanwhile.
func (q Queries) InsertFile(ctx context.Context, organisation int64, f housing.ReceivedFile) (id int64, err error) {
	const sql = `
INSERT INTO files (organisation_id, sha256, name, size, partner, format, subject, archive, received_at, status, reason, profile)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`
	err = q.QueryRow(ctx, sql, organisation, f.SHA256, storable(f.Name), f.Size, f.Partner, f.Format, f.Subject,
		storable(f.Archive), f.Received, string(f.Status), storable(f.Reason), f.Profile).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("store file %s: %w", f.Name, err)
	}
	return id, q.AddArrival(ctx, id, f)
}

// ReopenFile makes a file ready to be taken once more: what was wrong with it is forgotten, facts that
// came by it stay. FinishFile stores how it ended this time.
func (t *Tx) ReopenFile(ctx context.Context, f housing.ReceivedFile) error {
	const reopen = `UPDATE files SET format = $2, subject = $3, received_at = $4, profile = $5 WHERE id = $1`
	if _, err := t.Exec(ctx, reopen, f.ID, f.Format, f.Subject, f.Received, f.Profile); err != nil {
		return fmt.Errorf("take file %s again: %w", f.Name, err)
	}
	if _, err := t.Exec(ctx, "DELETE FROM file_problems WHERE file_id = $1", f.ID); err != nil {
		return fmt.Errorf("take file %s again: %w", f.Name, err)
	}
	return t.AddArrival(ctx, f.ID, f)
}

// FinishFile stores how the file ended.
func (q Queries) FinishFile(ctx context.Context, f housing.ReceivedFile) error {
	const sql = `
UPDATE files SET status = $2, row_count = $3, accepted = $4, unchanged = $5, rejected = $6, reason = $7 WHERE id = $1`
	_, err := q.Exec(ctx, sql, f.ID, string(f.Status), f.Counts.Rows, f.Counts.Accepted, f.Counts.Unchanged,
		f.Counts.Rejected, storable(f.Reason))
	if err != nil {
		return fmt.Errorf("store the end of file %s: %w", f.Name, err)
	}
	return nil
}

// AddArrival notes that the file with this id arrived (again): from whom, under which name, when and by which mail.
func (q Queries) AddArrival(ctx context.Context, file int64, a housing.ReceivedFile) error {
	return q.addArrival(ctx, file, a, false)
}

func (q Queries) addArrival(ctx context.Context, file int64, a housing.ReceivedFile, answered bool) error {
	const sql = `INSERT INTO file_arrivals (file_id, partner, name, received_at, origin, answered, in_inbox) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	if _, err := q.Exec(ctx, sql, file, a.Partner, storable(a.Name), a.Received, storable(a.Origin), answered, a.InInbox); err != nil {
		return fmt.Errorf("store the arrival of file %s: %w", a.Name, err)
	}
	return nil
}

// Repeat is what is known of a file that arrives again.
type Repeat struct {
	Seen     bool      // it was sent once: the original of its last arrival was never removed
	Answered time.Time // when its sender was last told that it is known; zero: never
}

// RepeatOf says what is known of a file of this id that arrives again from its partner.
func (q Queries) RepeatOf(ctx context.Context, file int64, a housing.ReceivedFile) (r Repeat, err error) {
	const sql = `
SELECT COALESCE(bool_or(in_inbox AND name = $3), false), max(received_at) FILTER (WHERE answered)
FROM file_arrivals WHERE file_id = $1 AND partner = $2`
	var answered *time.Time
	if err := q.QueryRow(ctx, sql, file, a.Partner, storable(a.Name)).Scan(&r.Seen, &answered); err != nil {
		return r, fmt.Errorf("look for earlier arrivals of %s: %w", a.Name, err)
	}
	if answered != nil {
		r.Answered = *answered
	}
	return r, nil
}

// LeftInbox notes that the original of a file, and with it all that was in it, lies in its inbox no more.
func (q Queries) LeftInbox(ctx context.Context, organisation int64, partner, name string) error {
	const sql = `
UPDATE file_arrivals a SET in_inbox = false WHERE in_inbox AND partner = $2 AND (name = $3 OR starts_with(name, $3 || '/'))
    AND EXISTS (SELECT FROM files f WHERE f.id = a.file_id AND f.organisation_id = $1)`
	if _, err := q.Exec(ctx, sql, organisation, partner, storable(name)); err != nil {
		return fmt.Errorf("note that %s left its inbox: %w", name, err)
	}
	return nil
}

// AddAnsweredArrival notes that a known file arrived again and its sender is told so.
func (q Queries) AddAnsweredArrival(ctx context.Context, file int64, a housing.ReceivedFile) error {
	return q.addArrival(ctx, file, a, true)
}

// AddProblems stores what was wrong with rows of the file.
func (q Queries) AddProblems(ctx context.Context, file int64, problems []housing.Problem) error {
	_, err := q.CopyFrom(ctx, pgx.Identifier{"file_problems"},
		[]string{"file_id", "row", "sheet", "col", "value", "expected", "code", "reason", "severity"},
		pgx.CopyFromSlice(len(problems), func(i int) ([]any, error) {
			p := problems[i]
			severity := p.Severity
			if severity == "" {
				severity = housing.SeverityError
			}
			return []any{
				file, p.Row, storable(p.Sheet), storable(p.Column), clip(p.Value), storable(p.Expected), p.Code, storable(p.Text),
				string(severity),
			}, nil
		}))
	if err != nil {
		return fmt.Errorf("store the problems of a file: %w", err)
	}
	return nil
}

// FilesSince returns the files received since a moment, in order of arrival.
func (q Queries) FilesSince(ctx context.Context, organisation int64, since time.Time) ([]housing.ReceivedFile, error) {
	rows, err := q.Query(ctx, "SELECT "+fileColumns+
		" FROM files WHERE organisation_id = $1 AND received_at >= $2 ORDER BY received_at, id", organisation, since)
	if err != nil {
		return nil, fmt.Errorf("read the files: %w", err)
	}
	files, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("read the files: %w", err)
	}
	return files, nil
}

// Problems returns the stored problems of a file by row.
func (q Queries) Problems(ctx context.Context, file int64) ([]housing.Problem, error) {
	const sql = `
SELECT row, sheet, col, value, expected, code, reason, severity, settled_by IS NOT NULL FROM file_problems WHERE file_id = $1 ORDER BY row, sheet, col`
	rows, err := q.Query(ctx, sql, file)
	if err != nil {
		return nil, fmt.Errorf("read the problems of a file: %w", err)
	}
	problems, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p housing.Problem, err error) {
		err = row.Scan(&p.Row, &p.Sheet, &p.Column, &p.Value, &p.Expected, &p.Code, &p.Text, &p.Severity, &p.Settled)
		return p, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read the problems of a file: %w", err)
	}
	return problems, nil
}

func scanFile(row pgx.CollectableRow) (f housing.ReceivedFile, err error) {
	err = row.Scan(&f.ID, &f.Name, &f.SHA256, &f.Size, &f.Partner, &f.Format, &f.Subject, &f.Archive, &f.Received,
		&f.Status, &f.Counts.Rows, &f.Counts.Accepted, &f.Counts.Unchanged, &f.Counts.Rejected, &f.Reason, &f.Profile)
	return f, err //nolint:wrapcheck // the caller says what it read
}

// storable replaces what PostgreSQL takes in no text: zero bytes and broken UTF-8. A broken file must
// not make its own problems impossible to store.
func storable(value string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(value, "\uFFFD"), "\x00", "\uFFFD")
}

// clip bounds what a broken row can make us store.
func clip(value string) string {
	const most = 200
	runes := []rune(storable(value))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}
