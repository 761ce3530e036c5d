package accounts

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

func houseTable() importers.Layout {
	type row = housing.House
	readKind := importers.WordOf("bad_house_kind",
		importers.Word[housing.HouseKind]{Text: "МКД", Means: housing.BlockOfFlats},
		importers.Word[housing.HouseKind]{Text: "жилой дом", Means: housing.PrivateHouse})
	return importers.Table[row]{
		Title: "Дома",
		Columns: []importers.Column[row]{
			{
				Name: "Адрес", Also: []string{"Адрес дома"}, Need: importers.Filled,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Address }),
			},
			{Name: "ФИАС", Also: []string{"Код ФИАС"}, Read: importers.Into(importers.ReadFIAS, func(r *row) *string { return &r.FIAS })},
			{
				Name: "Вид дома", Need: importers.Filled, Mark: true,
				Read: importers.Into(readKind, func(r *row) *housing.HouseKind { return &r.Kind }),
			},
			{
				Name: "Площадь помещений, м²", Mark: true,
				Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Area }),
			},
			{
				Name: "Площадь общего имущества, м²", Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Common }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}
