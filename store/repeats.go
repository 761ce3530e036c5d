package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// passRepeats marks rows that say the same of the same thing as an earlier row of the batch as unchanged: a
// table of meters has a row for each day of their readings.
func passRepeats[T any](rows []T, outcomes []housing.Outcome, key func(T) string, same func(a, b T) bool) {
	first := make(map[string]int, len(rows))
	for i, row := range rows {
		if outcomes[i].Verdict != "" {
			continue
		}
		if at, there := first[key(row)]; there {
			if same(rows[at], row) {
				outcomes[i].Verdict = housing.Unchanged
			}
			continue
		}
		first[key(row)] = i
	}
}

// undecided lists the rows that have no verdict yet, with their places in the batch.
func undecided[T any](rows []T, outcomes []housing.Outcome) (kept []T, indexes []int) {
	kept, indexes = make([]T, 0, len(rows)), make([]int, 0, len(rows))
	for i, row := range rows {
		if outcomes[i].Verdict == "" {
			kept = append(kept, row)
			indexes = append(indexes, i)
		}
	}
	return kept, indexes
}

func meterName(r housing.MeterEntry) string { return r.Meter.Serial + "|" + string(r.Meter.Service) }

// sameMeter tells rows that describe one meter from two meters with one number.
func sameMeter(a, b housing.MeterEntry) bool {
	return a.Account == b.Account && len(a.Initial)+len(b.Initial) == 0 && slices.Equal(a.Meter.Zones, b.Meter.Zones) &&
		a.Meter.Digits == b.Meter.Digits && a.Meter.Commissioned == b.Meter.Commissioned && a.Meter.VerifyBy == b.Meter.VerifyBy &&
		a.Meter.Closed == b.Meter.Closed
}

// usualDigits is how many digits a meter is taken to have where nobody says: more than usual, so that no
// reading is refused for them.
const usualDigits = 8

// withDigits gives meters whose digits the sender does not state those that are known.
func (t *Tx) withDigits(ctx context.Context, organisation int64, rows []housing.MeterEntry) ([]housing.MeterEntry, error) {
	if !slices.ContainsFunc(rows, func(r housing.MeterEntry) bool { return r.Meter.Digits == 0 }) {
		return rows, nil
	}
	known, err := t.lookup(ctx, "SELECT serial || '|' || service, digits FROM meters WHERE organisation_id = $1 AND serial = ANY($2)",
		organisation, column(rows, func(r housing.MeterEntry) string { return r.Meter.Serial }))
	if err != nil {
		return nil, fmt.Errorf("look for the digits of meters: %w", err)
	}
	rows = slices.Clone(rows)
	for i := range rows {
		if rows[i].Meter.Digits > 0 {
			continue
		}
		rows[i].Meter.Digits = usualDigits
		if digits := known[meterName(rows[i])]; digits > 0 {
			rows[i].Meter.Digits = int(digits)
		}
	}
	return rows, nil
}

// withKnown keeps of houses what a row leaves out: a table of addresses must not wipe out their areas.
func (t *Tx) withKnown(ctx context.Context, organisation int64, rows []housing.House) ([]housing.House, error) {
	if !slices.ContainsFunc(rows, func(h housing.House) bool { return h.Kind == "" }) {
		return rows, nil
	}
	const sql = `
SELECT 0, key, address, fias, kind, area, common FROM houses WHERE organisation_id = $1 AND key = ANY($2)`
	found, err := t.Query(ctx, sql, organisation, column(rows, func(h housing.House) string { return h.Key }))
	if err != nil {
		return nil, fmt.Errorf("look for houses: %w", err)
	}
	defer found.Close()
	known := map[string]housing.House{}
	for found.Next() {
		var h housing.House
		if err := found.Scan(&h.ID, &h.Key, &h.Address, &h.FIAS, &h.Kind, &h.Area, &h.Common); err != nil {
			return nil, fmt.Errorf("look for houses: %w", err)
		}
		known[h.Key] = h
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("look for houses: %w", err)
	}
	rows = slices.Clone(rows)
	for i, h := range rows {
		if h.Kind != "" {
			continue
		}
		rows[i].Kind = housing.BlockOfFlats
		if k, there := known[h.Key]; there {
			rows[i].Address, rows[i].FIAS, rows[i].Kind, rows[i].Area, rows[i].Common = k.Address, k.FIAS, k.Kind, k.Area, k.Common
		}
	}
	return rows, nil
}
