package pipeline

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

// Sheet computes one account from the snapshot of its house and gives the calculation sheet to hand
// out. store.ErrNotFound and charging.ErrNoAccount say that it was not charged.
func (p *Pipeline) Sheet(ctx context.Context, account string, period housing.Period) (*housing.CalculationSheet, error) {
	stored, err := p.Store.SnapshotOfAccount(ctx, p.Organisation.ID, account, period)
	if err != nil {
		return nil, err
	}
	snapshot, err := openSnapshot(stored.Body)
	if err != nil {
		return nil, err
	}
	traces, err := charging.Explain(snapshot, account)
	if err != nil {
		return nil, fmt.Errorf("explain account %s for %s: %w", account, period, err)
	}
	result, err := charging.Calculate(snapshot)
	if err != nil {
		return nil, fmt.Errorf("explain account %s for %s: %w", account, period, err)
	}
	head := housing.CalculationSheet{
		Issuer: p.Organisation, Run: strconv.FormatInt(stored.Run, 10), Engine: p.Engine, Snapshot: stored.SHA256,
	}
	sheets, err := Sheets(snapshot, traces, result.Findings, head)
	if err != nil {
		return nil, err
	}
	for _, sheet := range sheets {
		if sheet.Account.Number == account {
			return sheet, nil
		}
	}
	return nil, fmt.Errorf("explain account %s for %s: %w", account, period, charging.ErrNoAccount)
}

// Sheets makes the calculation sheets of a house, in the order of its accounts: one for each account
// that has traces or findings. The head says who computed them.
func Sheets(
	s *housing.Snapshot, traces []housing.Trace, findings []housing.Finding, head housing.CalculationSheet,
) ([]*housing.CalculationSheet, error) {
	lines, noticed := map[string][]housing.SheetLine{}, map[string][]housing.Finding{}
	for i := range traces {
		t := &traces[i]
		lines[t.Charge.Account] = append(lines[t.Charge.Account], housing.SheetLine{Title: charging.Title(&t.Charge), Trace: *t})
	}
	for _, f := range findings {
		noticed[f.Account] = append(noticed[f.Account], f)
	}
	head.House, head.Period = s.House.Address, s.Period
	var sheets []*housing.CalculationSheet
	for i := range s.Accounts {
		sheet := head
		sheet.Account = s.Accounts[i].Account
		sheet.Lines, sheet.Findings = lines[sheet.Account.Number], noticed[sheet.Account.Number]
		if len(sheet.Lines) == 0 && len(sheet.Findings) == 0 {
			continue
		}
		for j := range sheet.Lines {
			if sheet.Lines[j].Charge.Kind == housing.CompensationLine {
				continue // paid apart
			}
			if err := addTo(sheet.Lines[j].Charge.Amount, &sheet.Total); err != nil {
				return nil, fmt.Errorf("add up account %s: %w", sheet.Account.Number, err)
			}
		}
		sheet.Findings = slices.Concat(sheet.Findings, noticed[""])
		sheets = append(sheets, &sheet)
	}
	return sheets, nil
}

// WriteSheet writes a calculation sheet as a workbook.
func (p *Pipeline) WriteSheet(ctx context.Context, w io.Writer, sheet *housing.CalculationSheet) error {
	meta, err := p.reportMeta(ctx, sheet.Period)
	if err != nil {
		return err
	}
	meta.Run = sheet.Run
	if _, err := reports.WriteSheets(w, meta, []*housing.CalculationSheet{sheet}); err != nil {
		return fmt.Errorf("write the calculation sheet: %w", err)
	}
	return nil
}
