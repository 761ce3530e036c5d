package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf16"
)

// A4 in points.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
)

// ErrWrittenTwice says that a file was asked for a second time.
var ErrWrittenTwice = errors.New("a PDF is written once")

// Info is what a reader shows of a file and a screen reader says first.
type Info struct {
	Title, Author, Creator string
	Created                time.Time
}

// File is a file under way: finished pages are kept compressed, nothing is written before WriteTo.
type File struct {
	fonts *Fonts
	info  Info

	objects objects
	kids    []int // numbers of the pages
	page    Page
	open    bool
	regular uint8 // level of what was shown
	bold    uint8
	done    bool
	err     error
	packed  bytes.Buffer
}

// firstOwn is the number of the first object after those of the fonts.
const firstOwn = firstFont + fontObjects

// NewFile begins a file.
func NewFile(fonts *Fonts, info Info) *File {
	return &File{fonts: fonts, info: info, objects: newObjects()}
}

// AddPage ends the page under way and begins an empty one.
func (f *File) AddPage() *Page {
	f.endPage()
	f.page.reset(f)
	f.open = true
	f.kids = append(f.kids, 0) // its number is known when it ends
	return &f.page
}

// Pages returns how many pages were begun.
func (f *File) Pages() int { return len(f.kids) }

// need remembers which glyphs of a face must be in the file.
func (f *File) need(face *Face, level uint8) {
	if face == f.fonts.Bold {
		f.bold = max(f.bold, level)
		return
	}
	f.regular = max(f.regular, level)
}

// Image is a picture that pages can show.
type Image int

// AddBits adds a picture of black dots: side dots a row, a row in whole bytes, 1 is black.
func (f *File) AddBits(side int, bits []byte) Image {
	return f.stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray/Decode[1 0]", side, side), bits)
}

// AddColours adds a picture of three bytes a dot.
func (f *File) AddColours(width, height int, rgb []byte) Image {
	return f.stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB", width, height), rgb)
}

// stream writes an object with compressed content.
func (f *File) stream(dictionary string, parts ...[]byte) Image {
	f.packed.Reset()
	if err := f.fonts.deflater.pack(&f.packed, parts...); err != nil && f.err == nil {
		f.err = err
	}
	id := f.objects.number()
	f.objects.stream(id, dictionary, f.packed.Bytes())
	return Image(id)
}

func (f *File) endPage() {
	if !f.open {
		return
	}
	f.open = false
	p := &f.page
	content := f.stream("", p.marks, []byte("BT 0 g\n"), p.text, []byte("ET\n"))
	id := f.objects.number()
	b := f.objects.dictionary(id)
	fmt.Fprintf(b, "<</Type/Page/Parent 2 0 R/Contents %d 0 R/Resources<</Font %d 0 R", content, fontsObject)
	if len(p.used) > 0 {
		b.WriteString("/XObject<<")
		for _, i := range p.used {
			fmt.Fprintf(b, "/I%d %d 0 R", i, i)
		}
		b.WriteString(">>")
	}
	b.WriteString(">>>>")
	f.kids[len(f.kids)-1] = id
}

// WriteTo ends the last page and writes the file. It may be called once.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	if f.done {
		return 0, ErrWrittenTwice
	}
	f.endPage()
	f.done = true
	f.head()
	tail, err := f.objects.end(f.fonts.deflater, "/Root 1 0 R/Info 3 0 R")
	if err = errors.Join(f.err, err); err != nil {
		return 0, err
	}
	var written int64
	for _, part := range [][]byte{[]byte(header), f.objects.body.Bytes(), tail} {
		n, err := w.Write(part)
		written += int64(n)
		if err != nil {
			return written, fmt.Errorf("write PDF: %w", err)
		}
	}
	return written, nil
}

// head writes the objects with the first numbers, those of the fonts included.
func (f *File) head() {
	f.objects.dictionary(1).WriteString("<</Type/Catalog/Pages 2 0 R/Lang(ru-RU)/ViewerPreferences<</DisplayDocTitle true>>>>")
	b := f.objects.dictionary(2)
	fmt.Fprintf(b, "<</Type/Pages/MediaBox[0 0 %g %g]/Count %d/Kids[", pageWidth, pageHeight, len(f.kids))
	for _, id := range f.kids {
		fmt.Fprintf(b, "%d 0 R ", id)
	}
	b.WriteString("]>>")
	fmt.Fprintf(f.objects.dictionary(3), "<</Title%s/Author%s/Creator%s/Producer%s/CreationDate(D:%s)>>",
		text(f.info.Title), text(f.info.Author), text(f.info.Creator), text(f.info.Creator), f.info.Created.UTC().Format("20060102150405Z"))
	fmt.Fprintf(f.objects.dictionary(fontsObject), "<</%s %d 0 R/%s %d 0 R>>",
		f.fonts.Regular.name, firstFont+perFace-1, f.fonts.Bold.name, firstFont+fontObjects-1)
	f.objects.face(f.fonts.Regular.at, &f.fonts.Regular.embedded[f.regular])
	f.objects.face(f.fonts.Bold.at, &f.fonts.Bold.embedded[f.bold])
}

// text writes a text string in UTF-16 with its mark.
func text(s string) string {
	out := []byte("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		out = fmt.Appendf(out, "%04X", unit)
	}
	return string(append(out, '>'))
}
