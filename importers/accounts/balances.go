package accounts

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// balanceRow is a balance of an account, or what such rows come to where the account is called «ИТОГО».
type balanceRow struct {
	housing.OpeningBalance
	total bool
	house string
}

func balanceTable() importers.Layout {
	type row = balanceRow
	return importers.Table[row]{
		Title: "Сальдо",
		Columns: []importers.Column[row]{
			{Name: "Лицевой счёт", Also: []string{"ЛС"}, Need: importers.Filled, Read: readBalanceAccount},
			{
				Name: "Услуга", Need: importers.Present,
				Read: importers.Into(importers.ReadService, func(r *row) *housing.Service { return &r.Service }),
			},
			{
				Name: "ИНН получателя", Need: importers.Present,
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
			{
				Name: "Дом итога", Also: []string{"Адрес дома"},
				Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.house }),
			},
		},
		Fact: balanceFact,
	}
}

func balanceFact(r *balanceRow, src housing.Source) (importers.Fact, *importers.CellError) {
	switch {
	case r.total:
		return housing.BalanceControl{House: r.house, Service: r.Service, Period: r.Period, Amount: r.Amount, Source: src}, nil
	case r.Service == "":
		return nil, importers.WrongIn("Услуга", "empty", "ячейка не заполнена", "название услуги; пусто только в строке «ИТОГО»")
	case r.Payee == "":
		return nil, importers.WrongIn("ИНН получателя", "empty", "ячейка не заполнена", "10 или 12 цифр; пусто только в строке «ИТОГО»")
	}
	r.Source = src
	return r.OpeningBalance, nil
}

// readBalanceAccount takes the number of an account, or the word of a control row.
func readBalanceAccount(r *balanceRow, c importers.Cell) error {
	if strings.EqualFold(strings.TrimSpace(c.Text), "итого") {
		r.total = true
		return nil
	}
	return importers.Into(importers.ReadAccountNumber, func(r *balanceRow) *string { return &r.Account })(r, c)
}

// readDebtMonth takes the month of a debt, or a word for debts older than the records of the sender.
func readDebtMonth(c importers.Cell) (housing.Period, error) {
	if text := strings.ToLower(strings.TrimSpace(c.Text)); text == "ранее" || text == "до" {
		return housing.EarlierDebt, nil
	}
	return importers.ReadPeriod(c)
}
