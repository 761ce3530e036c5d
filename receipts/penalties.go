package receipts

import (
	"fmt"
	"io"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Penalties writes the penalty of an account by day as a document to hand in: each unpaid month with its
// stretches of days, rate, share and running total, and a line for the signature. Equal sheets give equal
// bytes; nothing is written where an error is returned.
func (p *Printer) Penalties(w io.Writer, s *housing.PenaltySheet) error {
	if s == nil {
		return fmt.Errorf("penalties: no sheet: %w", ErrNotDrawable)
	}
	return p.paper(w, paperHead{
		issuer: &s.Issuer, account: &s.Account, day: s.AsOf, title: "РАСЧЁТ ПЕНЕЙ", when: "по " + s.AsOf.Russian(),
		under: "за несвоевременную и (или) неполную оплату жилого помещения и коммунальных услуг, ст. 155 ч. 14, 14.1 ЖК РФ",
		what:  "Расчёт пеней по " + s.AsOf.Russian(),
	}, func(l *layout) {
		l.columns([]pair{
			{label: "Лицевой счёт:", value: s.Account.Number},
			{label: "Плательщик:", value: s.Account.Payer},
			{label: "Адрес помещения:", value: s.Address()},
		}, []pair{
			{label: "Исполнитель:", value: s.Issuer.Title()},
			{label: "ИНН/КПП:", value: join("/", s.Issuer.INN, s.Issuer.KPP)},
			{label: "Пени всего:", value: minus(s.Total.Russian()) + rouble},
			{label: "в том числе проведено:", value: minus(s.Booked.Russian()) + rouble},
		})
		for i := range s.Claims {
			l.penaltyClaim(&s.Claims[i])
		}
	})
}

func (l *layout) penaltyClaim(c *housing.PenaltyClaim) {
	t := &table{size: sizeSheet, most: anything, columns: []column{
		{"С", 46, toCentre},
		{"По", 46, toCentre},
		{"Дней", 28, toRight},
		{"День просрочки", 50, toRight},
		{"Долг, ₽", 62, toRight},
		{"Ставка, %", 38, toRight},
		{"Доля", 32, toCentre},
		{"Основание, пояснение", 124, toLeft},
		{"Пени, ₽", 52, toRight},
		{"Нарастающим, ₽", 60.5, toRight},
	}}
	for _, r := range c.Rows {
		rate, basis := none, r.Kind
		if r.Divisor > 0 {
			rate, basis = r.Rate.Russian(), r.Basis
		} else if r.Basis != "" {
			basis += ": " + r.Basis
		}
		t.rows = append(t.rows, row{cells: []string{
			r.Days.From.Russian(), r.Days.To.AddDays(-1).Russian(), strconv.Itoa(r.Days.Days()), strconv.Itoa(r.FirstDay),
			r.Debt.Russian(), rate, dash(r.Share()), basis, r.Amount.Russian(), r.Running.Russian(),
		}})
	}
	t.rows = append(t.rows, row{bold: true, cells: []string{"Итого", "", "", "", "", "", "", "", c.Total.Russian(), c.Total.Russian()}})
	l.title(c.Title()+": долг "+c.Amount.Russian()+rouble+", оплатить до "+c.Due.Russian()+", не оплачено "+c.Outstanding.Russian()+rouble, 40)
	t.draw(l)
	for _, note := range c.Notes {
		l.text(l.c.fonts.regular, sizeNote, note)
	}
	l.y += 4
}
