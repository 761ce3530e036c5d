package store_test

import (
	"os"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Lines without the columns that have defaults come back as those with them, in a partition older than
// the defaults too.
func TestPlainLinesComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	october := period(t, october)
	if err := w.EnsureMonth(t.Context(), october); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Exec(t.Context(), `ALTER TABLE charges_2026_10 ALTER kind DROP DEFAULT, ALTER zone DROP DEFAULT, ALTER coefficient DROP DEFAULT,
		ALTER range_no DROP DEFAULT, ALTER resource DROP DEFAULT, ALTER reason DROP DEFAULT, ALTER document DROP DEFAULT,
		ALTER period DROP DEFAULT, ALTER seg_from DROP DEFAULT, ALTER seg_to DROP DEFAULT`); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"00150_plain_lines.sql", "00200_whole_months.sql"} {
		migration, err := os.ReadFile("migrations/" + name) //nolint:gosec // a name of the test
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Exec(t.Context(), string(migration)); err != nil {
			t.Fatal(err)
		}
	}
	charges := make([]housing.Charge, 12)
	for i := range charges {
		charges[i] = line(t, "0001", housing.ColdWater, housing.Money(i))
		charges[i].Coefficient, charges[i].Segment = housing.Decimal{}, october.Interval()
	}
	charges[1].Kind = housing.Correction
	charges[2].Zone = housing.ZoneNight
	charges[3].Coefficient = dec(t, "1.5")
	charges[4].Coefficient = dec(t, "0.0")
	charges[5].Range = 2
	charges[6].Resource = housing.Gas
	charges[7].Reason = "absence"
	charges[8].Document = "акт № 1"
	charges[9].Segment.From = october.First().AddDays(1)
	charges[10].Segment.To = october.Next().First().AddDays(-1)
	charges[11].Segment = october.Prev().Interval()
	w.charge(t, house, october, "a", charges...)
	want(t, "lines", w.texts(t, `SELECT concat_ws(',', line, kind, zone, coefficient, range_no, resource, reason, document) FROM charges ORDER BY line`),
		"1,base,,0,0,,,", "2,correction,,0,0,,,", "3,base,night,0,0,,,", "4,base,,1.5,0,,,", "5,base,,0.0,0,,,", "6,base,,0,2,,,",
		"7,base,,0,0,gas,,", "8,base,,0,0,,absence,", "9,base,,0,0,,,акт № 1", "10,base,,0,0,,,", "11,base,,0,0,,,", "12,base,,0,0,,,")
	want(t, "days", w.texts(t, `SELECT concat_ws(',', period, seg_from, seg_to, string_agg(line::text, ' ' ORDER BY line)) FROM charges
		GROUP BY period, seg_from, seg_to ORDER BY min(line)`),
		"2026-10-01,2026-10-01,2026-11-01,1 2 3 4 5 6 7 8 9", "2026-10-01,2026-10-02,2026-11-01,10", "2026-10-01,2026-10-01,2026-10-31,11",
		"2026-10-01,2026-09-01,2026-10-01,12")
}
