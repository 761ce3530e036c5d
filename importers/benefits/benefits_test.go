package benefits_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/benefits"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func formats() []importers.Format {
	return append([]importers.Format{
		benefits.NewUslugi(), benefits.NewUslugiCSV(), benefits.NewOrgOut(), benefits.NewIvanovo(), benefits.NewGrants(),
	}, benefits.NewGrantsCSV()...)
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

func FuzzUslugi(f *testing.F)    { formattest.Fuzz(f, benefits.NewUslugi()) }
func FuzzUslugiCSV(f *testing.F) { formattest.Fuzz(f, benefits.NewUslugiCSV()) }
func FuzzOrgOut(f *testing.F)    { formattest.Fuzz(f, benefits.NewOrgOut()) }
func FuzzIvanovo(f *testing.F)   { formattest.Fuzz(f, benefits.NewIvanovo()) }
func FuzzGrants(f *testing.F)    { formattest.Fuzz(f, benefits.NewGrants()) }
func FuzzGrantsCSV(f *testing.F) { formattest.Fuzz(f, benefits.NewGrantsCSV()[0]) }
