package houses

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	peopleLimit     = 100_000
	containersLimit = 1000
	removalsLimit   = 100
)

func monthTable() importers.Layout {
	type row = housing.HouseMonthEntry
	return importers.Table[row]{
		Title: "Сведения о доме за месяц",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			importers.MonthColumn(func(r *row) *housing.Period { return &r.Period }),
			{
				Name: "Объём вне расчёта", Also: []string{"Объём прямых договоров"}, Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Outside }),
			},
			{
				Name: "На производство", Mark: true,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Production }),
			},
			{
				Name: "Дней отопления", Mark: true,
				Read: importers.Into(importers.CountUpTo(31), func(r *row) *int { return &r.HeatingDays }), //nolint:mnd // of a month
			},
			{
				Name: "Температура наружного воздуха, °C", Also: []string{"Температура наружного воздуха"}, Mark: true,
				Read: importers.Into(importers.ReadDecimal, func(r *row) *housing.Decimal { return &r.Outdoor }),
			},
			{
				Name: "Проживает в доме", Mark: true,
				Read: importers.Into(importers.CountUpTo(peopleLimit), func(r *row) *int { return &r.People }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			switch {
			case (r.HeatingDays > 0 || !r.Outdoor.IsZero()) && r.Service != housing.Heating:
				return nil, importers.WrongIn("Услуга", "wrong_service", "дни отопления и температура указываются только у отопления", "")
			case r.HeatingDays > r.Period.Days():
				return nil, importers.WrongIn("Дней отопления", "too_large", "дней отопления больше, чем дней в месяце", "")
			case r.People > 0 && r.Service != housing.SolidWaste:
				return nil, importers.WrongIn("Услуга", "wrong_service", "число проживающих в доме указывается только у обращения с ТКО", "")
			case r.Service.Resource() != "":
				return nil, importers.WrongIn("Услуга", "wrong_service", "объёмы дома указываются у ресурса, а не у общего имущества",
					"«"+r.Service.Resource().Russian()+"»")
			}
			r.Source = src
			return *r, nil
		},
	}
}

func madeTable() importers.Layout {
	type row = housing.MadeEntry
	return importers.Table[row]{
		Title: "Приготовление в доме",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Service }),
			importers.MonthColumn(func(r *row) *housing.Period { return &r.Period }),
			{
				Name: "Израсходованный ресурс", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Resource }),
			},
			{
				Name: "Израсходовано", Need: importers.Filled,
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Volume }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Service != housing.Heating && r.Service != housing.HotWater {
				return nil, importers.WrongIn("Услуга", "wrong_service", "в доме готовят отопление или горячую воду", "")
			}
			switch r.Resource { //nolint:exhaustive // what heat is made of
			case housing.Heating, housing.Gas, housing.Electricity:
			default:
				return nil, importers.WrongIn("Израсходованный ресурс", "wrong_service", "из этого ресурса тепло не готовят",
					"тепловая энергия, газ или электроэнергия")
			}
			r.Source = src
			return *r, nil
		},
	}
}

func containerTable() importers.Layout {
	type row = housing.ContainerEntry
	return importers.Table[row]{
		Title: "Вывоз ТКО",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			importers.MonthColumn(func(r *row) *housing.Period { return &r.Period }),
			{
				Name: "Вместимость контейнера, м³", Also: []string{"Вместимость контейнера"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Capacity }),
			},
			{
				Name: "Контейнеров", Need: importers.Filled,
				Read: importers.Into(importers.CountUpTo(containersLimit), func(r *row) *int { return &r.Count }),
			},
			{
				Name: "Вывозов", Need: importers.Filled,
				Read: importers.Into(importers.CountUpTo(removalsLimit), func(r *row) *int { return &r.Removals }),
			},
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}

func yearTable() importers.Layout {
	type row = housing.WasteYearEntry
	return importers.Table[row]{
		Title: "ТКО за год",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			importers.YearColumn(func(r *row) *int { return &r.Year }),
			{
				Name: "Стоимость вывоза за год, руб.", Also: []string{"Стоимость вывоза за год"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Cost }),
			},
			{
				Name: "Доли всех счетов", Need: importers.Filled,
				Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Weight }),
			},
			{
				Name: "Месяц перерасчёта", Need: importers.Filled,
				Read: importers.Into(importers.ReadPeriod, func(r *row) *housing.Period { return &r.Period }),
			},
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			switch {
			case r.Cost < 0:
				return nil, importers.WrongIn("Стоимость вывоза за год, руб.", "negative", "стоимость не может быть отрицательной", "")
			case r.Period.Year() <= r.Year:
				return nil, importers.WrongIn("Месяц перерасчёта", "bad_period", "перерасчёт делается после окончания года", "")
			}
			r.Source = src
			return *r, nil
		},
	}
}
