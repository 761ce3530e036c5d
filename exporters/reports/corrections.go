package reports

import (
	"io"
	"iter"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteCorrections writes the ведомость перерасчётов: every correction with its reason and document.
func WriteCorrections(w io.Writer, meta Meta, rows iter.Seq2[housing.CorrectionEntry, error]) (Control, error) {
	layout := table{
		title: "Ведомость перерасчётов", name: "Перерасчёты", signed: true,
		columns: slices.Concat(accountColumns(), []column{
			textColumn("Услуга", 26), textColumn("За месяц", 14), textColumn("Вид", 15), textColumn("Причина", 38), textColumn("Документ", 26),
			moneyColumn("", "Сумма, ₽"),
		}),
	}
	layout.byHouse(houseTitle)
	return writeRows(w, meta, layout, rows, func(t *table, row *housing.CorrectionEntry) error {
		addAccount(t, row.Account, row.House)
		t.text(row.Service.Russian())
		t.text(row.Month.Russian())
		t.text(correctionKind(row.Kind))
		t.text(row.Reason)
		t.text(row.Document)
		t.money(row.Amount)
		return t.end()
	})
}

func correctionKind(kind string) string {
	switch kind {
	case "correction":
		return "прошлый месяц"
	case "benefit":
		return "льгота"
	}
	return "месяц расчёта"
}
