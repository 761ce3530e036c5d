package tariffs_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/tariffs"
)

func TestWorkbook(t *testing.T) {
	t.Parallel()
	formattest.Run(t, tariffs.NewWorkbook())
}

func FuzzWorkbook(f *testing.F) { formattest.Fuzz(f, tariffs.NewWorkbook()) }

func TestRanges(t *testing.T) {
	t.Parallel()
	formattest.Run(t, tariffs.NewRanges())
}

func FuzzRanges(f *testing.F) { formattest.Fuzz(f, tariffs.NewRanges()) }
