package pipeline

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/store"
)

func day(t *testing.T, s string) housing.Date {
	t.Helper()
	d, err := housing.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func number(t *testing.T, s string) housing.Decimal {
	t.Helper()
	d, err := housing.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestReadingRules asks the one engine of all sources: a meter that showed 100,5 on 25.09 and 130 on
// 25.11, with five digits.
func TestReadingRules(t *testing.T) {
	t.Parallel()
	known := func() store.RegisterState {
		return store.RegisterState{
			MeterID: 1, Found: 1, Service: housing.ColdWater, Digits: 5, Zones: 1, LastOn: day(t, "2026-09-25"), Last: number(t, "100.5"),
			NextOn: day(t, "2026-11-25"), Next: number(t, "130"),
		}
	}
	tests := []struct {
		name  string
		on    string
		value string
		zone  housing.Zone
		state func(*store.RegisterState)
		want  string // code, "" for accepted, "unchanged"
	}{
		{"between its neighbours", "2026-10-25", "110", "", nil, ""},
		{"equal to the one before: nothing was used", "2026-10-25", "100.5", "", nil, ""},
		{"less than before", "2026-10-25", "99", "", nil, "reading_decreased"},
		{"more than after", "2026-10-25", "131", "", nil, "reading_above_next"},
		{"an extra zero", "2026-10-25", "1005", "", func(s *store.RegisterState) { s.NextOn = housing.Date{} }, "reading_spike"},
		{"more digits than the meter has", "2026-10-25", "100000", "", nil, "too_many_digits"},
		{"the same again", "2026-09-25", "100.50", "", func(s *store.RegisterState) { s.Repeated = true }, "unchanged"},
		{"another value of the day", "2026-09-25", "101", "", func(s *store.RegisterState) { s.Repeated = true }, "reading_known"},
		{"tomorrow", "2026-11-23", "120", "", nil, "future_reading"},
		{"no such meter", "2026-10-25", "110", "", func(s *store.RegisterState) { s.Found = 0 }, "unknown_meter"},
		{"two such meters", "2026-10-25", "110", "", func(s *store.RegisterState) { s.Found = 2 }, "ambiguous_meter"},
		{"a closed meter", "2026-10-25", "110", "", func(s *store.RegisterState) { s.Closed = day(t, "2026-10-01") }, "closed_meter"},
		{"a zone it lacks", "2026-10-25", "110", housing.ZoneNight, nil, "unknown_zone"},
		{"negative", "2026-10-25", "-1", "", func(s *store.RegisterState) { s.LastOn = housing.Date{} }, "negative_reading"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state := known()
			if test.state != nil {
				test.state(&state)
			}
			check := readingCheck{limits: DefaultReadingLimits(), today: day(t, "2026-11-22"), earlier: map[register]*store.RegisterState{}}
			got := check.one(housing.MeterReading{
				Serial:  "ХВ-1", // the service is that of the meter: a supplier's file does not name it
				Reading: housing.Reading{Zone: test.zone, On: day(t, test.on), Value: number(t, test.value)},
			}, &state)
			code := ""
			switch got.Verdict {
			case housing.Unchanged:
				code = "unchanged"
			case housing.Rejected:
				code = got.Problems[0].Code
			case housing.Accepted:
			}
			if code != test.want {
				t.Errorf("ended as %q (%+v), want %q", code, got, test.want)
			}
		})
	}
}

// Rows of one batch are judged in the light of those before them, which the database does not know yet.
func TestReadingRulesWithinABatch(t *testing.T) {
	t.Parallel()
	check := readingCheck{limits: DefaultReadingLimits(), today: day(t, "2026-11-22"), earlier: map[register]*store.RegisterState{}}
	give := func(on, value string) housing.Outcome {
		state := store.RegisterState{
			MeterID: 1, Found: 1, Service: housing.ColdWater, Digits: 5, Zones: 1, LastOn: day(t, "2026-09-25"), Last: number(t, "100"),
		}
		return check.one(housing.MeterReading{
			Serial: "ХВ-1", Service: housing.ColdWater, Reading: housing.Reading{On: day(t, on), Value: number(t, value)},
		}, &state)
	}
	steps := []struct {
		on, value string
		want      housing.Verdict
	}{
		{"2026-10-20", "110", housing.Accepted},
		{"2026-10-20", "110", housing.Unchanged},
		{"2026-10-20", "111", housing.Rejected},
		{"2026-10-25", "109", housing.Rejected},
		{"2026-10-10", "112", housing.Rejected},
		{"2026-10-25", "115", housing.Accepted},
	}
	for i, step := range steps {
		if got := give(step.on, step.value); got.Verdict != step.want {
			t.Errorf("step %d: %s on %s ended as %s (%v), want %s", i, step.value, step.on, got.Verdict, got.Problems, step.want)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	outcome := func(v housing.Verdict) housing.Outcome {
		o := housing.Outcome{Verdict: v}
		if v == housing.Rejected {
			o.Problems = []housing.Problem{{Code: "reading_spike", Text: "много"}}
		}
		return o
	}
	verdicts := make([]stream.Verdict, 5)
	judge(verdicts, []int{0, 0, 1, 2, 2, 3}, []housing.Outcome{
		outcome(housing.Accepted), outcome(housing.Unchanged),
		outcome(housing.Unchanged),
		outcome(housing.Accepted), outcome(housing.Rejected),
		outcome(housing.Rejected),
	})
	want := []stream.Outcome{stream.Accepted, stream.Unchanged, stream.Dead, stream.Dead, stream.Unchanged}
	for i := range want {
		if verdicts[i].Outcome != want[i] {
			t.Errorf("message %d ended as %v, want %v", i, verdicts[i].Outcome, want[i])
		}
	}
}

func TestPayeeOf(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"9900123450_40702810800000000777_424.y03": "9900123450",
		"990012345012_40702_1.txt":                "990012345012",
		"payments.txt":                            "",
		"99001_1.txt":                             "",
		"9900123450.txt":                          "",
	}
	for name, want := range tests {
		if got := payeeOf(name); got != want {
			t.Errorf("payee of %s is %q, want %q", name, got, want)
		}
	}
}
