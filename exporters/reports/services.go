package reports

import (
	"io"
	"iter"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteServiceTurnover writes the оборотно-сальдовая ведомость по услугам: one row a service and payee.
func WriteServiceTurnover(w io.Writer, meta Meta, rows iter.Seq2[housing.ServiceTurnover, error]) (Control, error) {
	layout := table{
		title: "Оборотно-сальдовая ведомость по услугам", name: "ОСВ по услугам", signed: true,
		columns: slices.Concat([]column{textColumn("Получатель", 28), textColumn("Услуга", 30), quantityColumn("Объём"), textColumn("Ед.", 8)},
			balanceColumns(), []column{{title: "Собрано, %", width: 10, format: "0.0", align: "right"}}),
	}
	return writeRows(w, meta, layout, rows, func(t *table, row *housing.ServiceTurnover) error {
		t.text(row.Payee)
		t.text(row.Service.Russian())
		if row.Volume.IsZero() {
			t.blank()
		} else {
			t.number(row.Volume)
		}
		t.text(row.Service.Unit())
		addTurn(t, row.Balance)
		addCollected(t, row.Balance)
		return t.end()
	})
}

// WriteHouseTurnover writes the оборотно-сальдовая ведомость по домам: one row a house.
func WriteHouseTurnover(w io.Writer, meta Meta, rows iter.Seq2[housing.HouseTurnover, error]) (Control, error) {
	accounts := countColumn("Лицевых счетов", 10)
	accounts.sum = ofCounts
	layout := table{
		title: "Оборотно-сальдовая ведомость по домам", name: "ОСВ по домам", signed: true,
		columns: slices.Concat([]column{textColumn("Дом", 36), quantityColumn("Площадь, м²"), accounts},
			balanceColumns(), []column{{title: "Собрано, %", width: 10, format: "0.0", align: "right"}}),
	}
	return writeRows(w, meta, layout, rows, func(t *table, row *housing.HouseTurnover) error {
		t.text(row.House)
		t.number(row.Area)
		t.count(row.Accounts)
		addTurn(t, row.Balance)
		addCollected(t, row.Balance)
		return t.end()
	})
}
