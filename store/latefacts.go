package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// LateFact is a fact that was recorded, or changed, after a moment: which house it concerns (0: all) and the
// days on which it makes a difference. A zero end is open.
type LateFact struct {
	House    int64
	Days     housing.Interval
	Recorded time.Time
}

// lateTable is how the days of a fact and its house are found in a tracked table. What a row said before is
// looked for by all that it says but the ignored columns: where it is found, only the days between the old
// and the new span make a difference.
type lateTable struct {
	name, house, join, span, past string
	ignore                        string // columns, beside where the row came from
}

const (
	byValid    = "x.valid"
	pastValid  = "(p.content ->> 'valid')::daterange"
	byMonth    = "daterange(x.period, (x.period + interval '1 month')::date)"
	ofAccount  = "JOIN accounts a ON a.id = x.account_id JOIN houses h ON h.id = a.house_id"
	ofHouse    = "JOIN houses h ON h.id = x.house_id"
	ofAnyHouse = "LEFT JOIN houses h ON h.id = x.house_id"
	always     = "'(,)'::daterange"
)

func lateTables() []lateTable {
	list := []lateTable{
		{"accounts", "x.house_id", ofHouse, "daterange(x.opened, NULL)", "daterange((p.content ->> 'opened')::date, NULL)", "number,unified,service_code,payer"},
		{"meters", "a.house_id", ofAccount, "daterange(x.commissioned, NULL)", "NULL::daterange", ""},
		{
			"meter_events", "a.house_id", "JOIN meters m ON m.id = x.meter_id JOIN accounts a ON a.id = m.account_id JOIN houses h ON h.id = a.house_id",
			byValid, pastValid, "valid,since,until",
		},
		{"houses", "x.id", "JOIN houses h ON h.id = x.id", always, always, "key,address,fias"},
		{
			"quality_acts", "x.house_id", ofHouse, "daterange(x.began::date, x.ended::date, '[]')",
			"daterange((p.content ->> 'began')::timestamp::date, (p.content ->> 'ended')::timestamp::date, '[]')", "ended",
		},
		{
			"waste_shares", "a.house_id", ofAccount + " JOIN waste_years y ON y.house_id = a.house_id AND y.year = x.year",
			"daterange(y.period, (y.period + interval '1 month')::date)", "NULL::daterange", "",
		},
		{"distributor_shares", "a.house_id", ofAccount, "daterange(make_date(x.year + 1, 1, 1), make_date(x.year + 2, 1, 1))", "NULL::daterange", ""},
	}
	for _, name := range []string{"occupancies"} {
		list = append(list, lateTable{name, "a.house_id", ofAccount, byValid, pastValid, "valid"})
	}
	for _, name := range []string{"stays", "absences", "violations", "benefit_grants"} {
		list = append(list, lateTable{name, "a.house_id", ofAccount, byValid, pastValid, "valid,since,until"})
	}
	for _, name := range []string{"house_services", "house_managers", "house_decisions", "house_equipment", "communal_flats"} {
		list = append(list, lateTable{name, "x.house_id", ofHouse, byValid, pastValid, "valid"})
	}
	for _, name := range []string{"tariffs", "norms", "ranges"} {
		list = append(list, lateTable{name, "COALESCE(x.house_id, 0)", ofAnyHouse, byValid, pastValid, "valid"})
	}
	for _, name := range []string{"house_volumes", "house_months", "house_made", "waste_containers", "waste_years"} {
		list = append(list, lateTable{name, "x.house_id", ofHouse, byMonth, "NULL::daterange", ""})
	}
	return append(list, lateTable{"house_meter_failures", "x.house_id", ofHouse, byValid, pastValid, "valid,since,until"})
}

// LateFacts gives every fact recorded after a moment whose days begin before a month.
func (q Queries) LateFacts(ctx context.Context, organisation int64, since time.Time, before housing.Period, each func(LateFact)) error {
	for _, table := range lateTables() {
		if err := q.lateFacts(ctx, "read what is new in "+table.name, table.query(), each, organisation, since, before.First()); err != nil {
			return err
		}
	}
	// A reading makes a difference from the reading before it to the one after it.
	const readings = `
SELECT a.house_id,
    COALESCE((SELECT (date_trunc('month', max(r.taken_on)) + interval '1 month')::date FROM readings r WHERE r.meter_id = l.meter_id AND r.period < l.period), l.period),
    (SELECT (min(r.period) + interval '1 month')::date FROM readings r WHERE r.meter_id = l.meter_id AND r.period > l.period), l.recorded_at
FROM late_readings l JOIN meters m ON m.id = l.meter_id JOIN accounts a ON a.id = m.account_id
WHERE a.organisation_id = $1 AND l.recorded_at > $2 AND l.period < $3`
	if err := q.lateFacts(ctx, "read the late readings", readings, each, organisation, since, before.First()); err != nil {
		return err
	}
	// An account that moved concerns the house that it left too.
	const moved = `
SELECT h.id, a.opened, NULL::date, p.replaced_at
FROM past_rows p JOIN houses h ON h.id = (p.content ->> 'house_id')::bigint JOIN accounts a ON a.id = (p.content ->> 'id')::bigint
WHERE p.tbl = 'accounts' AND p.replaced_at > $2 AND h.organisation_id = $1 AND a.house_id <> h.id AND COALESCE(a.opened < $3, true)`
	return q.lateFacts(ctx, "read the accounts that moved", moved, each, organisation, since, before.First())
}

func (t lateTable) query() string {
	ignore := "'{source_id,source_pos,recorded_at," + t.ignore + "}'::text[]"
	if t.ignore == "" {
		ignore = "'{source_id,source_pos,recorded_at}'::text[]"
	}
	owner := "h.organisation_id"
	if t.join == ofAnyHouse {
		owner = "x.organisation_id"
	}
	return `
WITH fresh AS (
    SELECT ` + t.house + ` AS house, ` + t.span + ` AS span, x.recorded_at AS recorded, to_jsonb(x) - ` + ignore + ` AS content
    FROM ` + pgx.Identifier{t.name}.Sanitize() + ` x ` + t.join + ` WHERE ` + owner + ` = $1 AND x.recorded_at > $2),
spans AS (
    SELECT f.house, f.recorded, CASE
        WHEN p.span IS NULL THEN f.span
        WHEN lower(p.span) IS DISTINCT FROM lower(f.span) THEN range_merge(p.span, f.span)
        WHEN upper(p.span) IS NULL AND upper(f.span) IS NULL THEN 'empty'
        WHEN upper(p.span) IS NULL OR upper(f.span) IS NULL THEN daterange(COALESCE(upper(p.span), upper(f.span)), NULL)
        ELSE daterange(LEAST(upper(p.span), upper(f.span)), GREATEST(upper(p.span), upper(f.span))) END AS span
    FROM fresh f LEFT JOIN (
        SELECT ` + t.past + ` AS span, p.replaced_at, p.content - ` + ignore + ` AS content FROM past_rows p
        WHERE p.tbl = '` + t.name + `' AND p.replaced_at > $2) p ON p.replaced_at = f.recorded AND p.content = f.content)
SELECT house, lower(span), upper(span), recorded FROM spans WHERE NOT isempty(span) AND COALESCE(lower(span) < $3::date, true)`
}

func (q Queries) lateFacts(ctx context.Context, what, sql string, each func(LateFact), args ...any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	var f LateFact
	_, err = pgx.ForEachRow(rows, []any{&f.House, &f.Days.From, &f.Days.To, &f.Recorded}, func() error {
		each(f)
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// EstimatedHouses gives the houses of registers with a reading in a month but none in the month before: what
// was charged without readings since the one before is measured now.
func (q Queries) EstimatedHouses(ctx context.Context, organisation int64, period housing.Period, each func(LateFact)) error {
	const sql = `
SELECT a.house_id, (min(date_trunc('month', b.taken_on)) + interval '1 month')::date, $2::date, max(now())
FROM (SELECT DISTINCT r.meter_id, r.zone FROM readings r WHERE r.period = $2 AND NOT EXISTS (
    SELECT FROM readings e WHERE e.period = ($2::date - interval '1 month')::date AND e.meter_id = r.meter_id AND e.zone = r.zone)) g
JOIN meters m ON m.id = g.meter_id JOIN accounts a ON a.id = m.account_id,
LATERAL (SELECT r.taken_on FROM readings r WHERE r.meter_id = g.meter_id AND r.zone = g.zone AND r.period < $2
    ORDER BY r.period DESC, r.taken_on DESC LIMIT 1) b
WHERE a.organisation_id = $1 GROUP BY a.house_id`
	return q.lateFacts(ctx, "look for registers read again", sql, each, organisation, period.First())
}
