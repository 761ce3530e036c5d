package importers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// headerWithin is how many rows above a table a header is looked for: people write titles there.
const headerWithin = 10

// delimiter of Kvitok's own csv tables and of bank formats.
const delimiter = ';'

// CSV is a format of one table as text, cells separated by «;», with a header line.
type CSV struct {
	Title string // name of the format
	Room  string // subject
	Table Layout
	Cut   rune // between the cells, 0: ";"
}

func (f CSV) delimiter() rune { return TextLayout{Delimiter: f.Cut}.delimiter() }

// Name returns the name of the format.
func (f CSV) Name() string { return f.Title }

// Subject returns the folder of the format.
func (f CSV) Subject() string { return f.Room }

// Single reports whether the rows hold nothing but their own fact.
func (f CSV) Single() bool { return !f.Table.beside() }

// Recognise looks for the header.
func (f CSV) Recognise(s *Sample) bool {
	return s.Kind == KindText && slices.ContainsFunc(s.Lines[:min(headerWithin, len(s.Lines))], func(line string) bool {
		return f.Table.marked(SplitQuoted(line, f.delimiter()))
	})
}

// Decode reads the table.
func (f CSV) Decode(ctx context.Context, in Input, yield func(Record) error) (Result, error) {
	s, err := NewSample(in)
	if err != nil {
		return Result{}, err
	}
	if s.Kind != KindText {
		return Result{}, Refuse("wrong_kind", "ожидается текстовый файл CSV, а это книга Excel")
	}
	cut := f.delimiter()
	d := csvDecoder{in: in, table: f.Table, cut: cut, lines: NewLayoutReader(in, s.Encoding, TextLayout{Delimiter: cut})}
	d.result.Shape = Shape{Kind: KindText, Encoding: s.Encoding, Delimiter: cut}
	err = d.run(ctx, yield)
	return d.result, err
}

type csvDecoder struct {
	in     Input
	table  Layout
	cut    rune
	lines  *TextReader
	header []string
	edge   edge
	read   rowReader
	cells  []Cell
	result Result
}

func (d *csvDecoder) run(ctx context.Context, yield func(Record) error) error {
	if err := d.findHeader(); err != nil {
		return err
	}
	for {
		line, err := d.lines.Next()
		if errors.Is(err, io.EOF) {
			return d.finish()
		}
		if err != nil {
			return err
		}
		if line.Number&1023 == 0 && ctx.Err() != nil {
			return fmt.Errorf("read line %d: %w", line.Number, ctx.Err())
		}
		rec := d.record(line)
		d.result.Control.Rows++
		if err := yield(rec); err != nil {
			return err
		}
	}
}

func (d *csvDecoder) findHeader() error {
	for range headerWithin {
		line, err := d.lines.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		cells := SplitQuoted(line.Text, d.cut)
		if !d.table.marked(cells) {
			continue
		}
		d.edge = edgeOf(cells)
		cells = cells[:d.edge.own]
		read, notes, err := d.table.bind(cells)
		if err != nil {
			return err
		}
		d.header, d.read = cells, read
		d.result.Notes = notes
		d.result.Shape.Sheets = []Sheet{{Header: cells}}
		return nil
	}
	return Refuse("no_header", "не найдена шапка таблицы; ожидаются столбцы: %s", strings.Join(d.table.Heading(), "; "))
}

func (d *csvDecoder) record(line Line) Record {
	rec := Record{Row: line.Number, Cells: SplitQuoted(line.Text, d.cut)}
	if d.edge.answered {
		said := d.edge.said(rec.Cells)
		rec.Cells = said.cut(rec.Cells[:d.edge.textWidth(rec.Cells)])
	}
	if line.Problem != nil {
		rec.Problems = []housing.Problem{*line.Problem}
		return rec
	}
	if n := len(rec.Cells); n != len(d.header) && !d.paddedOnly(rec.Cells) {
		rec.Problems = []housing.Problem{rec.problem("", "", wrongCount(n, len(d.header)))}
		return rec
	}
	d.cells = d.cells[:0]
	for _, text := range rec.Cells {
		d.cells = append(d.cells, Cell{Text: text})
	}
	d.read(&rec, d.cells, source(d.in.Name, line.Number))
	return rec
}

// paddedOnly allows empty cells beyond the header, which spreadsheets write.
func (d *csvDecoder) paddedOnly(cells []string) bool {
	if len(cells) < len(d.header) {
		return false
	}
	for _, c := range cells[len(d.header):] {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func (d *csvDecoder) finish() error {
	if d.result.Control.Rows == 0 {
		return emptyTable()
	}
	if d.lines.OpenEnd() {
		d.result.Notes = append(d.result.Notes, openEnd())
	}
	return nil
}

func emptyTable() error {
	return Refuse("empty_table", "в таблице после шапки нет ни одной строки; проверьте, что файл передан полностью")
}

func openEnd() housing.Problem {
	return housing.Problem{
		Code:     "open_end",
		Text:     "последняя строка не завершена переводом строки; проверьте, что файл передан полностью",
		Severity: housing.SeverityWarning,
	}
}

// XLSX is a format of one or several tables as sheets of a workbook, each found by its header.
type XLSX struct {
	Title  string
	Room   string
	Tables []Layout
}

// Name returns the name of the format.
func (f XLSX) Name() string { return f.Title }

// Subject returns the folder of the format.
func (f XLSX) Subject() string { return f.Room }

// Single reports whether there is one table, the rows of which hold nothing but their own fact.
func (f XLSX) Single() bool { return len(f.Tables) == 1 && !f.Tables[0].beside() }

// Recognise looks for the header of any of its tables on any sheet.
func (f XLSX) Recognise(s *Sample) bool {
	if s.Kind != KindWorkbook {
		return false
	}
	for _, rows := range s.Tables {
		for _, row := range rows[:min(headerWithin, len(rows))] {
			if f.table(row) != nil {
				return true
			}
		}
	}
	return false
}

func (f XLSX) table(header []string) Layout {
	for _, t := range f.Tables {
		if t.marked(header) {
			return t
		}
	}
	return nil
}

// Decode reads the sheets in the order of the tables of the format, wherever they stand in the
// workbook: rows of later tables refer to those of earlier ones.
func (f XLSX) Decode(ctx context.Context, in Input, yield func(Record) error) (Result, error) {
	result := Result{Shape: Shape{Kind: KindWorkbook}}
	head, err := readAt(in, 0, 4)
	if err != nil {
		return result, err
	}
	if string(head) != "PK\x03\x04" {
		return result, Refuse("wrong_kind", "ожидается книга Excel (.xlsx), а содержимое файла другое")
	}
	book, err := OpenWorkbook(in)
	if err != nil {
		return result, err
	}
	sheets, err := f.inOrder(book)
	if err != nil {
		return result, err
	}
	found := false
	for _, name := range sheets {
		d := sheetDecoder{in: in, format: f, sheet: name, result: &result}
		err := book.Rows(name, func(row SheetRow) error {
			if row.Number&255 == 0 && ctx.Err() != nil {
				return fmt.Errorf("read row %d: %w", row.Number, ctx.Err())
			}
			return d.row(row, yield)
		})
		if err != nil {
			return result, err
		}
		found = found || d.read != nil
		d.finish()
	}
	if !found {
		return result, Refuse("no_header", "ни на одном листе не найдена шапка таблицы; ожидаются листы: %s", f.expected())
	}
	if result.Control.Rows == 0 {
		return result, emptyTable()
	}
	return result, nil
}

// inOrder sorts the sheets by their tables; sheets without one come last.
func (f XLSX) inOrder(book *Workbook) ([]string, error) {
	names := book.Sheets()
	place := make(map[string]int, len(names))
	for _, name := range names {
		place[name] = len(f.Tables)
		seen := 0
		err := book.Rows(name, func(row SheetRow) error {
			seen++
			header := make([]string, len(row.Cells))
			for i, c := range row.Cells {
				header[i] = c.Text
			}
			at := slices.IndexFunc(f.Tables, func(t Layout) bool { return t.marked(header) })
			if at >= 0 {
				place[name] = at
			}
			if at >= 0 || seen == headerWithin {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return place[a] - place[b] })
	return names, nil
}

func (f XLSX) expected() string {
	names := make([]string, len(f.Tables))
	for i, t := range f.Tables {
		names[i] = "«" + t.SheetName() + "» (" + strings.Join(t.Heading(), "; ") + ")"
	}
	return strings.Join(names, ", ")
}

type sheetDecoder struct {
	in     Input
	format XLSX
	sheet  string
	seen   int
	totals bool // the sheet is ours
	header []string
	edge   edge
	read   rowReader
	result *Result
}

func (d *sheetDecoder) row(row SheetRow, yield func(Record) error) error {
	cells := make([]string, max(len(row.Cells), len(d.header)))
	for i, c := range row.Cells {
		cells[i] = c.Text
	}
	if d.read == nil {
		return d.look(cells)
	}
	if d.edge.answered {
		own := d.edge.width(cells)
		row.Cells = row.Cells[:min(own, len(row.Cells))]
		d.edge.said(cells).restore(row.Cells)
		cells = cells[:own]
		if blank(cells) {
			return nil // the sender emptied the row; only our answer is left of it
		}
	}
	rec := Record{Row: row.Number, Sheet: d.sheet, Cells: cells}
	d.read(&rec, row.Cells, source(d.in.Name, row.Number))
	if extra := beyond(row.Cells, len(d.header)); extra != "" {
		rec.Fact = nil
		rec.Problems = append(rec.Problems, rec.problem("", extra,
			Wrong("cell_beyond", "значение правее последнего столбца шапки: ячейки строки сдвинуты", "")))
	}
	d.result.Control.Rows++
	return yield(rec)
}

func beyond(cells []Cell, columns int) string {
	for _, c := range cells[min(columns, len(cells)):] {
		if strings.TrimSpace(c.Text) != "" {
			return c.Text
		}
	}
	return ""
}

// look takes a row above the table: the header or a title.
func (d *sheetDecoder) look(cells []string) error {
	d.seen++
	d.totals = d.totals || d.seen == 1 && isTotals(d.sheet, cells)
	if d.totals || d.seen > headerWithin {
		return nil
	}
	table := d.format.table(cells)
	if table == nil {
		return nil
	}
	d.edge = edgeOf(cells)
	cells = cells[:d.edge.own]
	read, notes, err := table.bind(cells)
	if err != nil {
		if refused, ok := errors.AsType[*FileError](err); ok {
			refused.Problem.Sheet = d.sheet
			refused.Problem.Text = "лист «" + d.sheet + "»: " + refused.Problem.Text
		}
		return err
	}
	for i := range notes {
		notes[i].Sheet = d.sheet
	}
	d.header, d.read = cells, read
	d.result.Notes = append(d.result.Notes, notes...)
	d.result.Shape.Sheets = append(d.result.Shape.Sheets, Sheet{Name: d.sheet, Header: cells})
	return nil
}

func (d *sheetDecoder) finish() {
	if d.read == nil && d.seen > 0 && !d.totals {
		d.result.Notes = append(d.result.Notes, housing.Problem{
			Sheet: d.sheet, Code: "unknown_sheet",
			Text:     "лист «" + d.sheet + "» не читается: на нём нет шапки известной таблицы",
			Severity: housing.SeverityInfo,
		})
	}
}
