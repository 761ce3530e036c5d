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
	if s == nil || s.AsOf.IsZero() || s.Account.Number == "" {
		return fmt.Errorf("penalties: day or account is empty: %w", ErrNotDrawable)
	}
	pages := drawPenalties(newCanvas(p.fonts, info{}), s, 0) // every page says of how many it is
	c := newCanvas(p.fonts, info{
		title:   "Расчёт пеней по " + s.AsOf.Russian() + ", лицевой счёт " + s.Account.Number,
		author:  s.Issuer.Title(),
		created: s.AsOf.Time(),
	})
	if report := p.config.OnMissingGlyph; report != nil {
		c.missing = func(r rune) { report("расчёт пеней "+s.Account.Number, r) }
	}
	drawPenalties(c, s, pages)
	if err := c.writeTo(w); err != nil {
		return fmt.Errorf("penalties of account %s: %w", s.Account.Number, err)
	}
	return nil
}

func drawPenalties(c *canvas, s *housing.PenaltySheet, pages int) int {
	l := &layout{
		c: c, pages: pages, contacts: contacts(&s.Issuer),
		running: [2]string{"Расчёт пеней по " + s.AsOf.Russian() + " (продолжение)", "Лицевой счёт " + s.Account.Number},
	}
	l.nextPage()
	l.penaltyHead(s)
	for i := range s.Claims {
		l.penaltyClaim(&s.Claims[i])
	}
	l.signature()
	l.foot("")
	return c.pages()
}

func (l *layout) penaltyHead(s *housing.PenaltySheet) {
	f := l.c.fonts
	const big = 13
	l.c.text(left, l.y+big*ascent, f.bold, big, "РАСЧЁТ ПЕНЕЙ")
	l.c.textRight(right, l.y+big*ascent, f.bold, big, "по "+s.AsOf.Russian())
	l.y += big + 1
	l.c.text(left, l.y+sizeSmall, f.regular, sizeSmall,
		"за несвоевременную и (или) неполную оплату жилого помещения и коммунальных услуг, ст. 155 ч. 14, 14.1 ЖК РФ")
	l.y += 15
	const gap = 14
	half := (inner - gap) / 2
	at := l.y
	l.y = max(
		l.pairs(left, at, half, sizeText, []pair{
			{label: "Лицевой счёт:", value: s.Account.Number},
			{label: "Плательщик:", value: s.Account.Payer},
			{label: "Адрес помещения:", value: s.Address()},
		}),
		l.pairs(left+half+gap, at, half, sizeText, []pair{
			{label: "Исполнитель:", value: s.Issuer.Title()},
			{label: "ИНН/КПП:", value: join("/", s.Issuer.INN, s.Issuer.KPP)},
			{label: "Пени всего:", value: minus(s.Total.Russian()) + rouble},
			{label: "в том числе проведено:", value: minus(s.Booked.Russian()) + rouble},
		}),
	)
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
		for _, line := range l.c.fonts.regular.wrap(note, sizeNote, inner) {
			l.room(sizeNote * lineFactor)
			l.text(0, line)
		}
	}
	l.y += 4
}
