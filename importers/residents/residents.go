// Package residents owns the inbound formats of residents and owners. It does not own which account
// a resident belongs to (matching).
package residents

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewWorkbook returns the format "kvitok-residents-xlsx", a sheet with the columns
//
//	Лицевой счёт | ЕЛС | ФИО* | Адрес | Квартира | Телефон | E-mail | Доля |
//	Основание | Доверенность | Доверенность до | Откуда заявка | Согласие сособственников |
//	Согласие на обработку данных | Дата согласия
//
// A star marks what every row must have; besides, each row must have something to be matched by: an
// account, a unified account or an address. Квартира is added to the address as «, кв. N». Source: the format is Kvitok's own.
func NewWorkbook() importers.Format {
	return importers.XLSX{
		Title: "kvitok-residents-xlsx", Room: "residents", Tables: []importers.Layout{table()},
	}
}

const (
	nameLimit    = 200
	addressLimit = 300
	flatLimit    = 20
)

type residentRow struct {
	housing.Claim
	flat string
}

func table() importers.Layout {
	type row = residentRow
	return importers.Table[row]{
		Title: "Жильцы",
		Columns: append([]importers.Column[row]{
			{
				Name: "Лицевой счёт", Also: []string{"ЛС", "Номер лицевого счёта"}, Need: importers.Present, Key: true,
				Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
			},
			{Name: "ЕЛС", Read: importers.Into(importers.ReadUnified, func(r *row) *string { return &r.Unified })},
			{
				Name: "ФИО", Also: []string{"Фамилия, имя, отчество"}, Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.TextUpTo(nameLimit), func(r *row) *string { return &r.FullName }),
			},
			{
				Name: "Адрес", Need: importers.Present,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Address }),
			},
			{
				Name: "Квартира",
				Read: importers.Into(importers.TextUpTo(flatLimit), func(r *row) *string { return &r.flat }),
			},
			{
				Name: "Телефон", Mark: true,
				Read: importers.Into(importers.ReadPhone, func(r *row) *string { return &r.Phone }),
			},
			{
				Name: "E-mail", Also: []string{"Email", "Электронная почта"}, Mark: true,
				Read: importers.Into(importers.ReadEmail, func(r *row) *string { return &r.Email }),
			},
			{Name: "Доля", Mark: true, Read: importers.Into(importers.ReadShare, func(r *row) *string { return &r.Share })},
		}, rightColumns()...),
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			if r.Account == "" && r.Unified == "" && r.Address == "" {
				return nil, importers.Wrong("no_key", "не по чему найти лицевой счёт",
					"заполненный «Лицевой счёт», «ЕЛС» или «Адрес»")
			}
			if err := importers.CheckRight(r.Right, r.Data); err != nil {
				return nil, err
			}
			if r.flat != "" && r.Address != "" {
				r.Address += ", кв. " + r.flat
			}
			r.Source = src
			return r.Claim, nil
		},
	}
}
