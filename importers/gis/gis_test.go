package gis_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/gis"
)

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, format := range []importers.Format{gis.NewUnified(), gis.NewAccounts(), gis.NewMeters(), gis.NewReadings(), gis.NewDocuments()} {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}

func FuzzUnified(f *testing.F)  { formattest.Fuzz(f, gis.NewUnified()) }
func FuzzAccounts(f *testing.F) { formattest.Fuzz(f, gis.NewAccounts()) }
func FuzzMeters(f *testing.F)   { formattest.Fuzz(f, gis.NewMeters()) }
func FuzzReadings(f *testing.F) { formattest.Fuzz(f, gis.NewReadings()) }

func FuzzDocuments(f *testing.F) { formattest.Fuzz(f, gis.NewDocuments()) }
