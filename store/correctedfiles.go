package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// How the original of a corrected file became known.
const (
	KnownByDigest = "digest" // our answer, which came back, names it
	KnownByName   = "name"   // the file is called like our answer
)

// FileOfAnswer returns the newest file of a partner to which an answer of that name was given, or ErrNotFound.
func (q Queries) FileOfAnswer(ctx context.Context, organisation int64, partner string, originals []string) (housing.ReceivedFile, error) {
	rows, err := q.Query(ctx, "SELECT "+fileColumns+` FROM files
WHERE organisation_id = $1 AND partner = $2
    AND (regexp_replace(name, '^.*/', '') = ANY($3) OR regexp_replace(name, '^.*/|[.][^./]*$', '', 'g') = ANY($3))
ORDER BY received_at DESC, id DESC LIMIT 1`, organisation, partner, originals)
	if err != nil {
		return housing.ReceivedFile{}, fmt.Errorf("look for the original of an answer: %w", err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanFile)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fmt.Errorf("original of an answer: %w", ErrNotFound)
	}
	if err != nil {
		return f, fmt.Errorf("look for the original of an answer: %w", err)
	}
	return f, nil
}

// RowOf is a row of a file.
type RowOf struct {
	Sheet string
	Row   int
}

// SettleRows notes that a file corrects an earlier one, and which rows of that are in now. It returns how many
// rejected rows of the original no file has settled yet.
func (t *Tx) SettleRows(ctx context.Context, file, original int64, knownBy string, rows []RowOf) (left int, err error) {
	const settle = `
WITH settled AS (
    UPDATE file_problems p SET settled_by = $1 FROM unnest($3::text[], $4::bigint[]) AS r(sheet, row)
    WHERE p.file_id = $2 AND (p.sheet, p.row) = (r.sheet, r.row) AND p.severity = 'error' AND p.settled_by IS NULL RETURNING p.sheet, p.row)
SELECT (SELECT count(DISTINCT (sheet, row)) FROM settled),
    (SELECT count(DISTINCT (p.sheet, p.row)) FROM file_problems p
        WHERE p.file_id = $2 AND p.row > 0 AND p.severity = 'error' AND p.settled_by IS NULL
            AND NOT EXISTS (SELECT FROM settled s WHERE (s.sheet, s.row) = (p.sheet, p.row)))`
	var settled int
	err = t.QueryRow(ctx, settle, file, original, column(rows, func(r RowOf) string { return r.Sheet }),
		column(rows, func(r RowOf) int64 { return int64(r.Row) })).Scan(&settled, &left)
	if err != nil {
		return 0, fmt.Errorf("settle rows of file %d: %w", original, err)
	}
	const link = `
INSERT INTO file_corrections (file_id, original_id, known_by, settled, left_over) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (file_id) DO UPDATE SET settled = file_corrections.settled + EXCLUDED.settled, left_over = EXCLUDED.left_over`
	if _, err := t.Exec(ctx, link, file, original, knownBy, settled, left); err != nil {
		return 0, fmt.Errorf("link file %d to the file it corrects: %w", file, err)
	}
	return left, nil
}

// FileCorrection is a file that corrects an earlier one.
type FileCorrection struct {
	File     string `json:"file"`
	Original string `json:"original"`
	KnownBy  string `json:"known_by"`
	Settled  int    `json:"settled"` // rejected rows of the original that are in now
	Left     int    `json:"left"`    // rejected rows of the original still open
}

// FileCorrections returns the chain of corrections that files stand in, earliest first: what they correct, and what
// corrects them.
func (q Queries) FileCorrections(ctx context.Context, files []int64) ([]FileCorrection, error) {
	const sql = `
WITH RECURSIVE chain AS (
    SELECT file_id, original_id FROM file_corrections WHERE file_id = ANY($1) OR original_id = ANY($1)
    UNION
    SELECT c.file_id, c.original_id FROM chain JOIN file_corrections c
        ON c.original_id = chain.file_id OR c.file_id = chain.original_id OR c.original_id = chain.original_id)
SELECT f.name AS file, o.name AS original, c.known_by, c.settled, c.left_over AS left
FROM chain JOIN file_corrections c USING (file_id) JOIN files f ON f.id = c.file_id JOIN files o ON o.id = c.original_id
ORDER BY f.received_at, f.id`
	rows, err := q.Query(ctx, sql, files)
	if err != nil {
		return nil, fmt.Errorf("read corrections of files: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[FileCorrection])
	if err != nil {
		return nil, fmt.Errorf("read corrections of files: %w", err)
	}
	return list, nil
}
