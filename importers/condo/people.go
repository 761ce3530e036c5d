package condo

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewContacts returns the format "condo-contacts-xlsx", a resident a row:
//
//	Адрес* | Номер помещения | Тип помещения | Телефон | ФИО* | E-mail | Роль
//
// A contact is a claim: whose account it is, matching says.
func NewContacts() importers.Format {
	return importers.XLSX{Title: "condo-contacts-xlsx", Room: "residents", Tables: []importers.Layout{contactTable()}}
}

type contactRow struct {
	housing.Claim
	unit string
}

func contactTable() importers.Layout {
	type row = contactRow
	return importers.Table[row]{
		Title: "Контакты",
		Columns: []importers.Column[row]{
			{
				Name: "Адрес", Also: []string{"Address"}, Need: importers.Filled, Key: true,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Address }),
			},
			{
				Name: "Номер помещения", Also: []string{"Unit number", "Unit"}, Need: importers.Present, Key: true,
				Read: importers.Into(readUnit, func(r *row) *string { return &r.unit }),
			},
			{
				Name: "Телефон", Also: []string{"Phone"},
				Read: importers.Into(importers.ReadPhone, func(r *row) *string { return &r.Phone }),
			},
			{
				Name: "ФИО", Also: []string{"Full name", "Name"}, Need: importers.Filled,
				Read: importers.Into(importers.TextUpTo(nameLimit), func(r *row) *string { return &r.FullName }),
			},
			{
				Name: "E-mail", Also: []string{"Email"},
				Read: importers.Into(importers.ReadEmail, func(r *row) *string { return &r.Email }),
			},
			{Name: "Роль", Also: []string{"Role"}, Mark: true, Key: true, Read: func(*row, importers.Cell) error { return nil }},
			importers.Passed[row]("Тип помещения", "Unit type"),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.unit != "" {
				r.Address += ", кв. " + r.unit
			}
			r.Source = src
			return r.Claim, nil
		},
	}
}

// readUnit takes the number of premises: «12», «12а»; a number that Excel shows as one is meant so.
func readUnit(c importers.Cell) (string, error) {
	if c.Kind == importers.CellDate || c.Kind == importers.CellDateTime {
		return "", importers.Wrong("bad_unit", "дата вместо номера помещения", "номер помещения, в Excel — ячейка с форматом «Текстовый»")
	}
	return importers.ReadText(c, partLimit)
}

// NewProperties returns the format "condo-properties-xlsx", a house a row:
//
//	Адрес* | Помещений | Подъездов | Этажей | Минимальный этаж
//
// It makes houses known; areas and codes of those that are known already stay as they are.
func NewProperties() importers.Format {
	return importers.XLSX{Title: "condo-properties-xlsx", Room: "accounts", Tables: []importers.Layout{propertyTable()}}
}

func propertyTable() importers.Layout {
	const most = 10_000
	type row = housing.House
	count := func(name, english string) importers.Column[row] {
		return importers.Column[row]{Name: name, Also: []string{english}, Mark: true, Read: func(_ *row, c importers.Cell) error {
			_, err := importers.ReadCount(c, most)
			return err
		}}
	}
	return importers.Table[row]{
		Title: "Дома",
		Columns: []importers.Column[row]{
			{
				Name: "Адрес", Also: []string{"Address"}, Need: importers.Filled, Key: true,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Address }),
			},
			count("Помещений", "Units"), count("Подъездов", "Sections"), count("Этажей", "Floors"),
			{Name: "Минимальный этаж", Also: []string{"Мин. этаж", "Min floor"}, Read: func(*row, importers.Cell) error { return nil }},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}
