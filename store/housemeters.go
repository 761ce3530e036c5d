package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyHouseMeters creates house meters or brings them up to date, by house, service and serial number,
// stores the readings beside them, and makes the volumes of months that follow.
func (t *Tx) ApplyHouseMeters(ctx context.Context, organisation, source int64, rows []housing.HouseMeterEntry) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[],
                         $11::text[], $12::bigint[])
        WITH ORDINALITY AS t(house_id, service, serial, zones, coefficient, point, commissioned, verify_by, closed, pos, ord)),
changed AS (
    INSERT INTO house_meters AS m (organisation_id, house_id, service, serial, zones, coefficient, point, commissioned, verify_by,
                                   closed, source_id, source_pos)
    SELECT $1, house_id, service, serial, zones, coefficient::numeric, point, NULLIF(commissioned, '')::date,
        NULLIF(verify_by, '')::date, NULLIF(closed, '')::date, $2, pos
    FROM incoming
    ON CONFLICT (organisation_id, house_id, service, serial) DO UPDATE
    SET zones = EXCLUDED.zones, coefficient = EXCLUDED.coefficient, commissioned = EXCLUDED.commissioned,
        point = CASE EXCLUDED.point WHEN '' THEN m.point ELSE EXCLUDED.point END,
        verify_by = EXCLUDED.verify_by, closed = EXCLUDED.closed, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (m.zones, m.coefficient, m.commissioned, m.verify_by, m.closed) IS DISTINCT FROM
        (EXCLUDED.zones, EXCLUDED.coefficient, EXCLUDED.commissioned, EXCLUDED.verify_by, EXCLUDED.closed)
        OR EXCLUDED.point NOT IN ('', m.point)
    RETURNING house_id, service, serial)
SELECT ord FROM incoming JOIN changed USING (house_id, service, serial)`
	type row = housing.HouseMeterEntry
	outcomes := make([]housing.Outcome, len(rows))
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		if houses[r.Key] == 0 {
			reject(&outcomes[i], "unknown_house", "Адрес дома", r.House, unknownHouse)
		}
	}
	name := func(r row) string { return r.Key + "|" + string(r.Service) + "|" + r.Serial }
	passRepeats(rows, outcomes, name, sameHouseMeter)
	rejectRepeats(rows, outcomes, name, "дом, услуга, номер ОДПУ")
	if err := t.rejectTakenPoints(ctx, organisation, houses, rows, outcomes); err != nil {
		return nil, err
	}
	kept, indexes := undecided(rows, outcomes)
	err = t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(kept, func(r row) int64 { return houses[r.Key] }),
		column(kept, func(r row) string { return string(r.Service) }),
		column(kept, func(r row) string { return r.Serial }),
		column(kept, func(r row) int64 { return int64(max(r.Zones, 1)) }),
		column(kept, coefficientOf),
		column(kept, func(r row) string { return r.Point }),
		textColumn(kept, func(r row) fmt.Stringer { return r.Commissioned }),
		textColumn(kept, func(r row) fmt.Stringer { return r.VerifyBy }),
		textColumn(kept, func(r row) fmt.Stringer { return r.Closed }),
		column(kept, func(r row) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store house meters: %w", err)
	}
	kept, indexes = standing(rows, outcomes)
	if err := t.putHouseReadings(ctx, organisation, source, kept, outcomes, indexes); err != nil {
		return nil, err
	}
	return outcomes, t.volumesOfPoints(ctx, organisation, column(kept, func(r row) string { return r.Point }))
}

// coefficientOf is the coefficient of transformation, 1 where the sender names none.
func coefficientOf(r housing.HouseMeterEntry) string {
	if r.Coefficient.Sign() == 0 {
		return "1"
	}
	return r.Coefficient.String()
}

// sameHouseMeter tells rows that describe one meter from two meters with one number.
func sameHouseMeter(a, b housing.HouseMeterEntry) bool {
	return max(a.Zones, 1) == max(b.Zones, 1) && a.Coefficient.Cmp(b.Coefficient) == 0 && a.Point == b.Point &&
		a.Commissioned == b.Commissioned && a.VerifyBy == b.VerifyBy && a.Closed == b.Closed
}

// rejectTakenPoints rejects a measuring point that stands at another house meter.
func (t *Tx) rejectTakenPoints(ctx context.Context, organisation int64, houses map[string]int64,
	rows []housing.HouseMeterEntry, outcomes []housing.Outcome,
) error {
	taken, err := t.lookup(ctx, `
SELECT point || '|' || service || '|' || serial, house_id FROM house_meters WHERE organisation_id = $1 AND point = ANY($2) AND point <> ''`,
		organisation, column(rows, func(r housing.HouseMeterEntry) string { return r.Point }))
	if err != nil {
		return fmt.Errorf("look for measuring points: %w", err)
	}
	points, err := t.lookup(ctx, `SELECT point, id FROM house_meters WHERE organisation_id = $1 AND point = ANY($2) AND point <> ''`,
		organisation, column(rows, func(r housing.HouseMeterEntry) string { return r.Point }))
	if err != nil {
		return fmt.Errorf("look for measuring points: %w", err)
	}
	seen := map[string]bool{}
	for i, r := range rows {
		if r.Point == "" || outcomes[i].Verdict == housing.Rejected {
			continue
		}
		own := taken[r.Point+"|"+string(r.Service)+"|"+r.Serial] == houses[r.Key]
		if points[r.Point] != 0 && !own || seen[r.Point] {
			reject(&outcomes[i], "point_taken", "Код точки учёта", r.Point, "эта точка учёта уже стоит у другого прибора")
		}
		seen[r.Point] = true
	}
	return nil
}

func (t *Tx) putHouseReadings(ctx context.Context, organisation, source int64, rows []housing.HouseMeterEntry,
	outcomes []housing.Outcome, indexes []int,
) error {
	var readings []housing.HouseMeterReading
	var owners []int
	for i, r := range rows {
		for _, reading := range r.Readings {
			reading.Source = r.Source
			readings = append(readings, housing.HouseMeterReading{Key: r.Key, House: r.House, Service: r.Service, Serial: r.Serial, Reading: reading})
			owners = append(owners, indexes[i])
		}
	}
	if len(readings) == 0 {
		return nil
	}
	ends, err := t.ApplyHouseReadings(ctx, organisation, source, readings)
	if err != nil {
		return err
	}
	for i, end := range ends {
		at := &outcomes[owners[i]]
		if end.Verdict == housing.Accepted {
			at.Verdict = housing.Accepted
		}
		for _, p := range end.Problems {
			p.Severity = housing.SeverityWarning // the meter itself is taken
			at.Problems = append(at.Problems, p)
		}
	}
	return nil
}

// ApplyHouseReadings stores readings of house meters that are known, and makes the volumes of their
// months. A day that has another reading already is rejected.
func (t *Tx) ApplyHouseReadings(ctx context.Context, organisation, source int64, rows []housing.HouseMeterReading) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT meter_id, zone, taken_on::date AS taken_on, value::numeric AS value, pos, ord
    FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY AS t(meter_id, zone, taken_on, value, pos, ord)),
made AS (
    INSERT INTO house_meter_readings (house_meter_id, zone, taken_on, value, source_id, source_pos)
    SELECT meter_id, zone, taken_on, value, $1, pos FROM incoming
    ON CONFLICT DO NOTHING RETURNING house_meter_id, zone, taken_on)
SELECT ord FROM incoming i JOIN made m ON (m.house_meter_id, m.zone, m.taken_on) = (i.meter_id, i.zone, i.taken_on)`
	type row = housing.HouseMeterReading
	outcomes := make([]housing.Outcome, len(rows))
	meters, err := t.houseMetersOf(ctx, organisation, rows, outcomes)
	if err != nil {
		return nil, err
	}
	ids := func(r row) int64 { return meters[houseMeterName(r)] }
	rejectRepeats(rows, outcomes, func(r row) string { return fmt.Sprint(ids(r), "|", r.Zone, "|", r.On) }, "прибор, зона суток, дата")
	if err := t.checkHouseReadings(ctx, rows, outcomes, ids); err != nil {
		return nil, err
	}
	kept, indexes := standing(rows, outcomes)
	err = t.markAccepted(ctx, outcomes, indexes, sql, source, column(kept, ids),
		column(kept, func(r row) string { return string(r.Zone) }),
		textColumn(kept, func(r row) fmt.Stringer { return r.On }),
		textColumn(kept, func(r row) fmt.Stringer { return r.Value }),
		column(kept, func(r row) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store readings of house meters: %w", err)
	}
	return outcomes, t.volumesOfReadings(ctx, slices.Compact(slices.Sorted(slices.Values(column(kept, ids)))))
}

func houseMeterName(r housing.HouseMeterReading) string {
	return r.Serial + "|" + string(r.Service) + "|" + r.Key
}

// houseMetersOf finds the meter of each reading by what the sender says of it.
func (t *Tx) houseMetersOf(ctx context.Context, organisation int64, rows []housing.HouseMeterReading, outcomes []housing.Outcome) (map[string]int64, error) {
	const sql = `
SELECT i.serial || '|' || i.service || '|' || i.key, CASE count(DISTINCT m.id) WHEN 1 THEN min(m.id) ELSE -1 END
FROM unnest($2::text[], $3::text[], $4::text[]) AS i(serial, service, key)
JOIN house_meters m ON m.organisation_id = $1 AND m.serial = i.serial AND i.service IN ('', m.service)
JOIN houses h ON h.id = m.house_id AND i.key IN ('', h.key)
GROUP BY 1`
	meters, err := t.lookup(ctx, sql, organisation,
		column(rows, func(r housing.HouseMeterReading) string { return r.Serial }),
		column(rows, func(r housing.HouseMeterReading) string { return string(r.Service) }),
		column(rows, func(r housing.HouseMeterReading) string { return r.Key }))
	if err != nil {
		return nil, fmt.Errorf("look for house meters: %w", err)
	}
	for i, r := range rows {
		switch id := meters[houseMeterName(r)]; {
		case id == 0:
			reject(&outcomes[i], "unknown_house_meter", "Номер ОДПУ", r.Serial, "общедомовой прибор с этим номером не найден: загрузите сначала сведения о приборе")
		case id < 0:
			reject(&outcomes[i], "several_house_meters", "Номер ОДПУ", r.Serial, "номер найден у нескольких общедомовых приборов; укажите адрес и ресурс")
		}
	}
	return meters, nil
}

func (t *Tx) checkHouseReadings(ctx context.Context, rows []housing.HouseMeterReading, outcomes []housing.Outcome, ids func(housing.HouseMeterReading) int64) error {
	const sql = `
SELECT i.ord::text || CASE
        WHEN r.value <> i.value::numeric AND r.taken_on = i.taken_on::date THEN '|known'
        WHEN r.value > i.value::numeric AND r.taken_on < i.taken_on::date THEN '|decreased' ELSE '|same' END, 1
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS i(meter_id, zone, taken_on, value, ord)
JOIN LATERAL (SELECT taken_on, value FROM house_meter_readings r WHERE r.house_meter_id = i.meter_id AND r.zone = i.zone
    AND r.taken_on <= i.taken_on::date ORDER BY taken_on DESC LIMIT 1) r ON true`
	found, err := t.lookup(ctx, sql, column(rows, ids),
		column(rows, func(r housing.HouseMeterReading) string { return string(r.Zone) }),
		textColumn(rows, func(r housing.HouseMeterReading) fmt.Stringer { return r.On }),
		textColumn(rows, func(r housing.HouseMeterReading) fmt.Stringer { return r.Value }))
	if err != nil {
		return fmt.Errorf("compare readings of house meters: %w", err)
	}
	for i, r := range rows {
		if outcomes[i].Verdict == housing.Rejected {
			continue
		}
		if found[fmt.Sprint(i+1, "|known")] != 0 {
			reject(&outcomes[i], "reading_known", "Показание", r.Value.Russian(), "на эту дату уже есть другое показание прибора")
		}
		if found[fmt.Sprint(i+1, "|decreased")] != 0 {
			reject(&outcomes[i], "reading_decreased", "Показание", r.Value.Russian(), "показание меньше предыдущего")
		}
	}
	return nil
}

// volumesOfReadings makes the volume of every month in which all registers of a meter were read: the last
// reading of the month less the last one before it, by the coefficient.
func (t *Tx) volumesOfReadings(ctx context.Context, meters []int64) error {
	const sql = `
WITH registers AS (
    SELECT r.house_meter_id, r.zone, date_trunc('month', r.taken_on)::date AS period, max(r.taken_on) AS taken_on
    FROM house_meter_readings r WHERE r.house_meter_id = ANY($1) GROUP BY 1, 2, 3),
used AS (
    SELECT g.house_meter_id, g.period, r.value - b.value AS volume, r.source_id, r.source_pos
    FROM registers g JOIN house_meter_readings r USING (house_meter_id, zone, taken_on)
    JOIN LATERAL (SELECT value FROM house_meter_readings b WHERE b.house_meter_id = g.house_meter_id AND b.zone = g.zone
        AND b.taken_on < g.period ORDER BY b.taken_on DESC LIMIT 1) b ON true)
INSERT INTO house_volumes AS v (period, house_id, service, serial, volume, source_id, source_pos)
SELECT u.period, m.house_id, m.service, m.serial, trim_scale(sum(u.volume) * m.coefficient), max(u.source_id), max(u.source_pos)
FROM used u JOIN house_meters m ON m.id = u.house_meter_id
GROUP BY u.period, m.id HAVING count(*) = m.zones AND min(u.volume) >= 0
ON CONFLICT (house_id, period, service, serial) DO UPDATE
SET volume = EXCLUDED.volume, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
WHERE v.volume <> EXCLUDED.volume`
	if _, err := t.Exec(ctx, sql, meters); err != nil {
		return fmt.Errorf("make volumes of readings of house meters: %w", err)
	}
	return nil
}
