package reports

import (
	"io"
	"iter"
	"slices"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteDebtors writes the ведомость должников: every account that owes, with the age of its debt counted
// from the last day to pay of each month.
func WriteDebtors(w io.Writer, meta Meta, rows iter.Seq2[housing.Debtor, error]) (Control, error) {
	columns := slices.Concat(accountColumns(), []column{moneyColumn("", "Долг, ₽")})
	for _, title := range housing.DebtAgeTitles() {
		columns = append(columns, moneyColumn("В том числе просрочено", title))
	}
	columns = append(columns, countColumn("Месяцев долга", 9), moneyColumn("", "Пени, ₽"), textColumn("Последняя оплата", 12),
		moneyColumn("", "Её сумма, ₽"))
	layout := table{title: "Ведомость должников с возрастом долга", name: "Должники", signed: true, columns: columns}
	layout.byHouse(houseTitle)
	add := func(t *table, row *housing.Debtor) error {
		addAccount(t, row.Account, row.House)
		t.money(row.Total)
		for _, amount := range row.Ages {
			if amount == 0 {
				t.blank()
				continue
			}
			t.money(amount)
		}
		t.count(row.Months)
		t.money(row.Penalty)
		t.text(row.PaidOn.Russian())
		t.money(row.Paid)
		return t.end()
	}
	return writeTable(w, meta, layout, source{rows: fill(rows, add), chart: func(t *table) chart {
		titles := housing.DebtAgeTitles()
		cells := make([]chartCell, len(titles))
		for i := range titles {
			column := len(accountColumns()) + 1 + i
			cells[i] = chartCell{workbook.Money(t.whole[column]), t.sumOf(column)}
		}
		return chart{
			title: "Долг по возрасту", names: "Просрочено", groups: titles[:], unit: "рублей", format: workbook.MoneyFormat,
			series: []chartSeries{{title: "Долг, ₽", colour: colourDebt, cells: cells}},
		}
	}})
}
