package store_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// What is copied by hand must come back to the digit.
func TestCopiedChargesComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	values := []string{
		"0", "0.00", "1", "-1", "9999", "10000", "10001", "100000000", "12.50", "-12.5", "0.1", "0.01", "0.001", "0.0001", "0.00001",
		"0.000000000000000001", "-0.000000000000000001", "9223372036854775807", "-9223372036854775807", "9.223372036854775807",
		"92233720368547758.07", "123456789.987654321", "10000.0001", "20000.0000", "0.00010000", "3.1234567",
	}
	charges := make([]housing.Charge, len(values))
	for i, value := range values {
		charges[i] = line(t, "0001", housing.ColdWater, housing.Money(-i))
		charges[i].Volume, charges[i].Coefficient, charges[i].Zone = dec(t, value), housing.Decimal{}, housing.ZoneHalfPeak
		charges[i].Segment = span(t, "1999-12-31", "2199-12-31")
		charges[i].Range, charges[i].Resource, charges[i].Reason, charges[i].Document = 2, housing.Gas, "absence", "акт № 1"
	}
	w.charge(t, house, period(t, october), "a", charges...)
	want(t, "volumes", w.texts(t, "SELECT volume::text FROM charges ORDER BY line"), values...)
	want(t, "the last line", w.texts(t, `SELECT regexp_replace(c::text, ',"[^"]*"\)$', ')') FROM charges c ORDER BY line DESC LIMIT 1`),
		"(2026-10-01,1,1,26,cold_water,1,base,half_peak,1999-12-31,2199-12-31,R1.1,area,3.1234567,31.4500,0,-25,2,gas,absence,\"акт № 1\")")
	smallest, err := housing.NewDecimal(-1<<63, 3)
	if err != nil {
		t.Fatal(err)
	}
	charges[0].Volume = smallest
	w.finish(t, period(t, october))
	w.charge(t, house, period(t, october), "b", charges[:1]...)
	want(t, "the smallest", w.texts(t, "SELECT volume::text FROM charges"), smallest.String())
}
