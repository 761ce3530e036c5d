package tariffs

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	rangesLimit   = 9
	categoryLimit = 60
)

// NewRanges returns the format "kvitok-ranges-csv": the sheet «Диапазоны потребления» as a text of its own,
// windows-1251 or UTF-8, «;». Source: the format is Kvitok's own.
func NewRanges() importers.Format {
	return importers.CSV{Title: "kvitok-ranges-csv", Room: "tariffs", Table: rangeTable()}
}

type rangeRow struct {
	housing.ConsumptionRange
	through housing.Date
}

func rangeTable() importers.Layout {
	type row = rangeRow
	readBase := importers.WordOf("bad_range_base",
		importers.Word[housing.RangeBase]{Text: "лицевой счёт", Means: housing.RangePerAccount},
		importers.Word[housing.RangeBase]{Text: "человека", Means: housing.RangePerPerson})
	return importers.Table[row]{
		Title: "Диапазоны потребления",
		Columns: []importers.Column[row]{
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			{
				Name: "Диапазон", Need: importers.Filled,
				Read: importers.Into(importers.CountUpTo(rangesLimit), func(r *row) *int { return &r.Range }),
			},
			{
				Name: "Категория",
				Read: importers.Into(importers.TextUpTo(categoryLimit), func(r *row) *string { return &r.Category }),
			},
			{
				Name: "Дом", Also: []string{"Адрес дома"},
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.House }),
			},
			{
				Name: "Верхняя граница", Also: []string{"Верхняя граница диапазона"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.UpTo }),
			},
			{
				Name: "Граница на", Need: importers.Filled,
				Read: importers.Into(readBase, func(r *row) *housing.RangeBase { return &r.Base }),
			},
			{
				Name: "Не меньше на счёт",
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Least }),
			},
			{
				Name: "Целыми единицами",
				Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Whole }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.Valid.From }),
			importers.ThroughColumn(func(r *row) *housing.Date { return &r.through }),
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Range == 0 {
				return nil, importers.WrongIn("Диапазон", "not_positive", "диапазоны считаются с первого", "целое число от 1 до 9")
			}
			valid, err := importers.IntervalOf(r.Valid.From, r.through)
			r.Valid, r.Source = valid, src
			return r.ConsumptionRange, err
		},
	}
}
