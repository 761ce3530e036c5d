package accounts

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// OldMonthFormats returns the formats of the month of another system, to be set beside ours: a workbook with the
// sheet «Старая система» or text. It is compared, never taken in, so that it stands in no catalogue.
//
//	Лицевой счёт* | Услуга* | Начислено* | Оплачено | Сальдо на конец | Объём | Тариф | Площадь | Проживает
//
// Columns without a star may be missing: what they would tell is then not compared. A service may stand in several
// rows: they are added up.
func OldMonthFormats() []importers.Format {
	set := importers.TableSet{Book: "kvitok-old-month-xlsx", Room: subject, Tables: []importers.NamedTable{{Name: "old-month", Table: oldMonthTable()}}}
	return append(set.CSV(), set.Workbook())
}

func oldMonthTable() importers.Layout {
	type row = housing.OldMonth
	flagged := func(read func(*row, importers.Cell) error, flag func(*row) *bool) func(*row, importers.Cell) error {
		return func(r *row, c importers.Cell) error {
			*flag(r) = true
			return read(r, c)
		}
	}
	return importers.Table[row]{
		Title: "Старая система",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			{
				Name: "Начислено", Also: []string{"Начислено, руб."}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Charged }),
			},
			{
				Name: "Оплачено", Also: []string{"Оплачено, руб."},
				Read: flagged(importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Paid }), func(r *row) *bool { return &r.HasPaid }),
			},
			{
				Name: "Сальдо на конец", Also: []string{"Исходящее сальдо", "Сальдо"},
				Read: flagged(importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Closing }),
					func(r *row) *bool { return &r.HasClosing }),
			},
			{Name: "Объём", Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Volume })},
			{Name: "Тариф", Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Price })},
			{
				Name: "Площадь", Also: []string{"Площадь, м²"},
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Area }),
			},
			{Name: "Проживает", Read: importers.Into(importers.CountUpTo(peopleLimit), func(r *row) *int { return &r.People })},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}
