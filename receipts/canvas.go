package receipts

import (
	"io"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

// Page geometry in points; y grows downwards.
const (
	pageWidth = 595.28
	thin      = 0.4
	thick     = 1.2
)

// canvas draws on the pages of one PDF file and replaces what the fonts cannot show: a character
// without a glyph becomes □ and is reported.
type canvas struct {
	file    *pdf.File
	page    *pdf.Page
	fonts   *fontSet
	brand   brand
	logo    pdf.Image
	print   *Print        // nil: a file of one document
	number  int           // of the document in the print file
	missing func(r rune)  // told of what the font lacks; may be nil
	open    []pdf.Element // under way, the innermost last; what is drawn outside of all is decoration
}

type info struct {
	title, author string
	created       time.Time
	tagged        bool // with a structure for screen readers
}

func (p *Printer) canvas(i info) *canvas {
	fonts := p.fonts
	c := &canvas{fonts: fonts, brand: p.brand}
	c.file = pdf.NewFile(fonts.file, pdf.Info{
		Title:   c.clean(fonts.regular, i.title),
		Author:  c.clean(fonts.regular, i.author),
		Creator: "Kvitok",
		Created: i.created,
		Tagged:  i.tagged,
	})
	if p.brand.logo != nil {
		c.logo = c.file.AddPicture(p.brand.logo)
	}
	return c
}

func (c *canvas) addPage() { c.page = c.file.AddPage() }

// begin opens an element of the structure, in the order in which the document is read; end closes it.
func (c *canvas) begin(role pdf.Role) pdf.Element {
	e := c.file.Tag(c.element(), role)
	c.open = append(c.open, e)
	return e
}

func (c *canvas) end() { c.open = c.open[:len(c.open)-1] }

func (c *canvas) element() pdf.Element {
	if n := len(c.open); n > 0 {
		return c.open[n-1]
	}
	return 0
}

// skip makes what is drawn until the end of the element under way a mark for the eye: an empty cell is heard as empty.
func (c *canvas) skip() { c.open[len(c.open)-1] = 0 }

// within draws something that belongs to another element than the one under way; 0 is decoration.
func (c *canvas) within(e pdf.Element, draw func()) {
	kept := c.open
	c.open = nil
	if e != 0 {
		c.open = []pdf.Element{e}
	}
	draw()
	c.open = kept
}

// figure draws areas, lines, pictures and texts that mean something, and says it in words.
func (c *canvas) figure(alt string, draw func()) {
	e := c.begin(pdf.Figure)
	c.file.Describe(e, alt)
	c.page.TagDrawing(e)
	draw()
	c.page.TagDrawing(0)
	c.end()
}

// text draws s with its baseline at y.
func (c *canvas) text(x, y float64, f *face, size float64, s string) {
	c.inked(x, y, f, size, pdf.Colour{}, s)
}

// titled draws s in the colour of the organisation.
func (c *canvas) titled(x, y float64, f *face, size float64, s string) {
	c.inked(x, y, f, size, c.brand.accent, s)
}

func (c *canvas) inked(x, y float64, f *face, size float64, ink pdf.Colour, s string) {
	if s != "" {
		c.page.Tag(c.element())
		c.page.Text(f.Face, size, x, y, ink, c.clean(f, s))
	}
}

func (c *canvas) textRight(x, y float64, f *face, size float64, s string) {
	c.text(x-f.width(s, size), y, f, size, s)
}

func (c *canvas) textCentre(x, y float64, f *face, size float64, s string) {
	c.text(x-f.width(s, size)/2, y, f, size, s)
}

func (c *canvas) line(x1, y1, x2, y2 float64) { c.page.Line(x1, y1, x2, y2, thin) }

// dashed draws a line to cut along.
func (c *canvas) dashed(x1, y1, x2, y2 float64) { c.page.Dashed(x1, y1, x2, y2, thin) }

func (c *canvas) frame(x, y, width, height, line float64) { c.page.Frame(x, y, width, height, line) }

// shade fills a rectangle with a grey: 0 is black, 1 is white.
func (c *canvas) shade(x, y, width, height, grey float64) {
	c.page.Area(x, y, width, height, pdf.Grey(grey))
}

// code draws a payment code into a square.
func (c *canvas) code(s paymentcode.Symbol, x, y, side float64) {
	c.page.Picture(c.file.AddBits(s.Side, s.Bits), x, y, side, side)
}

func (c *canvas) pages() int { return c.file.Pages() }

// clean replaces what the font cannot show, and reports it.
func (c *canvas) clean(f *face, s string) string {
	for _, r := range s {
		if !f.Has(r) {
			// Files made on a Mac spell й as и and a mark of its own.
			return strings.Map(func(r rune) rune { return c.replace(f, r) }, norm.NFC.String(s))
		}
	}
	return s
}

func (c *canvas) replace(f *face, r rune) rune {
	if f.Has(r) {
		return r
	}
	if unicode.IsControl(r) {
		return ' '
	}
	if c.missing != nil {
		c.missing(r)
	}
	return missing
}

func (c *canvas) writeTo(w io.Writer) error {
	_, err := c.file.WriteTo(w)
	return err
}
