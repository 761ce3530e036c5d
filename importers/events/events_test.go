package events_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/events"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func TestWorkbook(t *testing.T) {
	t.Parallel()
	formattest.Run(t, events.NewWorkbook())
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for _, format := range events.NewCSV() {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}

func FuzzWorkbook(f *testing.F) { formattest.Fuzz(f, events.NewWorkbook()) }

// csv returns the format of one table.
func csv(f *testing.F, table string) importers.Format {
	f.Helper()
	for _, format := range events.NewCSV() {
		if strings.TrimSuffix(strings.TrimPrefix(format.Name(), "kvitok-"), "-csv") == table {
			return format
		}
	}
	f.Fatalf("no table %s", table)
	return nil
}

func FuzzStays(f *testing.F) { formattest.Fuzz(f, csv(f, "stays")) }

func FuzzAbsences(f *testing.F) { formattest.Fuzz(f, csv(f, "absences")) }

func FuzzViolations(f *testing.F) { formattest.Fuzz(f, csv(f, "violations")) }

func FuzzMeterEvents(f *testing.F) { formattest.Fuzz(f, csv(f, "meter-events")) }

func FuzzControlReadings(f *testing.F) { formattest.Fuzz(f, csv(f, "control-readings")) }

func FuzzDistributors(f *testing.F) { formattest.Fuzz(f, csv(f, "distributors")) }

func FuzzWasteShares(f *testing.F) { formattest.Fuzz(f, csv(f, "waste-shares")) }
