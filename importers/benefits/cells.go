package benefits

import (
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// text is a column of free text.
func text[T any](name string, limit int, need importers.Need, field func(*T) *string) importers.Column[T] {
	return importers.Column[T]{Name: name, Need: need, Read: importers.Into(importers.TextUpTo(limit), field)}
}

// readDate takes the form of dBase, or the one of people where the table came as text.
func readDate(c importers.Cell) (housing.Date, error) {
	if len(c.Text) == len("20261001") {
		return importers.ReadCompactDate(c)
	}
	return importers.ReadDate(c)
}

// readQuantity takes a number from zero on.
func readQuantity(c importers.Cell) (housing.Decimal, error) { return importers.ReadNotNegative(c) }

// periodOf makes a month of two numbers, both zero where none is stated.
func periodOf(year, month int) (housing.Period, *importers.CellError) {
	if year == 0 && month == 0 {
		return 0, nil
	}
	p, err := housing.NewPeriod(year, time.Month(month))
	if err != nil {
		return 0, importers.Wrong("bad_period", "это не месяц", "месяц от 1 до 12 и год из четырёх цифр")
	}
	return p, nil
}

// withService looks the service up by its name. A name that is none of ours stays as text, with a note.
func withService(b housing.BenefitEntry) (importers.Fact, *importers.CellError) {
	if b.ServiceName == "" {
		return b, nil
	}
	service, err := importers.ReadService(importers.Cell{Text: b.ServiceName})
	if err != nil {
		return b, importers.Doubtful("unknown_service", "услуга «"+b.ServiceName+"» не сопоставлена с услугами Kvitok", "")
	}
	b.Service = service
	return b, nil
}
