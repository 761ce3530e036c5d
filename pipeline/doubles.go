package pipeline

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// doubleCode is the code of the finding on a service that is charged twice.
const doubleCode = "double_receipt"

// Doubles finds the services that two charge for on the same premises on the same days.
func (p *Pipeline) Doubles(ctx context.Context, period housing.Period) ([]housing.Double, error) {
	return p.Store.Doubles(ctx, p.Organisation.ID, period)
}

// WriteDoubles writes them as a workbook.
func (p *Pipeline) WriteDoubles(ctx context.Context, w io.Writer, period housing.Period, list []housing.Double) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	if _, err := reports.WriteDoubles(w, meta, list); err != nil {
		return fmt.Errorf("write the doubles: %w", err)
	}
	return nil
}

// doubleFindings are the doubles as the protocol of a run shows them. They never stop the month: where
// they cannot be found, the log says so.
func (p *Pipeline) doubleFindings(ctx context.Context, period housing.Period) []reports.HouseFinding {
	list, err := p.Doubles(ctx, period)
	if err != nil {
		p.Log.LogAttrs(ctx, slog.LevelError, "doubles were not looked for", slog.String("period", period.String()), slog.Any("error", err))
	}
	findings := make([]reports.HouseFinding, 0, len(list))
	for i := range list {
		d := &list[i]
		findings = append(findings, reports.HouseFinding{House: d.House, Finding: housing.Finding{
			Account: d.A.Account, Service: d.Service, Code: doubleCode, Text: d.Russian(),
		}})
	}
	return findings
}
