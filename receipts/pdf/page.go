package pdf

import (
	"math"
	"strconv"
)

// Page is a page under way. Coordinates are points from the upper left corner; baselines for text.
// Areas, lines and pictures lie below all text of the page, which begins in black.
type Page struct {
	file  *File
	marks []byte // areas, lines, pictures
	text  []byte
	used  []Image

	face   *Face
	size   int // in hundredths, as all that is written
	x, y   int // of the text before
	ink    Colour
	fill   Colour
	line   Colour
	stroke int

	textMark, drawMark mark
}

// Colour is an ink: red, green, blue from 0 to 255. The zero value is black.
type Colour struct{ R, G, B uint8 }

// Grey is a shade: 0 is black, 1 is white.
func Grey(shade float64) Colour {
	level := uint8(math.Round(shade * 255))
	return Colour{level, level, level}
}

func hundredths(v float64) int { return int(math.Round(v * 100)) }

// number appends hundredths as short as it can be written.
func number(b []byte, v int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	b = strconv.AppendInt(b, int64(v/100), 10)
	if rest := v % 100; rest != 0 {
		b = append(b, '.', byte('0'+rest/10))
		if rest%10 != 0 {
			b = append(b, byte('0'+rest%10))
		}
	}
	return append(b, ' ')
}

func numbers(b []byte, all ...int) []byte {
	for _, v := range all {
		b = number(b, v)
	}
	return b
}

func (c Colour) append(b []byte, grey, colour string) []byte {
	level := func(v uint8) int { return (int(v)*100 + 127) / 255 }
	if c.R == c.G && c.G == c.B {
		return append(number(b, level(c.R)), grey...)
	}
	return append(numbers(b, level(c.R), level(c.G), level(c.B)), colour...)
}

// Text shows a text; characters that the face lacks are left out, so replace them before.
func (p *Page) Text(face *Face, size, x, y float64, ink Colour, s string) {
	b := p.text
	if m := &p.textMark; m.isOpen && m.now == m.open && m.now != 0 && p.face != nil {
		b = append(append(append(b, '('), p.face.codes[' ']...), ")Tj\n"...) // the words of two lines are two words
	}
	b = p.begin(b, &p.textMark)
	if ink != p.ink {
		b, p.ink = ink.append(b, "g ", "rg "), ink
	}
	if points := hundredths(size); face != p.face || points != p.size {
		b = append(append(append(b, '/'), face.name...), ' ')
		b = append(number(b, points), "Tf "...)
		p.face, p.size = face, points
	}
	across, down := tenths(x), tenths(pageHeight-y)
	b = append(numbers(b, across-p.x, down-p.y), "Td("...)
	p.x, p.y = across, down
	var level uint8
	for _, r := range s {
		if face.Has(r) {
			b = append(b, face.codes[r]...)
			level = max(level, face.levels[r])
		}
	}
	p.file.need(face, level)
	b = append(b, ")Tj\n"...)
	p.text = b
}

// Line draws a line of a width.
func (p *Page) Line(x1, y1, x2, y2, width float64) {
	p.pen(width)
	p.marks = append(numbers(p.marks, hundredths(x1), hundredths(pageHeight-y1)), "m "...)
	p.marks = append(numbers(p.marks, hundredths(x2), hundredths(pageHeight-y2)), "l S\n"...)
}

// Ink sets the colour of lines and frames from here on; a page begins in black.
func (p *Page) Ink(c Colour) {
	if c != p.line {
		p.marks, p.line = c.append(p.begin(p.marks, &p.drawMark), "G ", "RG "), c
	}
}

// Dashed draws a line to cut along.
func (p *Page) Dashed(x1, y1, x2, y2, width float64) {
	p.marks = append(p.begin(p.marks, &p.drawMark), "[3 2]0 d\n"...)
	p.Line(x1, y1, x2, y2, width)
	p.marks = append(p.marks, "[]0 d\n"...)
}

// Frame draws the border of a rectangle.
func (p *Page) Frame(x, y, width, height, line float64) {
	p.pen(line)
	p.marks = append(numbers(p.marks, hundredths(x), hundredths(pageHeight-y-height), hundredths(width), hundredths(height)), "re S\n"...)
}

// Area fills a rectangle.
func (p *Page) Area(x, y, width, height float64, c Colour) {
	p.marks = p.begin(p.marks, &p.drawMark)
	if c != p.fill {
		p.marks, p.fill = c.append(p.marks, "g ", "rg "), c
	}
	p.marks = append(numbers(p.marks, hundredths(x), hundredths(pageHeight-y-height), hundredths(width), hundredths(height)), "re f\n"...)
}

// Bars fills every second one of areas that stand side by side, their widths in modules: a linear code.
func (p *Page) Bars(widths []uint8, x, y, module, height float64) {
	p.marks = p.begin(p.marks, &p.drawMark)
	if black := (Colour{}); p.fill != black {
		p.marks, p.fill = black.append(p.marks, "g ", "rg "), black
	}
	p.marks = append(numbers(append(p.marks, "q "...), hundredths(module), 0, 0, hundredths(height), hundredths(x), hundredths(pageHeight-y-height)), "cm\n"...)
	at := 0
	for i, width := range widths {
		if i%2 == 0 {
			p.marks = strconv.AppendInt(p.marks, int64(at), 10)
			p.marks = append(append(p.marks, " 0 "...), '0'+width)
			p.marks = append(p.marks, " 1 re f\n"...) // one by one: only then do programs put each on whole dots
		}
		at += int(width)
	}
	p.marks = append(p.marks, "Q\n"...)
}

// Picture draws an image into a rectangle.
func (p *Page) Picture(i Image, x, y, width, height float64) {
	p.used = append(p.used, i)
	p.marks = append(p.begin(p.marks, &p.drawMark), "q "...)
	p.marks = append(numbers(p.marks, hundredths(width), 0, 0, hundredths(height), hundredths(x), hundredths(pageHeight-y-height)), "cm /I"...)
	p.marks = append(strconv.AppendInt(p.marks, int64(i), 10), " Do Q\n"...)
}

func (p *Page) pen(width float64) {
	p.marks = p.begin(p.marks, &p.drawMark)
	if w := hundredths(width); w != p.stroke {
		p.marks = append(number(p.marks, w), "w\n"...)
		p.stroke = w
	}
}

// reset makes the page empty and keeps its room.
func (p *Page) reset(file *File) {
	*p = Page{file: file, marks: p.marks[:0], text: p.text[:0], used: p.used[:0], stroke: -1}
}

// tenths rounds the place of a text to tenths of a point, which nobody sees and which are short to write.
func tenths(v float64) int { return 10 * int(math.Round(v*10)) }
