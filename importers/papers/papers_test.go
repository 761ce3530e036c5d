package papers_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/papers"
)

func TestWorkbook(t *testing.T) {
	t.Parallel()
	formattest.Run(t, papers.NewWorkbook())
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for _, format := range papers.NewCSV() {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}

func FuzzWorkbook(f *testing.F) { formattest.Fuzz(f, papers.NewWorkbook()) }

func FuzzInstalments(f *testing.F) { formattest.Fuzz(f, papers.NewCSV()[0]) }

func FuzzDelivery(f *testing.F) { formattest.Fuzz(f, papers.NewCSV()[1]) }

func FuzzPostalIndexes(f *testing.F) { formattest.Fuzz(f, papers.NewCSV()[2]) }

func FuzzHouseExpenses(f *testing.F) { formattest.Fuzz(f, papers.NewCSV()[3]) }
