package accounts

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const pointLimit = 50

func houseMeterTable() importers.Layout {
	type row = housing.HouseMeterEntry
	return importers.Table[row]{
		Title: "ОДПУ",
		Columns: []importers.Column[row]{
			{
				Name: "Адрес дома", Also: []string{"Адрес"}, Need: importers.Filled,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.House }),
			},
			{
				Name: "Ресурс", Also: []string{"Услуга"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Service }),
			},
			{
				Name: "Заводской номер ОДПУ", Need: importers.Filled, Mark: true, Key: true,
				Read: importers.Into(importers.ReadSerial, func(r *row) *string { return &r.Serial }),
			},
			{Name: "Тарифов", Read: importers.Into(importers.CountUpTo(3), func(r *row) *int { return &r.Zones })},
			{
				Name: "Коэффициент трансформации",
				Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Coefficient }),
			},
			{
				Name: "Код точки учёта",
				Read: importers.Into(importers.TextUpTo(pointLimit), func(r *row) *string { return &r.Point }),
			},
			{Name: "Дата ввода", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Commissioned })},
			{Name: "Срок поверки", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.VerifyBy })},
			{Name: "Снят", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Closed })},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Zones > 1 && r.Service != housing.Electricity {
				return nil, importers.WrongIn("Тарифов", "bad_zones", "зоны суток бывают только у электроснабжения", "1")
			}
			r.Source = src
			return *r, nil
		},
	}
}
