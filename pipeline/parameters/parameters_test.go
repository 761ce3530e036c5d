package parameters_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

func load(t *testing.T, text string) []housing.Parameter {
	t.Helper()
	all, err := parameters.Load(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// rows writes parameters short: "uplift 1.5 [2017-01-01,2025-12-06)".
func rows(all []housing.Parameter) []string {
	lines := make([]string, 0, len(all))
	for _, p := range all {
		lines = append(lines, p.Name+" "+p.Value+" ["+p.Valid.From.String()+","+p.Valid.To.String()+")")
	}
	return lines
}

func TestBuiltin(t *testing.T) {
	t.Parallel()
	all, err := parameters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, month, want string }{
		{"uplift.cold_water", "2025-11", "1.5"},
		{"uplift.cold_water", "2025-12", "1.5, 3.0"},
		{"uplift.cold_water", "2026-01", "3.0"},
		{"uplift.hot_water", "2026-01", "1.5"},
		{"uplift.sewage", "2010-01", "1"},
		{"due.day", "2026-01", "10"},
		{"due.day", "2026-02", "15"},
		{"penalty.rate_cap", "2026-12", "9.5"},
		{"penalty.rate_cap", "2027-01", ""},
		{"vat.general", "2026-01", "22"},
		{"heating.broken_average_months", "2025-02", "3"},
		{"heating.broken_average_months", "2025-03", "6"},
	} {
		period, err := housing.ParsePeriod(c.month)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range parameters.ForMonth(all, period) {
			if p.Name == c.name {
				got = append(got, p.Value)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s in %s: got %v, want %s", c.name, c.month, got, c.want)
		}
	}
	for _, p := range all {
		if p.Basis == "" {
			t.Errorf("%s has no basis", p.Name)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"unknown field":  {"- {name: a, valeu: b}", "valeu"},
		"no value":       {"- {name: a}", "row 1"},
		"bad date":       {"- {name: a, value: b, from: 2026-02-31}", "a, from"},
		"backward":       {"- {name: a, value: b, from: 2026-02-01, to: 2026-01-01}", "before it starts"},
		"overlap":        {"- {name: a, value: b}\n- {name: a, value: c, from: 2026-01-01}", "row 2: a has a second value"},
		"unknown status": {"- {name: a, value: b, status: sure}", "sure"},
		"not a list":     {"a: b", "read parameters"},
		"not YAML":       {"- {", "read parameters"},
	} {
		if all, err := parameters.Load(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v", name, all, err)
		}
	}
	if _, err := parameters.Load(strings.NewReader("- {name: a}")); !errors.Is(err, parameters.ErrParameter) {
		t.Errorf("no value: %v", err)
	}
	if all, err := parameters.Load(strings.NewReader("")); err != nil || len(all) != 0 {
		t.Errorf("empty: %v, %v", all, err)
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	base := load(t, `
- {name: k, value: old, to: 2017-01-01}
- {name: k, value: new, from: 2017-01-01}
- {name: other, value: same}
`)
	for name, c := range map[string]struct {
		extra string
		want  []string
	}{
		"whole":   {"- {name: k, value: mine}", []string{"k mine [,)", "other same [,)"}},
		"nothing": {"", []string{"k old [,2017-01-01)", "k new [2017-01-01,)", "other same [,)"}},
		"middle": {"- {name: k, value: mine, from: 2016-01-01, to: 2018-01-01}", []string{
			"k old [,2016-01-01)", "k mine [2016-01-01,2018-01-01)", "k new [2018-01-01,)", "other same [,)",
		}},
		"inside": {"- {name: k, value: mine, from: 2020-01-01, to: 2021-01-01}", []string{
			"k old [,2017-01-01)", "k new [2017-01-01,2020-01-01)", "k mine [2020-01-01,2021-01-01)", "k new [2021-01-01,)",
			"other same [,)",
		}},
		"added": {"- {name: z, value: mine}", []string{
			"k old [,2017-01-01)", "k new [2017-01-01,)", "other same [,)", "z mine [,)",
		}},
	} {
		if diff := cmp.Diff(c.want, rows(parameters.Override(base, load(t, c.extra)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// What the gate or a receipt reads must not change the digest of a snapshot.
func TestForChargingLeavesLaterStepsOut(t *testing.T) {
	t.Parallel()
	all, err := parameters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	period, err := housing.ParsePeriod("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range parameters.ForCharging(all, period) {
		seen[p.Name] = true
	}
	for name, want := range map[string]bool{
		"uplift.cold_water": true, "average.min_months": true, "due.day": false, "gate.change_min": false, "penalty.rate_cap": false,
	} {
		if seen[name] != want {
			t.Errorf("%s among the parameters of charging: %v, want %v", name, seen[name], want)
		}
	}
}
