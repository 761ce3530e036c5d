package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyStreetRenames stores under which names streets were known before. The same rename sent again with
// another date corrects the date.
func (t *Tx) ApplyStreetRenames(ctx context.Context, organisation, source int64, rows []housing.StreetRename) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT * FROM unnest($3::text[], $4::text[], $5::date[], $6::bigint[]) WITH ORDINALITY AS t(was, now, since, pos, ord)),
made AS (
    INSERT INTO street_renames AS r (organisation_id, was, now, since, source_id, source_pos)
    SELECT $1, was, now, since, $2, pos FROM incoming
    ON CONFLICT (organisation_id, was, now) DO UPDATE SET since = excluded.since, source_id = excluded.source_id, source_pos = excluded.source_pos
        WHERE r.since <> excluded.since
    RETURNING was, now)
SELECT ord FROM incoming JOIN made USING (was, now)`
	type row = housing.StreetRename
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(r row) string { return r.Was + "|" + r.Now }, "Было")
	kept, indexes := standing(rows, outcomes)
	err := t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(kept, func(r row) string { return r.Was }),
		column(kept, func(r row) string { return r.Now }),
		column(kept, func(r row) housing.Date { return r.Since }),
		column(kept, func(r row) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store renamed streets: %w", err)
	}
	return outcomes, nil
}

// StreetRenames returns the renames that are in force on a day.
func (q Queries) StreetRenames(ctx context.Context, organisation int64, on housing.Date) ([]housing.StreetRename, error) {
	const sql = `SELECT was, now, since FROM street_renames WHERE organisation_id = $1 AND since <= $2 ORDER BY since, was, now`
	rows, err := q.Query(ctx, sql, organisation, on)
	if err != nil {
		return nil, fmt.Errorf("read renamed streets: %w", err)
	}
	defer rows.Close()
	var list []housing.StreetRename
	for rows.Next() {
		var r housing.StreetRename
		if err := rows.Scan(&r.Was, &r.Now, &r.Since); err != nil {
			return nil, fmt.Errorf("read renamed streets: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read renamed streets: %w", err)
	}
	return list, nil
}
