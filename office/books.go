package office

import (
	"context"
	"errors"
	"io"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// Books are the reports of the pipeline and its database.
type Books struct {
	Pipeline *pipeline.Pipeline
}

// Companies are those that keep accounts in the database.
func (b Books) Companies(ctx context.Context) ([]housing.Organisation, error) {
	return b.Pipeline.Store.Issuers(ctx)
}

// Months are those that a company charged.
func (b Books) Months(ctx context.Context, company housing.Organisation) ([]housing.Period, error) {
	return b.Pipeline.Store.ChargedMonths(ctx, company.ID)
}

// Version is that of the database.
func (b Books) Version(ctx context.Context) (int64, error) { return b.Pipeline.Store.DataVersion(ctx) }

// Build writes a report. As many rows are expected as it had when it was last given out.
func (b Books) Build(ctx context.Context, w io.Writer, order Order, progress func(rows, expected int)) (pipeline.BuiltReport, error) {
	last, err := b.Pipeline.Store.LastPublication(ctx, order.Company.ID, order.Period, order.Report.FileName(order.Period), b.Pipeline.Now())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return pipeline.BuiltReport{}, err
	}
	of, err := b.Pipeline.For(order.Company)
	if err != nil {
		return pipeline.BuiltReport{}, err
	}
	return of.BuildReport(ctx, w, pipeline.ReportOrder{
		Key: order.Report.Key, Period: order.Period, Progress: func(rows int) { progress(rows, last.Rows) },
	})
}

// Journal writes a line of the audit trail.
func (b Books) Journal(ctx context.Context, company housing.Organisation, actor, action, object string, details map[string]any) error {
	return b.Pipeline.Store.Audit(ctx, company.ID, store.AuditEntry{Actor: actor, Action: action, Object: object}, nil, details)
}
