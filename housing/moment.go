package housing

import (
	"errors"
	"fmt"
	"time"
)

// Moment is a local time of day on a date, to the minute: when an interruption began or ended. The
// zero value means "not known".
type Moment struct {
	on     Date
	minute int16
}

// ErrNotMoment says that a text is no date with a time of day.
var ErrNotMoment = errors.New("not a date with a time, expected YYYY-MM-DDTHH:MM")

const momentLayout = "2006-01-02T15:04"

// Midnight returns the moment at which a date begins.
func (d Date) Midnight() Moment { return Moment{on: d} }

// ParseMoment reads "2026-10-01T08:50".
func ParseMoment(s string) (Moment, error) {
	t, err := time.Parse(momentLayout, s)
	if err != nil {
		return Moment{}, fmt.Errorf("%q: %w", s, ErrNotMoment)
	}
	on, err := NewDate(t.Year(), t.Month(), t.Day())
	if err != nil {
		return Moment{}, err
	}
	return Moment{on, int16(t.Hour()*60 + t.Minute())}, nil //nolint:gosec // minutes of a day
}

// IsZero reports whether there is no moment.
func (m Moment) IsZero() bool { return m == Moment{} }

// Date returns the day of the moment.
func (m Moment) Date() Date { return m.on }

// Minute returns the minute of the day, 0 to 1439.
func (m Moment) Minute() int { return int(m.minute) }

// Before reports whether m comes before o.
func (m Moment) Before(o Moment) bool {
	if m.on != o.on {
		return m.on.Before(o.on)
	}
	return m.minute < o.minute
}

// MinutesUntil returns the number of minutes from m to o.
func (m Moment) MinutesUntil(o Moment) int {
	return m.on.DaysUntil(o.on)*24*60 + int(o.minute) - int(m.minute)
}

// String writes "2026-10-01T08:50", or "" for none.
func (m Moment) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%sT%02d:%02d", m.on, m.minute/60, m.minute%60)
}

// Russian writes "01.10.2026 08:50", or "" for none.
func (m Moment) Russian() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s %02d:%02d", m.on.Russian(), m.minute/60, m.minute%60)
}

// MarshalText writes "2026-10-01T08:50".
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "2026-10-01T08:50"; "" is none.
func (m *Moment) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = Moment{}
		return nil
	}
	v, err := ParseMoment(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}
