package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// alone makes others who create rows of a table for the organisation wait until this transaction ends, so that a row
// which was looked for and not found is still not there when it is copied.
func (t *Tx) alone(ctx context.Context, table string, organisation int64) error {
	const sql = `SELECT pg_advisory_xact_lock($1::text::regclass::int, ($2::bigint % 2147483647)::int)`
	if _, err := t.Exec(ctx, sql, table, organisation); err != nil {
		return fmt.Errorf("wait for others who write %s: %w", table, err)
	}
	return nil
}

// newIDs takes so many ids of a table.
func (t *Tx) newIDs(ctx context.Context, table string, count int) ([]int64, error) {
	rows, err := t.Query(ctx, `
SELECT nextval(of) FROM (SELECT pg_get_serial_sequence($1, 'id')::regclass AS of OFFSET 0) s, generate_series(1, $2::int)`, table, count)
	if err != nil {
		return nil, fmt.Errorf("take ids of %s: %w", table, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("take ids of %s: %w", table, err)
	}
	return ids, nil
}

// newMeters tells meters that nobody knows yet, whose readings cannot contradict any: they are copied. The others
// are compared with what is known.
func newMeters(rows []housing.MeterEntry, indexes []int, known map[int]bool) (fresh, rest []housing.MeterEntry, freshAt, restAt []int) {
	fresh, freshAt = make([]housing.MeterEntry, 0, len(rows)), make([]int, 0, len(rows))
	for i, r := range rows {
		if known[indexes[i]] || !eachOnce(r.Initial) {
			rest, restAt = append(rest, r), append(restAt, indexes[i])
		} else {
			fresh, freshAt = append(fresh, r), append(freshAt, indexes[i])
		}
	}
	return fresh, rest, freshAt, restAt
}

// eachOnce reports whether no register is read twice on a day.
func eachOnce(readings []housing.Reading) bool {
	for i, a := range readings {
		for _, b := range readings[:i] {
			if a.Zone == b.Zone && a.On == b.On {
				return false
			}
		}
	}
	return true
}

// copyMeters stores new meters with the readings that they started with.
func (t *Tx) copyMeters(ctx context.Context, organisation, source int64, rows []housing.MeterEntry, accounts map[string]int64) error {
	if len(rows) == 0 {
		return nil
	}
	const meterSize, readingSize = 160, 100
	ids, err := t.newIDs(ctx, "meters", len(rows))
	if err != nil {
		return err
	}
	meters := newCopyBuffer([]string{
		"id", "organisation_id", "account_id", "serial", "service", "zones", "digits", "commissioned", "verify_by", "closed", "common",
		"replaces", "source_id", "source_pos",
	}, len(rows), meterSize)
	readings := newCopyBuffer([]string{"period", "meter_id", "zone", "taken_on", "value", "source_id", "source_pos"}, len(rows), readingSize)
	for i, r := range rows {
		m := r.Meter
		meters.row()
		meters.bigint(ids[i])
		meters.bigint(organisation)
		meters.bigint(accounts[r.Account])
		meters.text(m.Serial)
		meters.text(string(m.Service))
		meters.smallint(int16(max(len(m.Zones), 1))) //nolint:gosec // three at most
		meters.smallint(int16(m.Digits))             //nolint:gosec // twelve at most, a check says so
		meters.date(m.Commissioned)
		meters.date(m.VerifyBy)
		meters.date(m.Closed)
		meters.flag(r.Common)
		meters.text(r.Replaces)
		meters.bigint(source)
		meters.bigint(m.Source.Position)
		for _, reading := range r.Initial {
			readings.row()
			readings.period(reading.On.Period())
			readings.bigint(ids[i])
			readings.text(string(reading.Zone))
			readings.date(reading.On)
			readings.numeric(reading.Value)
			readings.bigint(source)
			readings.bigint(m.Source.Position)
		}
	}
	if err := t.copyTo(ctx, "meters", meters); err != nil {
		return fmt.Errorf("store meters: %w", err)
	}
	if err := t.copyTo(ctx, "readings", readings); err != nil {
		return fmt.Errorf("store initial readings: %w", err)
	}
	return nil
}
