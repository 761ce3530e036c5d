package accounts

import (
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const digitsLimit = 12

type meterRow struct {
	housing.MeterEntry
	zones   int
	initial string
}

func meterTable() importers.Layout {
	type row = meterRow
	readZones := importers.WordOf("bad_zones", importers.Word[int]{Text: "1", Means: 1},
		importers.Word[int]{Text: "2", Means: 2}, importers.Word[int]{Text: "3", Means: 3})
	return importers.Table[row]{
		Title: "Приборы учёта",
		Columns: []importers.Column[row]{
			{
				Name: "Лицевой счёт", Also: []string{"ЛС"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
			},
			{
				Name: "Услуга", Need: importers.Filled,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Meter.Service }),
			},
			{
				Name: "Номер прибора", Also: []string{"Заводской номер"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadSerial, func(r *row) *string { return &r.Meter.Serial }),
			},
			{Name: "Зоны", Also: []string{"Зон"}, Read: importers.Into(readZones, func(r *row) *int { return &r.zones })},
			{
				Name: "Разрядность", Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.CountUpTo(digitsLimit), func(r *row) *int { return &r.Meter.Digits }),
			},
			{
				Name: "Дата ввода", Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Meter.Commissioned }),
			},
			{
				Name: "Поверен до", Mark: true,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Meter.VerifyBy }),
			},
			{
				Name: "Начальные показания", Also: []string{"Начальное показание"}, Mark: true,
				Read: importers.Into(readRaw, func(r *row) *string { return &r.initial }),
			},
			{Name: "Снят", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Meter.Closed })},
			{
				Name: "Взамен прибора", Also: []string{"Взамен"},
				Read: importers.Into(importers.ReadSerial, func(r *row) *string { return &r.Replaces }),
			},
			{
				Name: "Общий на квартиру", Also: []string{"Общеквартирный"},
				Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Common }),
			},
		},
		Fact: meterFact,
	}
}

func readRaw(c importers.Cell) (string, error) {
	if c.Kind == importers.CellDate || c.Kind == importers.CellDateTime || c.Kind == importers.CellFailed {
		return importers.ReadSerial(c)
	}
	return c.Text, nil
}

func meterFact(r *meterRow, src housing.Source) (importers.Fact, *importers.CellError) {
	if r.Meter.Digits == 0 {
		return nil, importers.WrongIn("Разрядность", "bad_digits", "разрядность не может быть нулевой", "целое число, например 5")
	}
	if closed := r.Meter.Closed; !closed.IsZero() && closed.Before(r.Meter.Commissioned) {
		return nil, importers.WrongIn("Снят", "bad_interval", "прибор снят раньше, чем введён в эксплуатацию", "")
	}
	r.Meter.Zones = []housing.Zone{housing.ZoneSingle}
	switch r.zones {
	case 2:
		r.Meter.Zones = []housing.Zone{housing.ZoneDay, housing.ZoneNight}
	case 3:
		r.Meter.Zones = []housing.Zone{housing.ZonePeak, housing.ZoneHalfPeak, housing.ZoneNight}
	}
	if r.zones > 1 && r.Meter.Service != housing.Electricity {
		return nil, importers.WrongIn("Зоны", "bad_zones", "зоны суток бывают только у электроснабжения", "1")
	}
	r.Meter.Source = src
	if r.initial == "" {
		return r.MeterEntry, nil
	}
	if values := strings.Count(r.initial, "/") + 1; values != len(r.Meter.Zones) {
		return nil, importers.WrongIn("Начальные показания", "bad_initial",
			fmt.Sprintf("показаний %d, а зон у прибора %d", values, len(r.Meter.Zones)),
			"по одному показанию на зону, например «123,4 / 56,7»")
	}
	for part := range strings.SplitSeq(r.initial, "/") {
		value, err := importers.ReadNotNegative(importers.Cell{Text: strings.TrimSpace(part)})
		if err != nil {
			return nil, importers.WrongIn("Начальные показания", "bad_initial", err.Error(),
				"по одному показанию на зону, например «123,4 / 56,7»")
		}
		r.Initial = append(r.Initial, housing.Reading{
			Zone: r.Meter.Zones[len(r.Initial)], On: r.Meter.Commissioned, Value: value, Source: src,
		})
	}
	return r.MeterEntry, nil
}
