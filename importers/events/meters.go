package events

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

func meterEventTable() importers.Layout {
	type row = housing.MeterEventEntry
	readKind := importers.WordOf("bad_meter_event",
		importers.Word[housing.MeterEventKind]{Text: "вышел из строя", Means: housing.MeterFailed},
		importers.Word[housing.MeterEventKind]{Text: "утрачен", Means: housing.MeterFailed},
		importers.Word[housing.MeterEventKind]{Text: "недопуск", Means: housing.MeterNoAccess})
	return importers.Table[row]{
		Title: "Акты по приборам учёта",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			importers.SerialColumn(func(r *row) *string { return &r.Serial }),
			{
				Name: "Событие", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(readKind, func(r *row) *housing.MeterEventKind { return &r.Kind }),
			},
			{
				Name: "Дата события", Also: []string{"Дата акта"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.On }),
			},
			{
				Name: "Учитывает снова с",
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.To }),
			},
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			switch {
			case !r.To.IsZero() && !r.On.Before(r.To):
				return nil, importers.WrongIn("Учитывает снова с", "bad_interval", "прибор снова учитывает не позже дня события", "")
			case r.Kind == housing.MeterNoAccess && r.Document == "":
				return nil, importers.WrongIn("Документ", "no_document", "недопуск подтверждается актом", "номер и дата акта")
			}
			r.Source = src
			return *r, nil
		},
	}
}

type controlRow struct {
	housing.ControlEntry
	on     housing.Date
	values string
}

func controlTable() importers.Layout {
	type row = controlRow
	return importers.Table[row]{
		Title: "Контрольные показания",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			importers.SerialColumn(func(r *row) *string { return &r.Serial }),
			{
				Name: "Дата проверки", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.on }),
			},
			{
				Name: "Показания при проверке", Also: []string{"Показание при проверке"}, Need: importers.Filled,
				Read: importers.Into(readValues, func(r *row) *string { return &r.values }),
			},
		},
		Fact: controlFact,
	}
}

// readValues keeps the text of several values: which they are is known with the day.
func readValues(c importers.Cell) (string, error) {
	if c.Kind == importers.CellDate || c.Kind == importers.CellDateTime || c.Kind == importers.CellFailed {
		_, err := importers.ReadNotNegative(c)
		return "", err
	}
	return c.Text, nil
}

func controlFact(r *controlRow, src housing.Source) (importers.Fact, *importers.CellError) {
	const most = 3
	parts := strings.Split(r.values, "/")
	if len(parts) > most {
		return nil, importers.WrongIn("Показания при проверке", "bad_zones", "показаний больше, чем бывает зон", "одно показание на зону, например «123,4 / 56,7»")
	}
	for _, part := range parts {
		value, err := importers.ReadNotNegative(importers.Cell{Text: strings.TrimSpace(part)})
		if err != nil {
			return nil, importers.WrongIn("Показания при проверке", "bad_number", err.Error(), "одно показание на зону, например «123,4 / 56,7»")
		}
		r.Readings = append(r.Readings, housing.Reading{On: r.on, Value: value, Control: true, Source: src})
	}
	r.Source = src
	return r.ControlEntry, nil
}

func distributorTable() importers.Layout {
	type row = housing.DistributorEntry
	return importers.Table[row]{
		Title: "Распределители",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			importers.YearColumn(func(r *row) *int { return &r.Year }),
			{
				Name: "Показания распределителей", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Value }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}

func shareTable() importers.Layout {
	type row = housing.WasteShareEntry
	return importers.Table[row]{
		Title: "Доли ТКО",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			importers.YearColumn(func(r *row) *int { return &r.Year }),
			{
				Name: "Доля в ТКО за год", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Weight }),
			},
			{
				Name: "Начислено за год, руб.", Also: []string{"Начислено за год"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Charged }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}
