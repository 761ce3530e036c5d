package events

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

func stayTable() importers.Layout {
	type row = importers.Dated[housing.StayEntry]
	return importers.Table[row]{
		Title: "Временно проживающие",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Entry.Account }),
			{
				Name: "Временно проживает", Also: []string{"Временно проживающих"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.CountUpTo(peopleLimit), func(r *row) *int { return &r.Entry.People }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
			importers.ThroughColumn(func(r *row) *housing.Date { return &r.Through }),
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Entry.People == 0 {
				return nil, importers.WrongIn("Временно проживает", "not_positive", "число должно быть больше нуля", "")
			}
			valid, err := importers.IntervalOf(r.From, r.Through)
			r.Entry.Valid, r.Entry.Source = valid, src
			return r.Entry, err
		},
	}
}

func absenceTable() importers.Layout {
	type row = housing.AbsenceEntry
	return importers.Table[row]{
		Title: "Временное отсутствие",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			{
				Name: "Отсутствует", Also: []string{"Отсутствует человек", "Отсутствующих"}, Need: importers.Filled,
				Read: importers.Into(importers.CountUpTo(peopleLimit), func(r *row) *int { return &r.People }),
			},
			{
				Name: "Выбыл", Also: []string{"Дата выбытия"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Left }),
			},
			{
				Name: "Вернулся", Also: []string{"Дата возвращения"},
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Returned }),
			},
			{
				Name: "Дата заявления",
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Applied }),
			},
			{
				Name: "Аварийное расселение",
				Read: importers.Into(importers.ReadYesNo, func(r *row) *bool { return &r.Emergency }),
			},
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			switch {
			case r.People == 0:
				return nil, importers.WrongIn("Отсутствует", "not_positive", "число должно быть больше нуля", "")
			case !r.Returned.IsZero() && r.Returned.Before(r.Left):
				return nil, importers.WrongIn("Вернулся", "bad_interval", "вернулся ("+r.Returned.Russian()+") раньше, чем выбыл ("+
					r.Left.Russian()+")", "")
			}
			r.Source = src
			return *r, nil
		},
	}
}

func violationTable() importers.Layout {
	type row = importers.Dated[housing.ViolationEntry]
	readKind := importers.WordOf("bad_violation",
		importers.Word[housing.ViolationKind]{Text: "вмешательство в прибор", Means: housing.Tampering},
		importers.Word[housing.ViolationKind]{Text: "самовольное подключение", Means: housing.Unauthorised})
	return importers.Table[row]{
		Title: "Акты о нарушениях",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Entry.Account }),
			importers.ServiceColumn(func(r *row) *housing.Service { return &r.Entry.Service }),
			{
				Name: "Нарушение", Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(readKind, func(r *row) *housing.ViolationKind { return &r.Entry.Kind }),
			},
			importers.FromColumn(func(r *row) *housing.Date { return &r.From }),
			{
				Name: "по", Also: []string{"Действует по"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Through }),
			},
			{
				Name: "Дата акта", Need: importers.Filled,
				Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Entry.Found }),
			},
			{
				Name: "Мощность подключения", Also: []string{"Мощность"},
				Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Entry.Power }),
			},
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Entry.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Entry.Kind == housing.Unauthorised && r.Entry.Power.IsZero() {
				return nil, importers.WrongIn("Мощность подключения", "no_power",
					"при самовольном подключении нужна мощность (пропускная способность) за час", "число, например 2,4")
			}
			valid, err := importers.IntervalOf(r.From, r.Through)
			r.Entry.Valid, r.Entry.Source = valid, src
			return r.Entry, err
		},
	}
}
