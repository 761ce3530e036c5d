package charging_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

// The rows that the guide shows for kvitok.yaml change the rules of a region from their first day on, without code:
// heating in the season until then, 8/12 of the norm in every month after.
func TestRegionOverridesAsTheGuideSays(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/calc.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```yaml\nparameters:\n")
	rows, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the guide shows no rows")
	}
	region, err := parameters.Load(strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	all := parameters.Override(must(parameters.Builtin()), region)
	for month, want := range map[string]string{"2026-12": "H1 2000.00", "2026-07": "", "2027-01": "H2 1333.33", "2027-07": "H2 1333.33"} {
		p := publishedCase{Service: housing.Heating, Period: month, Norm: "0.02", NormBase: housing.PerArea, Tariff: "2000", Area: "50"}
		s := p.snapshot(t)
		s.Parameters = parameters.ForCharging(all, s.Period)
		var got []string
		for _, ch := range calculate(t, s).Charges {
			got = append(got, ch.Rule+" "+ch.Amount.String())
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s: %q, want %q", month, got, want)
		}
	}
}

// The month in which the coefficient of cold water rose is cut by days; a region that reads the act otherwise takes the
// new one for all of December (D2). One person, norm 3.1 m³, 40 roubles: 124.00; 5 days × 0.5 and 26 days × 2, or 2 all month.
func TestCoefficientOfTheMonthOfChange(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]map[string][]string{
		"split_by_days":         {"base": {"20.00", "104.00"}, "uplift": {"10.00", "208.00"}},
		"later_for_whole_month": {"base": {"124.00"}, "uplift": {"248.00"}},
	} {
		p := publishedCase{
			ID: mode, Service: housing.ColdWater, Period: "2025-12", Norm: "3.1", Tariff: "40", People: 1, MeterPossible: true,
			Parameters: map[string]string{"uplift.change_in_month": mode},
		}
		if diff := cmp.Diff(want, p.run(t)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", mode, diff)
		}
	}
}

// Corrections of a year are made in the month of the I quarter that the rules name, once.
func TestMonthOfYearlyCorrections(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		period, month string
		corrected     bool
	}{
		{"2026-01", "1", true},
		{"2026-02", "1", false},
		{"2026-10", "1", false},
		{"2026-01", "2", false},
		{"2026-02", "2", true},
		{"2026-03", "3", true},
	} {
		s := readCase(t, "testdata/heating/yearly_correction/snapshot.json")
		s.Period = must(housing.ParsePeriod(test.period))
		setParameter(s, "correction.month_in_q1", test.month)
		corrected := false
		for _, ch := range calculate(t, s).Charges {
			corrected = corrected || ch.Rule == "H8"
		}
		if corrected != test.corrected {
			t.Errorf("%s, month %s: corrected %t, want %t", test.period, test.month, corrected, test.corrected)
		}
	}
}
