package receipts

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// change says in one line under the head why the sum is another one than last month: the total, and
// the service that changed most with its reason.
func (l *layout) change() error {
	c := l.doc.Change
	if c == nil {
		return nil
	}
	text := "Начислено столько же, сколько в прошлом месяце."
	if c.Now != c.Was {
		text = "К прошлому месяцу " + signed(c.Now-c.Was) + ": начислено " + minus(c.Now.Russian()) + " вместо " + minus(c.Was.Russian()) + rouble + "."
	}
	if c.ServiceNow != c.ServiceWas {
		text += " Больше всего изменилась плата за услугу «" + c.Service.Russian() + "»: " + signed(c.ServiceNow-c.ServiceWas) + changeReason(c) + "."
	}
	l.y += 3
	l.text(l.c.fonts.regular, sizeText, text)
	l.y -= 3
	return nil
}

// changeReason names what differs: prices, volumes, corrections.
func changeReason(c *housing.MonthChange) string {
	var reasons []string
	switch {
	case c.ServiceWas == 0:
		return " (в прошлом месяце не начислялась)"
	case c.ServiceNow == 0:
		return " (в этом месяце не начислена)"
	}
	if c.VolumeNow.Cmp(c.VolumeWas) != 0 {
		unit := " " + c.Service.Unit()
		reasons = append(reasons, "объём "+short(c.VolumeNow)+unit+" вместо "+short(c.VolumeWas)+unit)
	}
	if !c.PriceNow.IsZero() && !c.PriceWas.IsZero() && c.PriceNow.Cmp(c.PriceWas) != 0 {
		reasons = append(reasons, "тариф "+c.PriceNow.Russian()+" вместо "+c.PriceWas.Russian()+rouble)
	}
	if c.CorrectedApart != 0 {
		reasons = append(reasons, "перерасчёт "+signed(c.CorrectedApart))
	}
	if len(reasons) == 0 {
		return ""
	}
	return " (" + strings.Join(reasons, ", ") + ")"
}

// signed writes a difference with its sign.
func signed(m housing.Money) string {
	if m > 0 {
		return "+" + m.Russian() + rouble
	}
	return minus(m.Russian()) + rouble
}

// short writes a volume with the digits that a resident compares.
func short(d housing.Decimal) string {
	const digits = 3
	if rounded, err := d.Ratio().Round(digits); err == nil {
		d = rounded
	}
	return d.Trim().Russian()
}
