package papers

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	addressLimit = 300
	indexDigits  = 6
)

// NewWorkbook returns "kvitok-papers-xlsx", a workbook with any of the sheets.
func NewWorkbook() importers.Format { return tables().Workbook() }

// NewCSV returns a format of text for each of the tables: "kvitok-instalments-csv" and so on.
func NewCSV() []importers.Format { return tables().CSV() }

func tables() importers.TableSet {
	return importers.TableSet{Book: "kvitok-papers-xlsx", Room: "papers", Tables: []importers.NamedTable{
		{Name: "instalments", Table: instalmentTable()},
		{Name: "delivery-addresses", Table: deliveryTable()},
		{Name: "postal-indexes", Table: indexTable()},
		{Name: "house-expenses", Table: expenseTable()},
	}}
}

func instalmentTable() importers.Layout {
	type row = housing.InstalmentEntry
	return importers.Table[row]{
		Title: "График рассрочки",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			importers.MonthColumn(func(r *row) *housing.Period { return &r.Period }),
			importers.DocumentColumn(importers.Filled, func(r *row) *string { return &r.Document }),
			{
				Name: "Платёж по рассрочке", Also: []string{"Платёж по рассрочке, руб."}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Payment }),
			},
			{
				Name: "Проценты", Also: []string{"Проценты, руб."},
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Interest }),
			},
			{
				Name: "Ставка, % годовых", Also: []string{"Ставка"},
				Read: importers.Into(importers.ReadNotNegative, func(r *row) *housing.Decimal { return &r.Rate }),
			},
			{
				Name: "Остаток долга", Also: []string{"Остаток долга, руб."},
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Left }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			for _, sum := range []struct {
				column string
				amount housing.Money
			}{{"Платёж по рассрочке", r.Payment}, {"Проценты", r.Interest}, {"Остаток долга", r.Left}} {
				if sum.amount < 0 {
					return nil, importers.WrongIn(sum.column, "negative", "сумма не может быть меньше нуля", "")
				}
			}
			r.Source = src
			return *r, nil
		},
	}
}

func deliveryTable() importers.Layout {
	type row = housing.PostalAddressEntry
	return importers.Table[row]{
		Title: "Адреса доставки",
		Columns: []importers.Column[row]{
			importers.AccountColumn(func(r *row) *string { return &r.Account }),
			{
				Name: "Адрес доставки", Also: []string{"Почтовый адрес"}, Key: true, Mark: true,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Address }),
			},
			indexColumn(importers.Optional, func(r *row) *string { return &r.PostalIndex }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}

func indexTable() importers.Layout {
	type row = housing.PostalIndexEntry
	return importers.Table[row]{
		Title: "Почтовые индексы",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			indexColumn(importers.Filled, func(r *row) *string { return &r.PostalIndex }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}

func expenseTable() importers.Layout {
	type row = housing.HouseExpense
	return importers.Table[row]{
		Title: "Расходы по домам",
		Columns: []importers.Column[row]{
			importers.AddressColumn(func(r *row) *string { return &r.House }),
			importers.MonthColumn(func(r *row) *housing.Period { return &r.Period }),
			{
				Name: "Статья расходов", Also: []string{"Статья"}, Need: importers.Filled, Key: true, Mark: true,
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.Article }),
			},
			{
				Name: "Сумма", Also: []string{"Сумма, руб."}, Need: importers.Filled, Key: true,
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Amount }),
			},
			importers.DocumentColumn(importers.Optional, func(r *row) *string { return &r.Document }),
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}

func indexColumn[T any](need importers.Need, field func(*T) *string) importers.Column[T] {
	return importers.Column[T]{
		Name: "Почтовый индекс", Also: []string{"Индекс"}, Need: need, Key: need == importers.Filled, Mark: need == importers.Filled,
		Read: importers.Into(readIndex, field),
	}
}

func readIndex(c importers.Cell) (string, error) {
	text, err := importers.ReadText(c, addressLimit)
	if err != nil || text == "" {
		return "", err
	}
	if len(text) != indexDigits || strings.Trim(text, "0123456789") != "" {
		return "", importers.Wrong("bad_postal_index", "не почтовый индекс", "шесть цифр, например 390000")
	}
	return text, nil
}
