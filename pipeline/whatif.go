package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/store"
)

// WhatIfInput says what to try on which month.
type WhatIfInput struct {
	Period housing.Period
	File   string           // workbook of tariffs and norms
	Limit  *housing.Decimal // rise in percent above which an account is shown; nil: the parameter
	On     housing.Date     // try the rates of this day for the whole month; zero: on the days of the file
}

// ErrNothingToTry says that no rate of the file holds on any day of the month.
var ErrNothingToTry = errors.New("no tariff or norm of the file holds in the month")

// largestRises is how many are shown whatever the limit.
const largestRises = 10

// WhatIf computes every house of a charged month twice from its stored snapshot, at the rates of the
// snapshot and at those of the file, and compares. It writes nothing to the database. A house that
// cannot be computed is reported with the reason.
func (p *Pipeline) WhatIf(ctx context.Context, in WhatIfInput) (reports.WhatIf, error) {
	result := reports.WhatIf{File: filepath.Base(in.File), On: in.On}
	var err error
	if result.Limit, err = p.riseLimit(in); err != nil {
		return result, err
	}
	rates, err := ReadRates(ctx, in.File, p.path("work"))
	if err != nil {
		return result, err
	}
	all := len(rates.Tariffs) + len(rates.Norms)
	if in.On.IsZero() {
		rates = rates.In(in.Period)
	} else {
		rates = rates.On(in.On, in.Period)
	}
	result.Tariffs, result.Norms = len(rates.Tariffs), len(rates.Norms)
	if result.Tariffs+result.Norms == 0 {
		return result, fmt.Errorf("%s, %s: %w", result.File, in.Period, ErrNothingToTry)
	}
	if idle := all - result.Tariffs - result.Norms; idle > 0 {
		result.Notes = append(result.Notes, fmt.Sprintf("строк, которые не действуют в выбранные дни: %d", idle))
	}
	totals, err := p.Store.ChargedTotals(ctx, p.Organisation.ID, in.Period)
	if err != nil {
		return result, err
	}
	if totals.Houses == 0 {
		return result, fmt.Errorf("charges of %s: %w", in.Period, store.ErrNotFound)
	}
	result.Stands = totals.Amount
	bar := p.Progress.Start("what if", totals.Houses)
	defer bar.Done()
	err = p.tryRates(ctx, in.Period, rates, newComparison(&result, bar))
	return result, err
}

// tryRates goes over the houses, then adds up and sorts.
func (p *Pipeline) tryRates(ctx context.Context, period housing.Period, rates Rates, totals *comparison) error {
	err := p.Store.SnapshotsOf(ctx, p.Organisation.ID, period, func(s store.StoredSnapshot) error {
		totals.bar.Add(1)
		snapshot, err := openSnapshot(s.Body)
		if err != nil {
			return p.unreadable(ctx, totals, s.House, err)
		}
		return totals.house(snapshot, rates)
	})
	if err != nil {
		return fmt.Errorf("try other rates on %s: %w", period, err)
	}
	return totals.finish(rates)
}

// unreadable reports a house whose snapshot does not open: its address has to be asked for.
func (p *Pipeline) unreadable(ctx context.Context, totals *comparison, house int64, why error) error {
	refs, err := p.Store.HouseRefs(ctx, p.Organisation.ID)
	if err != nil {
		return err
	}
	address := fmt.Sprintf("дом № %d", house)
	for _, ref := range refs {
		if ref.ID == house {
			address = ref.Address
		}
	}
	totals.fail(address, 0, why)
	return nil
}

func (p *Pipeline) riseLimit(in WhatIfInput) (housing.Decimal, error) {
	if in.Limit != nil {
		return *in.Limit, nil
	}
	const name = "whatif.limit_percent"
	for _, parameter := range parameters.ForMonth(p.Parameters, in.Period) {
		if parameter.Name != name {
			continue
		}
		limit, err := housing.ParseDecimal(parameter.Value)
		if err != nil {
			return limit, fmt.Errorf("parameter %s: %w", name, err)
		}
		return limit, nil
	}
	return housing.Decimal{}, fmt.Errorf("parameter %s: %w", name, store.ErrNotFound)
}

// WriteWhatIf writes the comparison as a workbook and returns how many rows it has.
func (p *Pipeline) WriteWhatIf(ctx context.Context, w io.Writer, period housing.Period, what reports.WhatIf) (rows int, err error) {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return 0, err
	}
	control, err := reports.WriteWhatIf(w, meta, what)
	if err != nil {
		return 0, fmt.Errorf("write the comparison: %w", err)
	}
	return control.Rows, nil
}
