package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ReportOrder is one report that somebody asked for.
type ReportOrder struct {
	Key      string // of MonthReports
	Period   housing.Period
	Progress func(rows int) // told of the rows written so far; may be nil
}

// BuiltReport is what was made of an order.
type BuiltReport struct {
	Name    string `json:"name"` // of the file
	Rows    int    `json:"rows"`
	Version int64  `json:"version"` // of the data it was made of, 0: not known; see store.DataVersion
}

// BuildReport writes one report of a month as its data stand now. It changes nothing and may run beside
// everything else.
func (p *Pipeline) BuildReport(ctx context.Context, w io.Writer, order ReportOrder) (built BuiltReport, err error) {
	report, err := reportNamed(order.Key)
	if err != nil {
		return built, err
	}
	version, err := p.Store.DataVersion(ctx) // before the data are read
	if err != nil {
		return built, err
	}
	frozen, err := p.Store.Freeze(ctx)
	if err != nil {
		return built, err
	}
	defer func() { err = errors.Join(err, frozen.Close(ctx)) }()
	now, err := p.reading(frozen.Store)
	if err != nil {
		return built, err
	}
	meta, err := now.reportMeta(ctx, order.Period)
	if err != nil {
		return built, err
	}
	meta.Progress = order.Progress
	control, err := report.write(ctx, now, w, meta)
	if err != nil {
		return built, fmt.Errorf("write the report %s of %s: %w", order.Key, order.Period, err)
	}
	return BuiltReport{report.FileName(order.Period), control.Rows, version}, nil
}

// For is the pipeline of another organisation of the same database, for its reports.
func (p *Pipeline) For(organisation housing.Organisation) (*Pipeline, error) {
	config := p.Config
	config.Organisation = organisation
	return New(config)
}
