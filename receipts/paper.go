package receipts

import (
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// paperHead says what a document about an account is.
type paperHead struct {
	issuer      *housing.Organisation
	account     *housing.Account
	day         housing.Date // of which the file is dated
	title, when string       // the first line
	under       string       // the line below it, may be empty
	what        string       // above later pages, and with the account the title of the file
}

// paper writes a document about an account: a head, what body draws, a line for the signature, and on
// every page of how many it is.
func (p *Printer) paper(w io.Writer, h paperHead, body func(*layout)) error {
	if h.day.IsZero() || h.account.Number == "" {
		return fmt.Errorf("%s: day or account is empty: %w", h.what, ErrNotDrawable)
	}
	pages := drawPaper(p.canvas(info{}), h, 0, body) // every page says of how many it is
	c := p.canvas(info{
		title: h.what + ", лицевой счёт " + h.account.Number, author: h.issuer.Title(), created: h.day.Time(), tagged: true,
	})
	c.missing = p.reporter(h.what + ", лицевой счёт " + h.account.Number)
	drawPaper(c, h, pages, body)
	if err := c.writeTo(w); err != nil {
		return fmt.Errorf("%s of account %s: %w", h.what, h.account.Number, err)
	}
	return nil
}

func drawPaper(c *canvas, h paperHead, pages int, body func(*layout)) int {
	l := &layout{
		c: c, pages: pages, contacts: contacts(h.issuer), d: loose(),
		running: [2]string{h.what + " (продолжение)", "Лицевой счёт " + h.account.Number},
	}
	c.begin(pdf.Document)
	l.nextPage()
	const big = 13
	c.begin(pdf.Heading1)
	c.text(left, l.y+big*ascent, c.fonts.bold, big, h.title)
	c.textRight(right, l.y+big*ascent, c.fonts.bold, big, h.when)
	c.end()
	l.y += big + 1
	if h.under != "" {
		l.text(c.fonts.regular, sizeSmall, h.under)
	}
	l.y += 7
	body(l)
	l.signature()
	l.endPage("")
	c.end()
	return c.pages()
}

// columns draws labels and values side by side in two columns.
func (l *layout) columns(first, second []pair) {
	const gap = 14
	half := (inner - gap) / 2
	at := l.y
	l.y = max(l.pairs(left, at, half, sizeText, first), l.pairs(left+half+gap, at, half, sizeText, second))
}

func (l *layout) signature() {
	const height = 40
	l.y += 8
	l.room(height)
	f := l.c.fonts
	y := l.y + 22
	l.c.begin(pdf.Text)
	l.c.text(left, y, f.regular, sizeText, "Расчёт выполнил")
	for _, blank := range []struct {
		x, width float64
		label    string
	}{
		{left + 74, 130, "должность"}, {left + 214, 100, "подпись"}, {left + 324, 130, "фамилия, инициалы"}, {left + 464, inner - 464, "дата"},
	} {
		l.c.line(blank.x, y+1, blank.x+blank.width, y+1)
		l.c.textCentre(blank.x+blank.width/2, y+9, f.regular, sizeNote, blank.label)
	}
	l.c.end()
	l.y += height
}
