package houses

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

func qualityTable() importers.Layout {
	type row = housing.QualityEntry
	readKind := importers.WordOf("bad_quality_kind",
		importers.Word[housing.QualityKind]{Text: "перерыв", Means: housing.Interruption},
		importers.Word[housing.QualityKind]{Text: "температура", Means: housing.Temperature},
		importers.Word[housing.QualityKind]{Text: "плановое отключение", Means: housing.Planned})
	return importers.Table[row]{
		Title: "Акты качества",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			{
				Name: "Лицевые счета", Also: []string{"Лицевой счёт"},
				Read: importers.Into(importers.ReadAccountNumbers, func(r *row) *[]string { return &r.Accounts }),
			},
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			{
				Name: "Вид нарушения", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(readKind, func(r *row) *housing.QualityKind { return &r.Kind }),
			},
			{
				Name: "Начало", Need: importers.Filled,
				Read: importers.Into(importers.ReadMoment, func(r *row) *housing.Moment { return &r.From }),
			},
			{
				Name: "Окончание", Need: importers.Filled,
				Read: importers.Into(importers.ReadMoment, func(r *row) *housing.Moment { return &r.To }),
			},
			{
				Name: "Температура, °C", Also: []string{"Температура"},
				Read: importers.Into(readDegrees, func(r *row) *housing.Measurement { return &r.Measured }),
			},
			{Name: "Угловая комната", Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Corner })},
			{Name: "Авария", Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Accident })},
			{
				Name: "Источников питания",
				Read: importers.Into(importers.CountUpTo(2), func(r *row) *int { return &r.Sources }), //nolint:mnd // one or two
			},
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Document }),
		},
		Fact: qualityFact,
	}
}

func qualityFact(r *housing.QualityEntry, src housing.Source) (importers.Fact, *importers.CellError) {
	switch {
	case !r.From.Before(r.To):
		return nil, importers.WrongIn("Окончание", "bad_interval",
			"окончание ("+r.To.Russian()+") не позже начала ("+r.From.Russian()+")", "")
	case r.Kind == housing.Temperature && r.Measured.IsZero():
		return nil, importers.WrongIn("Температура, °C", "no_temperature", "в акте о температуре нужна измеренная температура", "число, например 17,5")
	case r.Kind == housing.Temperature && r.Service != housing.HotWater && r.Service != housing.Heating:
		return nil, importers.WrongIn("Услуга", "wrong_service", "температуру измеряют у отопления и горячей воды", "")
	case r.Kind == housing.Planned && r.Service != housing.HotWater:
		return nil, importers.WrongIn("Услуга", "wrong_service", "планово отключают только горячую воду", "")
	case r.Sources > 0 && r.Service != housing.Electricity:
		return nil, importers.WrongIn("Источников питания", "wrong_service", "источники питания указываются только у электроснабжения", "")
	}
	r.Source = src
	return *r, nil
}

func readDegrees(c importers.Cell) (housing.Measurement, error) {
	d, err := importers.ReadDecimal(c)
	return housing.Measured(d), err
}
