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
	Results []HouseResult
	Meters  []MeterResult
}

// outcome is a result with its house.
type outcome[T any] struct {
	house int64
	what  T
}

// saveOutcomes replaces what a month of houses leaves to later ones.
func (t *Tx) saveOutcomes(ctx context.Context, period housing.Period, list []ChargedHouse) error {
	var results []outcome[HouseResult]
	var meters []outcome[MeterResult]
	for i := range list {
		for _, r := range list[i].Left.Results {
			results = append(results, outcome[HouseResult]{list[i].House, r})
		}
		for _, m := range list[i].Left.Meters {
			meters = append(meters, outcome[MeterResult]{list[i].House, m})
		}
	}
	const earlier = `
WITH results AS (DELETE FROM house_results WHERE house_id = ANY($1) AND period = $2)
DELETE FROM meter_volumes WHERE house_id = ANY($1) AND period = $2`
	if _, err := t.Exec(ctx, earlier, column(list, func(c ChargedHouse) int64 { return c.House }), period); err != nil {
		return fmt.Errorf("remove earlier results: %w", err)
	}
	if err := t.saveHouseResults(ctx, period, results); err != nil {
		return fmt.Errorf("store the results of houses: %w", err)
	}
	if err := t.saveMeterResults(ctx, period, meters); err != nil {
		return fmt.Errorf("store what meters were charged for: %w", err)
	}
	return nil
}

func (t *Tx) saveHouseResults(ctx context.Context, period housing.Period, list []outcome[HouseResult]) error {
	const sql = `
INSERT INTO house_results (period, house_id, service, known, volume, charged, carried)
SELECT $1, t.house_id, t.service, t.known, t.volume::numeric, t.charged::numeric, t.carried::numeric
FROM unnest($2::bigint[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[]) AS t(house_id, service, known, volume, charged, carried)`
	if len(list) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, sql, period,
		column(list, func(r outcome[HouseResult]) int64 { return r.house }),
		column(list, func(r outcome[HouseResult]) string { return string(r.what.Service) }),
		column(list, func(r outcome[HouseResult]) bool { return r.what.Known }),
		textColumn(list, func(r outcome[HouseResult]) fmt.Stringer { return r.what.Volume }),
		textColumn(list, func(r outcome[HouseResult]) fmt.Stringer { return r.what.Charged }),
		textColumn(list, func(r outcome[HouseResult]) fmt.Stringer { return r.what.Carried }))
	return err
}

func (t *Tx) saveMeterResults(ctx context.Context, period housing.Period, list []outcome[MeterResult]) error {
	const sql = `
INSERT INTO meter_volumes (period, house_id, meter_id, zone, volume, metered)
SELECT $1, t.house_id, t.meter_id, t.zone, t.volume::numeric, t.metered
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::boolean[]) AS t(house_id, meter_id, zone, volume, metered)`
	if len(list) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, sql, period,
		column(list, func(r outcome[MeterResult]) int64 { return r.house }),
		column(list, func(r outcome[MeterResult]) int64 { return r.what.Meter }),
		column(list, func(r outcome[MeterResult]) string { return string(r.what.Zone) }),
		textColumn(list, func(r outcome[MeterResult]) fmt.Stringer { return r.what.Volume }),
		column(list, func(r outcome[MeterResult]) bool { return r.what.Metered }))
	return err
}
