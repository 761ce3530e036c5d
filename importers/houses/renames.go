package houses

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const streetLimit = 200

func renameTable() importers.Layout {
	type row = housing.StreetRename
	return importers.Table[row]{
		Title: "Переименованные улицы",
		Columns: []importers.Column[row]{
			{
				Name: "Было", Also: []string{"Прежнее название"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.TextUpTo(streetLimit), func(r *row) *string { return &r.Was }),
			},
			{
				Name: "Стало", Also: []string{"Новое название"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.TextUpTo(streetLimit), func(r *row) *string { return &r.Now }),
			},
			{
				Name: "С даты", Also: []string{"Действует с"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Since }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if strings.EqualFold(r.Was, r.Now) {
				return nil, importers.WrongIn("Стало", "same_name", "новое название то же, что прежнее", "другое название, например ул. Садовая")
			}
			r.Source = src
			return *r, nil
		},
	}
}
