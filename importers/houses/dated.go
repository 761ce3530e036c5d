package houses

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

func managerTable() importers.Layout {
	type row = importers.Dated[housing.ManagerEntry]
	readManager := importers.WordOf("bad_manager",
		importers.Word[housing.Manager]{Text: "УК", Means: housing.ManagingCompany},
		importers.Word[housing.Manager]{Text: "управляющая организация", Means: housing.ManagingCompany},
		importers.Word[housing.Manager]{Text: "ТСЖ", Means: housing.Association},
		importers.Word[housing.Manager]{Text: "ЖСК", Means: housing.Association},
		importers.Word[housing.Manager]{Text: "непосредственное", Means: housing.DirectOwners},
		importers.Word[housing.Manager]{Text: "не выбран", Means: housing.NoManager})
	return importers.Table[row]{
		Title: "Управление домами",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.Entry.House }),
			{
				Name: "Способ управления", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(readManager, func(r *row) *housing.Manager { return &r.Entry.Manager }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
			importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			valid, err := importers.IntervalOf(r.From, r.Through)
			r.Entry.Valid, r.Entry.Source = valid, src
			return r.Entry, err
		},
	}
}

func decisionTable() importers.Layout {
	type row = importers.Dated[housing.DecisionEntry]
	readMethod := importers.WordOf("bad_common_method",
		importers.Word[housing.CommonMethod]{Text: "по факту", Means: housing.CommonFact},
		importers.Word[housing.CommonMethod]{Text: "по нормативу", Means: housing.CommonNorm},
		importers.Word[housing.CommonMethod]{Text: "по нормативу с перерасчётом", Means: housing.CommonNormRecalc},
		importers.Word[housing.CommonMethod]{Text: "по среднему", Means: housing.CommonAverage},
		importers.Word[housing.CommonMethod]{Text: "не принято", Means: ""})
	readShared := importers.WordOf("bad_above_norm",
		importers.Word[bool]{Text: "собственники", Means: true}, importers.Word[bool]{Text: "исполнитель", Means: false})
	return importers.Table[row]{
		Title: "Решения собственников",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.Entry.House }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Entry.Service }),
			{
				Name: "Способ начисления", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(readMethod, func(r *row) *housing.CommonMethod { return &r.Entry.Method }),
			},
			{
				Name: "Сверх норматива платят",
				Read: importers.Into(readShared, func(r *row) *bool { return &r.Entry.AboveNormShared }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
			importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Entry.Service.Resource() == "" {
				return nil, importers.WrongIn("Услуга", "not_common", "решение принимается по ресурсам общего имущества, а это другая услуга",
					"услуга вида «"+housing.CommonColdWater.Russian()+"»")
			}
			valid, err := importers.IntervalOf(r.From, r.Through)
			r.Entry.Valid, r.Entry.Source = valid, src
			return r.Entry, err
		},
	}
}

func equipmentTable() importers.Layout {
	type row = importers.Dated[housing.EquipmentEntry]
	return importers.Table[row]{
		Title: "Оснащение домов",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.Entry.House }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Entry.Service }),
			{
				Name: "ОДПУ передаёт показания сам", Also: []string{"Автоматический ОДПУ"}, Mark: true,
				Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Entry.Automatic }),
			},
			{
				Name: "Открытая система", Also: []string{"Открытая система ГВС"}, Mark: true,
				Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Entry.OpenSystem }),
			},
			{
				Name: "Норматив до 2012 года", Mark: true,
				Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Entry.NormBefore2012 }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
			importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			e := &r.Entry
			switch {
			case e.OpenSystem && e.Service != housing.HotWater:
				return nil, importers.WrongIn("Открытая система", "wrong_service", "открытая система бывает только у горячего водоснабжения", "")
			case e.NormBefore2012 && e.Service != housing.Heating:
				return nil, importers.WrongIn("Норматив до 2012 года", "wrong_service", "этот признак относится только к отоплению", "")
			case e.Automatic && e.Service.Resource() != "":
				return nil, importers.WrongIn("Услуга", "wrong_service", "прибор учитывает ресурс дома, а не общего имущества",
					"«"+e.Service.Resource().Russian()+"»")
			}
			valid, err := importers.IntervalOf(r.From, r.Through)
			e.Valid, e.Source = valid, src
			return *e, err
		},
	}
}

func communalTable() importers.Layout {
	type row = importers.Dated[housing.CommunalEntry]
	return importers.Table[row]{
		Title: "Коммунальные квартиры",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.Entry.House }),
			{
				Name: "Квартира", Need: importers.Filled,
				Read: importers.Into(importers.TextUpTo(partLimit), func(r *row) *string { return &r.Entry.Flat }),
			},
			{
				Name: "Общая площадь квартиры, м²", Also: []string{"Общая площадь квартиры"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Entry.Area }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
			importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			valid, err := importers.IntervalOf(r.From, r.Through)
			r.Entry.Valid, r.Entry.Source = valid, src
			return r.Entry, err
		},
	}
}

func failureTable() importers.Layout {
	type row = importers.Dated[housing.FailureEntry] // through: the first day on which the meter counts again
	return importers.Table[row]{
		Title: "Отказы ОДПУ",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.Entry.House }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Entry.Service }),
			{
				Name: "ОДПУ не учитывает с", Also: []string{"Не учитывает с"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.From }),
			},
			{Name: "Учитывает снова с", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Through })},
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if !r.Through.IsZero() && !r.From.Before(r.Through) {
				return nil, importers.WrongIn("Учитывает снова с", "bad_interval", "прибор снова учитывает не позже, чем перестал", "")
			}
			r.Entry.Valid, r.Entry.Source = housing.Interval{From: r.From, To: r.Through}, src
			return r.Entry, nil
		},
	}
}
