package housing

import "slices"

// Workdays is the official calendar of working days (ТК РФ, ст. 112): Saturdays and Sundays are off
// unless they were made working days, other days are on unless they are named. The zero value knows no year.
type Workdays struct {
	Years []WorkYear
}

// WorkYear is what differs from plain weeks in one year.
type WorkYear struct {
	Year      int
	Off       []Date // working days of the week that are off
	Working   []Date // Saturdays and Sundays that are working days
	Confirmed bool   // the government's act on moved days is in it
	Basis     string // the acts, in Russian
}

// Off reports whether nobody works on the day. known is false where the calendar of that year is not
// there, or not confirmed by the act on moved days: then only what is certain counts.
func (w Workdays) Off(d Date) (off, known bool) {
	weekday := d.Time().Weekday()
	off = weekday == 0 || weekday == 6
	for _, year := range w.Years {
		if year.Year != d.Period().Year() {
			continue
		}
		switch {
		case off && slices.Contains(year.Working, d):
			off = false
		case !off && slices.Contains(year.Off, d):
			off = true
		}
		return off, year.Confirmed
	}
	return off, false
}

// NextWorking moves a last day to the next working day where it falls on a day off (ГК РФ, ст. 193).
// known is false where the calendar of a day it looked at is not known or not confirmed.
func (w Workdays) NextWorking(d Date) (day Date, known bool) {
	known = true
	for {
		off, sure := w.Off(d)
		known = known && sure
		if !off {
			return d, known
		}
		d = d.AddDays(1)
	}
}
