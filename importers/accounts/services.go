package accounts

import (
	"slices"
	"strings"

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
		Columns: append([]importers.Column[row]{
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
		}, serviceMarks()...),
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if err := checkService(&r.HouseService); err != nil {
				return nil, err
			}
			valid, err := importers.IntervalOf(r.Valid.From, r.through)
			r.MeterPossible = !r.impossible
			r.Valid, r.Source = valid, src
			return r.HouseService, err
		},
	}
}

// serviceMarks are the columns that only some services have.
func serviceMarks() []importers.Column[serviceRow] {
	type row = serviceRow
	return []importers.Column[row]{
		{
			Name: "Категория",
			Read: importers.Into(importers.TextUpTo(categoryLimit), func(r *row) *string { return &r.Category }),
		},
		{
			Name: "Оборудование", Also: []string{"Газовое оборудование"},
			Read: importers.Into(readEquipment, func(r *row) *string { return &r.Equipment }),
		},
		{
			Name: "Собственный источник тепла",
			Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.OwnSource }),
		},
		{
			Name: "Кj", Also: []string{"Коэффициент качества"},
			Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Quality }),
		},
		{
			Name: "Кс", Also: []string{"Коэффициент соответствия"},
			Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Correspondence }),
		},
	}
}

// readEquipment takes what gas is burnt for, separated by commas, as parts of its norm.
func readEquipment(c importers.Cell) (string, error) {
	var parts []string
	for word := range strings.SplitSeq(c.Text, ",") {
		part, err := importers.OneOf(importers.Cell{Text: strings.TrimSpace(word)}, "bad_equipment",
			importers.Word[housing.NormPart]{Text: "приготовление пищи", Means: housing.ForCooking},
			importers.Word[housing.NormPart]{Text: "нагрев воды", Means: housing.ForWater},
			importers.Word[housing.NormPart]{Text: "отопление", Means: housing.ForHeating})
		if err != nil {
			return "", err
		}
		parts = append(parts, string(part))
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " "), nil
}

// checkService proves that what a service is told belongs to it.
func checkService(r *housing.HouseService) *importers.CellError {
	switch {
	case r.Equipment != "" && r.Service != housing.Gas:
		return importers.WrongIn("Оборудование", "wrong_service", "оборудование указывается только у газоснабжения", "")
	case r.OwnSource && r.Service != housing.Heating:
		return importers.WrongIn("Собственный источник тепла", "wrong_service", "этот признак относится только к отоплению", "")
	case (!r.Quality.IsZero() || !r.Correspondence.IsZero()) && r.Service != housing.Rent:
		return importers.WrongIn("Услуга", "wrong_service", "коэффициенты Кj и Кс бывают только у наёма", "")
	}
	return nil
}
