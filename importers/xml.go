package importers

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// looksXML reports whether a file begins as XML of a known kind may: with a declaration or the element.
func looksXML(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<?xml")) || bytes.HasPrefix(head, []byte("<message"))
}

// sampleXML names the first element of a file of XML; other kinds of XML are refused as before.
func sampleXML(in Input, head []byte) (*Sample, error) {
	if limit := min(in.limits().TextBytes, xmlBytes); in.Size > limit {
		return nil, tooLarge(in.Size, limit)
	}
	enc, ok := DetectEncoding(head)
	if !ok {
		return nil, Refuse("bad_encoding", "кодировка текста не распознана; сохраните файл в Windows-1251 или UTF-8 и пришлите снова")
	}
	s := &Sample{Name: in.Name, Kind: KindXML, Encoding: enc}
	d := NewXMLDecoder(bytes.NewReader(head), enc)
	for {
		token, err := d.RawToken()
		if err != nil {
			return nil, Refuse("damaged_xml", "файл XML повреждён или передан не полностью")
		}
		if start, ok := token.(xml.StartElement); ok {
			s.Root = start.Name.Local + " " + attribute(start, "class")
			return s, nil
		}
		if _, ok := token.(xml.Directive); ok {
			return nil, errDoctype()
		}
	}
}

func errDoctype() *FileError {
	return Refuse("xml_doctype", "в файле XML есть описание типа (DOCTYPE): такие файлы не читаются")
}

// NewXMLDecoder decodes XML in the encoding that its text is in, whatever its declaration says.
func NewXMLDecoder(content io.Reader, enc Encoding) *xml.Decoder {
	if table := enc.Charmap(); table != nil {
		content = table.NewDecoder().Reader(content)
	}
	d := xml.NewDecoder(content)
	d.Strict = true
	d.CharsetReader = func(_ string, decoded io.Reader) (io.Reader, error) { return decoded, nil }
	return d
}

// xmlBytes bounds a file of XML: its elements are read one by one, but what stands within one is kept.
const xmlBytes = 200 << 20

// xmlDepth bounds how deep elements may stand within each other.
const xmlDepth = 32

// EachXML walks the elements of a file: start and end are called with the path of names. It refuses
// damaged mark-up, a document type and elements nested too deep. Text is that of the element closed.
func EachXML(in Input, start func(path []string, e xml.StartElement) error, end func(path []string, text string) error) (result Result, err error) {
	inner, done, err := Unwrap(in)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	head, err := readAt(inner, 0, sampleBytes)
	if err != nil {
		return Result{}, err
	}
	if !looksXML(head) {
		return Result{}, Refuse("wrong_kind", "ожидается файл XML, а содержимое файла другое")
	}
	s, err := sampleXML(inner, head)
	if err != nil {
		return Result{}, err
	}
	result.Shape = Shape{Kind: KindXML, Encoding: s.Encoding, Sheets: []Sheet{{}}}
	w := xmlWalk{
		decoder: NewXMLDecoder(io.NewSectionReader(inner.Content, 0, inner.Size), s.Encoding),
		limit:   inner.limits().CellBytes, start: start, end: end,
	}
	return result, w.run()
}

type xmlWalk struct {
	decoder *xml.Decoder
	limit   int // bytes of text within one element
	start   func(path []string, e xml.StartElement) error
	end     func(path []string, text string) error
	path    []string
	text    strings.Builder
}

func (w *xmlWalk) run() error {
	closed := false
	for {
		token, err := w.decoder.Token()
		if errors.Is(err, io.EOF) && closed && len(w.path) == 0 {
			return nil
		}
		if err != nil {
			line, _ := w.decoder.InputPos()
			return Refuse("damaged_xml", "файл XML повреждён или передан не полностью (строка %d)", line)
		}
		if closed && len(w.path) == 0 {
			if _, more := token.(xml.StartElement); more {
				return Refuse("damaged_xml", "в файле XML больше одного сообщения")
			}
		}
		if err := w.take(token); err != nil {
			return err
		}
		_, ended := token.(xml.EndElement)
		closed = closed || ended
	}
}

func (w *xmlWalk) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errDoctype()
	case xml.StartElement:
		if len(w.path) == xmlDepth {
			return Refuse("xml_depth", "элементы файла XML вложены глубже %d: файл не читается", xmlDepth)
		}
		w.path = append(w.path, t.Name.Local)
		w.text.Reset()
		return w.start(w.path, t)
	case xml.CharData:
		if w.text.Len()+len(t) > w.limit {
			return Refuse("xml_text", "в элементе файла XML больше %d КБ текста: файл не читается", w.limit>>10)
		}
		w.text.Write(t)
	case xml.EndElement:
		err := w.end(w.path, strings.TrimSpace(w.text.String()))
		w.path = w.path[:len(w.path)-1]
		w.text.Reset()
		return err
	}
	return nil
}

// XMLAttribute returns an attribute of an element by its local name, "" where it has none.
func XMLAttribute(e xml.StartElement, name string) string {
	return strings.TrimSpace(attribute(e, name))
}
