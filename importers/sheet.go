package importers

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Rows yields the rows of a sheet that hold anything, in order, and stops at the first error of
// yield. Damage and limits are FileErrors that name the sheet.
func (w *Workbook) Rows(sheet string, yield func(SheetRow) error) error {
	for _, s := range w.sheets {
		if s.name != sheet {
			continue
		}
		r := &sheetReader{book: w, sheet: sheet, yield: yield}
		return w.each(s.part, r.token)
	}
	return fmt.Errorf("find sheet %q: %w", sheet, ErrNoSheet)
}

// ErrNoSheet says that a workbook has no sheet of that name.
var ErrNoSheet = errors.New("no such sheet")

type sheetReader struct {
	book   *Workbook
	sheet  string
	yield  func(SheetRow) error
	row    SheetRow
	filled bool

	column   int
	kind     string
	style    int
	inValue  bool
	inText   bool
	phonetic bool
	value    strings.Builder
}

func (r *sheetReader) token(_ *xml.Decoder, t xml.Token) (bool, error) {
	switch v := t.(type) {
	case xml.StartElement:
		return false, r.start(v)
	case xml.CharData:
		if (r.inValue || r.inText) && !r.phonetic {
			r.value.Write(v)
		}
	case xml.EndElement:
		return r.end(v.Name.Local)
	}
	return false, nil
}

func (r *sheetReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		return r.startRow(e)
	case "c":
		return r.startCell(e)
	case "v":
		r.inValue = true
	case "t":
		r.inText = r.kind == "inlineStr"
	case "rPh":
		r.phonetic = true
	}
	return nil
}

func (r *sheetReader) startRow(e xml.StartElement) error {
	number := r.row.Number + 1
	if stated := attribute(e, "r"); stated != "" {
		n, err := strconv.Atoi(stated)
		if err != nil || n < number {
			return Refuse("damaged_workbook", "лист «%s»: номера строк идут не по порядку, книга повреждена", r.sheet)
		}
		number = n
	}
	if number > r.book.limits.Rows {
		return Refuse("too_many_rows", "лист «%s»: больше %d строк; разделите таблицу на части", r.sheet, r.book.limits.Rows)
	}
	r.row.Number, r.row.Cells, r.filled, r.column = number, r.row.Cells[:0], false, 0
	return nil
}

func (r *sheetReader) startCell(e xml.StartElement) error {
	r.column++
	r.kind, r.style = "", 0
	r.inValue, r.inText, r.phonetic = false, false, false
	r.value.Reset()
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			if column := columnOf(a.Value); column >= r.column {
				r.column = column
			} else {
				return Refuse("damaged_workbook", "лист «%s», строка %d: ячейки идут не по порядку, книга повреждена",
					r.sheet, r.row.Number)
			}
		case "t":
			r.kind = a.Value
		case "s":
			r.style, _ = strconv.Atoi(a.Value)
		}
	}
	if r.column > r.book.limits.Cells {
		return Refuse("too_many_cells", "лист «%s», строка %d: больше %d ячеек",
			r.sheet, r.row.Number, r.book.limits.Cells)
	}
	return nil
}

func (r *sheetReader) end(name string) (bool, error) {
	switch name {
	case "v":
		r.inValue = false
	case "t":
		r.inText = false
	case "rPh":
		r.phonetic = false
	case "c":
		return false, r.endCell()
	case "row":
		if r.filled {
			return false, r.yield(r.row)
		}
	}
	return false, nil
}

// columnOf reads the letters of a reference: "C5" is 3; 0 where there are none.
func columnOf(reference string) int {
	column := 0
	for i := 0; i < len(reference) && i < 4; i++ {
		c := reference[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			break
		}
		column = column*26 + int(c-'A') + 1
	}
	return column
}

func (r *sheetReader) endCell() error {
	raw := r.value.String()
	if raw == "" {
		return nil
	}
	cell := Cell{Text: raw}
	switch r.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil || n < 0 || n >= len(r.book.strings) {
			return Refuse("damaged_workbook", "лист «%s», строка %d: ячейка ссылается на текст, которого в книге нет; книга повреждена",
				r.sheet, r.row.Number)
		}
		cell.Text = r.book.strings[n]
	case "str", "inlineStr":
	case "b":
		cell.Kind = CellBool
	case "e":
		cell.Kind = CellFailed
	case "d":
		cell = isoCell(raw)
	default:
		cell = r.number(strings.TrimSpace(raw))
	}
	if cell.Text == "" {
		return nil
	}
	for len(r.row.Cells) < r.column-1 {
		r.row.Cells = append(r.row.Cells, Cell{})
	}
	r.row.Cells = append(r.row.Cells, cell)
	r.filled = r.filled || strings.TrimSpace(cell.Text) != ""
	return nil
}

// isoCell takes the rare cells that hold a date as ISO text.
func isoCell(raw string) Cell {
	day, clock, timed := strings.Cut(raw, "T")
	date, err := housing.ParseDate(day)
	if err != nil {
		return Cell{Text: raw}
	}
	if timed && !strings.HasPrefix(clock, "00:00:00") {
		return Cell{Text: date.Russian() + " " + clock, Kind: CellDateTime}
	}
	return Cell{Text: date.Russian(), Kind: CellDate}
}

// number gives a number as Excel shows it. The file holds binary floating point, 65.769999999999996
// for 65.77, of which fifteen digits mean something.
func (r *sheetReader) number(raw string) Cell {
	const digits, lastSerial = 15, 200000
	value, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return Cell{Text: raw, Kind: CellFailed}
	}
	if r.book.dates[r.style] && value >= 61 && value < lastSerial {
		return r.dateCell(value)
	}
	if len(raw) >= digits || strings.ContainsAny(raw, "eE") {
		if rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'g', digits, 64), 64); err == nil {
			raw = strconv.FormatFloat(rounded, 'f', -1, 64)
		}
	}
	return Cell{Text: raw, Kind: CellNumber}
}

func (r *sheetReader) dateCell(serial float64) Cell {
	// Day 0 is 30.12.1899, so that the invented 29.02.1900 of Excel is made up for; or 01.01.1904.
	zero := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	if r.book.date1904 {
		zero = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	days := int(serial)
	day := housing.DateOf(zero.AddDate(0, 0, days))
	if rest := serial - float64(days); rest > 0 {
		clock := time.Duration(rest*24*3600+0.5) * time.Second
		return Cell{Text: day.Russian() + " " + time.Time{}.Add(clock).Format(time.TimeOnly), Kind: CellDateTime}
	}
	return Cell{Text: day.Russian(), Kind: CellDate}
}
