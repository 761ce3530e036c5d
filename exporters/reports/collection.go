package reports

import (
	"fmt"
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// The columns of the collection that the chart counts.
const (
	collectionMonth = 2
	collectionDue   = 7
	collectionPaid  = 9
)

// WriteCollection writes the сводная ведомость начислений и оплат: each service and payee by month, what was
// charged and when, what was paid and when last; the sheet «График» has the months.
func WriteCollection(w io.Writer, meta Meta, rows iter.Seq2[housing.ServiceMonth, error]) (Control, error) {
	layout := table{
		title: "Сводная ведомость начислений и оплат", name: "Сводная", signed: true,
		columns: []column{
			textColumn("Услуга", 30), textColumn("Получатель", 28), textColumn("Месяц", 15),
			{group: "Начислено", title: "дата", width: 11, format: workbook.TextFormat},
			moneyColumn("Начислено", "сумма"),
			moneyColumn("", "Перерасчёт, льготы"), moneyColumn("", "Пени"), moneyColumn("", "Всего за месяц"),
			{group: "Оплачено", title: "дата последней", width: 14, format: workbook.TextFormat},
			moneyColumn("Оплачено", "сумма"),
			{title: "Собрано, %", width: 10, format: "0.0", align: "right"},
		},
	}
	var months sums
	add := func(t *table, m *housing.ServiceMonth) error {
		due, err := housing.SumMoney(m.Charged, m.Corrected, m.Penalty)
		if err != nil {
			return fmt.Errorf("add up %s of %s: %w", m.Service, m.Month, err)
		}
		if err := months.add(m.Month.Russian(), due, m.Paid); err != nil {
			return err
		}
		t.text(m.Service.Russian())
		t.text(m.Payee)
		t.text(m.Month.Russian())
		t.text(m.Month.Last().Russian())
		t.money(m.Charged)
		t.money(m.Corrected)
		t.money(m.Penalty)
		t.money(due)
		t.text(m.PaidOn.Russian())
		t.money(m.Paid)
		addCollected(t, m.Balance)
		return t.end()
	}
	return writeTable(w, meta, layout, source{rows: fill(rows, add), chart: func(t *table) chart {
		return chart{
			title: "Сбор по месяцам", names: "Месяц", groups: months.names, unit: "рублей", format: workbook.MoneyFormat, series: []chartSeries{
				{title: "Всего за месяц", colour: colourCharged, cells: months.cells(t, 0, collectionDue, collectionMonth)},
				{title: "Оплачено", colour: colourPaid, cells: months.cells(t, 1, collectionPaid, collectionMonth)},
			},
		}
	}})
}
