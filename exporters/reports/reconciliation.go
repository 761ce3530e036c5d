package reports

import (
	"fmt"
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func reconciliationTable() table {
	amount := func(title string) column {
		return column{title: title, width: 14, format: workbook.MoneyFormat, align: "right", sum: ofMoney}
	}
	return table{
		title: "Сверка реестров платежей с выпиской банка", name: "Сверка", signed: true,
		columns: []column{
			textColumn("Дата зачисления", 12), textColumn("Банк", 26), textColumn("Реестр", 34), textColumn("ИНН получателя", 13),
			{title: "Строк", width: 8, format: workbook.CountFormat, align: "right", sum: ofCounts},
			amount("Сумма операций"), amount("Комиссия"), amount("К перечислению по реестру"),
			textColumn("№ п/п", 10), textColumn("Дата п/п", 12), amount("Сумма п/п по выписке"), amount("Расхождение"), textColumn("Состояние", 26),
		},
	}
}

// WriteReconciliation writes the сверка реестра банка с выпиской: one row a registry, and one a sum of
// money that came without one.
func WriteReconciliation(w io.Writer, meta Meta, rows iter.Seq2[housing.Reconciliation, error]) (Control, error) {
	apart := 0
	return writeTable(w, meta, reconciliationTable(), source{
		rows: func(t *table) error {
			for row, err := range rows {
				if err != nil {
					return fmt.Errorf("read a registry to reconcile: %w", err)
				}
				if addReconciliation(t, row) {
					apart++
				}
				if err := t.end(); err != nil {
					return err
				}
			}
			return nil
		},
		further: func() []Total {
			if apart == 0 {
				return []Total{{"Реестры и деньги", "сходится"}}
			}
			return []Total{{"Реестры и деньги", fmt.Sprintf("РАСХОЖДЕНИЕ, строк: %d", apart)}}
		},
	})
}

// addReconciliation reports whether the row is one to look at.
func addReconciliation(t *table, r housing.Reconciliation) (apart bool) {
	t.text(r.Credited.Russian())
	t.text(r.Bank)
	t.text(r.Registry)
	t.text(r.Payee)
	t.count(r.Rows)
	t.money(r.Amount)
	t.money(r.Fee)
	t.money(r.Transfer)
	t.text(r.OrderNo)
	t.text(r.OrderDate.Russian())
	t.money(r.Received)
	t.money(r.Difference)
	t.text(r.Status())
	if apart = !r.Agrees(); apart {
		t.mark()
	}
	return apart
}
