package readings

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewHouseVolumes returns the format "kvitok-house-volumes-csv", the volumes of house meters of a
// month. windows-1251 or UTF-8, «;», with the header
//
//	Адрес дома* | Ресурс* | Номер ОДПУ* | Объём* | Месяц*
//
// A star marks what every row must have. Ресурс is the name of a service, Месяц is ММ.ГГГГ. Source:
// the format is Kvitok's own.
func NewHouseVolumes() importers.Format {
	return importers.CSV{Title: "kvitok-house-volumes-csv", Room: "readings", Table: volumeTable()}
}

func volumeTable() importers.Layout {
	const addressLimit = 300
	type row = housing.HouseVolume
	return importers.Table[row]{
		Title: "Объёмы ОДПУ",
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
				Name: "Номер ОДПУ", Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.ReadSerial, func(r *row) *string { return &r.Serial }),
			},
			{
				Name: "Объём", Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Volume }),
			},
			{
				Name: "Месяц", Need: importers.Filled,
				Read: importers.Into(importers.ReadPeriod, func(r *row) *housing.Period { return &r.Period }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}
