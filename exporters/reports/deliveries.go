package reports

import (
	"io"
	"iter"
	"slices"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteDeliveries writes the реестр доставки квитанций: each version of each payment document with the way it went and, where that was
// a letter, what became of it.
func WriteDeliveries(w io.Writer, meta Meta, rows iter.Seq2[housing.DocumentDelivery, error]) (Control, error) {
	layout := table{
		title: "Реестр выпущенных и доставленных квитанций", name: "Доставка", signed: true,
		columns: slices.Concat([]column{textColumn("Лицевой счёт", 14), textColumn("Адрес", 29), textColumn("Помещение", 11)}, []column{
			textColumn("№ документа", 20), countColumn("Версия", 8), textColumn("Выпущена", 26), textColumn("Заменена, отозвана", 26),
			textColumn("Доставка", 16), textColumn("На печать", 10), textColumn("E-mail", 26), textColumn("Письмо", 18), textColumn("Отправлено", 26),
			countColumn("Попыток", 9), textColumn("Ответ почтового сервера", 40), textColumn("Метка письма (Message-ID до @)", 40),
		}),
	}
	return writeRows(w, meta, layout, rows, func(t *table, r *housing.DocumentDelivery) error {
		t.text(r.Account.Number)
		t.text(r.House)
		t.text(r.Account.Premises.Title())
		t.text(r.Number)
		t.count(r.Version)
		t.text(meta.moment(r.IssuedAt))
		t.optional(meta, r.EndedAt)
		t.text(r.Wish.Russian())
		t.text(printed(r))
		t.text(r.Email)
		t.text(letterText(r))
		t.optional(meta, r.SentAt)
		t.count(r.Attempts)
		t.text(r.Answer)
		t.text(r.Token)
		if r.State.Failed() {
			t.mark()
		}
		return t.end()
	})
}

func (t *table) optional(meta Meta, at *time.Time) {
	if at == nil {
		t.blank()
		return
	}
	t.text(meta.moment(*at))
}

func printed(r *housing.DocumentDelivery) string {
	if r.NoPaper {
		return "нет"
	}
	return "да"
}

// letterText says when a letter may have come twice: that is never told as once.
func letterText(r *housing.DocumentDelivery) string {
	text := r.State.Russian()
	if r.Unknown > 0 && r.State == housing.LetterSent {
		return text + ", возможно, не один раз"
	}
	return text
}
