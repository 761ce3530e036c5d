package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
)

// An excess and a correction stand in the row of their service, the correction with its ground below:
// what is printed adds up to what is charged.
func TestDocumentLinesOfCorrections(t *testing.T) {
	t.Parallel()
	october := housing.Interval{From: day(t, "2026-10-01"), To: day(t, "2026-11-01")}
	price := number(t, "71.95")
	charges := []housing.Charge{
		{Service: housing.ColdWater, Kind: housing.BaseCharge, Payee: "1", Price: price, Amount: 10000, Segment: october},
		{Service: housing.ColdWater, Kind: housing.Uplift, Payee: "1", Price: price, Amount: 20000, Coefficient: number(t, "3"), Segment: october},
		{
			Service: housing.ColdWater, Kind: housing.Correction, Payee: "1", Amount: -1500, Segment: october,
			Reason: "absence", Document: "заявление № 7",
		},
		{Service: housing.Heating, Kind: housing.Correction, Payee: "1", Amount: 700, Segment: october, Reason: "quality"},
	}
	lines := documentLines(charges)
	if len(lines) != 2 {
		t.Fatalf("%d rows, want one for cold water and one for the lone correction: %+v", len(lines), lines)
	}
	water := lines[0]
	if water.Charged != 10000 || water.Excess != 20000 || water.Corrected != -1500 || water.Total != 28500 {
		t.Errorf("cold water is %+v", water)
	}
	if lines[1].Service != housing.Heating || lines[1].Charged != 0 || lines[1].Corrected != 700 || lines[1].Total != 700 {
		t.Errorf("the lone correction is %+v", lines[1])
	}
	want := []housing.Recalculation{
		{Service: housing.ColdWater, Period: october.From.Period(), Amount: -1500, Ground: "временное отсутствие: заявление № 7"},
		{Service: housing.Heating, Period: october.From.Period(), Amount: 700, Ground: "перерывы или ненадлежащее качество"},
	}
	if diff := cmp.Diff(want, recalculations(charges), cmp.Comparer(func(a, b housing.Period) bool { return a == b })); diff != "" {
		t.Errorf("recalculations (-want +got):\n%s", diff)
	}
}
