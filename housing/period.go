package housing

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Period is a billing month (расчётный период, Правила 354 п. 37). The zero value means "none".
type Period int32

// ErrNotPeriod says that a text is no billing month.
var ErrNotPeriod = errors.New("not a billing month, expected YYYY-MM")

// NewPeriod returns the month, or ErrNotPeriod outside 1900 to 2199.
func NewPeriod(year int, month time.Month) (Period, error) {
	if year < 1900 || year > 2199 || month < time.January || month > time.December {
		return 0, fmt.Errorf("%d-%d: %w", year, month, ErrNotPeriod)
	}
	return periodOf(year, int(month)), nil
}

func periodOf(year, month int) Period {
	return Period(year*12 + month - 1) //nolint:gosec // years of our calendar
}

// ParsePeriod reads "2026-10".
func ParsePeriod(s string) (Period, error) {
	const form = len("yyyy-mm")
	if len(s) == form && s[4] == '-' {
		year, wellYear := digits(s[:4])
		month, wellMonth := digits(s[5:])
		if p, err := NewPeriod(year, time.Month(month)); err == nil && wellYear && wellMonth {
			return p, nil
		}
	}
	return 0, fmt.Errorf("%q: %w", s, ErrNotPeriod)
}

// digits reads a few digits and nothing else.
func digits(s string) (n int, well bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// IsZero reports whether there is no month.
func (p Period) IsZero() bool { return p == 0 }

// Year returns the calendar year.
func (p Period) Year() int { return int(p) / 12 }

// Month returns the calendar month.
func (p Period) Month() time.Month { return time.Month(int(p)%12 + 1) }

// First returns the first day.
func (p Period) First() Date {
	return Date{int16(p.Year()), uint8(p.Month()), 1} //nolint:gosec // years of our calendar
}

// Last returns the last day.
func (p Period) Last() Date { return p.Next().First().AddDays(-1) }

// Days returns the number of days of the month.
func (p Period) Days() int { return p.Last().Day() }

// Next returns the month after.
func (p Period) Next() Period { return p + 1 }

// Prev returns the month before.
func (p Period) Prev() Period { return p - 1 }

// Interval returns the whole month as [first day, first day of the next).
func (p Period) Interval() Interval { return Interval{From: p.First(), To: p.Next().First()} }

// String writes "2026-10", or "" for none.
func (p Period) String() string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", p.Year(), int(p.Month()))
}

// Russian writes "октябрь 2026".
func (p Period) Russian() string {
	if p == 0 {
		return ""
	}
	names := [...]string{
		"январь", "февраль", "март", "апрель", "май", "июнь",
		"июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
	}
	return fmt.Sprintf("%s %d", names[p.Month()-1], p.Year())
}

// MMYY writes "1026", as bank registries and file names have it.
func (p Period) MMYY() string { return fmt.Sprintf("%02d%02d", int(p.Month()), p.Year()%100) }

// MMYYYY writes "102026", as payment codes have it.
func (p Period) MMYYYY() string { return fmt.Sprintf("%02d%04d", int(p.Month()), p.Year()) }

// AppendText writes "2026-10".
func (p Period) AppendText(b []byte) ([]byte, error) {
	if p == 0 {
		return b, nil
	}
	return appendMonth(b, p.Year(), int(p.Month())), nil
}

// MarshalText writes "2026-10".
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "2026-10"; "" is none.
func (p *Period) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*p = 0
		return nil
	}
	v, err := ParsePeriod(string(b))
	if err != nil {
		return err
	}
	*p = v
	return nil
}

// Value gives any SQL driver the first day of the month, NULL for none.
func (p Period) Value() (driver.Value, error) {
	if p == 0 {
		return nil, nil //nolint:nilnil // NULL of SQL
	}
	return p.First().Time(), nil
}

// Scan takes a month from any SQL driver by a day of it, NULL as none.
func (p *Period) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*p = DateOf(v).Period()
		return nil
	case nil:
		*p = 0
		return nil
	}
	return fmt.Errorf("take a month from %T: %w", src, ErrNotPeriod)
}
