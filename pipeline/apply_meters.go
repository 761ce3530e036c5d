package pipeline

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// applyMeters makes the partitions that initial readings need, whatever month they are of.
func (a *applier) applyMeters(ctx context.Context, rows []housing.MeterEntry) ([]housing.Outcome, error) {
	for _, row := range rows {
		for _, reading := range row.Initial {
			if err := a.ensureReadings(ctx, reading.On); err != nil {
				return nil, err
			}
		}
	}
	return a.tx.ApplyMeters(ctx, a.Organisation.ID, a.source, rows)
}

func (a *applier) applyReadings(ctx context.Context, rows []housing.MeterReading) ([]housing.Outcome, error) {
	sourced := make([]store.SourcedReading, len(rows))
	for i, row := range rows {
		sourced[i] = store.SourcedReading{MeterReading: row, SourceID: a.source}
	}
	return a.takeReadings(ctx, a.tx, sourced)
}

// ensureReadings makes the partition of the month of a reading, once.
func (p *Pipeline) ensureReadings(ctx context.Context, on housing.Date) error {
	period := on.Period()
	if _, made := p.readingMonths.Load(period); made {
		return nil
	}
	ensure := p.Store.EnsurePartition
	if p.rehearsal != nil {
		ensure = p.rehearsal.EnsurePartition
	}
	if err := ensure(ctx, "readings", period); err != nil {
		return fmt.Errorf("prepare readings of %s: %w", period, err)
	}
	p.readingMonths.Store(period, true)
	return nil
}
