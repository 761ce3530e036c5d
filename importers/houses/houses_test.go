package houses_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/houses"
)

func TestWorkbook(t *testing.T) {
	t.Parallel()
	formattest.Run(t, houses.NewWorkbook())
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for _, format := range houses.NewCSV() {
		t.Run(format.Name(), func(t *testing.T) {
			t.Parallel()
			formattest.Run(t, format)
		})
	}
}

func FuzzWorkbook(f *testing.F) { formattest.Fuzz(f, houses.NewWorkbook()) }

// csv returns the format of one table.
func csv(f *testing.F, table string) importers.Format {
	f.Helper()
	for _, format := range houses.NewCSV() {
		if strings.TrimSuffix(strings.TrimPrefix(format.Name(), "kvitok-"), "-csv") == table {
			return format
		}
	}
	f.Fatalf("no table %s", table)
	return nil
}

func FuzzManagers(f *testing.F) { formattest.Fuzz(f, csv(f, "managers")) }

func FuzzDecisions(f *testing.F) { formattest.Fuzz(f, csv(f, "decisions")) }

func FuzzEquipment(f *testing.F) { formattest.Fuzz(f, csv(f, "equipment")) }

func FuzzCommunalFlats(f *testing.F) { formattest.Fuzz(f, csv(f, "communal-flats")) }

func FuzzHouseMeterFailures(f *testing.F) { formattest.Fuzz(f, csv(f, "house-meter-failures")) }

func FuzzHouseMonths(f *testing.F) { formattest.Fuzz(f, csv(f, "house-months")) }

func FuzzMadeInHouse(f *testing.F) { formattest.Fuzz(f, csv(f, "made-in-house")) }

func FuzzWasteContainers(f *testing.F) { formattest.Fuzz(f, csv(f, "waste-containers")) }

func FuzzWasteYears(f *testing.F) { formattest.Fuzz(f, csv(f, "waste-years")) }

func FuzzQualityActs(f *testing.F) { formattest.Fuzz(f, csv(f, "quality-acts")) }

func FuzzRenamedStreets(f *testing.F) { formattest.Fuzz(f, csv(f, "renamed-streets")) }
