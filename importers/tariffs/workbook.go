package tariffs

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewWorkbook returns the format "kvitok-tariffs-xlsx": a workbook with any of the sheets
//
//	Тарифы:    Услуга* | Зона | Диапазон | Дом | Тариф, руб.* | Действует с* | по | Документ
//	Нормативы: Услуга* | Часть | Дом | Основа* | Норматив* | Действует с* | по | Документ
//	Диапазоны потребления: Услуга* | Диапазон* | Категория | Дом | Верхняя граница* | Граница на* |
//	           Не меньше на счёт | Целыми единицами | Действует с* | по | Документ
//
// A star marks what every row must have. Дом is an address, empty for the whole organisation; it
// stays as it came. Зона: день, ночь, пик, полупик, empty for the only zone. Основа: на человека, на
// м², на м³ (heat for hot water). Часть (of gas): приготовление пищи, нагрев воды, отопление. «по» is the
// last day. Source: the format is Kvitok's own.
func NewWorkbook() importers.Format {
	return importers.XLSX{
		Title: "kvitok-tariffs-xlsx", Room: "tariffs",
		Tables: []importers.Layout{tariffTable(), normTable(), rangeTable()},
	}
}

const (
	addressLimit  = 300
	documentLimit = 500
)

type tariffRow struct {
	housing.Tariff
	through housing.Date
}

func tariffTable() importers.Layout {
	type row = tariffRow
	return importers.Table[row]{
		Title: "Тарифы",
		Columns: []importers.Column[row]{
			{
				Name: "Услуга", Need: importers.Filled,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Service }),
			},
			{Name: "Зона", Read: importers.Into(importers.ReadZone, func(r *row) *housing.Zone { return &r.Zone })},
			{Name: "Диапазон", Read: importers.Into(importers.CountUpTo(rangesLimit), func(r *row) *int { return &r.Range })},
			{
				Name: "Дом", Also: []string{"Адрес дома"},
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.House }),
			},
			{
				Name: "Тариф, руб.", Also: []string{"Тариф", "Тариф, руб", "Цена, руб."}, Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Price }),
			},
			{
				Name: "Действует с", Also: []string{"с"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Valid.From }),
			},
			{
				Name: "по", Also: []string{"Действует по"},
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.through }),
			},
			{
				Name: "Документ",
				Read: importers.Into(importers.TextUpTo(documentLimit), func(r *row) *string { return &r.Document }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			valid, err := importers.IntervalOf(r.Valid.From, r.through)
			r.Valid, r.Source = valid, src
			return r.Tariff, err
		},
	}
}

type normRow struct {
	housing.Norm
	through housing.Date
}

func normTable() importers.Layout {
	type row = normRow
	readBase := importers.WordOf("bad_base",
		importers.Word[housing.NormBase]{Text: "на человека", Means: housing.PerPerson},
		importers.Word[housing.NormBase]{Text: "на м²", Means: housing.PerArea},
		importers.Word[housing.NormBase]{Text: "на м³", Means: housing.PerVolume})
	readPart := importers.WordOf("bad_part",
		importers.Word[housing.NormPart]{Text: "приготовление пищи", Means: housing.ForCooking},
		importers.Word[housing.NormPart]{Text: "нагрев воды", Means: housing.ForWater},
		importers.Word[housing.NormPart]{Text: "отопление", Means: housing.ForHeating})
	return importers.Table[row]{
		Title: "Нормативы",
		Columns: []importers.Column[row]{
			{
				Name: "Услуга", Need: importers.Filled,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Service }),
			},
			{
				Name: "Часть", Also: []string{"Часть норматива"},
				Read: importers.Into(readPart, func(r *row) *housing.NormPart { return &r.Part }),
			},
			{
				Name: "Дом", Also: []string{"Адрес дома"},
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.House }),
			},
			{
				Name: "Основа", Need: importers.Filled, Mark: true,
				Read: importers.Into(readBase, func(r *row) *housing.NormBase { return &r.Base }),
			},
			{
				Name: "Норматив", Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Value }),
			},
			{
				Name: "Действует с", Also: []string{"с"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Valid.From }),
			},
			{
				Name: "по", Also: []string{"Действует по"},
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.through }),
			},
			{
				Name: "Документ",
				Read: importers.Into(importers.TextUpTo(documentLimit), func(r *row) *string { return &r.Document }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Part != "" && r.Service != housing.Gas {
				return nil, importers.WrongIn("Часть", "wrong_service", "части норматива бывают только у газоснабжения", "")
			}
			valid, err := importers.IntervalOf(r.Valid.From, r.through)
			r.Valid, r.Source = valid, src
			return r.Norm, err
		},
	}
}
