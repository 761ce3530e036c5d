package reports

import (
	"fmt"
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

const (
	opening = "Сальдо на начало"
	closing = "Сальдо на конец"
)

func turnoverTable() table {
	amount := func(group, title string) column {
		return column{
			group: group, title: title, width: 12.5, format: workbook.MoneyFormat, align: "right", sum: ofMoney,
		}
	}
	return table{
		title: "Оборотно-сальдовая ведомость по лицевым счетам", name: "ОСВ", signed: true,
		columns: []column{
			{title: "Лицевой счёт", width: 13.5, format: workbook.TextFormat},
			{title: "ЕЛС", width: 12, format: workbook.TextFormat},
			{title: "Плательщик", width: 25, format: workbook.TextFormat, wrap: true},
			{title: "Адрес", width: 29, format: workbook.TextFormat, wrap: true},
			{title: "Помещение", width: 10.5, format: workbook.TextFormat, wrap: true},
			amount(opening, "Дт"), amount(opening, "Кт"),
			amount("", "Начислено"), amount("", "Перерасчёт"), amount("", "Пени"), amount("", "Оплачено"),
			amount(closing, "Дт"), amount(closing, "Кт"),
		},
	}
}

// WriteTurnover writes the оборотно-сальдовая ведомость по лицевым счетам: one row an account, over
// all its services and payees.
func WriteTurnover(w io.Writer, meta Meta, rows iter.Seq2[housing.AccountTurnover, error]) (Control, error) {
	var equation housing.Money // opening + turnovers − closing, over all rows
	layout := turnoverTable()
	layout.byHouse(houseTitle)
	return writeTable(w, meta, layout, source{
		rows: func(t *table) error {
			for row, err := range rows {
				if err != nil {
					return fmt.Errorf("read a turnover: %w", err)
				}
				if err := addTurnover(t, row); err != nil {
					return err
				}
				b := row.Balance
				if equation, err = housing.SumMoney(
					equation, b.Opening, b.Charged, b.Corrected, b.Penalty, -b.Paid, -b.Closing); err != nil {
					return fmt.Errorf("check the balance of %s: %w", row.Account.Number, err)
				}
			}
			return nil
		},
		further: func() []Total {
			return []Total{{
				"Сальдо на начало + начислено + перерасчёт + пени − оплачено = сальдо на конец", agrees(equation),
			}}
		},
	})
}

func addTurnover(t *table, row housing.AccountTurnover) error {
	t.text(row.Account.Number)
	t.text(row.Account.Unified)
	t.text(row.Account.Payer)
	t.text(row.House)
	t.text(row.Account.Premises.Title())
	addBalance(t, row.Opening)
	t.money(row.Charged)
	t.money(row.Corrected)
	t.money(row.Penalty)
	t.money(row.Paid)
	addBalance(t, row.Closing)
	return t.end()
}

// addBalance writes a balance into its debit or its credit column; the other one stays empty.
func addBalance(t *table, m housing.Money) {
	switch {
	case m > 0:
		t.money(m)
		t.blank()
	case m < 0:
		t.blank()
		t.money(-m)
	default:
		t.blank()
		t.blank()
	}
}
