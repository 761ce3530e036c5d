package gating_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

// What the facts do not account for is unexplained: lines that no charging of these facts gives.
func TestUnexplained(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	line := func(m gating.Month, service housing.Service) *housing.Charge {
		for i := range m.Charges[11] {
			if c := &m.Charges[11][i]; c.Service == service {
				return c
			}
		}
		t.Fatalf("no line of %s", service)
		return nil
	}
	tests := map[string]struct {
		change func(gating.Month)
		want   housing.Money
		signs  string
	}{
		"an amount that is not volume times price": {
			func(m gating.Month) { line(m, housing.Maintenance).Amount += 12345 }, 12345, "unexplained",
		},
		"an area that is not the account's": {
			func(m gating.Month) {
				c := line(m, housing.Maintenance)
				c.Volume, c.Amount = dec(t, "55"), 165000
			}, 15000, "unexplained",
		},
		"a norm that is not the region's": {
			func(m gating.Month) {
				c := line(m, housing.ColdWater)
				c.Volume, c.Amount = dec(t, "11"), 44000
			}, 4000, "unexplained", // the coefficient's line stands as it was
		},
		"a service that disappeared": {
			func(m gating.Month) { m.Charges[11] = m.Charges[11][1:] }, -150000, "unexplained",
		},
		"within the bound": {
			func(m gating.Month) { line(m, housing.Maintenance).Amount += 90 }, 90, "",
		},
		"a negative line": {
			func(m gating.Month) { line(m, housing.Maintenance).Amount = -1 }, -150001, "negative_line unexplained",
		},
		"a negative correction": {
			func(m gating.Month) {
				c := *line(m, housing.Maintenance)
				c.Kind, c.Amount, c.Reason = housing.Correction, -5000, "absence"
				m.Charges[11] = append(m.Charges[11], c)
			}, 0, "",
		},
		"a negative correction without reason": {
			func(m gating.Month) {
				c := *line(m, housing.Maintenance)
				c.Kind, c.Amount = housing.Correction, -5000
				m.Charges[11] = append(m.Charges[11], c)
			}, 0, "negative_line",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last, now := charged(t, small(t, "2026-10")), charged(t, small(t, "2026-11"))
			test.change(now)
			v := only(t, &last, now)
			if got := codes(v); got != test.signs {
				t.Errorf("signs %q, want %q", got, test.signs)
			}
			if v.Change.Unexplained != test.want {
				t.Errorf("unexplained %s, want %s: %+v", v.Change.Unexplained, test.want, v.Change)
			}
		})
	}
}

// A first month is explained; a volume far above the norm is a sign even then.
func TestFirstMonth(t *testing.T) {
	t.Parallel()
	now := small(t, "2026-11")
	v := only(t, nil, charged(t, now))
	if !v.Change.New || v.Change.Services[0].Note != "новый счёт" || len(v.Signs) > 0 || v.Change.Causes.Services != 370000 {
		t.Errorf("a first month: %+v, signs %v", v.Change, v.Signs)
	}
	meter := now.Accounts[0].Meters[0]
	meter.ID, meter.Serial, meter.Service = 8, "ХВ-8", housing.ColdWater
	meter.Readings = []housing.Reading{{On: day(t, "2026-10-31"), Value: dec(t, "1")}, {On: day(t, "2026-11-30"), Value: dec(t, "101")}}
	now.Accounts[0].Meters = append(now.Accounts[0].Meters, meter)
	if v := only(t, nil, charged(t, now)); codes(v) != gating.VolumeJump || !strings.Contains(v.Signs[0].Text, "по нормативу 10") {
		t.Errorf("ten times the norm in a first month: %v", v.Signs)
	}
}

// The mean of earlier months keeps a return from a journey from looking like a mistyped reading.
func TestUsualVolume(t *testing.T) {
	t.Parallel()
	before, now := small(t, "2026-10"), small(t, "2026-11")
	before.Accounts[0].Meters[0].Readings[1].Value = dec(t, "1010")
	last := charged(t, before)
	if v := only(t, &last, charged(t, now)); codes(v) != gating.VolumeJump {
		t.Errorf("twenty times last month: %v", v.Signs)
	}
	now.Accounts[0].Meters[0].History = []housing.MonthVolume{
		{Period: period(t, "2026-09"), Volume: dec(t, "220"), Metered: true}, {Period: period(t, "2026-10"), Volume: dec(t, "10"), Metered: true},
	}
	if v := only(t, &last, charged(t, now)); codes(v) != "" {
		t.Errorf("the usual volume again: %v", v.Signs)
	}
}

// A norm in place of a meter that hardly counted, or use below the norm, is no mistyped reading.
func TestNoJump(t *testing.T) {
	t.Parallel()
	watered := func(month, used string) *housing.Snapshot {
		s := small(t, month)
		s.Tariffs[1].Price = dec(t, "400")
		m := s.Accounts[0].Meters[0]
		m.ID, m.Serial, m.Service = 8, "ХВ-8", housing.ColdWater
		m.Readings = []housing.Reading{{On: s.Period.First().AddDays(-1), Value: dec(t, "0")}}
		if used != "" {
			m.Readings = append(m.Readings, housing.Reading{On: s.Period.Last(), Value: dec(t, used)})
		}
		s.Accounts[0].Meters = append(s.Accounts[0].Meters, m)
		return s
	}
	last := charged(t, watered("2026-10", "0.1"))
	for used, want := range map[string]bool{"": false, "9": false, "11": true} {
		v := only(t, &last, charged(t, watered("2026-11", used)))
		if got := strings.HasPrefix(codes(v), gating.VolumeJump); got != want {
			t.Errorf("%q m³ after 0.1: %v", used, v.Signs)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	all := must(parameters.Builtin())(t)
	for name, value := range map[string]string{
		"gate.unexplained_max": "-1", "gate.change_max_percent": "0", "gate.volume_jump": "ten", "gate.seasonal": "warmth", "gate.zero_min": "",
	} {
		var list []housing.Parameter
		for _, p := range all {
			if p.Name == name {
				if value == "" {
					continue
				}
				p.Value = value
			}
			list = append(list, p)
		}
		if l, err := gating.LimitsOf(list, period(t, "2026-11")); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s = %q: %+v, %v", name, value, l, err)
		}
	}
}
