package readings_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/readings"
)

func TestHouseVolumes(t *testing.T) {
	t.Parallel()
	formattest.Run(t, readings.NewHouseVolumes())
}

func FuzzHouseVolumes(f *testing.F) { formattest.Fuzz(f, readings.NewHouseVolumes()) }

func TestASKUE(t *testing.T) {
	t.Parallel()
	formattest.Run(t, readings.NewASKUE())
}

func FuzzASKUE(f *testing.F) { formattest.Fuzz(f, readings.NewASKUE()) }

// A document type may define entities that grow without bound: such a file is not looked into.
func TestASKUEEntities(t *testing.T) {
	t.Parallel()
	for _, prolog := range []string{"<!DOCTYPE m [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>", ""} {
		content := []byte("<?xml version=\"1.0\"?>" + prolog + "<message class=\"80020\" number=\"1\"><sender><name>&b;</name></sender></message>")
		got := formattest.Decode(t.Context(), t, readings.NewASKUE(), formattest.Input("80020.xml", content))
		if got.Code != "xml_doctype" && got.Code != "damaged_xml" || len(got.Rows) > 0 {
			t.Errorf("%q is refused with %q", prolog, got.Code)
		}
	}
}
