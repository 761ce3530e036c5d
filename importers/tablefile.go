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
	Above int  // rows of the header but the last one
	Watch Watcher
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
	if s.Kind != KindText {
		return false
	}
	heads := headings{above: f.Above}
	return slices.ContainsFunc(s.Lines[:min(headerWithin, len(s.Lines))], func(line string) bool {
		return slices.ContainsFunc(heads.with(SplitQuoted(line, f.delimiter())), f.Table.marked)
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
	d := csvDecoder{
		in: in, table: f.Table, heads: headings{above: f.Above}, watch: f.Watch, split: NewSplitter(cut),
		lines: NewLayoutReader(in, s.Encoding, TextLayout{Delimiter: cut}),
	}
	d.result.Shape = Shape{Kind: KindText, Encoding: s.Encoding, Delimiter: cut}
	err = d.run(ctx, yield)
	return d.result, err
}

type csvDecoder struct {
	in     Input
	table  Layout
	lines  *TextReader
	heads  headings
	watch  Watcher
	header []string
	edge   edge
	read   rowReader
	cells  []Cell
	rec    Record // one for all rows: yield takes it by value
	split  *Splitter
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
		cells := d.cut(line)
		if taken, err := d.aside(line, cells); err != nil {
			return err
		} else if taken {
			continue
		}
		d.record(line, cells)
		d.result.Control.Rows++
		if err := yield(d.rec); err != nil {
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
		cells := d.split.quoted(line.Text)
		heads := d.heads.with(cells)
		found := slices.IndexFunc(heads, d.table.marked)
		if found < 0 {
			if _, err := d.aside(line, cells); err != nil {
				return err
			}
			continue
		}
		cells = heads[found]
		d.edge = edgeOf(cells)
		cells = cells[:d.edge.own]
		read, notes, err := d.table.bind(cells)
		if err != nil {
			return err
		}
		d.header, d.read = cells, read
		d.result.Notes = notes
		d.result.Shape.Sheets = []Sheet{{Header: cells, Row: line.Number}}
		if d.watch != nil {
			d.watch.Header("", cells)
		}
		return nil
	}
	return Refuse("no_header", "не найдена шапка таблицы; ожидаются столбцы: %s", strings.Join(d.table.Heading(), "; "))
}

// aside offers a line to whoever watches for those that are no rows.
func (d *csvDecoder) aside(line Line, cells []string) (taken bool, err error) {
	if d.watch == nil || line.Problem != nil {
		return false, nil
	}
	if taken, err = d.watch.Aside("", line.Number, cells); taken {
		d.result.Shape.Aside = append(d.result.Shape.Aside, Aside{Row: line.Number, Cells: cells})
	}
	return taken, err
}

// cut cuts a line and takes off the answer to an earlier file.
func (d *csvDecoder) cut(line Line) []string {
	cells := d.split.quoted(line.Text)
	if d.edge.answered {
		cells = d.edge.said(cells).cut(cells[:d.edge.textWidth(cells)])
	}
	return cells
}

func (d *csvDecoder) record(line Line, cells []string) {
	rec := &d.rec
	*rec = Record{Row: line.Number, Cells: cells}
	if line.Problem != nil {
		rec.Problems = []housing.Problem{*line.Problem}
		return
	}
	if n := len(rec.Cells); n != len(d.header) && !d.paddedOnly(rec.Cells) {
		rec.Problems = []housing.Problem{rec.problem("", "", wrongCount(n, len(d.header)))}
		return
	}
	d.cells = d.cells[:0]
	for _, text := range rec.Cells {
		d.cells = append(d.cells, Cell{Text: text})
	}
	d.read(rec, d.cells, source(d.in.Name, line.Number))
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
