package accounts

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const peopleLimit = 200

func accountTable() importers.Layout {
	return importers.Table[housing.AccountEntry]{
		Title:   "Лицевые счета",
		Columns: append(accountKeys(), accountState()...),
		Fact: func(r *housing.AccountEntry, src housing.Source) (importers.Fact, *importers.CellError) {
			if err := checkEntry(r); err != nil {
				return nil, err
			}
			r.Account.Source, r.Occupancy.Source = src, src
			r.Account.Opened = r.Occupancy.Valid.From
			r.Occupancy.Valid.To = r.Account.Closed
			return *r, nil
		},
	}
}

func accountKeys() []importers.Column[housing.AccountEntry] {
	type row = housing.AccountEntry
	readKind := importers.WordOf("bad_premises_kind",
		importers.Word[housing.PremisesKind]{Text: "квартира", Means: housing.Flat},
		importers.Word[housing.PremisesKind]{Text: "комната", Means: housing.Room},
		importers.Word[housing.PremisesKind]{Text: "жилой дом", Means: housing.WholeHouse},
		importers.Word[housing.PremisesKind]{Text: "нежилое помещение", Means: housing.NonResidential})
	return []importers.Column[row]{
		{
			Name: "Лицевой счёт", Also: []string{"ЛС", "Номер лицевого счёта"}, Need: importers.Filled,
			Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account.Number }),
		},
		{Name: "ЕЛС", Read: importers.Into(importers.ReadUnified, func(r *row) *string { return &r.Account.Unified })},
		{
			Name: "Идентификатор ЖКУ",
			Read: importers.Into(importers.ReadServiceID, func(r *row) *string { return &r.Account.ServiceID }),
		},
		{
			Name: "Адрес дома", Also: []string{"Адрес"}, Need: importers.Filled,
			Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.House }),
		},
		{
			Name: "Квартира", Also: []string{"Помещение"},
			Read: importers.Into(importers.TextUpTo(partLimit), func(r *row) *string { return &r.Account.Premises.Flat }),
		},
		{
			Name: "Комната",
			Read: importers.Into(importers.TextUpTo(partLimit), func(r *row) *string { return &r.Account.Premises.Room }),
		},
		{
			Name: "Вид помещения", Need: importers.Filled, Mark: true,
			Read: importers.Into(readKind, func(r *row) *housing.PremisesKind { return &r.Account.Premises.Kind }),
		},
		{
			Name: "Плательщик", Also: []string{"ФИО плательщика"},
			Read: importers.Into(importers.TextUpTo(nameLimit), func(r *row) *string { return &r.Account.Payer }),
		},
	}
}

func accountState() []importers.Column[housing.AccountEntry] {
	type row = housing.AccountEntry
	readRight := importers.WordOf("bad_right",
		importers.Word[housing.Occupant]{Text: "собственник", Means: housing.Owner},
		importers.Word[housing.Occupant]{Text: "наниматель", Means: housing.Tenant})
	return []importers.Column[row]{
		{
			Name: "Площадь, м²", Also: []string{"Площадь"}, Need: importers.Filled, Mark: true,
			Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.Occupancy.Area }),
		},
		{
			Name: "Проживает", Also: []string{"Проживающих"}, Need: importers.Filled, Mark: true,
			Read: importers.Into(importers.CountUpTo(peopleLimit), func(r *row) *int { return &r.Occupancy.People }),
		},
		{
			Name: "Собственников", Mark: true,
			Read: importers.Into(importers.CountUpTo(peopleLimit), func(r *row) *int { return &r.Occupancy.Owners }),
		},
		{
			Name: "Право", Need: importers.Filled,
			Read: importers.Into(readRight, func(r *row) *housing.Occupant { return &r.Occupancy.Occupant }),
		},
		{
			Name: "Действует с", Also: []string{"Открыт"}, Need: importers.Filled,
			Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Occupancy.Valid.From }),
		},
		{
			Name: "Закрыт",
			Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Account.Closed }),
		},
	}
}

// checkEntry proves what no cell can show alone.
func checkEntry(r *housing.AccountEntry) *importers.CellError {
	premises, closed := r.Account.Premises, r.Account.Closed
	switch {
	case (premises.Kind == housing.Flat || premises.Kind == housing.Room) && premises.Flat == "":
		return importers.WrongIn("Квартира", "no_flat", "для квартиры и комнаты нужен номер квартиры", "")
	case premises.Kind == housing.Room && premises.Room == "":
		return importers.WrongIn("Комната", "no_room", "для комнаты нужен её номер", "")
	case !closed.IsZero() && !r.Occupancy.Valid.From.Before(closed):
		return importers.WrongIn("Закрыт", "bad_interval", "счёт закрыт ("+closed.Russian()+") не позже, чем начал действовать ("+
			r.Occupancy.Valid.From.Russian()+")", "")
	}
	return nil
}
