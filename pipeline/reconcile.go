package pipeline

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// ReconcileResult is how the registries of a month agree with the money that the banks passed on.
type ReconcileResult struct {
	Period housing.Period           `json:"period"`
	Days   []ReconciledDay          `json:"days"`
	Apart  []housing.Reconciliation `json:"apart,omitempty"` // registries and money that do not agree
}

// ReconciledDay sums up what one bank passed on in one day. What no statement knows of stands with no day.
type ReconciledDay struct {
	Credited   housing.Date  `json:"credited,omitzero"`
	Bank       string        `json:"bank,omitzero"`
	Registries int           `json:"registries"`
	Rows       int           `json:"rows"`
	Amount     housing.Money `json:"amount"`
	Fee        housing.Money `json:"fee"`
	Transfer   housing.Money `json:"transfer"`
	Received   housing.Money `json:"received"`
	Difference housing.Money `json:"difference"` // Received − Transfer
}

// Reconcile puts registries and bank statements side by side, by day of credit and bank.
func (p *Pipeline) Reconcile(ctx context.Context, period housing.Period) (ReconcileResult, error) {
	result := ReconcileResult{Period: period}
	for row, err := range p.Store.Reconciliation(ctx, p.Organisation.ID, period) {
		if err != nil {
			return result, err
		}
		at := slices.IndexFunc(result.Days, func(d ReconciledDay) bool { return d.Credited == row.Credited && d.Bank == row.Bank })
		if at < 0 {
			result.Days = append(result.Days, ReconciledDay{Credited: row.Credited, Bank: row.Bank})
			at = len(result.Days) - 1
		}
		day := &result.Days[at]
		if row.Registry != "" {
			day.Registries++
		}
		day.Rows += row.Rows
		day.Amount += row.Amount
		day.Fee += row.Fee
		day.Transfer += row.Transfer
		day.Received += row.Received
		day.Difference = day.Received - day.Transfer
		if !row.Agrees() {
			result.Apart = append(result.Apart, row)
		}
	}
	slices.SortStableFunc(result.Days, func(a, b ReconciledDay) int { return a.Credited.Cmp(b.Credited) })
	return result, nil
}

// WriteReconciliation writes the comparison as a workbook.
func (p *Pipeline) WriteReconciliation(ctx context.Context, w io.Writer, period housing.Period) error {
	meta, err := p.reportMeta(ctx, period)
	if err != nil {
		return err
	}
	if _, err := reports.WriteReconciliation(w, meta, p.Store.Reconciliation(ctx, p.Organisation.ID, period)); err != nil {
		return fmt.Errorf("write the reconciliation: %w", err)
	}
	return nil
}
