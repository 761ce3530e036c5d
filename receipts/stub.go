package receipts

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

const (
	stubHead  = 32.0 // lines above the boxes
	stubRow   = 13.0
	boxSide   = 10.0
	stubSpace = 8.0 // above the line to cut along
)

func (l *layout) stubHeight() float64 {
	return stubSpace + stubHead + float64((len(l.doc.counting())+1)/2)*stubRow
}

// counting are the meters that are read: not those that failed.
func (d *readyDocument) counting() []*housing.DocumentMeter {
	var list []*housing.DocumentMeter
	for i := range d.Meters {
		if d.Meters[i].FailedOn.IsZero() {
			list = append(list, &d.Meters[i])
		}
	}
	return list
}

// stub is the part to tear off at the foot of the first page: who, where, how much, and boxes for the
// readings of the next month. It goes to the cash desk or into the box of the office.
func (l *layout) stub() {
	l.y = bottom - l.stubHeight() + stubSpace
	f := l.c.fonts
	l.c.dashed(left, l.y, right, l.y)
	l.c.within(0, func() { l.c.textRight(right, l.y-2, f.regular, sizeNote, "линия отреза") })
	d := l.doc.PaymentDocument
	_, amount := amountOf(d.ToPay)
	label := "К оплате: "
	if d.ToPay < 0 {
		label = "Переплата: "
	}
	y := l.y + 9
	l.c.begin(pdf.Heading2)
	l.c.text(left, y, f.bold, sizeText, "ИЗВЕЩЕНИЕ")
	l.c.text(left+58, y, f.regular, sizeText, "за "+d.Period.Russian()+", № "+d.Number)
	l.c.textRight(right, y, f.bold, sizeText, "Лицевой счёт "+d.Account.Number+"    "+label+amount)
	l.c.end()
	l.c.begin(pdf.Text)
	y += 9.5
	l.c.text(left, y, f.regular, sizeSmall, f.regular.cut(join(" · ", d.Account.Payer, address(d)), sizeSmall, inner))
	y += 9.5
	l.c.text(left, y, f.regular, sizeSmall, readingsCall(l.doc))
	l.c.end()
	l.y += stubHead
	half := inner / 2
	for i, m := range l.doc.counting() {
		l.readingBoxes(m, left+float64(i%2)*half, l.y+float64(i/2)*stubRow, half-8)
	}
}

func readingsCall(d *readyDocument) string {
	switch {
	case len(d.counting()) == 0:
		return "Сохраните извещение как подтверждение начисления."
	case d.ReadingsBy.IsZero():
		return "Показания приборов учёта (впишите целые и дробные цифры):"
	}
	return "Показания приборов учёта передайте до " + d.ReadingsBy.Russian() + " (впишите целые и дробные цифры):"
}

// readingBoxes draws the name of a register and a box for each digit of its next reading.
func (l *layout) readingBoxes(m *housing.DocumentMeter, x, y, width float64) {
	whole, decimals := max(m.Digits, len(wholeDigits(m.Current)), 4), 3
	if m.Service == housing.Electricity || m.Service == housing.CommonElectricity {
		decimals = 1
	}
	boxes := float64(whole+decimals)*boxSide + 5
	f := l.c.fonts
	name := m.Service.Russian()
	if zone := m.Zone.Russian(); zone != "" {
		name += " (" + zone + ")"
	}
	last := m.Previous
	if !m.CurrentOn.IsZero() {
		last = m.Current
	}
	text := name + ", № " + m.Serial + ", было " + last.Russian()
	size := f.regular.fit(text, sizeSmall, leastSize, width-boxes-4)
	l.c.begin(pdf.Text)
	l.c.text(x, y+boxSide-2, f.regular, size, f.regular.cut(text, size, width-boxes-4))
	l.c.end()
	at := x + width - boxes
	for i := range whole + decimals {
		if i == whole {
			l.c.within(0, func() { l.c.text(at+1.2, y+boxSide-1, f.bold, sizeText, ",") })
			at += 5
		}
		l.c.frame(at, y, boxSide, boxSide, thin)
		at += boxSide
	}
}

func wholeDigits(d housing.Decimal) string {
	whole, _, _ := strings.Cut(d.String(), ".")
	return whole
}
