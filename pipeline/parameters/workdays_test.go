package parameters_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
)

// The counts of working days are those of the official calendars of the years.
func TestBuiltinWorkdays(t *testing.T) {
	t.Parallel()
	calendar, err := parameters.BuiltinWorkdays()
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int]int{2023: 247, 2024: 248, 2025: 247, 2026: 247} {
		first, err := housing.NewDate(year, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for day := first; day.Period().Year() == year; day = day.AddDays(1) {
			off, known := calendar.Off(day)
			if !known {
				t.Fatalf("%s is not known", day)
			}
			if !off {
				got++
			}
		}
		if got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
}

func TestNextWorking(t *testing.T) {
	t.Parallel()
	calendar, err := parameters.BuiltinWorkdays()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		day, want string
		known     bool
	}{
		{"2026-03-15", "2026-03-16", true}, // Sunday: case DL-02
		{"2026-06-15", "2026-06-15", true},
		{"2025-05-10", "2025-05-12", true},  // Saturday
		{"2024-05-10", "2024-05-13", true},  // a Friday off by the act on moved days
		{"2024-11-02", "2024-11-02", true},  // a Saturday that is worked
		{"2026-01-10", "2026-01-12", true},  //
		{"2024-12-28", "2024-12-28", true},  //
		{"2025-12-31", "2026-01-12", true},  // over the end of the year
		{"2027-05-15", "2027-05-17", false}, // the act of 2027 is not known
		{"2031-03-15", "2031-03-17", false}, // no calendar: weekends only
	}
	for _, test := range tests {
		day, err := housing.ParseDate(test.day)
		if err != nil {
			t.Fatal(err)
		}
		got, known := calendar.NextWorking(day)
		if got.String() != test.want || known != test.known {
			t.Errorf("NextWorking(%s) = %s, %v, want %s, %v", test.day, got, known, test.want, test.known)
		}
	}
}

func TestLoadWorkdaysRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"- {year: 2026, off: [01-03]}", "01-03 is a Saturday"},
		{"- {year: 2026, working: [01-05]}", "01-05 is a Monday"},
		{"- {year: 2026, off: [02-30]}", "2026-02-30"},
		{"- {year: 2026}\n- {year: 2026}", "year 2026 stands twice"},
		{"- {year: 2026, holiday: [01-01]}", "holiday"},
	} {
		if _, err := parameters.LoadWorkdays(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want one with %q", test.text, err, test.want)
		}
	}
}

func TestOverrideWorkdays(t *testing.T) {
	t.Parallel()
	base, err := parameters.BuiltinWorkdays()
	if err != nil {
		t.Fatal(err)
	}
	extra, err := parameters.LoadWorkdays(strings.NewReader("- {year: 2027, confirmed: true, off: [05-17]}"))
	if err != nil {
		t.Fatal(err)
	}
	both := parameters.OverrideWorkdays(base, extra)
	for day, want := range map[string]string{"2027-05-15": "2027-05-18", "2026-03-15": "2026-03-16"} {
		from, err := housing.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if got, known := both.NextWorking(from); got.String() != want || !known {
			t.Errorf("NextWorking(%s) = %s, %v, want %s", day, got, known, want)
		}
	}
}
