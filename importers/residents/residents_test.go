package residents_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/residents"
)

func TestWorkbook(t *testing.T) {
	t.Parallel()
	formattest.Run(t, residents.NewWorkbook())
}

func FuzzWorkbook(f *testing.F) { formattest.Fuzz(f, residents.NewWorkbook()) }

func TestDelivery(t *testing.T) {
	t.Parallel()
	for _, format := range residents.NewDelivery() {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}

func FuzzDelivery(f *testing.F) { formattest.Fuzz(f, residents.NewDelivery()[0]) }
