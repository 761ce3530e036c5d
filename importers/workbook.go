package importers

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Why workbooks are read here and not by excelize, which we have and write with (v2.11.0):
//
//   - Rows.Next of excelize drops the error of its XML decoder and ends as if the sheet had ended. A
//     sheet cut short or damaged in the middle gives the rows before the damage, Rows.Error is nil, and
//     the rest of the residents are gone without a word.
//   - Its rows are text. An account number that Excel keeps as a number, and has cut to 15 digits, looks
//     like one kept as text; a native date comes as "10-01-26"; a failed formula looks like its name.
//   - It states no limit to what one cell may unpack to, and writes large sheets to temporary files.
//
// workbook_excelize_test.go proves the first two against the pinned version and fails when they are
// true no longer. Writing stays with excelize, and tests read by one what the other has written.

// Workbook reads the sheets of an .xlsx file row by row in constant memory and without temporary
// files. It keeps what a reader of registries needs and a calculator of sheets hides: whether a cell
// is text, a number or a native date, and an error where the mark-up is damaged, so that no row is
// lost in silence.
type Workbook struct {
	parts    map[string]*zip.File
	sheets   []sheetPart
	strings  []string
	dates    map[int]bool // cell styles that show a date
	date1904 bool
	limits   Limits
}

type sheetPart struct{ name, part string }

// CellKind is what a cell of a workbook holds; cells of text files are text.
type CellKind uint8

// The kinds of cells.
const (
	CellText CellKind = iota
	CellNumber
	CellDate     // a number shown as a date; Text is ДД.ММ.ГГГГ
	CellDateTime // a date with a time of day; Text shows both
	CellBool
	CellFailed // an error of a formula, such as #Н/Д
)

// Cell is one value of a row.
type Cell struct {
	Text string
	Kind CellKind
}

// SheetRow is one row of a sheet that holds anything.
type SheetRow struct {
	Number int
	Cells  []Cell // from column A without gaps; only valid until the next row
}

// OpenWorkbook checks the directory of the archive against the limits and reads the small parts. All
// its errors about the file are FileErrors.
func OpenWorkbook(in Input) (*Workbook, error) {
	limits := in.limits()
	if in.Size > limits.WorkbookBytes {
		return nil, tooLarge(in.Size, limits.WorkbookBytes)
	}
	archive, err := zip.NewReader(in.Content, in.Size)
	if err != nil {
		return nil, Refuse("damaged_workbook",
			"архив книги Excel повреждён или файл передан не полностью; сохраните книгу и пришлите снова")
	}
	w := &Workbook{parts: map[string]*zip.File{}, limits: limits}
	if err := w.directory(archive, in.Size); err != nil {
		return nil, err
	}
	if w.part("xl/workbook.xml") == nil {
		return nil, Refuse("wrong_kind", "%s", archiveReason(archive))
	}
	if err := w.readParts(); err != nil {
		return nil, err
	}
	if len(w.sheets) == 0 {
		return nil, Refuse("empty_file", "в книге Excel нет ни одного листа с таблицей")
	}
	return w, nil
}

// Sheets returns the names of the sheets in order.
func (w *Workbook) Sheets() []string {
	names := make([]string, len(w.sheets))
	for i, s := range w.sheets {
		names[i] = s.name
	}
	return names
}

// directory takes in the list of parts; what is stated there is checked now, what is really unpacked
// is counted again while reading.
func (w *Workbook) directory(archive *zip.Reader, size int64) error {
	if len(archive.File) > w.limits.Parts {
		return Refuse("zip_bomb", "в книге Excel %d частей при пределе %d; файл не читается",
			len(archive.File), w.limits.Parts)
	}
	var total uint64
	for _, f := range archive.File {
		total += min(f.UncompressedSize64, 1<<50)
		if f.Flags&1 != 0 {
			return Refuse("encrypted", "книга защищена паролем; снимите пароль и пришлите снова")
		}
		w.parts[strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, "\\", "/"), "/"))] = f
	}
	unpacked := int64(min(total, 1<<60))
	return w.checkUnpacked(unpacked, size)
}

func (w *Workbook) checkUnpacked(unpacked, size int64) error {
	if unpacked > w.limits.Unpacked {
		return Refuse("zip_bomb", "книга Excel после распаковки занимает %d МБ при пределе %d МБ; файл не читается",
			unpacked>>20, w.limits.Unpacked>>20)
	}
	if unpacked > ratioFrom && unpacked/max(size, 1) > w.limits.Ratio {
		return Refuse("zip_bomb", "книга Excel распаковывается в %d раз больше своего размера "+
			"(предел — %d раз); похоже на «zip-бомбу», файл не читается", unpacked/max(size, 1), w.limits.Ratio)
	}
	return nil
}

func archiveReason(archive *zip.Reader) string {
	for _, f := range archive.File {
		switch f.Name {
		case "word/document.xml":
			return "это документ Word (.docx), а не таблица; пришлите книгу Excel (.xlsx) или CSV"
		case "mimetype", "content.xml":
			return "это документ OpenOffice (.ods, .odt); сохраните таблицу как «Книга Excel (*.xlsx)»"
		case "xl/workbook.bin":
			return "это двоичная книга Excel (.xlsb); сохраните её как «Книга Excel (*.xlsx)»"
		}
	}
	return "это архив ZIP, а не книга Excel; пришлите сам файл без архива"
}

func (w *Workbook) part(name string) *zip.File {
	return w.parts[strings.ToLower(strings.TrimPrefix(name, "/"))]
}

// each walks the tokens of a part until handle says it is done.
func (w *Workbook) each(name string, handle func(d *xml.Decoder, t xml.Token) (done bool, err error)) error {
	f := w.part(name)
	if f == nil {
		return nil
	}
	content, err := f.Open()
	if err != nil {
		return damaged(name)
	}
	defer content.Close() //nolint:errcheck // nothing was written; damage is found by reading
	watch := newGuard(content, w)
	d := xml.NewDecoder(watch)
	d.Strict = true
	depth := 0
	for {
		token, err := d.RawToken()
		switch {
		case watch.refused != nil:
			return watch.refused
		case errors.Is(err, io.EOF) && depth == 0:
			return nil
		case err != nil:
			return damaged(name)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if done, err := handle(d, token); done || err != nil {
			return err
		}
	}
}

func damaged(part string) *FileError {
	return Refuse("damaged_workbook",
		"книга Excel повреждена или передана не полностью (часть «%s» не читается); сохраните её и пришлите снова", part)
}

func (w *Workbook) readParts() error {
	targets, err := w.relations()
	if err != nil {
		return err
	}
	err = w.each("xl/workbook.xml", func(_ *xml.Decoder, t xml.Token) (bool, error) {
		start, ok := t.(xml.StartElement)
		if !ok {
			return false, nil
		}
		switch start.Name.Local {
		case "workbookPr":
			v := attribute(start, "date1904")
			w.date1904 = v == "1" || v == "true"
		case "sheet":
			target := targets[attribute(start, "id")]
			if strings.Contains(target, "worksheets/") && w.part(target) != nil {
				w.sheets = append(w.sheets, sheetPart{attribute(start, "name"), target})
			}
		}
		return len(w.sheets) > w.limits.Sheets, nil
	})
	if err != nil {
		return err
	}
	if len(w.sheets) > w.limits.Sheets {
		return Refuse("too_many_sheets", "в книге Excel больше %d листов", w.limits.Sheets)
	}
	if err := w.readStyles(); err != nil {
		return err
	}
	return w.readStrings()
}

// relations maps the ids by which a workbook names its sheets to the parts of the archive.
func (w *Workbook) relations() (map[string]string, error) {
	targets := map[string]string{}
	err := w.each("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, t xml.Token) (bool, error) {
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "Relationship" {
			target := attribute(start, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[attribute(start, "Id")] = target
		}
		return false, nil
	})
	return targets, err
}

// readStrings takes in the text shared by all cells; a cell names it by its number.
func (w *Workbook) readStrings() error {
	var text strings.Builder
	var size int64
	inText, phonetic := false, false
	return w.each("xl/sharedStrings.xml", func(_ *xml.Decoder, t xml.Token) (bool, error) {
		switch v := t.(type) {
		case xml.StartElement:
			inText = v.Name.Local == "t"
			phonetic = phonetic || v.Name.Local == "rPh"
		case xml.CharData:
			if inText && !phonetic {
				text.Write(v)
			}
		case xml.EndElement:
			inText = false
			switch v.Name.Local {
			case "rPh":
				phonetic = false
			case "si":
				size += int64(text.Len()) + 16
				w.strings = append(w.strings, text.String())
				text.Reset()
			}
		}
		if size+int64(text.Len()) > w.limits.Strings {
			return true, Refuse("zip_bomb", "в книге Excel больше %d МБ текста; файл не читается", w.limits.Strings>>20)
		}
		return false, nil
	})
}

func attribute(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// guard counts what is unpacked, whatever the directory states, and refuses mark-up in which one
// token would fill the memory.
type guard struct {
	input  *bufio.Reader
	book   *Workbook
	since  int // bytes since the last "<"
	budget int64

	refused *FileError
}

func newGuard(content io.Reader, w *Workbook) *guard {
	// Every reading of the book may unpack all of it once more.
	return &guard{input: bufio.NewReaderSize(content, 64<<10), book: w, budget: w.limits.Unpacked}
}

// ReadByte makes the XML decoder read through the guard byte by byte.
func (g *guard) ReadByte() (byte, error) {
	b, err := g.input.ReadByte()
	if err != nil {
		return 0, err //nolint:wrapcheck // the decoder compares with io.EOF
	}
	g.since++
	if b == '<' {
		g.since = 0
	}
	g.budget--
	if g.budget < 0 || g.since > g.book.limits.CellBytes {
		g.refused = Refuse("zip_bomb", "часть книги Excel слишком велика для таблицы; файл не читается")
		return 0, g.refused
	}
	return b, nil
}

// Read is never used by the decoder, which asks for single bytes.
func (g *guard) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := g.ReadByte()
	if err != nil {
		return 0, fmt.Errorf("read part of a workbook: %w", err)
	}
	p[0] = b
	return 1, nil
}
