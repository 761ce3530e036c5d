package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// HouseResult is what a charged month leaves of a service of the house to later months: of the common
// property what was left for it and is carried on, of a resource what stood for its broken meter.
type HouseResult struct {
	Service         housing.Service
	Known           bool
	Volume, Charged housing.Decimal
	Carried         housing.Decimal
}

// MeterResult is what a register of a meter was charged for in a month.
type MeterResult struct {
	Meter int64
	housing.MonthVolume
}

// Outcomes are the results of one house and month.
type Outcomes struct {
	House   int64
	Period  housing.Period
	Results []HouseResult
	Meters  []MeterResult
}

// SaveOutcomes replaces what a month of a house leaves to later ones. It is called with the charges, in
// their transaction.
func (t *Tx) SaveOutcomes(ctx context.Context, o Outcomes) error {
	const remove = `
WITH results AS (DELETE FROM house_results WHERE house_id = $1 AND period = $2)
DELETE FROM meter_volumes WHERE house_id = $1 AND period = $2`
	if _, err := t.Exec(ctx, remove, o.House, o.Period); err != nil {
		return fmt.Errorf("remove the earlier results of house %d: %w", o.House, err)
	}
	const results = `
INSERT INTO house_results (period, house_id, service, known, volume, charged, carried)
SELECT $2, $1, t.service, t.known, t.volume::numeric, t.charged::numeric, t.carried::numeric
FROM unnest($3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[]) AS t(service, known, volume, charged, carried)`
	if len(o.Results) > 0 {
		_, err := t.Exec(ctx, results, o.House, o.Period,
			column(o.Results, func(r HouseResult) string { return string(r.Service) }),
			column(o.Results, func(r HouseResult) bool { return r.Known }),
			textColumn(o.Results, func(r HouseResult) fmt.Stringer { return r.Volume }),
			textColumn(o.Results, func(r HouseResult) fmt.Stringer { return r.Charged }),
			textColumn(o.Results, func(r HouseResult) fmt.Stringer { return r.Carried }))
		if err != nil {
			return fmt.Errorf("store the results of house %d: %w", o.House, err)
		}
	}
	const meters = `
INSERT INTO meter_volumes (period, house_id, meter_id, zone, volume, metered)
SELECT $2, $1, t.meter_id, t.zone, t.volume::numeric, t.metered
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::boolean[]) AS t(meter_id, zone, volume, metered)`
	if len(o.Meters) > 0 {
		_, err := t.Exec(ctx, meters, o.House, o.Period,
			column(o.Meters, func(r MeterResult) int64 { return r.Meter }),
			column(o.Meters, func(r MeterResult) string { return string(r.Zone) }),
			textColumn(o.Meters, func(r MeterResult) fmt.Stringer { return r.Volume }),
			column(o.Meters, func(r MeterResult) bool { return r.Metered }))
		if err != nil {
			return fmt.Errorf("store what the meters of house %d were charged for: %w", o.House, err)
		}
	}
	return nil
}
