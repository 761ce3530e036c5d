package accounts

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

type serviceRow struct {
	housing.HouseService
	impossible bool
	through    housing.Date
}

func serviceTable() importers.Layout {
	type row = serviceRow
	readImpossible := importers.WordOf("bad_yes_no",
		importers.Word[bool]{Text: "да", Means: false}, importers.Word[bool]{Text: "нет", Means: true})
	return importers.Table[row]{
		Title: "Услуги",
		Columns: []importers.Column[row]{
			{
				Name: "Адрес дома", Also: []string{"Адрес"}, Need: importers.Filled,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.House }),
			},
			{
				Name: "Лицевой счёт", Also: []string{"ЛС"},
				Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
			},
			{
				Name: "Услуга", Need: importers.Filled,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Service }),
			},
			{
				Name: "ИНН получателя", Need: importers.Filled,
				Read: importers.Into(importers.ReadINN, func(r *row) *string { return &r.Payee }),
			},
			{
				Name: "Возможность установки ИПУ", Need: importers.Present, Mark: true,
				Read: importers.Into(readImpossible, func(r *row) *bool { return &r.impossible }),
			},
			{
				Name: "Действует с", Also: []string{"с"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Valid.From }),
			},
			{
				Name: "по", Also: []string{"Действует по"},
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.through }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			valid, err := importers.IntervalOf(r.Valid.From, r.through)
			r.MeterPossible = !r.impossible
			r.Valid, r.Source = valid, src
			return r.HouseService, err
		},
	}
}
