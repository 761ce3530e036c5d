package reports

import (
	"io"
	"iter"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteIssued writes the реестр выпущенных квитанций: every version of every payment document with its
// check code and digest.
func WriteIssued(w io.Writer, meta Meta, rows iter.Seq2[housing.IssuedReceipt, error]) (Control, error) {
	layout := table{
		title: "Реестр выпущенных квитанций", name: "Квитанции", signed: true,
		columns: slices.Concat([]column{textColumn("Лицевой счёт", 14), textColumn("Адрес", 29), textColumn("Помещение", 11)}, []column{
			textColumn("№ документа", 20), countColumn("Версия", 8), textColumn("Код проверки", 15), moneyColumn("", "К оплате, ₽"),
			textColumn("Оплатить до", 11), textColumn("Выпущена", 26), textColumn("Заменена, отозвана", 26), textColumn("SHA-256", 68),
		}),
	}
	layout.byHouse(houseTitle)
	return writeRows(w, meta, layout, rows, func(t *table, r *housing.IssuedReceipt) error {
		t.text(r.Account.Number)
		t.text(r.House)
		t.text(r.Account.Premises.Title())
		t.text(r.Number)
		t.count(r.Version)
		t.text(r.CheckCode)
		if r.EndedAt == nil {
			t.money(r.ToPay)
		} else {
			t.blank() // the version that took its place counts
		}
		t.text(r.PayBy.Russian())
		t.text(meta.moment(r.IssuedAt))
		if r.EndedAt != nil {
			t.text(meta.moment(*r.EndedAt))
			t.mark()
		} else {
			t.blank()
		}
		t.text(r.SHA256)
		return t.end()
	})
}
