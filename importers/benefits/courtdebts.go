package benefits

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// courtRow is a row of courtDebtTable.
type courtRow struct {
	entry         housing.CourtDebtEntry
	from, through housing.Date
}

const courtLimit = 200

// courtDebtTable is the sheet «Судебные решения»: debts that a court confirmed, a decision (and service, where it names
// one) a row. A star marks what every row must have.
//
//	Лицевой счёт* | Суд* | Номер дела* | Вступило в силу* | Долг с* | Долг по* | Сумма, руб.* | Погашено, руб. | Услуга
//
// «Долг с», «Долг по»: any day of the first and the last month that the debt is of. Погашено: of it, since the
// decision; send the row again when more is paid. Источник: the format is Kvitok's own.
func courtDebtTable() importers.Layout {
	type row = courtRow
	return importers.Table[row]{Title: "Судебные решения", Columns: []importers.Column[row]{
		importers.AccountColumn(func(r *row) *string { return &r.entry.Account }),
		text("Суд", courtLimit, importers.Filled, func(r *row) *string { return &r.entry.Court }),
		{
			Name: "Номер дела", Also: []string{"Номер решения", "Номер судебного приказа"}, Need: importers.Filled,
			Read: importers.Into(importers.TextUpTo(nameLimit), func(r *row) *string { return &r.entry.Number }),
		},
		{
			Name: "Вступило в силу", Also: []string{"Дата вступления в силу"}, Need: importers.Filled, Mark: true, Key: true,
			Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.entry.InForce }),
		},
		{Name: "Долг с", Need: importers.Filled, Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.from })},
		{Name: "Долг по", Need: importers.Filled, Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.through })},
		{
			Name: "Сумма, руб.", Also: []string{"Сумма"}, Need: importers.Filled,
			Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.entry.Amount }),
		},
		{Name: "Погашено, руб.", Also: []string{"Погашено"}, Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.entry.Paid })},
		{Name: "Услуга", Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.entry.Service })},
	}, Fact: courtDebtFact}
}

func courtDebtFact(r *courtRow, src housing.Source) (importers.Fact, *importers.CellError) {
	d := &r.entry
	switch {
	case d.Amount <= 0:
		return nil, importers.WrongIn("Сумма, руб.", "not_positive", "сумма долга не больше нуля", "сумма по решению больше нуля")
	case d.Paid < 0 || d.Paid > d.Amount:
		return nil, importers.WrongIn("Погашено, руб.", "bad_repayment", "погашено меньше нуля или больше суммы по решению", "от нуля до суммы по решению")
	case r.through.Before(r.from):
		return nil, importers.WrongIn("Долг по", "bad_interval", "период долга кончается раньше, чем начинается", "день не раньше «Долг с»")
	case d.InForce.Before(r.from):
		return nil, importers.WrongIn("Вступило в силу", "bad_interval", "решение вступило в силу раньше, чем возник долг", "день после начала долга")
	}
	d.From, d.Through, d.Source = r.from.Period(), r.through.Period(), src
	return *d, nil
}
