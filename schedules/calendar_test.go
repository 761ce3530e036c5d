package schedules_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones of the tests exist everywhere

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/schedules"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// at reads "2026-10-25 02:30" in a zone, or RFC 3339.
func at(t *testing.T, text string, z *time.Location) time.Time {
	t.Helper()
	if v, err := time.Parse(time.RFC3339, text); err == nil {
		return v
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRunDue(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone, run, last, now string
		want                 string // "instant=period ..."
	}{
		"not yet":                    {"Europe/Moscow", "{day: 1, time: '04:30'}", "2026-10-02 00:00", "2026-11-01 04:29", ""},
		"on the minute":              {"Europe/Moscow", "{day: 1, time: '04:30'}", "2026-10-02 00:00", "2026-11-01 04:30", "2026-11-01T01:30Z=2026-10"},
		"taken already":              {"Europe/Moscow", "{day: 1, time: '04:30'}", "2026-11-01 04:30", "2026-11-01 04:31", ""},
		"the current month":          {"Europe/Moscow", "{day: 25, time: '04:30', month: current}", "2026-10-02 00:00", "2026-10-26 00:00", "2026-10-25T01:30Z=2026-10"},
		"two missed, oldest first":   {"Europe/Moscow", "{day: 1, time: '04:30'}", "2026-09-02 00:00", "2026-11-15 00:00", "2026-10-01T01:30Z=2026-09 2026-11-01T01:30Z=2026-10"},
		"over the new year":          {"Europe/Moscow", "{day: 1, time: '00:00'}", "2026-12-15 00:00", "2027-01-01 00:00", "2026-12-31T21:00Z=2026-12"},
		"day 31 in February":         {"Europe/Moscow", "{day: 31, time: '04:30', month: current}", "2027-02-01 00:00", "2027-03-01 00:00", "2027-02-28T01:30Z=2027-02"},
		"clocks go forward":          {"Europe/Berlin", "{day: 29, time: '02:30', month: current}", "2026-03-01 00:00", "2026-03-30 00:00", "2026-03-29T01:00Z=2026-03"},
		"clocks go back":             {"Europe/Berlin", "{day: 25, time: '02:30', month: current}", "2026-10-01 00:00", "2026-10-26 00:00", "2026-10-25T00:30Z=2026-10"},
		"back, between the two":      {"Europe/Berlin", "{day: 25, time: '02:30', month: current}", "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z", ""},
		"forward, just before":       {"Europe/Berlin", "{day: 29, time: '02:30', month: current}", "2026-03-01 00:00", "2026-03-29T00:59:59Z", ""},
		"midnight that is skipped":   {"America/Santiago", "{day: 6, time: '00:00', month: current}", "2026-09-01 00:00", "2026-09-07 00:00", "2026-09-06T04:00Z=2026-09"},
		"far east of the country":    {"Asia/Kamchatka", "{day: 1, time: '04:30'}", "2026-10-02 00:00", "2026-11-01 12:00", "2026-10-31T16:30Z=2026-10"},
		"the clock of the host went": {"Europe/Moscow", "{day: 1, time: '04:30'}", "2026-11-01 04:30", "2026-10-31 23:00", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, test.zone)
			var run schedules.RunConfig
			if err := yaml.Unmarshal([]byte(test.run), &run); err != nil {
				t.Fatal(err)
			}
			due := run.Due(at(t, test.last, z), at(t, test.now, z), z)
			got := make([]string, 0, len(due))
			for _, w := range due {
				got = append(got, w.At.Format("2006-01-02T15:04Z07:00")+"="+w.Period.String())
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("windows (-want +got):\n%s", diff)
			}
		})
	}
}

// However ticks fall, each window is due once: the windows of many small steps are those of one big one.
func TestRunDueIsTheSameInSteps(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Berlin")
	run := schedules.RunConfig{Day: 25, Time: schedules.Clock{Hour: 2, Minute: 30}}
	begin, end := at(t, "2026-01-01 00:00", z), at(t, "2027-01-01 00:00", z)
	want := run.Due(begin, end, z)
	if len(want) != 12 {
		t.Fatalf("%d windows a year, want 12", len(want))
	}
	var got []schedules.Window
	last := begin
	for now := begin; !now.After(end); now = now.Add(37 * time.Minute) {
		for _, w := range run.Due(last, now, z) {
			got, last = append(got, w), w.At
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("windows (-one step +many):\n%s", diff)
	}
}

func TestDailyDue(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Moscow")
	daily := schedules.DailyConfig{Time: schedules.Clock{Hour: 7}, Dir: "x"}
	tests := map[string]struct{ last, now, want string }{
		"before the hour, nothing owed":  {"2026-10-09 07:00", "2026-10-10 06:59", ""},
		"on the hour":                    {"2026-10-09 07:00", "2026-10-10 07:00", "2026-10-10T04:00:00Z"},
		"taken":                          {"2026-10-10 07:00", "2026-10-10 23:00", ""},
		"a week missed: only the newest": {"2026-10-01 07:00", "2026-10-10 06:00", "2026-10-09T04:00:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want []schedules.Window
			if test.want != "" {
				want = []schedules.Window{{At: at(t, test.want, z)}}
			}
			if diff := cmp.Diff(want, daily.Due(at(t, test.last, z), at(t, test.now, z), z)); diff != "" {
				t.Errorf("windows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenPeriod(t *testing.T) {
	t.Parallel()
	z := zone(t, "Europe/Moscow")
	tests := map[string]struct{ config, now, want string }{
		"without a day":          {"{}", "2026-10-31 23:59", "2026-10"},
		"previous, month goes":   {"{run: {day: 1, time: '04:30'}}", "2026-10-20 00:00", "2026-10"},
		"previous, before run":   {"{run: {day: 1, time: '04:30'}}", "2026-11-01 04:29", "2026-10"},
		"previous, after run":    {"{run: {day: 1, time: '04:30'}}", "2026-11-01 04:30", "2026-11"},
		"current, before run":    {"{run: {day: 25, time: '04:30', month: current}}", "2026-10-25 04:00", "2026-10"},
		"current, after the run": {"{run: {day: 25, time: '04:30', month: current}}", "2026-10-25 05:00", "2026-11"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c schedules.Config
			if err := yaml.Unmarshal([]byte(test.config), &c); err != nil {
				t.Fatal(err)
			}
			if got := c.OpenPeriod(at(t, test.now, z), z).String(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	c := schedules.Config{
		Poll: schedules.PollConfig{Every: time.Millisecond}, Run: schedules.RunConfig{Day: 32, Month: "next"},
		Deliveries: []schedules.DeliveryConfig{
			{Name: "good", Reports: []string{"turnover"}, File: "osv-{month}.xlsx"},
			{Name: "good", Reports: []string{"nonsense"}, File: "{titel}-{month}.xlsx"},
			{Name: "../up", Day: 40, Month: "next", File: "{month}.xlsx", Organisations: []string{"1", "2"}},
			{Name: "two", Organisations: []string{"1", "2"}},
			{Name: "always", File: "{title}.xlsx"},
		},
	}
	err := c.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	want := "deliveries[1]: there is another delivery \"good\"\n" +
		"deliveries[1]: there is no report \"nonsense\"; kvitok report list names them\n" +
		"deliveries[1]: file: only {title}, {key}, {month}, {inn} and {company} are known\n" +
		"deliveries[2]: name must be a plain word: it names a folder\ndeliveries[2]: day must be from 0 (every day) to 31\n" +
		"deliveries[2]: month must be previous or current\n" +
		"deliveries[2]: file: several reports would have one name: {title} or {key} is missing\n" +
		"deliveries[3]: file: the files of several companies would have one name: {inn} or {company} is missing\n" +
		"deliveries[4]: file: the files of all months would have one name: {month} is missing\n" +
		"poll.every must be at least 1s\nrun.day must be from 1 to 31\nrun.month must be previous or current"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	var bad schedules.Config
	if err := yaml.Unmarshal([]byte("run: {time: '25:00'}"), &bad); err == nil {
		t.Error("25:00 is taken for a time of day")
	}
}
