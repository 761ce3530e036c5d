package importers

import (
	"fmt"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Columns that many tables of Kvitok's own have, by the same names everywhere.

const (
	addressLimit  = 300
	documentLimit = 500
)

// AddressColumn is the address of a house, which every row has.
func AddressColumn[T any](field func(*T) *string) Column[T] {
	return Column[T]{Name: "Адрес дома", Also: []string{"Адрес"}, Need: Filled, Read: Into(TextUpTo(addressLimit), field)}
}

// AccountColumn is the number of a personal account, which every row has.
func AccountColumn[T any](field func(*T) *string) Column[T] {
	return Column[T]{
		Name: "Лицевой счёт", Also: []string{"ЛС", "Номер лицевого счёта"}, Need: Filled, Read: Into(ReadAccountNumber, field),
	}
}

// ServiceColumn is a service, which every row has.
func ServiceColumn[T any](field func(*T) *housing.Service) Column[T] {
	return Column[T]{Name: "Услуга", Also: []string{"Ресурс"}, Need: Filled, Read: Into(ReadService, field)}
}

// SerialColumn is the number of a meter, which every row has.
func SerialColumn[T any](field func(*T) *string) Column[T] {
	return Column[T]{Name: "Номер прибора", Also: []string{"Заводской номер"}, Need: Filled, Read: Into(ReadSerial, field)}
}

// MonthColumn is a month, which every row has.
func MonthColumn[T any](field func(*T) *housing.Period) Column[T] {
	return Column[T]{Name: "Месяц", Need: Filled, Read: Into(ReadPeriod, field)}
}

// YearColumn is a year, which every row has.
func YearColumn[T any](field func(*T) *int) Column[T] {
	return Column[T]{Name: "Год", Need: Filled, Read: Into(ReadYear, field)}
}

// FromColumn is the first day of a fact, which every row has.
func FromColumn[T any](field func(*T) *housing.Date) Column[T] {
	return Column[T]{Name: "Действует с", Also: []string{"с"}, Need: Filled, Read: Into(ReadDate, field)}
}

// ThroughColumn is the last day of a fact; empty: until further notice.
func ThroughColumn[T any](field func(*T) *housing.Date) Column[T] {
	return Column[T]{Name: "по", Also: []string{"Действует по"}, Read: Into(ReadDate, field)}
}

// DocumentColumn is the act or decision that a fact rests on.
func DocumentColumn[T any](need Need, field func(*T) *string) Column[T] {
	return Column[T]{
		Name: "Документ", Also: []string{"Номер и дата документа", "Номер и дата акта", "Протокол"}, Need: need,
		Read: Into(TextUpTo(documentLimit), field),
	}
}

// ReadYear takes a year of four digits.
func ReadYear(c Cell) (int, error) {
	const first, last, form = 2000, 2199, "год из четырёх цифр, например 2025"
	year, err := ReadCount(c, last)
	if err != nil {
		return 0, Wrong("bad_year", "это не год", form)
	}
	if year < first {
		return 0, Wrong("bad_year", "год раньше 2000", form)
	}
	return year, nil
}

// ReadMoment takes a day with a time, local: ДД.ММ.ГГГГ ЧЧ:ММ, or a native date of Excel. A day without a
// time is its midnight, with a note: Excel shows midnight so, people mean other things by it.
func ReadMoment(c Cell) (housing.Moment, error) {
	const form = "дата и время вида ДД.ММ.ГГГГ ЧЧ:ММ, например 05.10.2026 06:30"
	if c.Kind == CellFailed {
		return housing.Moment{}, failed()
	}
	day, clock, timed := strings.Cut(strings.TrimSpace(c.Text), " ")
	on, ok, err := DateByMask(day, "dd.mm.yyyy")
	switch {
	case err != nil:
		return housing.Moment{}, Wrong("bad_moment", "такой даты нет в календаре", form)
	case !ok:
		return housing.Moment{}, Wrong("bad_moment", "это не дата и время", form)
	case !timed:
		return on.Midnight(), Doubtful("no_time", "время суток не указано: принята полночь, 00:00 этого дня", form)
	}
	layout := "15:04"
	if strings.Count(clock, ":") > 1 {
		layout = time.TimeOnly
	}
	at, err := time.Parse(layout, strings.TrimSpace(clock))
	if err != nil {
		return housing.Moment{}, Wrong("bad_moment", "такого времени суток нет", form)
	}
	// Excel keeps a time as a fraction of a day: half past six may come as 06:29:59.
	exact := on.Time().Add(at.Sub(at.Truncate(24 * time.Hour))).Round(time.Minute)
	m, err := housing.ParseMoment(exact.Format("2006-01-02T15:04"))
	if err != nil {
		return housing.Moment{}, Wrong("bad_moment", "такой даты нет в календаре", form)
	}
	return m, nil
}

// ReadAccountNumbers takes personal accounts separated by commas.
func ReadAccountNumbers(c Cell) ([]string, error) {
	if c.Kind != CellText && c.Kind != CellBool {
		number, err := ReadAccountNumber(c)
		if number == "" {
			return nil, err
		}
		return []string{number}, err
	}
	parts := strings.Split(c.Text, ",")
	numbers := make([]string, 0, len(parts))
	for _, part := range parts {
		number, err := ReadAccountNumber(Cell{Text: strings.TrimSpace(part)})
		if err != nil {
			return nil, Wrong("bad_account", fmt.Sprintf("«%s»: %s", strings.TrimSpace(part), err.Error()), "номера через запятую")
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}
