package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Arrival is one time that a file came.
type Arrival struct {
	Partner  string    `json:"partner"`
	Name     string    `json:"name"`
	Received time.Time `json:"received"`
	Origin   string    `json:"origin,omitzero"` // host and path, sender and Message-ID, or the path of an import
	Cover    *Cover    `json:"cover,omitempty"` // the archive or sealed file that it came in, the outermost one
}

// Cover is the archive or sealed file in which a file came.
type Cover struct {
	Name    string `json:"name"`
	Archive string `json:"archive"`
	SHA256  string `json:"sha256"`
}

// Arrivals tells when and from where files came, by the id of the file, in order of time.
func (q Queries) Arrivals(ctx context.Context, files []int64) (map[int64][]Arrival, error) {
	const sql = `
SELECT a.file_id, a.partner, a.name, a.received_at, a.origin, c.name, c.archive, c.sha256
FROM file_arrivals a JOIN files f ON f.id = a.file_id LEFT JOIN LATERAL (
    SELECT o.name, w.archive, w.sha256 FROM file_arrivals o JOIN files w ON w.id = o.file_id
    WHERE strpos(a.name, '/') > 0 AND o.name = split_part(a.name, '/', 1) AND o.partner = a.partner AND w.organisation_id = f.organisation_id
    ORDER BY abs(extract(epoch FROM o.received_at - a.received_at)), o.id LIMIT 1) c ON true
WHERE a.file_id = ANY($1) ORDER BY a.received_at, a.id`
	rows, err := q.Query(ctx, sql, files)
	if err != nil {
		return nil, fmt.Errorf("read the arrivals of files: %w", err)
	}
	found := map[int64][]Arrival{}
	var file int64
	var a Arrival
	var name, archive, digest *string
	_, err = pgx.ForEachRow(rows, []any{&file, &a.Partner, &a.Name, &a.Received, &a.Origin, &name, &archive, &digest}, func() error {
		next := a
		if name != nil {
			next.Cover = &Cover{Name: *name, Archive: *archive, SHA256: *digest}
		}
		found[file] = append(found[file], next)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the arrivals of files: %w", err)
	}
	return found, nil
}

// FilesWithRows narrows files down to those of which a fact that stands came by one of the positions.
func (q Queries) FilesWithRows(ctx context.Context, tables []FactTable, files, positions []int64) (map[int64]bool, error) {
	found := map[int64]bool{}
	for _, table := range tables {
		if table.Name == "premises" {
			continue
		}
		sql := "SELECT DISTINCT s.file_id FROM sources s WHERE s.file_id = ANY($1) AND EXISTS (SELECT FROM " +
			pgx.Identifier{table.Name}.Sanitize() + " f WHERE f.source_id = s.id AND f.source_pos = ANY($2))"
		rows, err := q.Query(ctx, sql, files, positions)
		if err != nil {
			return nil, fmt.Errorf("look for rows of files in %s: %w", table.Name, err)
		}
		var id int64
		if _, err := pgx.ForEachRow(rows, []any{&id}, func() error { found[id] = true; return nil }); err != nil {
			return nil, fmt.Errorf("look for rows of files in %s: %w", table.Name, err)
		}
	}
	return found, nil
}
