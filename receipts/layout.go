package receipts

import (
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// The text area in points.
const (
	left   = 28.35
	right  = pageWidth - left
	inner  = right - left
	top    = 26.0
	bottom = 813.5
	footer = 822.0
)

// Sizes of type in points.
const (
	sizeText  = 8.0
	sizeSmall = 7.0
	sizeTable = 6.8
	sizeSheet = 7.3 // of tables of calculation sheets
	sizeNote  = 6.2
	sizeTitle = 9.0
)

// layout is one document on its way down the pages.
type layout struct {
	c    *canvas
	doc  *readyDocument
	y    float64
	page int     // of this document, from 1
	end  float64 // where this page ends
	part int     // number of the section
	d    density

	trial bool        // an attempt: what would begin a second page gives it up
	over  bool        // it was given up
	torn  pdf.Element // what the stub belongs to: it is read after all else

	pages    int       // of this document, where that is known beforehand
	running  [2]string // left and right above every page but the first
	contacts string    // below every page
}

// sections are drawn in this order.
func sections() []func(*layout) error {
	return []func(*layout) error{
		(*layout).head, (*layout).change, (*layout).parties, (*layout).payments, (*layout).charges, (*layout).balance,
		(*layout).recalculations, (*layout).instalments, (*layout).reference, (*layout).charts,
	}
}

// density is how much room lines take.
type density struct {
	row   float64 // above and below a text in a table
	lead  float64 // leading in sizes
	above float64 // a section
}

func loose() density { return density{row: 0.6, lead: lineFactor, above: 4} }
func tight() density { return density{row: 0.15, lead: 1.1, above: 2} }

// drawDocument draws a document with room between the lines, or closer where that saves a second page.
func drawDocument(c *canvas, doc *readyDocument) error {
	start := c.file.Here()
	first := newLayout(c, doc, loose())
	first.pages = 1
	if err := first.document(); err != nil || first.page == 1 {
		return err
	}
	c.file.Return(start)
	closer := newLayout(c, doc, tight())
	closer.trial, closer.pages = true, 1
	if err := closer.document(); err != nil || !closer.over {
		return err
	}
	c.file.Return(start)
	again := newLayout(c, doc, loose())
	again.pages = first.page // known by now
	return again.document()
}

func newLayout(c *canvas, doc *readyDocument, d density) *layout {
	return &layout{
		c: c, doc: doc, d: d,
		running: [2]string{
			"Платёжный документ № " + doc.Number + " за " + doc.Period.Russian() + " (продолжение)", "Лицевой счёт " + doc.Account.Number,
		},
		contacts: contacts(&doc.Issuer),
	}
}

func (l *layout) document() (err error) {
	l.c.begin(pdf.Document)
	defer l.c.end()
	body := l.c.begin(pdf.Section)
	l.c.end()
	l.torn = l.c.begin(pdf.Section)
	l.c.end()
	l.nextPage()
	l.end -= l.stubHeight()
	l.c.within(body, func() {
		for _, section := range sections() {
			if err = section(l); err != nil || l.over {
				return
			}
		}
	})
	if err == nil && !l.over {
		l.endPage("")
	}
	return err
}

// endPage draws what stands at the foot of a page: on the first one the stub, wherever the rest goes on.
func (l *layout) endPage(note string) {
	if l.page == 1 && l.doc != nil {
		l.c.within(l.torn, l.stub)
	}
	l.c.within(0, func() {
		l.foot(note)
		l.marks()
	})
}

// nextPage ends the page, where there is one, and begins another.
func (l *layout) nextPage() {
	if l.page > 0 {
		if l.trial {
			l.over = true
			return
		}
		l.endPage("продолжение на следующей странице")
	}
	l.page++
	l.c.addPage()
	l.y, l.end = top, bottom
	if l.page > 1 {
		l.c.within(0, func() {
			l.c.text(left, l.y+sizeText, l.c.fonts.bold, sizeText, l.running[0])
			l.c.textRight(right, l.y+sizeText, l.c.fonts.bold, sizeText, l.running[1])
		})
		l.y += 16
	}
}

// room begins a new page where fewer than height points are left on this one.
func (l *layout) room(height float64) {
	if l.y+height > l.end && l.y > top+20 {
		l.nextPage()
	}
}

func (l *layout) foot(note string) {
	f := l.c.fonts
	l.c.line(left, footer-9, right, footer-9)
	page := "стр. " + strconv.Itoa(l.page)
	if l.pages > 0 {
		page += " из " + strconv.Itoa(l.pages)
	}
	if note != "" {
		page += ", " + note
	}
	const gap = 12
	l.c.textRight(right, footer, f.regular, sizeSmall, page)
	l.c.text(left, footer, f.regular, sizeSmall, f.regular.cut(l.contacts, sizeSmall, inner-f.regular.width(page, sizeSmall)-gap))
}

func contacts(issuer *housing.Organisation) string {
	return join(" · ", issuer.Title(), prefixed("тел. ", issuer.Phone), issuer.Site)
}

// title begins a section, on a new page where its title and some of it would not fit.
func (l *layout) title(s string, follow float64) { l.titleAt(left, s, follow) }

func (l *layout) titleAt(x float64, s string, follow float64) {
	l.y += l.d.above
	l.room(12 + follow)
	l.part++
	l.c.begin(pdf.Heading2)
	defer l.c.end()
	l.c.titled(x, l.y+sizeTitle, l.c.fonts.bold, sizeTitle, strconv.Itoa(l.part)+". "+s)
	l.y += 12
}

// text draws a paragraph over the whole width.
func (l *layout) text(f *face, size float64, s string) {
	l.c.begin(pdf.Text)
	for _, line := range f.wrap(s, size, inner) {
		l.room(size * l.d.lead)
		l.c.text(left, l.y+ascent*size, f, size, line)
		l.y += size * l.d.lead
	}
	l.c.end()
}

// pair is a label with its value, in bold unless it is plain: Latin letters in bold would be all that
// needs them of the bold font.
type pair struct {
	label, value string
	plain        bool
}

func (p pair) face(f *fontSet) *face {
	if p.plain {
		return f.regular
	}
	return f.bold
}

// pairs draws labels and values in a column of the given width and returns the y below; pairs
// without a value are left out.
func (l *layout) pairs(x, y, width, size float64, all []pair) float64 {
	f := l.c.fonts
	for _, p := range all {
		if p.value == "" {
			continue
		}
		lines, indent := l.setPair(p, width, size)
		l.c.begin(pdf.Text)
		l.c.text(x, y+ascent*size, f.regular, size, p.label)
		for i, line := range lines {
			at := x
			if i == 0 {
				at = x + indent
			}
			l.c.text(at, y+ascent*size, p.face(f), size, line)
			y += size * l.d.lead
		}
		l.c.end()
	}
	return y
}

// setPair breaks the value into lines, of which the first stands beside the label.
func (l *layout) setPair(p pair, width, size float64) (lines []string, indent float64) {
	f := l.c.fonts
	value := p.face(f)
	indent = f.regular.width(p.label, size)
	if p.label != "" {
		indent += size * 0.3
	}
	if value.width(p.value, size) <= width-indent {
		return []string{p.value}, indent
	}
	first := value.wrap(p.value, size, width-indent)[0]
	rest := strings.TrimLeft(p.value[len(first):], " ")
	lines = []string{first}
	for _, line := range value.wrap(rest, size, width) {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines, indent
}

// pairsHeight returns what pairs would take.
func (l *layout) pairsHeight(width, size float64, all []pair) float64 {
	sum := 0.0
	for _, p := range all {
		if p.value != "" {
			lines, _ := l.setPair(p, width, size)
			sum += float64(len(lines)) * size * l.d.lead
		}
	}
	return sum
}

func join(sep string, parts ...string) string {
	result := ""
	for _, part := range parts {
		if part == "" {
			continue
		}
		if result != "" {
			result += sep
		}
		result += part
	}
	return result
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
