package importers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// XLSX is a format of one or several tables as sheets of a workbook, each found by its header.
type XLSX struct {
	Title  string
	Room   string
	Tables []Layout
	Above  int                     // rows of a header but the last one
	Sheets func(sheet string) bool // those that are read; nil: all
	Watch  Watcher
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
	for name, rows := range s.Tables {
		if !f.reads(name) {
			continue
		}
		heads := headings{above: f.Above}
		for _, row := range rows[:min(headerWithin, len(rows))] {
			if table, _ := f.headed(heads.with(row)); table != nil {
				return true
			}
		}
	}
	return false
}

func (f XLSX) reads(sheet string) bool { return f.Sheets == nil || f.Sheets(sheet) }

// headed returns the table that one of the headers is of, and that header.
func (f XLSX) headed(heads [][]string) (Layout, []string) {
	for _, head := range heads {
		if table := f.table(head); table != nil {
			return table, head
		}
	}
	return nil, nil
}

func (f XLSX) table(header []string) Layout {
	for _, t := range f.Tables {
		if t.marked(header) {
			return t
		}
	}
	return nil
}

// openXLSX opens a workbook, and refuses what has only its name.
func openXLSX(in Input) (*Workbook, error) {
	head, err := readAt(in, 0, 4)
	if err != nil {
		return nil, err
	}
	if string(head) != "PK\x03\x04" {
		return nil, Refuse("wrong_kind", "ожидается книга Excel (.xlsx), а содержимое файла другое")
	}
	return OpenWorkbook(in)
}

// Decode reads the sheets in the order of the tables of the format, wherever they stand in the
// workbook: rows of later tables refer to those of earlier ones.
func (f XLSX) Decode(ctx context.Context, in Input, yield func(Record) error) (Result, error) {
	result := Result{Shape: Shape{Kind: KindWorkbook}}
	book, err := openXLSX(in)
	if err != nil {
		return result, err
	}
	sheets, err := f.inOrder(book)
	if err != nil {
		return result, err
	}
	found := false
	for _, name := range sheets {
		if !f.reads(name) {
			continue
		}
		d := sheetDecoder{in: in, format: f, sheet: name, heads: headings{above: f.Above}, result: &result}
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
		heads := headings{above: f.Above}
		err := book.Rows(name, func(row SheetRow) error {
			seen++
			possible := heads.with(row.TextCells())
			at := slices.IndexFunc(f.Tables, func(t Layout) bool { return slices.ContainsFunc(possible, t.marked) })
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
	heads  headings
	totals bool // the sheet is ours
	titles []Aside
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
		return d.look(row.Number, cells)
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
	if taken, err := d.aside(row.Number, cells); taken || err != nil {
		return err
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

// aside offers a row to whoever watches for those that are none of the table.
func (d *sheetDecoder) aside(row int, cells []string) (taken bool, err error) {
	if d.format.Watch == nil {
		return false, nil
	}
	if taken, err = d.format.Watch.Aside(d.sheet, row, cells); taken {
		d.result.Shape.Aside = append(d.result.Shape.Aside, Aside{Sheet: d.sheet, Row: row, Cells: cells})
	}
	return taken, err
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
func (d *sheetDecoder) look(row int, cells []string) error {
	d.seen++
	d.totals = d.totals || d.seen == 1 && isTotals(d.sheet, cells)
	if d.totals || d.seen > headerWithin {
		return nil
	}
	table, head := d.format.headed(d.heads.with(cells))
	if table == nil {
		taken, err := d.aside(row, cells)
		if !taken && d.format.Above == 0 { // of a header in several rows these may be the upper ones
			d.titles = append(d.titles, Aside{Sheet: d.sheet, Row: row, Cells: cells})
		}
		return err
	}
	d.giveTitles()
	cells = head
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
	d.result.Shape.Sheets = append(d.result.Shape.Sheets, Sheet{Name: d.sheet, Header: cells, Row: row})
	if d.format.Watch != nil {
		d.format.Watch.Header(d.sheet, cells)
	}
	return nil
}

// giveTitles hands what stands above the header over to the answer, among what the watcher has taken of this sheet.
func (d *sheetDecoder) giveTitles() {
	shape := &d.result.Shape
	shape.Aside = append(shape.Aside, d.titles...)
	if from := slices.IndexFunc(shape.Aside, func(a Aside) bool { return a.Sheet == d.sheet }); from >= 0 {
		slices.SortStableFunc(shape.Aside[from:], func(a, b Aside) int { return a.Row - b.Row })
	}
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
