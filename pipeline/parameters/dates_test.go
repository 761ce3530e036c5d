package parameters_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

// TestDatesOfTheLaw holds the steps of the law to the day: a step a day early charges a day of everybody wrongly.
func TestDatesOfTheLaw(t *testing.T) {
	t.Parallel()
	all, err := parameters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{
		{"uplift.cold_water 1.4 [2016-07-01,2017-01-01)", "uplift.cold_water 1.5 [2017-01-01,2025-12-06)", "uplift.cold_water 3.0 [2025-12-06,)"},
		{"uplift.hot_water 1.4 [2016-07-01,2017-01-01)", "uplift.hot_water 1.5 [2017-01-01,)"},
		{"uplift.electricity 1.4 [2016-07-01,2017-01-01)", "uplift.electricity 1.5 [2017-01-01,)"},
		{"uplift.hot_two_component.cold 1.4 [2016-07-01,2017-01-01)", "uplift.hot_two_component.cold 1.5 [2017-01-01,)"},
		{"uplift.hot_two_component.heat 1 [,)"},
		{"uplift.gas 1 [,)"},
		{"uplift.sewage 1 [,)"},
		{"uplift.solid_waste 1 [,)"},
		{"uplift.heating 1 [2017-01-01,)"},
		{"due.day 10 [,2026-02-01)", "due.day 15 [2026-02-01,)"},
		{"due.present_day 1 [,2026-02-01)", "due.present_day 5 [2026-02-01,)"},
		{"due.contract_day use [,2026-02-01)", "due.contract_day ignore_earlier [2026-02-01,)"},
		{"readings.last_day 25 [,)"},
		{"penalty.rate_cap 9.5 [2022-02-28,2027-01-01)"},
		{"penalty.rate_cap_confirmed_to 2027-01-01 [,)"},
		{"penalty.moratorium all [2020-04-06,2021-01-01)", "penalty.moratorium due_before_start [2022-04-01,2022-10-01)"},
		{"penalty.free_days 30 [,)"},
		{"penalty.second_from_day 91 [,)"},
		{"penalty.divisor 300 [,)"},
		{"penalty.divisor_second 130 [,)"},
		{"penalty.divisor_caprepair 300 [,)"},
		{"penalty.divisor_managers 1:300 61:170 91:130 [,)"},
		{"vat.general 20 [,2026-01-01)", "vat.general 22 [2026-01-01,)"},
		{"electricity.range_ceiling 3900 6000 [2025-01-01,)"},
		{"heating.broken_average_months 3 [,2025-03-01)", "heating.broken_average_months 6 [2025-03-01,)"},
		{"tko.absence by_full_days_and_people [2023-03-01,)"},
		{"average.full_months 6 [,)"},
		{"average.min_months 3 [,)"},
		{"average.limit_periods 3 [,)"},
		{"average.limit_periods.nonresidential 2 [,)"},
		{"average.limit_periods.electricity none [,)"},
		{"house_meter.average_periods 3 [,)"},
		{"absence.min_full_days 5 [,)"},
		{"absence.apply_days 30 [,)"},
		{"absence.advance_months 6 [,)"},
		{"tampering.norm_factor 10 [,)"},
		{"tampering.max_months 3 [,)"},
		{"subsidy.mdd 22 [2005-12-14,)"},
	} {
		name, _, _ := strings.Cut(want[0], " ")
		got := slices.DeleteFunc(rows(all), func(row string) bool { return !strings.HasPrefix(row, name+" ") })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Every row says what act and clause it stands on, or that it is a decision of the product: sheets print it.
func TestEveryRowHasItsBasis(t *testing.T) {
	t.Parallel()
	all, err := parameters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Basis == "" {
			t.Errorf("%s %s has no basis", p.Name, p.Value)
		}
	}
}
