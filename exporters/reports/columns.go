package reports

import (
	"fmt"
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// The columns that most reports are made of.

func moneyColumn(group, title string) column {
	return column{group: group, title: title, width: 13, format: workbook.MoneyFormat, align: "right", sum: ofMoney}
}

func quantityColumn(title string) column {
	return column{title: title, width: 12.5, format: workbook.QuantityFormat, align: "right"}
}

func countColumn(title string, width float64) column {
	return column{title: title, width: width, format: workbook.CountFormat, align: "right"}
}

// accountColumns are who and where: account, payer, address, premises.
func accountColumns() []column {
	return []column{textColumn("Лицевой счёт", 14), textColumn("Плательщик", 24), textColumn("Адрес", 29), textColumn("Помещение", 11)}
}

func addAccount(t *table, a housing.Account, house string) {
	t.text(a.Number)
	t.text(a.Payer)
	t.text(house)
	t.text(a.Premises.Title())
}

// balanceColumns are a turnover: balances by debit and credit, amounts between them.
func balanceColumns() []column {
	return []column{
		moneyColumn(opening, "Дт"), moneyColumn(opening, "Кт"), moneyColumn("", "Начислено"), moneyColumn("", "Перерасчёт, льготы"),
		moneyColumn("", "Пени"), moneyColumn("", "Оплачено"), moneyColumn(closing, "Дт"), moneyColumn(closing, "Кт"),
	}
}

func addTurn(t *table, b housing.Balance) {
	addBalance(t, b.Opening)
	t.money(b.Charged)
	t.money(b.Corrected)
	t.money(b.Penalty)
	t.money(b.Paid)
	addBalance(t, b.Closing)
}

// collected is what share of the month's charges was paid, in percent; blank where nothing was charged.
func addCollected(t *table, b housing.Balance) {
	share, err := housing.RatioOf(int64(b.Paid)*100, int64(b.Charged+b.Corrected))
	if err != nil {
		t.blank()
		return
	}
	percent, err := share.Round(1)
	if err != nil {
		t.blank()
		return
	}
	t.number(percent)
}

// writeRows writes a report whose rows are values of one type.
func writeRows[T any](w io.Writer, meta Meta, layout table, rows iter.Seq2[T, error], add func(*table, *T) error) (Control, error) {
	return writeTable(w, meta, layout, source{rows: fill(rows, add)})
}

// fill adds every row to a table.
func fill[T any](rows iter.Seq2[T, error], add func(*table, *T) error) func(*table) error {
	return func(t *table) error {
		for row, err := range rows {
			if err != nil {
				return fmt.Errorf("read a row of «%s»: %w", t.title, err)
			}
			if err := add(t, &row); err != nil {
				return err
			}
		}
		return nil
	}
}
