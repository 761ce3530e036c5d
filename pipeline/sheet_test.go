package pipeline_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/receipts"
)

// Every house that the rules are tested on can be handed out: the fonts have every sign of every
// formula, and the sheets come to what was charged.
func TestSheetsOfEveryRule(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("charging", "testdata", "*", "*", "snapshot.json"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d snapshots: %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			t.Parallel()
			snapshot, want, sheets := sheetsOf(t, path)
			printer, err := receipts.New(receipts.Config{
				OnMissingGlyph: func(of string, r rune) { t.Errorf("%s: the font lacks %q", of, r) },
			})
			if err != nil {
				t.Fatal(err)
			}
			var got housing.Money
			for _, sheet := range sheets {
				got += sheet.Total
				if err := printer.Sheet(io.Discard, sheet); err != nil {
					t.Errorf("account %s: %v", sheet.Account.Number, err)
				}
			}
			if got != want {
				t.Errorf("sheets come to %s, want %s", got, want)
			}
			meta := reports.Meta{Period: snapshot.Period, Temp: t.TempDir()}
			if _, err := reports.WriteSheets(io.Discard, meta, sheets); err != nil {
				t.Error(err)
			}
		})
	}
}

func sheetsOf(t *testing.T, path string) (snapshot *housing.Snapshot, total housing.Money, sheets []*housing.CalculationSheet) {
	t.Helper()
	content, err := os.ReadFile(path) //nolint:gosec // testdata
	if err != nil {
		t.Fatal(err)
	}
	if snapshot, err = charging.ReadSnapshot(bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	traces, findings, err := charging.ExplainAll(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	for i := range traces {
		if traces[i].Charge.Kind != housing.CompensationLine { // paid to the citizen, not taken off
			total += traces[i].Charge.Amount
		}
	}
	if sheets, err = pipeline.Sheets(snapshot, traces, findings, housing.CalculationSheet{Engine: "test"}); err != nil {
		t.Fatal(err)
	}
	return snapshot, total, sheets
}
