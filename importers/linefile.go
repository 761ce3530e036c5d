package importers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// EachLine visits the lines of a text file without a header, of a format with «;» between its cells.
// The result has the shape and, where the last line lacks its end, a note; visit counts the rows.
func EachLine(ctx context.Context, in Input, visit func(Line) error) (Result, error) {
	s, err := NewSample(in)
	if err != nil {
		return Result{}, err
	}
	return EachLineOf(ctx, in, s, TextLayout{}, visit)
}

// EachLineOf is EachLine for a format with another layout, of which the sample is known.
func EachLineOf(ctx context.Context, in Input, s *Sample, layout TextLayout, visit func(Line) error) (Result, error) {
	if s.Kind != KindText {
		return Result{}, Refuse("wrong_kind", "ожидается текстовый файл, а это книга Excel")
	}
	result := Result{Shape: Shape{
		Kind: KindText, Encoding: s.Encoding, Delimiter: layout.delimiter(), Sheets: []Sheet{{}},
	}}
	lines := NewLayoutReader(in, s.Encoding, layout)
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return result, err
		}
		if line.Number&1023 == 0 && ctx.Err() != nil {
			return result, fmt.Errorf("read line %d: %w", line.Number, ctx.Err())
		}
		if err := visit(line); err != nil {
			return result, err
		}
	}
	if lines.OpenEnd() {
		result.Notes = append(result.Notes, openEnd())
	}
	return result, nil
}

// Positional reads the cells of a row by their place, for formats without a header; what is wrong is
// collected as problems of the record.
type Positional struct {
	Record *Record
	Names  []string // of the columns, for the reasons
}

// At reads one cell of p. An empty cell and one that cannot be read leave the zero value.
func At[V any](p Positional, place int, read func(Cell) (V, error)) V {
	var none V
	text := p.Record.Cells[place]
	if text == "" {
		return none
	}
	v, err := read(Cell{Text: text})
	if err != nil {
		p.Fail(place, err)
		if !softened(err) {
			return none
		}
	}
	return v
}

// Fail adds a problem of the cell.
func (p Positional) Fail(place int, err error) {
	p.Record.Problems = append(p.Record.Problems, p.Record.problem(p.Names[place], p.Record.Cells[place], err))
}

// FailRow adds a problem of the row as a whole.
func (p Positional) FailRow(err error) {
	p.Record.Problems = append(p.Record.Problems, p.Record.problem("", "", err))
}

// Filled reports whether the cells are filled, and says of each that is not.
func (p Positional) Filled(places ...int) bool {
	ok := true
	for _, place := range places {
		if p.Record.Cells[place] == "" {
			p.Fail(place, Wrong("empty", "ячейка не заполнена", ""))
			ok = false
		}
	}
	return ok
}

// RecordOf starts the record of a line and proves the number of its cells; ok is false where the
// line cannot be read further, the reason being in the record.
func RecordOf(line Line, cells []string, want int) (rec Record, ok bool) {
	rec = Record{Row: line.Number, Cells: cells}
	switch {
	case line.Problem != nil:
		rec.Problems = []housing.Problem{*line.Problem}
	case len(cells) != want:
		rec.Problems = []housing.Problem{rec.problem("", "", wrongCount(len(cells), want))}
	default:
		return rec, true
	}
	return rec, false
}

// WrongCells is the reason of a line with a wrong number of cells; want says which numbers are right.
func WrongCells(got, least int, want string, delimiter rune) error {
	text := fmt.Sprintf("в строке %s вместо %s", Count(got, "ячейка", "ячейки", "ячеек"), want)
	switch {
	case got < least:
		text += fmt.Sprintf(": строка обрезана или потерян разделитель «%c»", delimiter)
	case strings.HasSuffix(want, "…"): // of many numbers: either may have happened
		text += fmt.Sprintf(": строка обрезана или знак «%c» стоит внутри текста", delimiter)
	default:
		text += fmt.Sprintf(": вероятно, знак «%c» внутри текста", delimiter)
	}
	return Wrong(wrongCellCount, text, "")
}

// Blame adds what is wrong with a column of the record; column and value may be empty.
func (r *Record) Blame(column, value string, err error) {
	r.Problems = append(r.Problems, r.problem(column, value, err))
}

// SourceOf is where a row of a file came from.
func SourceOf(in Input, row int) housing.Source { return source(in.Name, row) }

// Named reads the cells of a row by the names of its columns, for tables whose columns are known only
// once their header is read.
type Named struct {
	Record *Record
	At     map[string]int // place of each column
}

// NamedCell reads one cell of n, trimmed. A column that is missing, an empty cell and one that cannot be read leave the
// zero value.
func NamedCell[V any](n Named, column string, read func(Cell) (V, error)) V {
	var none V
	place, there := n.At[column]
	if !there || place >= len(n.Record.Cells) || strings.TrimSpace(n.Record.Cells[place]) == "" {
		return none
	}
	v, err := read(Cell{Text: n.Record.Cells[place]})
	if err != nil {
		n.Fail(column, err)
		if !softened(err) {
			return none
		}
	}
	return v
}

// Fail adds a problem of the cell.
func (n Named) Fail(column string, err error) {
	value := ""
	if place, there := n.At[column]; there && place < len(n.Record.Cells) {
		value = n.Record.Cells[place]
	}
	n.Record.Problems = append(n.Record.Problems, n.Record.problem(column, value, err))
}

// FailRow adds a problem of the row as a whole.
func (n Named) FailRow(err error) {
	n.Record.Problems = append(n.Record.Problems, n.Record.problem("", "", err))
}
