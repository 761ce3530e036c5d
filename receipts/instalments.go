package receipts

import (
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// instalments is the section of the form on what of the debt was agreed to be paid when, with the interest
// for it (Правила 354, п. 72). The debt itself stands in the state of the account.
func (l *layout) instalments() error {
	if len(l.doc.Instalments) == 0 {
		return nil
	}
	t := &table{size: sizeTable, columns: []column{
		{"Соглашение о рассрочке", 190.5, toLeft},
		{"Платёж по графику за " + l.doc.Period.Russian() + ", руб.", 76, toRight},
		{"Проценты за рассрочку, руб.", 70, toRight},
		{"Ставка, % годовых", 50, toRight},
		{"К оплате с учётом рассрочки и процентов, руб.", 82, toRight},
		{"Остаток долга после платежа, руб.", 70, toRight},
	}}
	for i := range l.doc.Instalments {
		s := &l.doc.Instalments[i]
		pay, err := s.Payment.Add(s.Interest)
		if err != nil {
			return fmt.Errorf("add the interest of an instalment: %w", err)
		}
		rate := none
		if !s.Rate.IsZero() {
			rate = s.Rate.Russian()
		}
		t.rows = append(t.rows, row{cells: []string{s.Document, s.Payment.Russian(), money(s.Interest), rate, pay.Russian(), money(s.Left)}})
	}
	l.title("Расчёт суммы оплаты с учётом рассрочки платежа", t.height(l))
	t.draw(l)
	l.y += 2
	l.text(l.c.fonts.regular, sizeNote, "Долг, на который дана рассрочка, входит в раздел «Состояние расчётов».")
	return nil
}

// failed says since when a meter does not count and by what its service is charged.
func failed(m *housing.DocumentMeter) string {
	text := "не учитывается с " + m.FailedOn.Russian()
	switch m.Instead { //nolint:exhaustive // charges without a meter
	case housing.ByNorm:
		text += ": плата по нормативу"
	case housing.ByAverage:
		text += ": плата по среднему"
	}
	return text
}
