package receipts

import (
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

func TestChangeReason(t *testing.T) {
	t.Parallel()
	change := func(change func(*housing.MonthChange)) *housing.MonthChange {
		c := &housing.MonthChange{
			Service: housing.ColdWater, ServiceWas: 100, ServiceNow: 200, VolumeWas: decimal(t, "1"), VolumeNow: decimal(t, "1"),
			PriceWas: decimal(t, "1.00"), PriceNow: decimal(t, "1.00"),
		}
		change(c)
		return c
	}
	for _, test := range []struct {
		change *housing.MonthChange
		want   string
	}{
		{change(func(c *housing.MonthChange) { c.ServiceWas = 0 }), " (в прошлом месяце не начислялась)"},
		{change(func(c *housing.MonthChange) { c.ServiceNow = 0 }), " (в этом месяце не начислена)"},
		{change(func(c *housing.MonthChange) { c.VolumeNow = decimal(t, "2.3456789") }), " (объём 2,346 м³ вместо 1 м³)"},
		{change(func(c *housing.MonthChange) { c.PriceNow = decimal(t, "2.50") }), " (тариф 2,50 вместо 1,00\u00a0₽)"},
		{change(func(c *housing.MonthChange) { c.PriceNow = housing.Decimal{} }), ""}, // several prices say nothing
		{change(func(c *housing.MonthChange) { c.CorrectedApart = -1234 }), " (перерасчёт −12,34\u00a0₽)"},
		{
			change(func(c *housing.MonthChange) { c.VolumeNow, c.CorrectedApart = decimal(t, "3"), 500 }),
			" (объём 3 м³ вместо 1 м³, перерасчёт +5,00\u00a0₽)",
		},
	} {
		if got := changeReason(test.change); got != test.want {
			t.Errorf("reason %q, want %q", got, test.want)
		}
	}
}

// A meter without a reading of the month has used nobody knows how much: no zero stands there.
func TestMeterWithoutReading(t *testing.T) {
	t.Parallel()
	d := document(t)
	m := &d.Meters[0]
	m.Current, m.CurrentOn, m.Volume = housing.Decimal{}, housing.Date{}, housing.Decimal{}
	all := text(t, single(t, Config{}, d))
	_, row, _ := strings.Cut(all, m.Serial)
	row, _, _ = strings.Cut(row, "\n")
	if want := []string{"нет", "показания", none, none}; !slices.Equal(strings.Fields(row)[2:6], want) {
		t.Errorf("the row of the meter reads %q, want %q after the reading before", row, want)
	}
}
