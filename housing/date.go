package housing

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// Date is a business date without a time zone. The zero value means "no date".
type Date struct {
	year  int16
	month uint8
	day   uint8
}

// ErrNotDate says that a text or a triple is no date of the calendar.
var ErrNotDate = errors.New("not a date of the calendar")

// NewDate returns the date, or ErrNotDate for 31 February and the like. Years 1900 to 2199.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < 1900 || year > 2199 || month < time.January || month > time.December || day < 1 || day > daysIn(year, month) {
		return Date{}, fmt.Errorf("%04d-%02d-%02d: %w", year, month, day, ErrNotDate)
	}
	return Date{int16(year), uint8(month), uint8(day)}, nil //nolint:gosec // proved above
}

// daysIn is how many days a month has.
func daysIn(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	case time.January, time.March, time.May, time.July, time.August, time.October, time.December:
	}
	return 31
}

// DateOf returns the date that t shows in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{int16(y), uint8(m), uint8(d)} //nolint:gosec // a year of our calendar
}

// ParseDate reads ISO "2026-10-01".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q: %w", s, ErrNotDate)
	}
	return NewDate(t.Year(), t.Month(), t.Day())
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Time returns midnight UTC of the date.
func (d Date) Time() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// Cmp orders dates; "no date" comes first.
func (d Date) Cmp(o Date) int { return cmp.Compare(d.number(), o.number()) }

// Before reports whether d comes before o.
func (d Date) Before(o Date) bool { return d.number() < o.number() }

// After reports whether d comes after o.
func (d Date) After(o Date) bool { return d.number() > o.number() }

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// DaysUntil returns the number of days from d to o.
func (d Date) DaysUntil(o Date) int { return o.days() - d.days() }

// days counts from the first of March of year 0 of the Gregorian calendar: with February at the end of
// the year, the day of the year follows from the month alone.
func (d Date) days() int {
	year, month := int(d.year), int(d.month)-3
	if month < 0 {
		year, month = year-1, month+12
	}
	const perMonths, half, of = 153, 2, 5 // the days of five months from March or August on, each month rounded
	return 365*year + year/4 - year/100 + year/400 + (perMonths*month+half)/of + int(d.day) - 1
}

// Period returns the billing month that the date lies in.
func (d Date) Period() Period { return periodOf(int(d.year), int(d.month)) }

// Day returns the day of the month.
func (d Date) Day() int { return int(d.day) }

// String writes ISO "2026-10-01", or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	var text [10]byte
	return string(append(appendMonth(text[:0], int(d.year), int(d.month)), '-', '0'+d.day/10, '0'+d.day%10))
}

// Russian writes "01.10.2026", or "" for no date.
func (d Date) Russian() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d.%02d.%04d", d.day, d.month, d.year)
}

// AppendText writes ISO.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d.IsZero() {
		return b, nil
	}
	return append(appendMonth(b, int(d.year), int(d.month)), '-', '0'+d.day/10, '0'+d.day%10), nil
}

// appendMonth writes "2026-10"; years of our calendar have four digits.
func appendMonth(b []byte, year, month int) []byte {
	digit := func(n int) byte { return byte('0' + n%10) }
	return append(b, digit(year/1000), digit(year/100), digit(year/10), digit(year), '-', digit(month/10), digit(month))
}

// MarshalText writes ISO.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads ISO; "" is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Value gives any SQL driver the date, NULL for no date.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil //nolint:nilnil // NULL of SQL
	}
	return d.Time(), nil
}

// Scan takes a date from any SQL driver, NULL as no date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*d = DateOf(v)
		return nil
	case nil:
		*d = Date{}
		return nil
	}
	return fmt.Errorf("take a date from %T: %w", src, ErrNotDate)
}

func (d Date) number() int { return int(d.year)<<16 | int(d.month)<<8 | int(d.day) }

// Interval is the half-open span of dates [From, To). A zero To means "until further notice".
type Interval struct {
	From Date `json:"from"`
	To   Date `json:"to,omitzero"`
}

// Contains reports whether the date lies in the interval.
func (i Interval) Contains(d Date) bool {
	return !d.Before(i.From) && (i.To.IsZero() || d.Before(i.To))
}

// Overlaps reports whether two intervals share a day.
func (i Interval) Overlaps(o Interval) bool {
	return (i.To.IsZero() || o.From.Before(i.To)) && (o.To.IsZero() || i.From.Before(o.To))
}

// Days returns the number of days; the interval must have an end.
func (i Interval) Days() int { return i.From.DaysUntil(i.To) }

// Within cuts the interval to the month; ok is false where they share no day.
func (i Interval) Within(p Period) (cut Interval, ok bool) {
	cut = Interval{From: p.First(), To: p.Next().First()}
	if !i.Overlaps(cut) {
		return Interval{}, false
	}
	if i.From.After(cut.From) {
		cut.From = i.From
	}
	if !i.To.IsZero() && i.To.Before(cut.To) {
		cut.To = i.To
	}
	return cut, true
}
