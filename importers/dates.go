package importers

import (
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

const (
	dateForm = "дата вида ДД.ММ.ГГГГ, например 01.10.2026"
	// noDateFormat tells a number in a workbook from a number in a text.
	noDateFormat = "ячейка Excel не отмечена как дата"
	periodForm   = "месяц вида ММ.ГГГГ, например 10.2026"
)

// ReadDate takes what people may write: ДД.ММ.ГГГГ, ГГГГ-ММ-ДД, a native date of Excel. All else is
// refused with the form expected, never guessed: 03/04/26 may be three different days.
func ReadDate(c Cell) (housing.Date, error) {
	switch c.Kind {
	case CellFailed:
		return housing.Date{}, failed()
	case CellDateTime:
		return housing.Date{}, Wrong("bad_date", "дата с временем суток", dateForm)
	case CellNumber:
		return housing.Date{}, Wrong("bad_date", "число вместо даты: "+noDateFormat, dateForm)
	case CellText, CellDate, CellBool:
	}
	if d, ok, err := DateByMask(c.Text, "dd.mm.yyyy"); ok {
		return d, wrongDay(err)
	}
	if d, ok, err := DateByMask(c.Text, "yyyy-mm-dd"); ok {
		return d, wrongDay(err)
	}
	return housing.Date{}, Wrong("bad_date", notDate(c.Text), dateForm)
}

func wrongDay(err error) error {
	if err != nil {
		return Wrong("bad_date", "такой даты нет в календаре", dateForm)
	}
	return nil
}

func notDate(s string) string {
	groups, digits := 0, 0
	last := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
			last++
			continue
		}
		groups, last = groups+1, 0
	}
	switch {
	case digits == 0:
		return "это не дата"
	case strings.TrimSpace(s) != s:
		return "лишний пробел в начале или в конце даты"
	case strings.Contains(s, "/"):
		return "дата записана через «/»"
	case strings.ContainsAny(s, " \u00a0"):
		return "дата записана с пробелами"
	case groups == 2 && last == 2:
		return "год из двух цифр"
	case groups <= 1 && digits >= 5 && strings.Trim(s, "0123456789.,") == "":
		return "число вместо даты (так выглядит дата, у которой в Excel снят формат даты)"
	}
	return "дата записана не по форме"
}

// DateByMask reads a date by the mask of a machine format: "dd.mm.yyyy", "dd-mm-yyyy", "yyyy-mm-dd",
// every digit in its place. ok is false where the text does not have the form; err tells a date that
// the calendar does not have.
func DateByMask(s, mask string) (d housing.Date, ok bool, err error) {
	if len(s) != len(mask) {
		return housing.Date{}, false, nil
	}
	var day, month, year int
	for i := range len(mask) {
		digit := int(s[i] - '0')
		switch mask[i] {
		case 'd':
			day = day*10 + digit
		case 'm':
			month = month*10 + digit
		case 'y':
			year = year*10 + digit
		default:
			if s[i] != mask[i] {
				return housing.Date{}, false, nil
			}
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return housing.Date{}, false, nil
		}
	}
	d, err = housing.NewDate(year, time.Month(month), day)
	return d, true, err
}

// ReadPeriod takes a month: ММ.ГГГГ, ГГГГ-ММ, or its first day as a date.
func ReadPeriod(c Cell) (housing.Period, error) {
	if c.Kind == CellFailed {
		return 0, failed()
	}
	s := c.Text
	if len(s) != len("10.2026") { // a month alone is no date
		if d, err := ReadDate(c); err == nil && d.Day() == 1 {
			return d.Period(), nil
		}
	}
	if len(s) == len("10.2026") && s[2] == '.' {
		s = s[3:] + "-" + s[:2]
	}
	if p, err := housing.ParsePeriod(s); err == nil && c.Kind != CellNumber {
		return p, nil
	}
	return 0, Wrong("bad_period", "это не месяц", periodForm)
}

// IntervalOf joins two cells of a table: the first day, and the last day where stated («по» counts
// the day itself, an Interval does not).
func IntervalOf(from, through housing.Date) (housing.Interval, *CellError) {
	if through.IsZero() {
		return housing.Interval{From: from}, nil
	}
	if through.Before(from) {
		return housing.Interval{}, Wrong("bad_interval",
			"срок кончается ("+through.Russian()+") раньше, чем начинается ("+from.Russian()+")", "")
	}
	return housing.Interval{From: from, To: through.AddDays(1)}, nil
}

// ReadDottedDate takes the mask of machine formats that write ДД.ММ.ГГГГ, and nothing else.
func ReadDottedDate(c Cell) (housing.Date, error) {
	const form = "дата вида ДД.ММ.ГГГГ"
	d, ok, err := DateByMask(c.Text, "dd.mm.yyyy")
	switch {
	case !ok:
		return d, Wrong("bad_date", "дата записана не по форме", form)
	case err != nil:
		return d, Wrong("bad_date", "такой даты нет в календаре", form)
	}
	return d, nil
}
