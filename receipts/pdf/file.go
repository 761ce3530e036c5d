package pdf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zlib"
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
	Tagged                 bool // with a structure for screen readers, see Tag
}

// File is a file under way: finished pages are kept compressed, nothing is written before WriteTo.
type File struct {
	fonts *Fonts
	info  Info
	tags  *tags // nil: none

	deflater deflater
	objects  objects
	kids     []int // numbers of the pages
	page     Page
	open     bool
	regular  uint8 // level of what was shown
	bold     uint8
	done     bool
	err      error
	packed   bytes.Buffer
}

// firstOwn is the number of the first object after those of the fonts.
const firstOwn = firstFont + fontObjects

// NewFile begins a file.
func NewFile(fonts *Fonts, info Info) *File {
	f := &File{fonts: fonts, info: info, objects: newObjects(), deflater: fonts.quick}
	if info.Tagged {
		f.deflater = fonts.small // a structure is a third of a small file
		f.tags = &tags{elements: []element{{page: -1}}, shared: map[int]int{}}
	}
	return f
}

// AddPage ends the page under way and begins an empty one.
func (f *File) AddPage() *Page {
	f.endPage()
	f.page.reset(f)
	f.open = true
	f.kids = append(f.kids, 0) // its number is known when it ends
	if f.tags != nil {
		f.tags.marks = append(f.tags.marks, nil)
	}
	return &f.page
}

// Place is how far a file has come.
type Place struct {
	objects       objectsPlace
	kids          int
	regular, bold uint8
	elements      int
	ofRoot        int
}

// Here ends the page under way and returns how far the file has come.
func (f *File) Here() Place {
	f.endPage()
	p := Place{objects: f.objects.here(), kids: len(f.kids), regular: f.regular, bold: f.bold}
	if f.tags != nil {
		p.elements, p.ofRoot = len(f.tags.elements), len(f.tags.elements[0].kids)
	}
	return p
}

// Return takes back all that was drawn since the place. What was tagged since then must hang on new
// elements of the root.
func (f *File) Return(p Place) {
	f.open = false
	f.objects.cut(p.objects)
	f.kids, f.regular, f.bold = f.kids[:p.kids], p.regular, p.bold
	if f.tags != nil {
		f.tags.elements, f.tags.marks = f.tags.elements[:p.elements], f.tags.marks[:p.kids]
		f.tags.elements[0].kids = f.tags.elements[0].kids[:p.ofRoot]
	}
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

// ready is a stream of many files, compressed once.
type ready struct {
	dictionary string
	packed     []byte
}

func makeReady(dictionary string, stream []byte) (ready, error) {
	var packed bytes.Buffer
	err := newDeflater(zlib.BestCompression).pack(&packed, stream)
	return ready{dictionary, packed.Bytes()}, err
}

// Picture is an image that many files show.
type Picture struct{ ready }

// NewPicture makes a picture of three bytes a dot.
func NewPicture(width, height int, rgb []byte) (*Picture, error) {
	stream, err := makeReady(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB", width, height), rgb)
	if err != nil {
		return nil, err
	}
	return &Picture{stream}, nil
}

// Size is how many bytes the picture takes in a file.
func (p *Picture) Size() int { return len(p.packed) }

// AddPicture puts the picture into the file.
func (f *File) AddPicture(p *Picture) Image {
	id := f.objects.number()
	f.objects.stream(id, p.dictionary, p.packed)
	return Image(id)
}

// stream writes an object with compressed content.
func (f *File) stream(dictionary string, parts ...[]byte) Image {
	f.packed.Reset()
	if err := f.deflater.pack(&f.packed, parts...); err != nil && f.err == nil {
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
	p.marks, p.text = p.drawMark.end(p.marks), p.textMark.end(p.text)
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
	b.WriteString(">>")
	if f.tags != nil {
		fmt.Fprintf(b, "/StructParents %d/Tabs/S", len(f.kids)-1)
	}
	b.WriteString(">>")
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
	tail, err := f.objects.end(f.deflater, "/Root 1 0 R/Info 3 0 R")
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
	more := f.structure() + f.metadata()
	fmt.Fprintf(f.objects.dictionary(1), "<</Type/Catalog/Pages 2 0 R/Lang(ru-RU)/ViewerPreferences<</DisplayDocTitle true>>%s>>", more)
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
	characters := &f.fonts.characters[max(f.regular, f.bold)]
	f.objects.stream(mapObject, characters.dictionary, characters.packed)
	f.objects.stream(codesObject, f.fonts.encoding.dictionary, f.fonts.encoding.packed)
}

// metadata says in XMP that a tagged file is one for everybody (PDF/UA-1), and returns what the catalog says of it.
func (f *File) metadata() string {
	if f.tags == nil {
		return ""
	}
	var title bytes.Buffer
	if err := xml.EscapeText(&title, []byte(f.info.Title)); err != nil && f.err == nil {
		f.err = fmt.Errorf("write the title of a PDF: %w", err)
	}
	packet := "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">" +
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1">` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + title.String() + `</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>` +
		`<?xpacket end="r"?>`
	return fmt.Sprintf("/Metadata %d 0 R", f.stream("/Type/Metadata/Subtype/XML", []byte(packet)))
}

// text writes a text string in UTF-16 with its mark.
func text(s string) string {
	out := []byte("(\xfe\xff")
	for _, unit := range utf16.Encode([]rune(s)) {
		out = append(out, escape(byte(unit>>8))...)
		out = append(out, escape(byte(unit&0xff))...)
	}
	return string(append(out, ')'))
}
