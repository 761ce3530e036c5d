package pipeline

import (
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

func TestPayBy(t *testing.T) {
	t.Parallel()
	since := func(from, to, value string) housing.Parameter {
		p := housing.Parameter{Name: "due.day", Value: value, Valid: housing.Interval{From: day(t, from)}}
		if to != "" {
			p.Valid.To = day(t, to)
		}
		return p
	}
	rules := []housing.Parameter{since("2005-03-01", "2026-02-01", "10"), since("2026-02-01", "", "15")}
	calendar, err := parameters.BuiltinWorkdays()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ period, want string }{
		{"2025-12", "2026-01-12"}, // the 10th is a Saturday
		{"2026-01", "2026-02-10"},
		{"2026-02", "2026-03-16"}, // the 15th is a Sunday: case DL-02
		{"2024-04", "2024-05-13"}, // the 10th is a Friday off by the act on moved days
		{"2026-10", "2026-11-16"},
		{"2026-11", "2026-12-15"},
	}
	for _, test := range tests {
		period, err := housing.ParsePeriod(test.period)
		if err != nil {
			t.Fatal(err)
		}
		got, known, err := payBy(period, rules, calendar)
		if err != nil || !known || got.String() != test.want {
			t.Errorf("%s is due on %s (%v), want %s", test.period, got, err, test.want)
		}
	}
	if _, _, err := payBy(tests1990(t), rules, calendar); err == nil {
		t.Error("a month without the parameter has a due day")
	}
}

func tests1990(t *testing.T) housing.Period {
	t.Helper()
	period, err := housing.NewPeriod(1990, time.January)
	if err != nil {
		t.Fatal(err)
	}
	return period
}
