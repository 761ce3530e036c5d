package reports

import (
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

func paymentState(state string) string {
	return map[string]string{
		housing.PaymentStands: "разнесён", housing.PaymentUnidentified: "невыясненный", housing.PaymentMoved: "разнесён решением",
		housing.PaymentReversed: "возвращён", housing.PaymentRepeated: "повтор другого файла", housing.PaymentTookBack: "сторно",
		housing.PaymentUnmatched: "сторно, платёж не найден", housing.PaymentDismissed: "сторно, учтено иначе",
	}[state]
}

// WritePayments writes the реестр поступлений: every payment of the month with its registry, the payment
// order and the day the bank credited it, where its money stands and which services it pays.
func WritePayments(w io.Writer, meta Meta, rows iter.Seq2[housing.RegisteredPayment, error]) (Control, error) {
	layout := table{
		title: "Реестр поступлений", name: "Поступления", signed: true,
		columns: slices.Concat([]column{textColumn("Дата оплаты", 11), textColumn("№ операции", 18), textColumn("ЛС как пришёл", 14)}, accountColumns(), []column{
			textColumn("Отправитель", 14), textColumn("Реестр", 28), countColumn("Строка", 8), textColumn("№ п/п", 10), textColumn("Дата п/п", 11),
			textColumn("Банк", 24), textColumn("Дата зачисления", 12), textColumn("Статус", 16),
			moneyColumn("", "Сумма, ₽"), moneyColumn("", "Комиссия, ₽"), moneyColumn("", "Перечислено, ₽"), moneyColumn("", "Возвращено, ₽"),
			textColumn("Разнесено по услугам", 48),
		}),
	}
	return writeRows(w, meta, layout, rows, func(t *table, r *housing.RegisteredPayment) error {
		y := &r.Payment
		t.text(y.PaidOn.Russian())
		t.text(y.Key)
		t.text(y.Account)
		payer := r.Account
		if payer.Number == "" || payer.Payer == "" {
			payer.Payer = y.Payer
		}
		t.text(payer.Number)
		t.text(payer.Payer)
		t.text(r.House)
		if payer.Number == "" {
			t.blank()
		} else {
			t.text(payer.Premises.Title())
		}
		t.text(r.Partner)
		t.text(r.Registry)
		t.count(int(r.Row))
		t.text(y.OrderNo)
		t.text(y.OrderDate.Russian())
		t.text(r.Bank)
		t.text(r.Credited.Russian())
		t.text(paymentState(r.State))
		t.money(y.Amount)
		t.money(y.Fee)
		t.money(y.Transfer)
		t.money(y.Amount - r.Left)
		t.text(paidParts(r.Parts))
		if r.State == housing.PaymentUnidentified || r.State == housing.PaymentReversed || r.State == housing.PaymentRepeated || r.State == housing.PaymentUnmatched {
			t.mark()
		}
		return t.end()
	})
}

func paidParts(parts []housing.PaidPart) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Service.Russian() + " " + p.Amount.Russian()
	}
	return strings.Join(texts, "; ")
}

// WriteUnclear writes the невыясненные платежи: those that belong to no account, with the accounts each may
// be meant for, then those that people decided on in the month.
func WriteUnclear(w io.Writer, meta Meta, rows iter.Seq2[housing.UnclearPayment, error]) (Control, error) {
	layout := table{
		title: "Невыясненные платежи", name: "Невыясненные", signed: true,
		columns: []column{
			textColumn("Реестр", 26), countColumn("Строка", 8), textColumn("№ операции", 18), textColumn("Дата оплаты", 11),
			textColumn("ЛС как пришёл", 15), textColumn("Плательщик", 26), textColumn("Адрес", 30), moneyColumn("", "Сумма, ₽"),
			moneyColumn("", "Не разнесено, ₽"), textColumn("Причина", 28), textColumn("Кандидаты", 44), textColumn("Решение", 26),
			textColumn("Кто решил", 14), textColumn("Основание", 28),
		},
	}
	return writeRows(w, meta, layout, rows, func(t *table, u *housing.UnclearPayment) error {
		y := &u.Payment
		t.text(u.Registry)
		t.count(int(u.Row))
		t.text(y.Key)
		t.text(y.PaidOn.Russian())
		t.text(y.Account)
		t.text(y.Payer)
		t.text(y.Address)
		t.money(y.Amount)
		if u.Decision == nil || u.Decision.Kind == "release" {
			t.money(u.Left)
		} else {
			t.blank()
		}
		t.text(u.Reason)
		texts := make([]string, len(u.Candidates))
		for i, c := range u.Candidates {
			texts[i] = c.Text()
		}
		t.text(strings.Join(texts, "; "))
		decision, by, ground := "не принято", "", ""
		if u.Decision != nil {
			decision, by, ground = decisionTaken(*u.Decision), u.Decision.By, u.Decision.Reason
		} else {
			t.mark()
		}
		t.text(decision)
		t.text(by)
		t.text(ground)
		return t.end()
	})
}

func decisionTaken(d housing.PaymentDecision) string {
	switch d.Kind {
	case "assign":
		return "зачислен на ЛС " + d.Number
	case "move":
		return "перенесён на ЛС " + d.Number
	case "repeat":
		return "тот же платёж другого файла"
	case "reverse":
		return "возвращён плательщику"
	}
	return "снят с лицевого счёта"
}

// WriteGISComparison writes the сверка с ГИС ЖКХ: our objects with what the system calls them, and what it
// named that we do not have.
func WriteGISComparison(w io.Writer, meta Meta, rows iter.Seq2[housing.GISComparison, error]) (Control, error) {
	layout := table{
		title: "Сверка с ГИС ЖКХ", name: "Сверка", signed: true,
		columns: []column{
			textColumn("Вид объекта", 20), textColumn("Наш ключ", 30), textColumn("Где", 40), textColumn("Идентификатор ГИС", 38),
			textColumn("Идентификатор ЖКУ", 18), textColumn("Значение ГИС без пары", 24), textColumn("Статус", 16), textColumn("Пояснение", 60),
			{title: "Файлов", width: 9, format: workbook.CountFormat, align: "right"},
		},
	}
	kinds := map[string]string{
		housing.GISHouse: "дом", housing.GISAccount: "лицевой счёт", housing.GISMeter: "прибор учёта", housing.GISDocument: "платёжный документ",
	}
	states := map[string]string{
		housing.GISAgrees: "совпадает", housing.GISNotThere: "нет в ГИС", housing.GISNotHere: "нет у нас", housing.GISDiffers: "расхождение",
		housing.GISRefused: "отказ", housing.GISWithdrawn: "отозван",
	}
	counts := map[string]int{}
	return writeTable(w, meta, layout, source{
		rows: fill(rows, func(t *table, c *housing.GISComparison) error {
			counts[c.State]++
			for _, text := range []string{kinds[c.Kind], c.Key, c.House, c.GIS, c.Second, c.Theirs, states[c.State], c.Error} {
				t.text(text)
			}
			if c.Tries > 0 {
				t.count(c.Tries)
			} else {
				t.blank()
			}
			if c.State != housing.GISAgrees && c.State != housing.GISWithdrawn {
				t.mark()
			}
			return t.end()
		}),
		further: func() []Total {
			order := []string{
				housing.GISAgrees, housing.GISNotThere, housing.GISNotHere, housing.GISDiffers, housing.GISRefused, housing.GISWithdrawn,
			}
			totals := make([]Total, 0, len(order))
			for _, state := range order {
				totals = append(totals, Total{"Объектов: " + states[state], housing.Whole(int64(counts[state])).String()})
			}
			return totals
		},
	})
}
