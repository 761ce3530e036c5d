package reports

import (
	"io"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteStatement writes the выписка по лицевому счёту: a row a month.
func WriteStatement(w io.Writer, meta Meta, account housing.Account, house string, rows iter.Seq2[housing.AccountMonth, error]) (Control, error) {
	meta.Filters = []string{"лицевой счёт " + account.Number, account.Payer, house + ", " + account.Premises.Title()}
	layout := table{
		title: "Выписка по лицевому счёту", name: "Выписка", signed: true,
		columns: append([]column{textColumn("Месяц", 16)}, balanceColumns()...),
	}
	for i := range layout.columns { // balances of months do not add up
		if layout.columns[i].group != "" {
			layout.columns[i].sum = noSum
		}
	}
	return writeRows(w, meta, layout, rows, func(t *table, m *housing.AccountMonth) error {
		t.text(m.Period.Russian())
		addTurn(t, m.Balance)
		return t.end()
	})
}
