package readings_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/readings"
)

func TestRSO(t *testing.T) {
	t.Parallel()
	formattest.Run(t, readings.NewRSO())
}

func FuzzRSO(f *testing.F) { formattest.Fuzz(f, readings.NewRSO()) }

func TestHouseVolumes(t *testing.T) {
	t.Parallel()
	formattest.Run(t, readings.NewHouseVolumes())
}

func FuzzHouseVolumes(f *testing.F) { formattest.Fuzz(f, readings.NewHouseVolumes()) }
