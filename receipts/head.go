package receipts

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

const rouble = "\u00a0₽"

// head says in one glance what this is, how much, by when, for which account.
func (l *layout) head() error {
	f := l.c.fonts
	const big = 13
	left := l.logo()
	l.c.begin(pdf.Heading1)
	l.c.titled(left, l.y+big*ascent, f.bold, big, "ПЛАТЁЖНЫЙ ДОКУМЕНТ")
	l.c.textRight(right, l.y+big*ascent, f.bold, big, "за "+l.doc.Period.Russian())
	l.c.end()
	l.y += big + 1
	l.c.begin(pdf.Text)
	number := join(" · ", "№ "+l.doc.Number, prefixed("код проверки ", l.doc.CheckCode))
	const what, gap = "для внесения платы за содержание и ремонт жилого помещения и предоставление коммунальных услуг", 8
	numberWidth := f.regular.width(number, sizeSmall)
	size := f.regular.fit(what, sizeSmall, leastSize, right-left-numberWidth-gap)
	l.c.text(left, l.y+sizeSmall, f.regular, size, f.regular.cut(what, size, right-left-numberWidth-gap))
	l.c.textRight(right, l.y+sizeSmall, f.regular, sizeSmall, number)
	l.c.end()
	l.y += 13
	l.strip()
	return nil
}

// logo draws the logo at the left margin and returns where the title begins.
func (l *layout) logo() float64 {
	b := &l.c.brand
	if b.logo == nil {
		return left
	}
	l.c.figure("Логотип: "+l.doc.Issuer.Title(), func() { l.c.page.Picture(l.c.logo, left, l.y-1, b.width, b.height) })
	const gap = 8
	return left + b.width + gap
}

// strip is the box with the three answers.
func (l *layout) strip() {
	const height = 36.0
	const amountWidth, dateWidth = 0.44 * inner, 0.24 * inner
	label, amount := "К оплате за "+l.doc.Period.Russian()+l.carried(), l.doc.ToPay.Russian()+rouble
	due := l.doc.PayBy.Russian()
	switch {
	case l.doc.ToPay < 0:
		label, amount, due = "Переплата, платить не нужно", l.doc.ToPay.Neg().Russian()+rouble, ""
	case l.doc.ToPay == 0:
		label, due = "Платить не нужно", ""
	}
	if due == "" {
		due = "—"
	}
	l.c.shade(left, l.y, amountWidth, height, headShade)
	x := left
	for _, cell := range []struct {
		label, value string
		width, size  float64
	}{
		{label, amount, amountWidth, 20},
		{"Оплатить до", due, dateWidth, 15},
		{"Лицевой счёт", l.doc.Account.Number, inner - amountWidth - dateWidth, 15},
	} {
		const pad = 7
		size := l.c.fonts.bold.fit(cell.value, cell.size, leastSize, cell.width-2*pad)
		l.c.begin(pdf.Text)
		l.c.text(x+pad, l.y+10, l.c.fonts.regular, sizeText, cell.label)
		l.c.text(x+pad, l.y+height-8, l.c.fonts.bold, size, cell.value)
		l.c.end()
		if x > left {
			l.c.line(x, l.y, x, l.y+height)
		}
		x += cell.width
	}
	l.c.page.Ink(l.c.brand.accent)
	l.c.frame(left, l.y, inner, height, thick)
	l.c.page.Ink(pdf.Colour{})
	l.y += height
}

// carried tells a reader why the amount is not the one of the month.
func (l *layout) carried() string {
	rest, err := l.doc.Opening.Sub(l.doc.Paid)
	switch {
	case err != nil || rest == 0:
		return ""
	case rest > 0:
		return ", включая долг " + rest.Russian() + rouble
	}
	return " за вычетом переплаты " + rest.Neg().Russian() + rouble
}

// parties names the payer with the premises, and the provider with its contacts.
func (l *layout) parties() error {
	window, windowed := l.window()
	x, width := l.beside(window)
	l.titleAt(x, "Сведения о плательщике и исполнителе услуг", 50)
	a, o := l.doc.Account, l.doc.Issuer
	people := ""
	if l.doc.People > 0 {
		people = "проживает: " + strconv.Itoa(l.doc.People) + "\u00a0чел."
	}
	area := ""
	if !l.doc.Area.IsZero() {
		area = l.doc.Area.Russian() + " м²"
	}
	payer := []pair{
		{label: "Плательщик:", value: a.Payer},
		{label: "Адрес помещения:", value: address(l.doc.PaymentDocument)},
		{label: "Адрес доставки:", value: join(", ", deliveryIndex(l.doc.PaymentDocument), l.doc.DeliverTo)},
		{label: "Лицевой счёт:", value: a.Number},
		{label: "Единый лицевой счёт (ЕЛС):", value: a.Unified},
		{label: "Идентификатор ЖКУ:", value: a.ServiceID},
		{label: "Идентификатор платёжного документа:", value: l.doc.Identifier},
		{label: "Общая площадь:", value: join(", ", area, people)},
	}
	issuer := []pair{
		{label: "Исполнитель:", value: o.Name},
		{label: "ИНН/КПП:", value: join("/", o.INN, o.KPP)},
		{label: "Адрес:", value: o.Address},
		{label: "Телефон:", value: o.Phone},
		{label: "Эл. почта:", value: o.Email, plain: true},
		{label: "Официальный сайт:", value: o.Site, plain: true},
	}
	if o.Name == "" {
		issuer[0].value = o.Title()
	}
	if !windowed {
		l.columns(payer, issuer)
		return nil
	}
	l.y = l.pairs(x, l.y, width, sizeText, payer)
	l.y = max(l.pairs(x, l.y+3, width, sizeText, issuer), window.y+window.height+besideWindow)
	l.address(window)
	return nil
}

// deliveryIndex is the postal index of an address of delivery; that of the premises is not printed beside them.
func deliveryIndex(doc *housing.PaymentDocument) string {
	if doc.DeliverTo == "" {
		return ""
	}
	return doc.PostalIndex
}

// payments shows for each payee where the money goes, how much, and the code to pay it by: one
// payee over the whole width, several in two columns.
func (l *layout) payments() error {
	payees := l.doc.Payees
	if len(payees) == 0 {
		return nil
	}
	const gap = 8
	width, perRow := inner, 1
	if len(payees) > 1 {
		width, perRow = (inner-gap)/2, 2
	}
	for first := 0; first < len(payees); first += perRow {
		last := min(first+perRow, len(payees))
		height := 0.0
		for i := first; i < last; i++ {
			height = max(height, l.payeeHeight(i, width))
		}
		if first == 0 {
			l.title("Информация для внесения платы", height)
		}
		bars := 0.0
		for i := first; i < last; i++ {
			if l.doc.bars[i] != nil {
				bars += barsRoom
			}
		}
		l.room(height + bars)
		for i := first; i < last; i++ {
			l.payee(i, left+float64(i-first)*(width+gap), width, height)
		}
		l.y += height
		for i := first; i < last; i++ {
			l.barsRow(i)
		}
		l.y += gap / 2
	}
	return nil
}

const (
	codeMost  = 122.4 // of the square with its quiet zone: 43 mm
	codeDots  = 2     // of 100 to the inch, a module where the code is not too large
	boxPad    = 6.0
	amountAt  = 13.0
	sizePayee = 7.6
)

func (l *layout) payeeText(i int, width float64) (textWidth float64, all []pair) {
	to := l.doc.Payees[i].Payee
	textWidth = width - 2*boxPad
	if side := codeSide(&l.doc.symbols[i]); side > 0 {
		textWidth = width - side - 2*boxPad
	}
	name := to.Name
	if name == "" {
		name = to.ShortName
	}
	all = []pair{
		{label: "Получатель:", value: name},
		{label: "ИНН/КПП:", value: join("/", to.INN, to.KPP)},
		{label: "Р/с:", value: to.Bank.Account},
		{label: "Банк:", value: to.Bank.Name},
		{label: "БИК:", value: to.Bank.BIC},
		{label: "К/с:", value: to.Bank.CorrAccount},
	}
	if len(l.doc.Payees) == 1 {
		all = append(all, pair{label: "Лицевой счёт:", value: l.doc.Account.Number}, pair{label: "Период:", value: l.doc.Period.Russian()},
			pair{label: "Назначение:", value: purpose(l.doc.PaymentDocument, &l.doc.Payees[i])})
	}
	return textWidth, all
}

func (l *layout) payeeHeight(i int, width float64) float64 {
	textWidth, all := l.payeeText(i, width)
	height := l.pairsHeight(textWidth, sizePayee, all) + 2*boxPad + amountAt + 4
	if side := codeSide(&l.doc.symbols[i]); side > 0 {
		height = max(height, side+dot)
	}
	return height
}

func (l *layout) payee(i int, x, width, height float64) {
	textWidth, all := l.payeeText(i, width)
	l.pairs(x+boxPad, l.y+boxPad, textWidth, sizePayee, all)
	label, amount := amountOf(l.doc.Payees[i].ToPay)
	f := l.c.fonts
	y := l.y + height - boxPad - 2
	l.c.begin(pdf.Text)
	l.c.text(x+boxPad, y, f.regular, sizeText, label)
	at := f.regular.width(label, sizeText) + 5
	l.c.text(x+boxPad+at, y, f.bold, f.bold.fit(amount, amountAt, leastSize, textWidth-at), amount)
	l.c.end()
	if symbol := l.doc.symbols[i]; symbol.Side > 0 {
		l.c.figure("Платёжный QR-код: "+l.doc.Payees[i].Payee.Title()+", "+amount, func() {
			side := codeSide(&symbol)
			l.c.code(symbol, snapped(x+width-side-1), snapped(l.y+(height-side)/2), side)
		})
	}
	l.c.frame(x, l.y, width, height, thin) // over the white border of the code
}

// codeSide is how large a code is drawn: its modules are whole dots of the grid, unless it is a very large one.
func codeSide(s *paymentcode.Symbol) float64 { return min(float64(s.Modules)*codeDots*dot, codeMost) }

// amountOf says what is to be paid, or that nothing is.
func amountOf(m housing.Money) (label, amount string) {
	if m < 0 {
		return "Переплата:", m.Neg().Russian() + rouble
	}
	return "К оплате:", m.Russian() + rouble
}
