package receipts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/signintech/gopdf"
	"golang.org/x/text/unicode/norm"
)

// Page geometry in points; y grows downwards.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	thin       = 0.4
	thick      = 1.2
)

var errWrittenTwice = errors.New("a PDF is written once")

// canvas draws on the pages of one PDF file. It closes the traps of gopdf:
//
//   - text before a font is set panics: every text here names its face;
//   - a character without a glyph becomes a blank, silently: it is replaced by □ and reported;
//   - WriteTo returns nil on a failing writer, GetBytesPdf ends the process: the file is compiled
//     into memory and handed to the writer here;
//   - a second WriteTo doubles every page: it is refused.
//
// The first error sticks and comes out of writeTo, so that drawing code stays readable.
type canvas struct {
	pdf     *gopdf.GoPdf
	fonts   *fontSet
	missing func(r rune) // told of what the font lacks; may be nil
	err     error
	family  string
	size    float64
	done    bool
}

type info struct {
	title, author string
	created       time.Time
}

func newCanvas(fonts *fontSet) *canvas {
	c := &canvas{pdf: &gopdf.GoPdf{}, fonts: fonts}
	c.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	c.pdf.SetNoCompression() // deflater does it
	for _, f := range []*face{fonts.regular, fonts.bold} {
		c.keep(c.pdf.AddTTFFontFromFontContainer(f.family, &fonts.container))
	}
	return c
}

func (c *canvas) keep(err error) {
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("draw: %w", err)
	}
}

func (c *canvas) setInfo(i info) {
	c.pdf.SetInfo(gopdf.PdfInfo{
		Title:        c.clean(c.fonts.regular, i.title),
		Author:       c.clean(c.fonts.regular, i.author),
		Creator:      "Kvitok",
		CreationDate: i.created,
	})
}

func (c *canvas) addPage() {
	c.pdf.AddPage()
	c.pdf.SetLineWidth(thin)
}

// text draws s with its baseline at y.
func (c *canvas) text(x, y float64, f *face, size float64, s string) {
	if s == "" || c.err != nil {
		return
	}
	if c.family != f.family || c.size != size {
		c.keep(c.pdf.SetFont(f.family, "", size))
		c.family, c.size = f.family, size
	}
	c.pdf.SetXY(x, y)
	c.keep(c.pdf.Text(c.clean(f, s)))
}

func (c *canvas) textRight(x, y float64, f *face, size float64, s string) {
	c.text(x-f.width(s, size), y, f, size, s)
}

func (c *canvas) textCentre(x, y float64, f *face, size float64, s string) {
	c.text(x-f.width(s, size)/2, y, f, size, s)
}

func (c *canvas) line(x1, y1, x2, y2 float64) { c.pdf.Line(x1, y1, x2, y2) }

func (c *canvas) frame(x, y, width, height, line float64) {
	c.pdf.SetLineWidth(line)
	c.pdf.RectFromUpperLeft(x, y, width, height)
	c.pdf.SetLineWidth(thin)
}

// shade fills a rectangle with a grey: 0 is black, 1 is white.
func (c *canvas) shade(x, y, width, height, grey float64) {
	c.pdf.SetGrayFill(grey)
	c.pdf.RectFromUpperLeftWithStyle(x, y, width, height, "F")
	c.pdf.SetGrayFill(0)
}

// image draws a PNG into a square.
func (c *canvas) image(png []byte, x, y, side float64) {
	if c.err != nil {
		return
	}
	holder, err := gopdf.ImageHolderByBytes(png)
	if err != nil {
		c.keep(err)
		return
	}
	c.keep(c.pdf.ImageByHolder(holder, x, y, &gopdf.Rect{W: side, H: side}))
}

func (c *canvas) pages() int { return c.pdf.GetNumberOfPages() }

// clean replaces what the font cannot show, and reports it.
func (c *canvas) clean(f *face, s string) string {
	for _, r := range s {
		if !f.has(r) {
			// Files made on a Mac spell й as и and a mark of its own.
			return strings.Map(func(r rune) rune { return c.replace(f, r) }, norm.NFC.String(s))
		}
	}
	return s
}

func (c *canvas) replace(f *face, r rune) rune {
	if f.has(r) {
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
	if c.err != nil {
		return c.err
	}
	if c.done {
		return errWrittenTwice
	}
	c.done = true
	var plain, file bytes.Buffer
	const perPage, fonts = 64 << 10, 24 << 10
	plain.Grow(fonts + c.pages()*perPage)
	if _, err := c.pdf.WriteTo(&plain); err != nil {
		return fmt.Errorf("compile PDF: %w", err)
	}
	const ratio = 5
	file.Grow(fonts + plain.Len()/ratio)
	if err := c.fonts.deflater.rewrite(&file, plain.Bytes()); err != nil {
		return fmt.Errorf("compress PDF: %w", err)
	}
	if _, err := w.Write(file.Bytes()); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}
