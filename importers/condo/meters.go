package condo

import (
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	addressLimit = 300
	partLimit    = 20
	nameLimit    = 200
	registers    = 4 // columns of readings
)

// NewMeters returns the format "condo-meters-xlsx", a row for each meter and day of its readings:
//
//	Адрес | Помещение | Тип помещения | Лицевой счет* | Тип счетчика* | Номер счетчика* |
//	Количество тарифов* | Показание 1–4 | Дата передачи показаний | Дата поверки |
//	Дата следующей поверки | Дата установки | Дата ввода в эксплуатацию | Дата опломбирования |
//	Дата контрольных показаний | Место установки счетчика | Автоматический | Дата вывода из эксплуатации
//
// The account is found by its number; the address is not compared. How many digits a meter has is not in
// the table: what is known stands. The same meter on several rows is one.
func NewMeters() importers.Format {
	return importers.XLSX{Title: "condo-meters-xlsx", Room: "accounts", Tables: []importers.Layout{meterTable()}}
}

// readResource reads what a meter counts.
func readResource(c importers.Cell) (housing.Service, error) {
	return importers.OneOf(c, "bad_resource",
		importers.Word[housing.Service]{Text: "ХВС", Means: housing.ColdWater}, importers.Word[housing.Service]{Text: "CW", Means: housing.ColdWater},
		importers.Word[housing.Service]{Text: "ГВС", Means: housing.HotWater}, importers.Word[housing.Service]{Text: "HW", Means: housing.HotWater},
		importers.Word[housing.Service]{Text: "ЭЛ", Means: housing.Electricity}, importers.Word[housing.Service]{Text: "EL", Means: housing.Electricity},
		importers.Word[housing.Service]{Text: "ТЕПЛО", Means: housing.Heating}, importers.Word[housing.Service]{Text: "HEAT", Means: housing.Heating},
		importers.Word[housing.Service]{Text: "ГАЗ", Means: housing.Gas}, importers.Word[housing.Service]{Text: "GAS", Means: housing.Gas})
}

// device is what both tables of meters say of one.
type device struct {
	serial    string
	service   housing.Service
	tariffs   int
	values    [registers]string
	on        housing.Date
	verifyBy  housing.Date
	installed housing.Date
	started   housing.Date
	closed    housing.Date
	house     string
	account   string
	reading   []housing.Reading
	source    housing.Source
}

// commissioned is the day of commissioning, or of installation where that is all that is stated.
func (d *device) commissioned() housing.Date {
	if d.started.IsZero() {
		return d.installed
	}
	return d.started
}

// deviceColumns are common to both tables.
func deviceColumns() []importers.Column[device] {
	type row = device
	columns := make([]importers.Column[row], 0, 12+registers)
	columns = append(columns, []importers.Column[row]{
		{
			Name: "Тип счетчика", Also: []string{"Type"}, Need: importers.Filled,
			Read: importers.Into(readResource, func(r *row) *housing.Service { return &r.service }),
		},
		{
			Name: "Номер счетчика", Also: []string{"Meter number"}, Need: importers.Filled, Mark: true, Key: true,
			Read: importers.Into(importers.ReadSerial, func(r *row) *string { return &r.serial }),
		},
		{
			Name: "Количество тарифов", Also: []string{"Tariffs count"}, Need: importers.Filled, Mark: true,
			Read: importers.Into(importers.CountUpTo(registers), func(r *row) *int { return &r.tariffs }),
		},
		day("Дата передачи показаний", "Reading submission date", func(r *row) *housing.Date { return &r.on }),
		day("Дата следующей поверки", "Next verification date", func(r *row) *housing.Date { return &r.verifyBy }),
		day("Дата установки", "Installation date", func(r *row) *housing.Date { return &r.installed }),
		day("Дата ввода в эксплуатацию", "Commissioning date", func(r *row) *housing.Date { return &r.started }),
		day("Дата вывода из эксплуатации", "Decommissioning date", func(r *row) *housing.Date { return &r.closed }),
		importers.Passed[row]("Дата поверки", "Verification date"), importers.Passed[row]("Дата опломбирования", "Sealing date"),
		importers.Passed[row]("Дата контрольных показаний", "Control readings date"),
		importers.Passed[row]("Автоматический", "Automatic"),
	}...)
	for i := range registers {
		columns = append(columns, importers.Column[row]{
			Name: fmt.Sprintf("Показание %d", i+1), Also: []string{fmt.Sprintf("Value %d", i+1)},
			Read: func(r *row, c importers.Cell) error {
				if _, err := importers.ReadNotNegative(c); err != nil {
					return err
				}
				r.values[i] = c.Text
				return nil
			},
		})
	}
	return columns
}

func day(name, english string, field func(*device) *housing.Date) importers.Column[device] {
	return importers.Column[device]{Name: name, Also: []string{english}, Read: importers.Into(importers.ReadDate, field)}
}

func meterTable() importers.Layout {
	type row = device
	return importers.Table[row]{
		Title: "Счетчики",
		Columns: append(deviceColumns(),
			importers.Column[row]{
				Name: "Лицевой счет", Also: []string{"Account number"}, Need: importers.Filled, Key: true,
				Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.account }),
			},
			importers.Passed[row]("Адрес", "Address"), importers.Passed[row]("Помещение", "Unit"),
			importers.Passed[row]("Тип помещения", "Unit type"), importers.Passed[row]("Место установки счетчика", "Meter place")),
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.source = src
			if err := r.readings(); err != nil {
				return nil, err
			}
			return housing.MeterEntry{Account: r.account, Meter: housing.Meter{
				Serial: r.serial, Service: r.service, Zones: housing.ZonesOf(r.tariffs), Commissioned: r.commissioned(), VerifyBy: r.verifyBy,
				Closed: r.closed, Source: src,
			}}, nil
		},
		Also: func(r *row, _ housing.Source) []importers.Fact {
			facts := make([]importers.Fact, 0, len(r.reading))
			for _, reading := range r.reading {
				facts = append(facts, housing.MeterReading{Account: r.account, Serial: r.serial, Service: r.service, Reading: reading})
			}
			return facts
		},
	}
}

// readings proves the readings of a row against its number of tariffs and its day.
func (d *device) readings() *importers.CellError {
	filled := 0
	for _, v := range d.values {
		if v != "" {
			filled++
		}
	}
	switch {
	case d.tariffs < 1 || d.tariffs > 3:
		return importers.WrongIn("Количество тарифов", "bad_zones", "тарифов бывает от одного до трёх", "1, 2 или 3")
	case d.tariffs > 1 && d.service != housing.Electricity:
		return importers.WrongIn("Количество тарифов", "bad_zones", "зоны суток бывают только у электроснабжения", "1")
	case filled == 0:
		return nil
	case filled != d.tariffs || d.values[d.tariffs-1] == "":
		return importers.WrongIn("Показание 1", "bad_initial", fmt.Sprintf("показаний %d, а тарифов у счётчика %d", filled, d.tariffs),
			"по одному показанию на тариф, начиная с первого столбца")
	case d.on.IsZero():
		return importers.WrongIn("Дата передачи показаний", "empty", "показания есть, а день не указан", "день, когда снято показание")
	}
	for i, zone := range housing.ZonesOf(d.tariffs) {
		value, err := importers.ReadNotNegative(importers.Cell{Text: d.values[i]})
		if err != nil {
			return importers.WrongIn("Показание 1", "bad_initial", err.Error(), "")
		}
		d.reading = append(d.reading, housing.Reading{Zone: zone, On: d.on, Value: value, Source: d.source})
	}
	return nil
}
