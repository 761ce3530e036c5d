package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyPointDays stores days of measuring points. A message with a later number replaces what an earlier
// one said of the day; one that comes late is passed over; the same number with other values is
// rejected. Once every day of a month is known, the volume of the month is that of the house meter at
// the point; days of points that no meter is known for wait.
func (t *Tx) ApplyPointDays(ctx context.Context, organisation, source int64, rows []housing.PointDay) ([]housing.Outcome, error) {
	type row = housing.PointDay
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, pointDayKey, "Канал")
	if err := t.comparePointDays(ctx, organisation, rows, outcomes); err != nil {
		return nil, err
	}
	var fresh []row
	for i, r := range rows {
		if outcomes[i].Verdict == housing.Accepted {
			fresh = append(fresh, r)
		}
	}
	const sql = `
INSERT INTO point_days AS d (organisation_id, point, channel, day, sender, system, number, volume, periods, doubtful, missing,
                             source_id, source_pos)
SELECT $1, point, channel, day::date, sender, system, number, volume::numeric, periods, doubtful, missing, $2, pos
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[],
            $12::bigint[], $13::bigint[])
    AS t(point, channel, day, sender, system, number, volume, periods, doubtful, missing, pos)
ON CONFLICT (organisation_id, point, channel, day) DO UPDATE
SET sender = EXCLUDED.sender, system = EXCLUDED.system, number = EXCLUDED.number, volume = EXCLUDED.volume,
    periods = EXCLUDED.periods, doubtful = EXCLUDED.doubtful, missing = EXCLUDED.missing,
    source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos`
	_, err := t.Exec(ctx, sql, organisation, source,
		column(fresh, func(r row) string { return storable(r.Point) }),
		column(fresh, func(r row) string { return r.Channel }),
		textColumn(fresh, func(r row) fmt.Stringer { return r.Day }),
		column(fresh, func(r row) string { return r.Sender }),
		column(fresh, func(r row) string { return storable(r.System) }),
		column(fresh, func(r row) int64 { return int64(r.Number) }),
		textColumn(fresh, func(r row) fmt.Stringer { return r.Volume }),
		column(fresh, func(r row) int64 { return int64(r.Periods) }),
		column(fresh, func(r row) int64 { return int64(r.Doubtful) }),
		column(fresh, func(r row) int64 { return int64(r.Missing) }),
		column(fresh, func(r row) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store days of measuring points: %w", err)
	}
	points := column(fresh, func(r row) string { return r.Point })
	if err := t.warnOfUnknownPoints(ctx, organisation, rows, outcomes); err != nil {
		return nil, err
	}
	return outcomes, t.volumesOfPoints(ctx, organisation, points)
}

func pointDayKey(r housing.PointDay) string { return r.Point + "|" + r.Channel + "|" + r.Day.String() }

// comparePointDays decides each day by what is known of it.
func (t *Tx) comparePointDays(ctx context.Context, organisation int64, rows []housing.PointDay, outcomes []housing.Outcome) error {
	const sql = `
SELECT d.point || '|' || d.channel || '|' || d.day, d.number, d.volume::text, d.missing
FROM point_days d JOIN unnest($2::text[], $3::text[], $4::text[]) AS i(point, channel, day)
    ON (d.point, d.channel, d.day) = (i.point, i.channel, i.day::date)
WHERE d.organisation_id = $1`
	found, err := t.Query(ctx, sql, organisation,
		column(rows, func(r housing.PointDay) string { return r.Point }),
		column(rows, func(r housing.PointDay) string { return r.Channel }),
		textColumn(rows, func(r housing.PointDay) fmt.Stringer { return r.Day }))
	if err != nil {
		return fmt.Errorf("look for days of measuring points: %w", err)
	}
	type known struct {
		number, missing int
		volume          housing.Decimal
	}
	days := map[string]known{}
	var key string
	var k known
	_, err = pgx.ForEachRow(found, []any{&key, &k.number, &k.volume, &k.missing}, func() error {
		days[key] = k
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for days of measuring points: %w", err)
	}
	for i, r := range rows {
		if outcomes[i].Verdict == housing.Rejected {
			continue
		}
		before, there := days[pointDayKey(r)]
		same := there && before.volume.Cmp(r.Volume) == 0 && before.missing == r.Missing
		switch {
		case !there || r.Number > before.number && !same:
			outcomes[i].Verdict = housing.Accepted
		case same:
			outcomes[i].Verdict = housing.Unchanged
		case r.Number < before.number:
			outcomes[i].Verdict = housing.Unchanged
			outcomes[i].Problems = append(outcomes[i].Problems, housing.Problem{
				Code: "superseded", Severity: housing.SeverityWarning,
				Text: fmt.Sprintf("сутки уже заменены сообщением № %d", before.number),
			})
		default:
			reject(&outcomes[i], "message_conflict", "Номер сообщения", strconv.Itoa(r.Number),
				"сообщение с этим номером уже загружено с другими значениями; исправленные сутки присылают под следующим номером")
		}
	}
	return nil
}

func (t *Tx) warnOfUnknownPoints(ctx context.Context, organisation int64, rows []housing.PointDay, outcomes []housing.Outcome) error {
	known, err := t.lookup(ctx, "SELECT point, id FROM house_meters WHERE organisation_id = $1 AND point = ANY($2)", organisation,
		column(rows, func(r housing.PointDay) string { return r.Point }))
	if err != nil {
		return fmt.Errorf("look for measuring points: %w", err)
	}
	for i, r := range rows {
		if known[r.Point] == 0 && outcomes[i].Verdict == housing.Accepted {
			outcomes[i].Problems = append(outcomes[i].Problems, housing.Problem{
				Code: "unknown_point", Column: "Точка учёта", Value: r.Point, Severity: housing.SeverityWarning,
				Text: "точка учёта не привязана к общедомовому прибору: сутки сохранены и будут учтены после привязки",
			})
		}
	}
	return nil
}

// volumesOfPoints makes the volume of every month of which each day is known whole.
func (t *Tx) volumesOfPoints(ctx context.Context, organisation int64, points []string) error {
	const sql = `
INSERT INTO house_volumes AS v (period, house_id, service, serial, volume, source_id, source_pos)
SELECT date_trunc('month', d.day)::date AS month, m.house_id, m.service, m.serial, trim_scale(sum(d.volume)), max(d.source_id), max(d.source_pos)
FROM point_days d JOIN house_meters m ON m.organisation_id = d.organisation_id AND m.point = d.point
WHERE d.organisation_id = $1 AND d.point = ANY($2) AND d.channel = '01' AND m.service = 'electricity'
GROUP BY month, m.id
HAVING sum(d.missing) = 0
    AND count(*) = extract(day FROM date_trunc('month', min(d.day)) + interval '1 month' - interval '1 day')
ON CONFLICT (house_id, period, service, serial) DO UPDATE
SET volume = EXCLUDED.volume, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
WHERE v.volume <> EXCLUDED.volume`
	if _, err := t.Exec(ctx, sql, organisation, points); err != nil {
		return fmt.Errorf("make volumes of measuring points: %w", err)
	}
	return nil
}
