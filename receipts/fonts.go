package receipts

import (
	_ "embed" // fonts
	"errors"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/receipts/pdf"
)

//go:embed fonts/KvitokSans-Regular.ttf
var regularTTF []byte

//go:embed fonts/KvitokSans-Bold.ttf
var boldTTF []byte

// missing is drawn in place of what the font lacks.
const missing = '□'

// sets are the characters of receipts: nearly all get along with the first for bold and the first two
// for regular type.
func sets() pdf.Sets {
	return pdf.Sets{
		" !\"%()+,-./0123456789:;\u00a0§«°²³»·АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюяЁё–—„“…№₽−□",
		"@_abcdefghijklmnopqrstuvwxyz",
		"#&'*<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]±×‘’”•",
	}
}

// face is one of the two fonts with what layout needs to know of it.
type face struct{ *pdf.Face }

// fontSet is what all documents share, only read after newFontSet.
type fontSet struct {
	file          *pdf.Fonts
	regular, bold *face
}

func newFontSet() (*fontSet, error) {
	fonts, err := pdf.NewFonts(regularTTF, boldTTF, sets())
	if err != nil {
		return nil, fmt.Errorf("read the fonts of receipts: %w", err)
	}
	set := &fontSet{file: fonts, regular: &face{fonts.Regular}, bold: &face{fonts.Bold}}
	if !set.regular.Has(missing) || !set.bold.Has(missing) {
		return nil, errors.New("the fonts have no glyph for missing characters")
	}
	return set, nil
}

// width returns the width of a text in points.
func (f *face) width(s string, size float64) float64 {
	sum := 0
	for _, r := range s {
		if f.Has(r) {
			sum += int(f.Widths[r])
		} else {
			sum += int(f.Widths[missing])
		}
	}
	return float64(sum) * size / 1000
}

// fit returns the largest size from size down to least at which the text is no wider than width.
func (f *face) fit(s string, size, least, width float64) float64 {
	natural := f.width(s, size)
	if natural <= width {
		return size
	}
	return max(least, size*width/natural)
}

// cut shortens the text with an ellipsis where it is wider than width.
func (f *face) cut(s string, size, width float64) string {
	if f.width(s, size) <= width {
		return s
	}
	room := width - f.width("…", size)
	runes := []rune(s)
	n := len(runes)
	for n > 0 && f.width(string(runes[:n]), size) > room {
		n--
	}
	return strings.TrimRight(string(runes[:n]), " ") + "…"
}

// wrap breaks the text at spaces into lines no wider than width; a longer word is broken anywhere.
func (f *face) wrap(s string, size, width float64) []string {
	if f.width(s, size) <= width && !strings.Contains(s, "\n") {
		return []string{s}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\n' }) {
		joined := word
		if line != "" {
			joined = line + " " + word
		}
		if f.width(joined, size) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = word
		for f.width(line, size) > width {
			head := f.prefix(line, size, width)
			lines = append(lines, line[:head])
			line = line[head:]
		}
	}
	return append(lines, line)
}

// prefix returns the length in bytes of the longest beginning that fits, at least one character.
func (f *face) prefix(s string, size, width float64) int {
	end := 0
	for i, r := range s {
		next := i + len(string(r))
		if i > 0 && f.width(s[:next], size) > width {
			break
		}
		end = next
	}
	return end
}
