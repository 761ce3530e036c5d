package accounts

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

func balanceTable() importers.Layout {
	type row = housing.OpeningBalance
	return importers.Table[row]{
		Title: "Сальдо",
		Columns: []importers.Column[row]{
			{
				Name: "Лицевой счёт", Also: []string{"ЛС"}, Need: importers.Filled,
				Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.Account }),
			},
			{
				Name: "Услуга", Need: importers.Filled,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Service }),
			},
			{
				Name: "ИНН получателя", Need: importers.Filled,
				Read: importers.Into(importers.ReadINN, func(r *row) *string { return &r.Payee }),
			},
			{
				Name: "Месяц", Need: importers.Filled,
				Read: importers.Into(importers.ReadPeriod, func(r *row) *housing.Period { return &r.Period }),
			},
			{
				Name: "Месяц долга",
				Read: importers.Into(readDebtMonth, func(r *row) *housing.Period { return &r.Month }),
			},
			{
				Name: "Сальдо", Also: []string{"Входящее сальдо"}, Need: importers.Filled, Mark: true,
				Read: importers.Into(importers.ReadMoney, func(r *row) *housing.Money { return &r.Amount }),
			},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			r.Source = src
			return *r, nil
		},
	}
}

// readDebtMonth takes the month of a debt, or a word for debts older than the records of the sender.
func readDebtMonth(c importers.Cell) (housing.Period, error) {
	if text := strings.ToLower(strings.TrimSpace(c.Text)); text == "ранее" || text == "до" {
		return housing.EarlierDebt, nil
	}
	return importers.ReadPeriod(c)
}
