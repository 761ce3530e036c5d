package pipeline

import (
	"context"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
)

// WriteCorrections writes corrections, booked or rehearsed, as a workbook.
func (p *Pipeline) WriteCorrections(ctx context.Context, w io.Writer, r CorrectResult) error {
	meta, err := p.reportMeta(ctx, r.Period)
	if err != nil {
		return err
	}
	meta.AsOf = p.Now()
	what := reports.LateFacts{Booked: r.Booked, Lines: r.Lines, Beyond: r.Beyond, Benefits: r.Benefits, Periods: r.Months}
	for _, f := range r.Failed {
		what.Failed = append(what.Failed, reports.LateFailure{House: f.House, Account: f.Account, Month: f.Month, Why: f.Why})
	}
	if _, err := reports.WriteLateFacts(w, meta, what); err != nil {
		return fmt.Errorf("write the corrections: %w", err)
	}
	return nil
}
