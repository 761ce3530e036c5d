package receipts

import (
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// Print is what paper asks of a print file.
type Print struct {
	// Duplex begins each document on the front of a sheet.
	Duplex bool
	// Window leaves room for the address in the window of an envelope.
	Window Window
	// Marks draws what folding and enveloping machines read, and counts sheets for people.
	Marks bool
}

// Window is an envelope by where the window of an A4 letter folded into it comes to lie.
type Window string

// The windows: envelopes of 110 × 220 mm for a letter folded twice, of 162 × 229 mm for one folded once.
const (
	NoWindow     Window = ""
	WindowDL     Window = "dl"
	WindowDLLeft Window = "dl-left"
	WindowC5     Window = "c5"
	WindowC5Left Window = "c5-left"
)

// millimetre in points.
const millimetre = 72 / 25.4

type box struct{ x, y, width, height float64 }

// windows are the parts of the first page that the windows show, wherever the letter slips to: the windows of
// 90 × 45 mm stand 15 mm from the side and 20 mm from the lower edge of the envelope.
func windows() map[Window]box {
	place := func(x, y float64) box {
		const width, height = 80, 34
		return box{x * millimetre, y * millimetre, width * millimetre, height * millimetre}
	}
	const atLeft, atRight, folded2, folded1 = 16, 114, 45, 96
	return map[Window]box{
		WindowDL: place(atRight, folded2), WindowDLLeft: place(atLeft, folded2),
		WindowC5: place(atRight, folded1), WindowC5Left: place(atLeft, folded1),
	}
}

func (p Print) validate() error {
	if _, known := windows()[p.Window]; !known && p.Window != NoWindow {
		return fmt.Errorf("window %q is not dl, dl-left, c5 or c5-left", p.Window)
	}
	return nil
}

// Printed is what a print file has.
type Printed struct {
	Pages int
	First []int // page on which each document begins, from 1
}

// window is where the address goes on this page, if anywhere.
func (l *layout) window() (box, bool) {
	if l.c.print == nil {
		return box{}, false
	}
	b, ok := windows()[l.c.print.Window]
	return b, ok
}

const besideWindow = 10.0 // of white

// beside is the column that a window leaves free.
func (l *layout) beside(window box) (x, width float64) {
	switch {
	case window.width == 0:
		return left, inner
	case window.x < pageWidth/2:
		x = window.x + window.width + besideWindow
		return x, right - x
	}
	return left, window.x - left - besideWindow
}

// address draws who and where into the window, the sender in small above.
func (l *layout) address(b box) {
	f := l.c.fonts
	d := l.doc.PaymentDocument
	where := d.DeliverTo
	if where == "" {
		where = address(d)
	}
	const size, small = 10.0, 6.0
	y := b.y + small
	from := "От кого: " + join(", ", d.Issuer.Title(), d.Issuer.Address)
	l.c.begin(pdf.Text)
	l.c.text(b.x, y, f.regular, small, f.regular.cut(from, small, b.width))
	l.c.line(b.x, y+2.5, b.x+b.width, y+2.5)
	y += 5
	for _, part := range []struct {
		text string
		face *face
		most int
	}{{d.Account.Payer, f.bold, 2}, {where, f.regular, 3}, {d.PostalIndex, f.bold, 1}} {
		if part.text == "" {
			continue
		}
		lines := part.face.wrap(part.text, size, b.width)
		for _, line := range lines[:min(part.most, len(lines))] {
			l.c.text(b.x, y+ascent*size, part.face, size, line)
			y += size * lineFactor
		}
	}
	l.c.end()
}

// sheet returns the number of the sheet that the page is the front of, and of how many; 0 on a back.
func (l *layout) sheet() (number, of int) {
	if !l.c.print.Duplex {
		return l.page, l.pages
	}
	if l.page%2 == 0 {
		return 0, 0
	}
	return (l.page + 1) / 2, (l.pages + 1) / 2
}

// marks draws lines at the left edge of the front of a sheet: the first stands on every sheet, the second on the
// last one of a document (fold and put into the envelope), the third to the fifth are the number of the sheet in
// binary, so that a machine notices a lost one. People read the same below.
func (l *layout) marks() {
	if l.c.print == nil || !l.c.print.Marks {
		return
	}
	number, of := l.sheet()
	if number == 0 {
		return
	}
	const x, width, from, step, line = 11.0, 17.0, 120 * millimetre, 4 * millimetre, 1.2
	for i, drawn := range []bool{true, number == of, number&1 != 0, number&2 != 0, number&4 != 0} {
		if drawn {
			y := from + float64(i)*step
			l.c.shade(x, y, width-4, line, 0)
		}
	}
	f := l.c.fonts.regular
	l.c.textRight(right, footer+8, f, sizeNote, "лист "+strconv.Itoa(number)+" из "+strconv.Itoa(of)+" · документ "+strconv.Itoa(l.c.number)+" в файле")
}
