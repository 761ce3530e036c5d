package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyUnified stores the numbers that ГИС ЖКХ gave to accounts. A number that replaces another one is
// noted.
func (t *Tx) ApplyUnified(ctx context.Context, organisation int64, rows []housing.UnifiedEntry) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t(account, unified, service_code, ord)),
changed AS (
    UPDATE accounts a SET unified = CASE i.unified WHEN '' THEN a.unified ELSE i.unified END,
        service_code = CASE i.service_code WHEN '' THEN a.service_code ELSE i.service_code END
    FROM incoming i WHERE a.organisation_id = $1 AND a.number = i.account
        AND (i.unified NOT IN ('', a.unified) OR i.service_code NOT IN ('', a.service_code))
    RETURNING i.ord)
SELECT ord FROM changed`
	type row = housing.UnifiedEntry
	outcomes := make([]housing.Outcome, len(rows))
	numbers := column(rows, func(r row) string { return r.Account })
	accounts, err := t.AccountIDs(ctx, organisation, numbers)
	if err != nil {
		return nil, err
	}
	replaced, err := t.lookup(ctx, "SELECT number || '|' || unified, id FROM accounts WHERE organisation_id = $1 AND number = ANY($2) AND unified <> ''",
		organisation, numbers)
	if err != nil {
		return nil, fmt.Errorf("look for unified accounts: %w", err)
	}
	known := map[int64]bool{}
	for _, id := range replaced {
		known[id] = true
	}
	for i, r := range rows {
		id := accounts[r.Account]
		if id == 0 {
			reject(&outcomes[i], "unknown_account", "Номер ЛС", r.Account, unknownAccount)
			continue
		}
		if r.Unified != "" && known[id] && replaced[r.Account+"|"+r.Unified] == 0 {
			outcomes[i].Problems = append(outcomes[i].Problems, housing.Problem{
				Code: "unified_replaced", Column: "ЕЛС", Value: r.Unified, Severity: housing.SeverityWarning,
				Text: "у лицевого счёта был другой ЕЛС, он заменён",
			})
		}
	}
	rejectRepeats(rows, outcomes, func(r row) string { return r.Account }, "Номер ЛС")
	kept, indexes := standing(rows, outcomes)
	err = t.markAccepted(ctx, outcomes, indexes, sql, organisation,
		column(kept, func(r row) string { return r.Account }),
		column(kept, func(r row) string { return r.Unified }),
		column(kept, func(r row) string { return r.ServiceID }))
	if err != nil {
		return nil, fmt.Errorf("store unified accounts: %w", err)
	}
	return outcomes, nil
}

// ApplyGISMeters stores the numbers that ГИС ЖКХ gave to meters that are known.
func (t *Tx) ApplyGISMeters(ctx context.Context, organisation, source int64, rows []housing.GISMeterEntry) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT t.number, t.pos, t.ord, m.id AS meter_id, hm.id AS house_meter_id
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
        WITH ORDINALITY AS t(number, account, key, serial, service, pos, ord)
    LEFT JOIN accounts a ON a.organisation_id = $1 AND a.number = t.account AND t.account <> ''
    LEFT JOIN meters m ON m.account_id = a.id AND m.serial = t.serial AND m.service = t.service
    LEFT JOIN houses h ON h.organisation_id = $1 AND h.key = t.key AND t.account = ''
    LEFT JOIN house_meters hm ON hm.house_id = h.id AND hm.serial = t.serial AND hm.service = t.service),
changed AS (
    INSERT INTO gis_meters AS g (organisation_id, number, meter_id, house_meter_id, source_id, source_pos)
    SELECT $1, number, meter_id, house_meter_id, $2, pos FROM incoming WHERE (meter_id IS NULL) <> (house_meter_id IS NULL)
    ON CONFLICT (organisation_id, number) DO UPDATE SET meter_id = EXCLUDED.meter_id, house_meter_id = EXCLUDED.house_meter_id,
        source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (g.meter_id, g.house_meter_id) IS DISTINCT FROM (EXCLUDED.meter_id, EXCLUDED.house_meter_id)
    RETURNING number)
SELECT i.ord * CASE WHEN c.number IS NULL THEN -1 ELSE 1 END FROM incoming i LEFT JOIN changed c USING (number)
WHERE (meter_id IS NULL) <> (house_meter_id IS NULL)`
	type row = housing.GISMeterEntry
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(r row) string { return r.Number }, "Номер ПУ в ГИС ЖКХ")
	kept, indexes := standing(rows, outcomes)
	found, err := t.Query(ctx, sql, organisation, source,
		column(kept, func(r row) string { return r.Number }), column(kept, func(r row) string { return r.Account }),
		column(kept, func(r row) string { return r.Key }), column(kept, func(r row) string { return r.Serial }),
		column(kept, func(r row) string { return string(r.Service) }), column(kept, func(r row) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store numbers of meters: %w", err)
	}
	ordinals, err := pgx.CollectRows(found, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("store numbers of meters: %w", err)
	}
	for _, ordinal := range ordinals {
		verdict := housing.Accepted
		if ordinal < 0 {
			verdict, ordinal = housing.Unchanged, -ordinal
		}
		outcomes[indexes[ordinal-1]].Verdict = verdict
	}
	for i, r := range rows {
		if outcomes[i].Verdict == "" {
			reject(&outcomes[i], "unknown_meter", "Заводской номер ПУ", r.Serial, "прибор с этим номером на этом лицевом счёте или в этом доме не найден")
		}
	}
	return outcomes, nil
}

// GISMeter is the meter that a number of ГИС ЖКХ leads to.
type GISMeter struct {
	Number  string
	Account string // "": a house meter
	Key     string // of the house of a house meter
	Serial  string
	Service housing.Service
}

// GISMeters returns the meters of numbers, by number.
func (q Queries) GISMeters(ctx context.Context, organisation int64, numbers []string) (map[string]GISMeter, error) {
	const sql = `
SELECT g.number, COALESCE(a.number, ''), COALESCE(h.key, ''), COALESCE(m.serial, hm.serial), COALESCE(m.service, hm.service)
FROM gis_meters g
LEFT JOIN meters m ON m.id = g.meter_id LEFT JOIN accounts a ON a.id = m.account_id
LEFT JOIN house_meters hm ON hm.id = g.house_meter_id LEFT JOIN houses h ON h.id = hm.house_id
WHERE g.organisation_id = $1 AND g.number = ANY($2)`
	list, err := collectStructs[GISMeter](ctx, q, "look for meters by their numbers", sql, organisation, numbers)
	if err != nil {
		return nil, err
	}
	found := make(map[string]GISMeter, len(list))
	for _, m := range list {
		found[m.Number] = m
	}
	return found, nil
}

// GISReadings streams the newest readings of a month of the individual meters that ГИС ЖКХ knows, in order
// of house and number.
func (q Queries) GISReadings(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.MeterOfGIS, error] {
	const sql = `
SELECT g.number, h.address, m.service, m.zones, r.taken_on, r.values[1]::text, COALESCE(r.values[2], 0)::text, COALESCE(r.values[3], 0)::text
FROM gis_meters g JOIN meters m ON m.id = g.meter_id JOIN accounts a ON a.id = m.account_id JOIN houses h ON h.id = a.house_id
JOIN LATERAL (
    SELECT taken_on, array_agg(value ORDER BY array_position(ARRAY['', 'peak', 'day', 'half_peak', 'night'], zone)) AS values
    FROM readings WHERE meter_id = m.id AND period = $2 GROUP BY taken_on HAVING count(*) = m.zones
    ORDER BY taken_on DESC LIMIT 1) r ON true
WHERE g.organisation_id = $1 ORDER BY h.address COLLATE natural_ru, h.id, g.number`
	return stream(ctx, q, sql, []any{organisation, period}, func(m *housing.MeterOfGIS) []any {
		return []any{&m.Number, &m.House, &m.Service, &m.Zones, &m.On, &m.Values[0], &m.Values[1], &m.Values[2]}
	})
}

// IssuedNumbers returns the numbers of the documents issued for a house in a month.
func (q Queries) IssuedNumbers(ctx context.Context, house int64, period housing.Period) (map[string]bool, error) {
	rows, err := q.Query(ctx, "SELECT number FROM documents WHERE house_id = $1 AND period = $2", house, period)
	if err != nil {
		return nil, fmt.Errorf("read the documents of house %d: %w", house, err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the documents of house %d: %w", house, err)
	}
	issued := make(map[string]bool, len(numbers))
	for _, n := range numbers {
		issued[n] = true
	}
	return issued, nil
}
