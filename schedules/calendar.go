package schedules

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Window is one due moment of a monthly or daily schedule.
type Window struct {
	At     time.Time      // instant, UTC
	Period housing.Period // month that is worked on
}

// Due returns the windows after last and up to now, oldest first: however many ticks were missed, and
// none twice. It is pure.
func (r RunConfig) Due(last, now time.Time, zone *time.Location) []Window {
	var due []Window
	month := housing.DateOf(last.In(zone)).Period().Prev()
	for {
		w := r.window(month, zone)
		if w.At.After(now) {
			return due
		}
		if w.At.After(last) {
			due = append(due, w)
		}
		month = month.Next()
	}
}

// Next returns the first window after a moment.
func (r RunConfig) Next(after time.Time, zone *time.Location) Window {
	month := housing.DateOf(after.In(zone)).Period().Prev()
	for {
		if w := r.window(month, zone); w.At.After(after) {
			return w
		}
		month = month.Next()
	}
}

// window is the one of a calendar month. A day that the month does not have is its last one.
func (r RunConfig) window(month housing.Period, zone *time.Location) Window {
	day := min(r.Day, month.Days())
	first := month.First().Time()
	w := Window{At: r.Time.on(first.Year(), first.Month(), day, zone), Period: month}
	if r.Month != MonthCurrent {
		w.Period = month.Prev()
	}
	return w
}

// Due returns the days' windows after last and up to now. Only the newest counts: a report of
// yesterday that nobody wrote is of no use today.
func (d DailyConfig) Due(last, now time.Time, zone *time.Location) []Window {
	local := now.In(zone)
	for back := range 2 {
		day := local.AddDate(0, 0, -back)
		at := d.Time.on(day.Year(), day.Month(), day.Day(), zone)
		if at.After(now) {
			continue
		}
		if at.After(last) {
			return []Window{{At: at}}
		}
		return nil
	}
	return nil
}

// Clock is a time of day.
type Clock struct{ Hour, Minute int }

// UnmarshalYAML reads "03:30". Its error is one of types, so that the reader goes on and reports the
// other ones too.
func (c *Clock) UnmarshalYAML(n *yaml.Node) error {
	t, err := time.Parse("15:04", n.Value)
	if err != nil || n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is no time of day such as 03:30", n.Line, n.Value)}}
	}
	*c = Clock{t.Hour(), t.Minute()}
	return nil
}

// on is the instant of the clock on a day. A time that the day skips (clocks go forward) is the moment
// they do; a time that comes twice (clocks go back) is the first of the two.
func (c Clock) on(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, c.Hour, c.Minute, 0, 0, zone)
	begin, end := t.ZoneBounds()
	wanted := time.Date(year, month, day, c.Hour, c.Minute, 0, 0, time.UTC)
	_, offset := t.Zone()
	switch shown := t.Add(time.Duration(offset) * time.Second); { // the clock on the wall, as if in UTC
	case shown.After(wanted):
		return begin.UTC()
	case shown.Before(wanted):
		return end.UTC()
	}
	if begin.IsZero() {
		return t.UTC()
	}
	_, before := begin.Add(-time.Nanosecond).Zone()
	_, after := t.Zone()
	if earlier := t.Add(time.Duration(after-before) * time.Second); before > after && earlier.Before(begin) {
		return earlier.UTC()
	}
	return t.UTC()
}
