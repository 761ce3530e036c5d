package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Zones gives the registers of a meter by their number: one, day and night, or peak, half-peak and
// night (R2.1.2 of the charging rules).
func Zones(count int) []housing.Zone { return housing.ZonesOf(count) }

// ApplyMeters creates individual meters or brings their dates up to date, by serial number and
// service; initial readings are stored with them. A serial number that stands on another account is
// rejected: which of the two has a mistyped number is not for us to say; a meter common to a communal flat may
// go from one of its accounts to another.
func (t *Tx) ApplyMeters(ctx context.Context, organisation, source int64, rows []housing.MeterEntry) ([]housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	rows, err := t.withDigits(ctx, organisation, rows)
	if err != nil {
		return nil, err
	}
	accounts, err := t.AccountIDs(ctx, organisation, column(rows, func(r housing.MeterEntry) string { return r.Account }))
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		if accounts[r.Account] == 0 {
			reject(&outcomes[i], "unknown_account", "Лицевой счёт", r.Account, unknownAccount)
		}
	}
	passRepeats(rows, outcomes, meterName, sameMeter)
	rejectRepeats(rows, outcomes, meterName, "Номер прибора")
	if err := t.alone(ctx, "meters", organisation); err != nil {
		return nil, err
	}
	known, err := t.knownMeters(ctx, organisation, rows, outcomes)
	if err != nil {
		return nil, err
	}
	kept, indexes := undecided(rows, outcomes)
	fresh, kept, freshAt, indexes := newMeters(kept, indexes, known)
	if err := t.copyMeters(ctx, organisation, source, fresh, accounts); err != nil {
		return nil, err
	}
	for _, i := range freshAt {
		outcomes[i].Verdict = housing.Accepted
	}
	if len(kept) == 0 {
		return outcomes, nil
	}
	if err := t.putMeters(ctx, organisation, source, kept, outcomes, indexes); err != nil {
		return nil, err
	}
	return outcomes, t.putInitialReadings(ctx, organisation, source, kept, outcomes, indexes)
}

// knownMeters gives the places of rows whose meter is known, and rejects those whose meter stands elsewhere.
func (t *Tx) knownMeters(ctx context.Context, organisation int64, rows []housing.MeterEntry, outcomes []housing.Outcome) (map[int]bool, error) {
	const sql = `
SELECT t.ord, a.number <> t.account AND NOT (t.common AND m.common AND EXISTS (
    SELECT FROM accounts b JOIN premises q ON q.id = b.premises_id
    WHERE b.organisation_id = $1 AND b.number = t.account AND (q.house_id, q.flat) = (p.house_id, p.flat)))
FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[]) WITH ORDINALITY AS t(serial, service, account, common, ord)
CROSS JOIN LATERAL (
    SELECT m.account_id, m.common FROM meters m
    WHERE m.organisation_id = $1 AND m.serial = t.serial AND m.service = t.service OFFSET 0) m
JOIN accounts a ON a.id = m.account_id JOIN premises p ON p.id = a.premises_id`
	found, err := t.Query(ctx, sql, organisation,
		column(rows, func(r housing.MeterEntry) string { return r.Meter.Serial }),
		column(rows, func(r housing.MeterEntry) string { return string(r.Meter.Service) }),
		column(rows, func(r housing.MeterEntry) string { return r.Account }),
		column(rows, func(r housing.MeterEntry) bool { return r.Common }))
	if err != nil {
		return nil, fmt.Errorf("look for meters: %w", err)
	}
	known := map[int]bool{}
	var ordinal int
	var moved bool
	_, err = pgx.ForEachRow(found, []any{&ordinal, &moved}, func() error {
		known[ordinal-1] = true
		if moved && outcomes[ordinal-1].Verdict != housing.Rejected {
			reject(&outcomes[ordinal-1], "meter_elsewhere", "Номер прибора", rows[ordinal-1].Meter.Serial,
				"прибор с этим номером уже стоит на другом лицевом счёте")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for meters: %w", err)
	}
	return known, nil
}

func (t *Tx) putMeters(ctx context.Context, organisation, source int64, rows []housing.MeterEntry,
	outcomes []housing.Outcome, indexes []int,
) error {
	const sql = `
WITH incoming AS (
    SELECT a.id AS account_id, t.*
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bigint[],
        $12::boolean[], $13::text[])
        WITH ORDINALITY AS t(account, serial, service, zones, digits, commissioned, verify_by, closed, pos, common, replaces, ord)
    JOIN accounts a ON a.organisation_id = $1 AND a.number = t.account),
changed AS (
    INSERT INTO meters AS m (organisation_id, account_id, serial, service, zones, digits, commissioned, verify_by, closed,
                             common, replaces, source_id, source_pos)
    SELECT $1, account_id, serial, service, zones, digits, NULLIF(commissioned, '')::date, NULLIF(verify_by, '')::date,
           NULLIF(closed, '')::date, common, replaces, $2, pos
    FROM incoming
    ON CONFLICT (organisation_id, serial, service) DO UPDATE
    SET account_id = EXCLUDED.account_id, zones = EXCLUDED.zones, digits = EXCLUDED.digits, commissioned = EXCLUDED.commissioned,
        verify_by = EXCLUDED.verify_by, closed = EXCLUDED.closed, common = EXCLUDED.common, replaces = EXCLUDED.replaces, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (m.account_id, m.zones, m.digits, m.commissioned, m.verify_by, m.closed, m.common, m.replaces) IS DISTINCT FROM
        (EXCLUDED.account_id, EXCLUDED.zones, EXCLUDED.digits, EXCLUDED.commissioned, EXCLUDED.verify_by, EXCLUDED.closed, EXCLUDED.common, EXCLUDED.replaces)
    RETURNING serial, service)
SELECT ord FROM incoming JOIN changed USING (serial, service)`
	err := t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(rows, func(r housing.MeterEntry) string { return r.Account }),
		column(rows, func(r housing.MeterEntry) string { return r.Meter.Serial }),
		column(rows, func(r housing.MeterEntry) string { return string(r.Meter.Service) }),
		column(rows, func(r housing.MeterEntry) int64 { return int64(max(len(r.Meter.Zones), 1)) }),
		column(rows, func(r housing.MeterEntry) int64 { return int64(r.Meter.Digits) }),
		textColumn(rows, func(r housing.MeterEntry) fmt.Stringer { return r.Meter.Commissioned }),
		textColumn(rows, func(r housing.MeterEntry) fmt.Stringer { return r.Meter.VerifyBy }),
		textColumn(rows, func(r housing.MeterEntry) fmt.Stringer { return r.Meter.Closed }),
		column(rows, func(r housing.MeterEntry) int64 { return r.Meter.Source.Position }),
		column(rows, func(r housing.MeterEntry) bool { return r.Common }),
		column(rows, func(r housing.MeterEntry) string { return r.Replaces }))
	if err != nil {
		return fmt.Errorf("store meters: %w", err)
	}
	return nil
}

// putInitialReadings stores the readings that meters started with. One that contradicts what is known
// of the same day is not stored; the row gets a warning.
func (t *Tx) putInitialReadings(ctx context.Context, organisation, source int64, rows []housing.MeterEntry,
	outcomes []housing.Outcome, indexes []int,
) error {
	const differing = `
SELECT r.value::text, t.ord
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS t(serial, service, zone, period, taken_on, value, ord)
JOIN meters m ON m.organisation_id = $1 AND m.serial = t.serial AND m.service = t.service
JOIN readings r ON r.meter_id = m.id AND r.zone = t.zone AND r.period = t.period::date
    AND r.taken_on = t.taken_on::date
WHERE r.value <> t.value::numeric`
	var list []initialReading
	for i, r := range rows {
		for _, reading := range r.Initial {
			list = append(list, initialReading{r.Meter, reading, indexes[i]})
		}
	}
	if len(list) == 0 {
		return nil
	}
	known, err := t.insertInitial(ctx, organisation, source, list)
	if err != nil || len(known) == 0 {
		return err
	}
	list = known
	found, err := t.Query(ctx, differing, append([]any{organisation}, initialColumns(list)...)...)
	if err != nil {
		return fmt.Errorf("compare initial readings: %w", err)
	}
	var stored housing.Decimal
	var ordinal int64
	_, err = pgx.ForEachRow(found, []any{&stored, &ordinal}, func() error {
		r := list[ordinal-1]
		outcomes[r.row].Problems = append(outcomes[r.row].Problems, housing.Problem{
			Code: "reading_known", Column: "Начальное показание", Value: r.reading.Value.Russian(), Severity: housing.SeverityWarning,
			Text: "показание на " + r.reading.On.Russian() + " уже есть: " + stored.Russian() + "; оно оставлено",
		})
		return nil
	})
	if err != nil {
		return fmt.Errorf("compare initial readings: %w", err)
	}
	return nil
}

type initialReading struct {
	meter   housing.Meter
	reading housing.Reading
	row     int // place of its meter in the batch
}

func initialColumns(list []initialReading) []any {
	return []any{
		column(list, func(r initialReading) string { return r.meter.Serial }),
		column(list, func(r initialReading) string { return string(r.meter.Service) }),
		column(list, func(r initialReading) string { return string(r.reading.Zone) }),
		textColumn(list, func(r initialReading) fmt.Stringer { return r.reading.On.Period().First() }),
		textColumn(list, func(r initialReading) fmt.Stringer { return r.reading.On }),
		textColumn(list, func(r initialReading) fmt.Stringer { return r.reading.Value }),
	}
}

// insertInitial stores readings and returns those of which the day was known.
func (t *Tx) insertInitial(ctx context.Context, organisation, source int64, list []initialReading) ([]initialReading, error) {
	const insert = `
WITH incoming AS MATERIALIZED (
    SELECT m.id, t.zone, t.period::date AS period, t.taken_on::date AS taken_on, t.value, t.pos, t.ord
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[])
        WITH ORDINALITY AS t(serial, service, zone, period, taken_on, value, pos, ord)
    JOIN meters m ON m.organisation_id = $1 AND m.serial = t.serial AND m.service = t.service),
made AS (
    INSERT INTO readings (period, meter_id, zone, taken_on, value, source_id, source_pos)
    SELECT period, id, zone, taken_on, value::numeric, $2, pos FROM incoming
    ON CONFLICT DO NOTHING RETURNING meter_id, zone, taken_on)
SELECT ord FROM incoming i
WHERE NOT EXISTS (SELECT FROM made m WHERE (m.meter_id, m.zone, m.taken_on) = (i.id, i.zone, i.taken_on)) ORDER BY ord`
	told, err := t.Query(ctx, insert, append(append([]any{organisation, source}, initialColumns(list)...),
		column(list, func(r initialReading) int64 { return r.meter.Source.Position }))...)
	if err != nil {
		return nil, fmt.Errorf("store initial readings: %w", err)
	}
	ordinals, err := pgx.CollectRows(told, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("store initial readings: %w", err)
	}
	return column(ordinals, func(ordinal int64) initialReading { return list[ordinal-1] }), nil
}
