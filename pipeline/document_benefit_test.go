package pipeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
)

// A benefit stands in the row of the very days that it is given on, and its price.
func TestBenefitRows(t *testing.T) {
	t.Parallel()
	on := func(text string) housing.Date {
		d, err := housing.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	early, late := housing.Interval{From: on("2026-10-01"), To: on("2026-10-11")}, housing.Interval{From: on("2026-10-11"), To: on("2026-11-01")}
	charge := func(kind housing.ChargeKind, days housing.Interval, amount housing.Money) housing.Charge {
		return housing.Charge{Service: housing.ColdWater, Payee: "7700000000", Kind: kind, Segment: days, Price: housing.Whole(40), Amount: amount}
	}
	lines := documentLines([]housing.Charge{
		charge(housing.BaseCharge, early, 100_00), charge(housing.BaseCharge, late, 200_00), charge(housing.Uplift, late, 50_00),
		charge(housing.BenefitLine, early, -40_00), charge(housing.BenefitLine, late, -80_00),
	})
	type row struct{ Charged, Excess, Benefit, Total housing.Money }
	got := make([]row, 0, len(lines))
	for _, l := range lines {
		got = append(got, row{l.Charged, l.Excess, l.Benefit, l.Total})
	}
	if diff := cmp.Diff([]row{{100_00, 0, -40_00, 60_00}, {200_00, 50_00, -80_00, 170_00}}, got); diff != "" {
		t.Error(diff)
	}
}
