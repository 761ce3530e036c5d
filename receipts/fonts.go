package receipts

import (
	_ "embed" // fonts
	"fmt"
	"strings"

	"github.com/signintech/gopdf"
	"github.com/signintech/gopdf/fontmaker/core"
)

//go:embed fonts/KvitokSans-Regular.ttf
var regularTTF []byte

//go:embed fonts/KvitokSans-Bold.ttf
var boldTTF []byte

// missing is drawn in place of what the font lacks.
const missing = '□'

// face is one of the two fonts.
type face struct {
	family string
	widths []uint16 // by rune, thousandths of the size; 0: no glyph
}

// fontSet is what all documents share: the parsed fonts and the widths of their glyphs, which are
// only read after newFontSet, and the compressors.
type fontSet struct {
	container     gopdf.FontContainer
	deflater      deflater
	regular, bold *face
}

func newFontSet() (*fontSet, error) {
	fonts := &fontSet{deflater: newDeflater()}
	var err error
	if fonts.regular, err = fonts.add("KvitokSans", regularTTF); err != nil {
		return nil, err
	}
	if fonts.bold, err = fonts.add("KvitokSans-Bold", boldTTF); err != nil {
		return nil, err
	}
	return fonts, nil
}

func (f *fontSet) add(family string, ttf []byte) (*face, error) {
	if err := f.container.AddTTFFontData(family, ttf); err != nil {
		return nil, fmt.Errorf("parse font %s: %w", family, err)
	}
	var parser core.TTFParser
	if err := parser.ParseFontData(ttf); err != nil {
		return nil, fmt.Errorf("read widths of font %s: %w", family, err)
	}
	result := &face{family: family}
	all := parser.Widths()
	for r, glyph := range parser.Chars() {
		if glyph == 0 || r > 0xFFFE {
			continue
		}
		if r >= len(result.widths) {
			result.widths = append(result.widths, make([]uint16, r+1-len(result.widths))...)
		}
		width := all[min(int(glyph), len(all)-1)] * 1000 / parser.UnitsPerEm()
		result.widths[r] = uint16(width) //nolint:gosec // below 64 em
	}
	if !result.has(missing) {
		return nil, fmt.Errorf("font %s has no glyph for missing characters", family)
	}
	return result, nil
}

func (f *face) has(r rune) bool { return r >= 0 && int(r) < len(f.widths) && f.widths[r] > 0 }

// width returns the width of a text in points.
func (f *face) width(s string, size float64) float64 {
	sum := 0
	for _, r := range s {
		if f.has(r) {
			sum += int(f.widths[r])
		} else {
			sum += int(f.widths[missing])
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
