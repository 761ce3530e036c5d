package reports

import (
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteStatement writes the выписка по лицевому счёту: a row a month, and what the last balance is made of.
func WriteStatement(w io.Writer, meta Meta, s *housing.Statement, rows iter.Seq2[housing.AccountMonth, error]) (Control, error) {
	meta.Filters = append([]string{"лицевой счёт " + s.Account.Number, s.Account.Payer, s.Address()}, meta.Filters...)
	layout := table{
		title: "Выписка по лицевому счёту", name: "Выписка", signed: true,
		columns: append([]column{textColumn("Месяц", 16)}, balanceColumns()...),
	}
	for i := range layout.columns { // balances of months do not add up
		if layout.columns[i].group != "" {
			layout.columns[i].sum = noSum
		}
	}
	add := func(t *table, m *housing.AccountMonth) error {
		t.text(m.Period.Russian())
		addTurn(t, m.Balance)
		return t.end()
	}
	return writeTable(w, meta, layout, source{rows: fill(rows, add), further: func() []Total {
		return []Total{
			{"Просрочено на " + s.On.Russian(), s.Dues.Overdue.Russian() + " ₽"},
			{"Неуплаченные пени", s.Dues.Penalty.Russian() + " ₽"},
			{"Срок оплаты не наступил (оплатить до " + s.Dues.PayBy.Russian() + ")", s.Dues.NotDue.Russian() + " ₽"},
		}
	}})
}
