package pdf

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zlib"
	"github.com/signintech/gopdf"
	"github.com/signintech/gopdf/fontmaker/core"
)

// Face is one of the two faces of a file.
type Face struct {
	name   string // of its resource, as gopdf gives it
	family string
	at     int      // number of its first object
	Widths []uint16 // by rune, thousandths of the size; 0: no glyph
	codes  []string // by rune: the bytes of a string that show it
	levels []uint8  // by rune: the first of embedded that has it
	glyphs []uint16 // by rune

	embedded [levels]embedding
}

// levels are the sets of glyphs that a face is embedded with, each within the next: a file carries the
// smallest that has all it shows.
const levels = 4

// embedding is the objects of an embedded face, from Face.at on.
type embedding struct {
	streams      []byte          // objects with their numbers
	offsets      [perFace]int    // in streams, or elsewhere
	dictionaries [perFace][]byte // nil where the object is one of streams
}

// elsewhere is the place of an object that stands in a file for itself, since both faces share it.
const elsewhere = -1

// Has reports whether the face can show the character.
func (f *Face) Has(r rune) bool { return r >= 0 && int(r) < len(f.Widths) && f.Widths[r] > 0 }

// Fonts are both faces as gopdf embeds them. Only read after NewFonts.
type Fonts struct {
	Regular, Bold *Face

	characters [levels]ready // what the glyphs of both faces mean
	encoding   ready         // their codes

	quick, small deflater // for print files, and for files of one document that are sent
}

// The numbers of the objects that gopdf gives to two faces: the same in every file of ours.
const (
	fontsObject = 4 // the dictionary of fonts; what stands there in gopdf's file is not taken
	firstFont   = 5
	fontObjects = 10
	perFace     = fontObjects / 2 // characters, outlines, descriptor, widths, and the font itself

	mapObject   = firstFont           // in place of the first face's map of characters: that of both
	codesObject = firstFont + perFace // in place of the second's: the codes of both
)

// pageLevel is where pages stop to shrink noticeably, smallLevel where the structure of a file does.
const (
	pageLevel  = 5
	smallLevel = 6
)

// Sets are characters from the most to the least usual; a set needs not repeat those before it.
type Sets [levels - 1]string

// NewFonts reads two TrueType fonts and has gopdf embed them: with the first set of characters, with
// the first two, with all three, and with all that they have. What a font lacks is left out.
func NewFonts(regular, bold []byte, sets Sets) (*Fonts, error) {
	fonts := &Fonts{quick: newDeflater(pageLevel), small: newDeflater(smallLevel)}
	var container gopdf.FontContainer
	var err error
	if fonts.Regular, err = newFace(&container, "KvitokSans", regular, sets); err != nil {
		return nil, err
	}
	if fonts.Bold, err = newFace(&container, "KvitokSans-Bold", bold, sets); err != nil {
		return nil, err
	}
	fonts.Regular.at, fonts.Bold.at = firstFont, firstFont+perFace
	fonts.Regular.name, fonts.Bold.name = "F1", "F2"
	dictionary, codes := encoding()
	if fonts.encoding, err = makeReady(dictionary, codes); err != nil {
		return nil, err
	}
	for level := range uint8(levels) {
		if err := fonts.embed(&container, level); err != nil {
			return nil, err
		}
		if err := fonts.mapCharacters(level); err != nil {
			return nil, err
		}
	}
	return fonts, nil
}

func newFace(container *gopdf.FontContainer, family string, ttf []byte, sets Sets) (*Face, error) {
	if err := container.AddTTFFontData(family, ttf); err != nil {
		return nil, fmt.Errorf("parse font %s: %w", family, err)
	}
	var parser core.TTFParser
	if err := parser.ParseFontData(ttf); err != nil {
		return nil, fmt.Errorf("read widths of font %s: %w", family, err)
	}
	f := &Face{family: family}
	all := parser.Widths()
	for r, glyph := range parser.Chars() {
		if glyph == 0 || glyph > mostGlyph || r > 0xFFFE {
			continue
		}
		if r >= len(f.Widths) {
			more := r + 1 - len(f.Widths)
			f.Widths, f.codes = append(f.Widths, make([]uint16, more)...), append(f.codes, make([]string, more)...)
			f.glyphs = append(f.glyphs, make([]uint16, more)...)
		}
		width := all[min(int(glyph), len(all)-1)] * 1000 / parser.UnitsPerEm()
		f.Widths[r] = uint16(width) //nolint:gosec // below 64 em
		f.glyphs[r] = uint16(glyph)
		f.codes[r] = code(glyph)
	}
	f.levels = slices.Repeat([]uint8{levels - 1}, len(f.Widths))
	for level, set := range slices.Backward(sets[:]) {
		for _, r := range set {
			if f.Has(r) {
				f.levels[r] = uint8(level) //nolint:gosec // below levels
			}
		}
	}
	return f, nil
}

// of returns the characters of a level.
func (f *Face) of(level uint8) []rune {
	var all []rune
	for r := range rune(len(f.Widths)) { //nolint:gosec // below 0xFFFF
		if f.Has(r) && f.levels[r] <= level {
			all = append(all, r)
		}
	}
	return all
}

var errNotOurs = errors.New("gopdf does not embed fonts in the way known here")

// embed has gopdf write a file with the characters of a level and takes the objects of the fonts out.
func (f *Fonts) embed(container *gopdf.FontContainer, level uint8) error {
	file := &gopdf.GoPdf{}
	file.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	file.SetNoCompression()
	faces := []*Face{f.Regular, f.Bold}
	for _, face := range faces {
		if err := file.AddTTFFontFromFontContainer(face.family, container); err != nil {
			return fmt.Errorf("embed font %s: %w", face.family, err)
		}
	}
	file.AddPage()
	for _, face := range faces {
		if err := file.SetFont(face.family, "", 1); err != nil {
			return fmt.Errorf("embed font %s: %w", face.family, err)
		}
		if err := file.Text(string(face.of(level))); err != nil {
			return fmt.Errorf("embed font %s: %w", face.family, err)
		}
	}
	var plain bytes.Buffer
	if _, err := file.WriteTo(&plain); err != nil {
		return fmt.Errorf("embed the fonts: %w", err)
	}
	for _, face := range faces {
		if err := face.take(plain.Bytes(), level); err != nil {
			return fmt.Errorf("embed font %s: %w", face.family, err)
		}
	}
	return nil
}

// take cuts the objects of the face out of gopdf's file and makes them smaller.
func (f *Face) take(file []byte, level uint8) error {
	var streams bytes.Buffer
	to := &f.embedded[level]
	for i := range perFace {
		number := f.at + i
		start := bytes.Index(file, []byte("\n"+strconv.Itoa(number)+" 0 obj\n"))
		if start < 0 {
			return errNotOurs
		}
		object, _, found := bytes.Cut(file[start+1:], []byte("endobj\n"))
		if !found || i == perFace-1 && !bytes.Contains(object, []byte("/Subtype /Type0")) {
			return errNotOurs
		}
		if isPlainStream(object) {
			to.offsets[i] = elsewhere
			continue
		}
		if outlines, ok := unpackOutlines(object); ok {
			f.clearWidths(outlines, level)
			to.offsets[i] = streams.Len()
			if err := pack(&streams, number, fmt.Sprintf("/Length1 %d", len(outlines)), outlines); err != nil {
				return err
			}
			continue
		}
		_, dictionary, _ := bytes.Cut(f.shortWidths(object, level), []byte("\n"))
		dictionary = bytes.ReplaceAll(bytes.TrimSpace(dictionary), []byte("\n"), []byte(" "))
		for _, change := range [][2]string{
			{fmt.Sprintf("/ToUnicode %d ", f.at), fmt.Sprintf("/ToUnicode %d ", mapObject)},
			{"/Encoding /Identity-H", fmt.Sprintf("/Encoding %d 0 R", codesObject)},
			{"/Subtype /CIDFontType2", "/Subtype /CIDFontType2 /CIDToGIDMap /Identity"}, // PDF/UA wants it said
		} {
			dictionary = bytes.Replace(dictionary, []byte(change[0]), []byte(change[1]), 1)
		}
		to.dictionaries[i] = dictionary
	}
	to.streams = streams.Bytes()
	return nil
}

// pack writes an object with a stream, compressed as far as it goes.
func pack(b *bytes.Buffer, number int, dictionary string, stream []byte) error {
	var small bytes.Buffer
	if err := newDeflater(zlib.BestCompression).pack(&small, stream); err != nil {
		return err
	}
	fmt.Fprintf(b, "%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n", number, dictionary, small.Len())
	b.Write(small.Bytes())
	b.WriteString("\nendstream\nendobj\n")
	return nil
}

// unpackOutlines returns the font file of an object that holds one.
func unpackOutlines(object []byte) ([]byte, bool) {
	head, rest, found := bytes.Cut(object, []byte("stream\n"))
	if !found || !bytes.Contains(head, []byte("/Length1")) {
		return nil, false
	}
	r, err := zlib.NewReader(bytes.NewReader(rest))
	if err != nil {
		return nil, false
	}
	font, err := io.ReadAll(r)
	return font, err == nil
}

// clearWidths zeroes the table of widths (hmtx) of a font file where a glyph is not of the level: a
// reader takes widths from the PDF, and zeros take no room.
func (f *Face) clearWidths(font []byte, level uint8) {
	const directory, entry, metric = 12, 16, 4
	used := map[uint16]bool{}
	for _, r := range f.of(level) {
		used[f.glyphs[r]] = true
	}
	for at := directory; at+entry <= len(font); at += entry {
		if string(font[at:at+4]) != "hmtx" {
			continue
		}
		offset, length := int(binary.BigEndian.Uint32(font[at+8:])), int(binary.BigEndian.Uint32(font[at+12:]))
		if offset+length > len(font) {
			return
		}
		for i := range length / metric {
			if !used[uint16(i)] {
				clear(font[offset+i*metric:][:metric])
			}
		}
		return
	}
}

// shortWidths writes the widths of a face as runs of glyphs: gopdf gives each glyph a run of its own,
// which takes more room than some pages.
func (f *Face) shortWidths(object []byte, level uint8) []byte {
	before, rest, found := bytes.Cut(object, []byte("/W ["))
	if !found {
		return object
	}
	_, after, _ := bytes.Cut(rest, []byte("]\n"))
	widths := map[uint16]uint16{}
	for _, r := range f.of(level) {
		widths[f.glyphs[r]] = f.Widths[r]
	}
	short := append(bytes.Clone(before), "/W ["...)
	last := -1
	for _, glyph := range slices.Sorted(maps.Keys(widths)) {
		switch {
		case int(glyph) == last+1 && last >= 0:
			short = append(short, ' ')
		case last >= 0:
			short = fmt.Appendf(short, "]%d[", glyph)
		default:
			short = fmt.Appendf(short, "%d[", glyph)
		}
		short = strconv.AppendUint(short, uint64(widths[glyph]), 10)
		last = int(glyph)
	}
	return append(append(short, "]]\n"...), after...)
}

// isPlainStream tells the object of a face that has nothing but a length: what its glyphs mean.
func isPlainStream(object []byte) bool {
	_, rest, _ := bytes.Cut(object, []byte("\n"))
	return bytes.HasPrefix(rest, []byte("<<\n/Length ")) && bytes.Contains(rest, []byte("begincmap"))
}

// mapCharacters makes the one map of characters that does for both faces: they number their glyphs alike.
func (f *Fonts) mapCharacters(level uint8) error {
	for _, r := range f.Bold.of(level) {
		if !f.Regular.Has(r) || f.Regular.glyphs[r] != f.Bold.glyphs[r] {
			return fmt.Errorf("the two faces number the glyph of %q differently", r)
		}
	}
	var err error
	f.characters[level], err = makeReady("", f.Regular.unicode(level))
	return err
}

// unicode writes which characters the glyphs of a level show, in runs: gopdf writes each for itself.
func (f *Face) unicode(level uint8) []byte {
	type run struct{ first, last, r rune }
	var runs []run
	all := f.of(level)
	slices.SortFunc(all, func(a, b rune) int {
		return cmp.Or(cmp.Compare(f.glyphs[a], f.glyphs[b]), cmp.Compare(b, a)) // of two characters with one glyph the lower is meant
	})
	for _, r := range all {
		glyph := rune(f.glyphs[r])
		if n := len(runs); n > 0 {
			last := &runs[n-1]
			if glyph == last.last {
				last.last-- // said again below, by the lower character
				if last.last < last.first {
					runs = runs[:n-1]
				}
			} else if glyph == last.last+1 && r == last.r+glyph-last.first && glyph&0xff != 0 && glyph != firstLong {
				last.last = glyph
				continue
			}
		}
		runs = append(runs, run{glyph, glyph, r})
	}
	b := []byte("/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def" +
		"/CMapName/Adobe-Identity-UCS def/CMapType 2 def " + codeRanges)
	const most = 100 // ranges a block
	for block := range slices.Chunk(runs, most) {
		b = fmt.Appendf(b, "%d beginbfrange\n", len(block))
		for _, r := range block {
			b = fmt.Appendf(b, "<%s><%s><%04X>\n", hexCode(r.first), hexCode(r.last), r.r)
		}
		b = append(b, "endbfrange\n"...)
	}
	return append(b, "endcmap CMapName currentdict/CMap defineresource pop end end"...)
}
