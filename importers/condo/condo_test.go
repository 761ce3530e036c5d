package condo_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/condo"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func formats() []importers.Format {
	return []importers.Format{
		condo.NewMeters(), condo.NewHouseMeters(), condo.NewContacts(), condo.NewProperties(), condo.NewReceipts(), condo.NewReceiptsDBF(),
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, format := range formats() {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}

func FuzzMeters(f *testing.F)      { formattest.Fuzz(f, condo.NewMeters()) }
func FuzzHouseMeters(f *testing.F) { formattest.Fuzz(f, condo.NewHouseMeters()) }
func FuzzContacts(f *testing.F)    { formattest.Fuzz(f, condo.NewContacts()) }
func FuzzProperties(f *testing.F)  { formattest.Fuzz(f, condo.NewProperties()) }
func FuzzReceipts(f *testing.F)    { formattest.Fuzz(f, condo.NewReceipts()) }
func FuzzReceiptsDBF(f *testing.F) { formattest.Fuzz(f, condo.NewReceiptsDBF()) }
