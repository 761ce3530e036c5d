package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

const unknownMeter = "на этом лицевом счёте нет прибора с таким номером по этой услуге: проверьте номер или загрузите сначала приборы учёта"

// meterRef is a meter as a row names it.
type meterRef struct {
	account, serial string
	service         housing.Service
}

// metersOf finds the meters that rows name, rejecting rows of others.
func (t *Tx) metersOf(ctx context.Context, organisation int64, refs []meterRef) ([]int64, []housing.Outcome, error) {
	const sql = `
SELECT t.ord, m.id
FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t(account, serial, service, ord)
JOIN accounts a ON a.organisation_id = $1 AND a.number = t.account
JOIN meters m ON m.account_id = a.id AND m.serial = t.serial AND m.service = t.service`
	rows, err := t.Query(ctx, sql, organisation,
		column(refs, func(r meterRef) string { return r.account }), column(refs, func(r meterRef) string { return r.serial }),
		column(refs, func(r meterRef) string { return string(r.service) }))
	if err != nil {
		return nil, nil, fmt.Errorf("look for meters: %w", err)
	}
	meters, outcomes := make([]int64, len(refs)), make([]housing.Outcome, len(refs))
	var ordinal, id int64
	if _, err = pgx.ForEachRow(rows, []any{&ordinal, &id}, func() error { meters[ordinal-1] = id; return nil }); err != nil {
		return nil, nil, fmt.Errorf("look for meters: %w", err)
	}
	for i, r := range refs {
		if meters[i] == 0 {
			reject(&outcomes[i], "unknown_meter", "Номер прибора", r.serial, unknownMeter)
		}
	}
	return meters, outcomes, nil
}

// ApplyMeterEvents stores acts on individual meters, by meter, kind and day.
func (t *Tx) ApplyMeterEvents(ctx context.Context, organisation, source int64, rows []housing.MeterEventEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "meter_events", key: []fieldType{{"meter_id", "bigint"}, {"kind", "text"}, {"since", "date"}},
		values: []fieldType{{"until", "date"}, {"document", "text"}}, overlap: "Дата события",
	}
	meters, outcomes, err := t.metersOf(ctx, organisation, column(rows, func(r housing.MeterEventEntry) meterRef {
		return meterRef{r.Account, r.Serial, r.Service}
	}))
	if err != nil {
		return nil, err
	}
	list := make([]keyedRow, len(rows))
	for i, r := range rows {
		list[i] = keyedRow{r.Source.Position, []string{
			number(meters[i]), string(r.Kind), r.On.String(), r.To.String(), r.Document,
		}}
	}
	return outcomes, t.putKeyed(ctx, table, source, list, outcomes)
}

// ApplyControls stores what registers showed at a check. It wins over a reading of the same day that
// was handed in. The partitions of their months exist.
func (t *Tx) ApplyControls(ctx context.Context, organisation, source int64, rows []housing.ControlEntry) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT meter_id, zone, taken_on::date AS taken_on, value::numeric AS value, pos, ord
    FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
        AS t(meter_id, zone, taken_on, value, pos, ord)),
changed AS (
    INSERT INTO readings AS r (period, meter_id, zone, taken_on, value, control, source_id, source_pos)
    SELECT date_trunc('month', taken_on), meter_id, zone, taken_on, value, true, $1, pos FROM incoming
    ON CONFLICT (meter_id, zone, period, taken_on) DO UPDATE
    SET value = EXCLUDED.value, control = true, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE NOT r.control OR r.value <> EXCLUDED.value
    RETURNING meter_id, taken_on)
SELECT DISTINCT i.ord FROM incoming i JOIN changed c USING (meter_id, taken_on)`
	meters, outcomes, err := t.metersOf(ctx, organisation, column(rows, func(r housing.ControlEntry) meterRef {
		return meterRef{r.Account, r.Serial, r.Service}
	}))
	if err != nil {
		return nil, err
	}
	if err := t.rejectWrongZones(ctx, meters, rows, outcomes); err != nil {
		return nil, err
	}
	rejectRepeats(rows, outcomes, func(r housing.ControlEntry) string {
		return r.Account + "\x00" + r.Serial + "\x00" + string(r.Service) + "\x00" + r.Readings[0].On.String()
	}, "Дата проверки")
	type register struct {
		housing.Reading
		meter, ordinal int64
	}
	var list []register
	var indexes []int
	for i, r := range rows {
		if outcomes[i].Verdict == housing.Rejected {
			continue
		}
		indexes = append(indexes, i)
		for _, reading := range r.Readings {
			list = append(list, register{reading, meters[i], int64(len(indexes))})
		}
	}
	err = t.markAccepted(ctx, outcomes, indexes, sql, source,
		column(list, func(r register) int64 { return r.meter }), column(list, func(r register) string { return string(r.Zone) }),
		textColumn(list, func(r register) fmt.Stringer { return r.On }), textColumn(list, func(r register) fmt.Stringer { return r.Value }),
		column(list, func(r register) int64 { return r.Source.Position }), column(list, func(r register) int64 { return r.ordinal }))
	if err != nil {
		return nil, fmt.Errorf("store control readings: %w", err)
	}
	return outcomes, nil
}

// rejectWrongZones keeps out rows that do not have one value for each register of their meter, and gives
// the others their zones.
func (t *Tx) rejectWrongZones(ctx context.Context, meters []int64, rows []housing.ControlEntry, outcomes []housing.Outcome) error {
	found, err := t.Query(ctx, "SELECT id, zones FROM meters WHERE id = ANY($1)", meters)
	if err != nil {
		return fmt.Errorf("look for registers: %w", err)
	}
	registers := map[int64]int{}
	var id int64
	var count int
	if _, err = pgx.ForEachRow(found, []any{&id, &count}, func() error { registers[id] = count; return nil }); err != nil {
		return fmt.Errorf("look for registers: %w", err)
	}
	for i, r := range rows {
		if meters[i] == 0 {
			continue
		}
		zones := Zones(registers[meters[i]])
		if len(zones) != len(r.Readings) {
			reject(&outcomes[i], "bad_zones", "Показания при проверке", "",
				fmt.Sprintf("показаний %d, а зон у прибора %d: нужно по одному на зону", len(r.Readings), len(zones)))
			continue
		}
		for j := range r.Readings {
			r.Readings[j].Zone = zones[j]
		}
	}
	return nil
}
