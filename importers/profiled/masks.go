package profiled

import (
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// shown writes masks as people do: дата вида ДД-ММ-ГГГГ.
func shown(what string, masks []string) string {
	forms := make([]string, len(masks))
	for i, mask := range masks {
		forms[i] = strings.NewReplacer("d", "Д", "m", "М", "y", "Г").Replace(mask)
	}
	return what + " вида " + strings.Join(forms, " или ")
}

func masksOf(own, all []string) []string {
	if len(own) > 0 {
		return own
	}
	return all
}

func dateReader(p *profiles.Profile, c profiles.Column) func(importers.Cell) (housing.Date, error) {
	masks := masksOf(c.Mask, p.Dates)
	if len(masks) == 0 {
		return importers.ReadDate
	}
	form, ready := shown("дата", masks), centuries(masks)
	return func(cell importers.Cell) (housing.Date, error) {
		if cell.Kind == importers.CellDate {
			return importers.ReadDate(cell)
		}
		for _, mask := range ready {
			d, fits, err := importers.DateByMask(mask.complete(cell.Text), mask.full)
			switch {
			case !fits:
			case err != nil:
				return d, importers.Wrong("bad_date", "такой даты нет в календаре", form)
			default:
				return d, nil
			}
		}
		return housing.Date{}, importers.Wrong("bad_date", "дата записана не по форме", form)
	}
}

// centuryMask is a mask as it was written and with a year of four digits, whose first two are put in at a
// place; -1: nowhere.
type centuryMask struct {
	short, full string
	at          int
}

// centuries completes the masks with a year of two digits: ours is the only century in which they are used.
func centuries(masks []string) []centuryMask {
	ready := make([]centuryMask, len(masks))
	for i, mask := range masks {
		ready[i] = centuryMask{mask, mask, -1}
		if at := strings.Index(mask, "yy"); at >= 0 && !strings.Contains(mask, "yyyy") {
			ready[i].full, ready[i].at = mask[:at]+"yy"+mask[at:], at
		}
	}
	return ready
}

func (m centuryMask) complete(text string) string {
	if m.at < 0 || len(text) != len(m.short) {
		return text
	}
	return text[:m.at] + "20" + text[m.at:]
}

func monthReader(p *profiles.Profile, c profiles.Column) func(importers.Cell) (housing.Period, error) {
	masks := masksOf(c.Mask, p.Months)
	if len(masks) == 0 {
		return importers.ReadPeriod
	}
	form := shown("месяц", masks) + ", например " + strings.NewReplacer("mm", "09", "yyyy", "2026", "yy", "26").Replace(masks[0])
	wrong, ready := importers.Wrong, centuries(masks)
	text := "это не месяц"
	if p.Subject == profiles.Payments { // the payer's word only: noted, never refused
		wrong, text = importers.Doubtful, "это не месяц, он не учтён"
	}
	return func(cell importers.Cell) (housing.Period, error) {
		for _, mask := range ready {
			if period, ok := mask.month(cell.Text); ok {
				return period, nil
			}
		}
		return 0, wrong("bad_period", text, form)
	}
}

// month reads a month, digit by digit.
func (m centuryMask) month(text string) (housing.Period, bool) {
	mask := m.short
	if len(text) != len(mask) {
		return 0, false
	}
	month, year := 0, 0
	if m.at >= 0 {
		year = 20
	}
	for i := range len(mask) {
		digit := int(text[i] - '0')
		switch mask[i] {
		case 'm':
			month = month*10 + digit
		case 'y':
			year = year*10 + digit
		default:
			if text[i] != mask[i] {
				return 0, false
			}
			continue
		}
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	period, err := housing.NewPeriod(year, time.Month(month))
	return period, err == nil
}
