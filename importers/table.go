package importers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Need says what a column must hold.
type Need uint8

// The needs.
const (
	Optional Need = iota // the column may be missing
	Present              // the column must be there, its cells may be empty
	Filled               // every row must have a value
)

// Column is one column of a table, found by its name in the header, wherever it stands.
type Column[T any] struct {
	Name string   // as printed in the header
	Also []string // other names in use
	Need Need
	Key  bool // without it a header is not of this table, even if marked
	Mark bool // its presence tells this table from the others of the catalogue
	// Read puts a cell that is not empty into the row; a CellError becomes a problem of the row.
	Read func(row *T, c Cell) error
}

// Table is a table with a header line: a sheet of a workbook or a whole csv file.
type Table[T any] struct {
	Title   string // name of the sheet in a workbook that Kvitok writes; sheets are found by header
	Columns []Column[T]
	// Fact makes the fact of a row whose cells are all right; the error may name its column.
	Fact func(row *T, src housing.Source) (Fact, *CellError)
	// Also makes the further facts of a row that has one; nil for tables without.
	Also func(row *T, src housing.Source) []Fact
}

// Layout is a Table of any type of row.
type Layout interface {
	// Heading lists the names of the columns in the order in which Kvitok writes them.
	Heading() []string
	// SheetName is the name of the sheet in a workbook that Kvitok writes.
	SheetName() string
	marked(header []string) bool
	bind(header []string) (rowReader, []housing.Problem, error)
	beside() bool // its rows may hold further facts
}

// emptied is a row that makes itself ready for the next: it keeps what is the same for all.
type emptied interface{ Empty() }

// rowReader fills a record from the cells of its row.
type rowReader func(rec *Record, cells []Cell, src housing.Source)

// Heading lists the names of the columns.
func (t Table[T]) Heading() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

func (t Table[T]) beside() bool { return t.Also != nil }

// SheetName returns the title.
func (t Table[T]) SheetName() string { return t.Title }

func (c *Column[T]) called(name string) bool {
	if name == "" {
		return false
	}
	if name == heading(c.Name) {
		return true
	}
	for _, also := range c.Also {
		if name == heading(also) {
			return true
		}
	}
	return false
}

// marked reports whether a row is the header of this table: it has a mark, all keys and one more
// column. Others may be missing: bind then says which.
func (t Table[T]) marked(header []string) bool {
	names := make(map[string]bool, len(header))
	for _, cell := range header {
		if name := heading(cell); name != "" {
			names[name] = true
		}
	}
	if len(names) < 2 { // a mark and one more column
		return false
	}
	known, mark := 0, false
	for i := range t.Columns {
		column := &t.Columns[i]
		there := names[heading(column.Name)] || slices.ContainsFunc(column.Also, func(also string) bool { return names[heading(also)] })
		if column.Key && !there {
			return false
		}
		if there {
			known++
			mark = mark || column.Mark
		}
	}
	return mark && known > 1
}

func (t Table[T]) bind(header []string) (rowReader, []housing.Problem, error) {
	at := make([]int, len(t.Columns))
	for i := range at {
		at[i] = -1
	}
	var notes []housing.Problem
	for place, cell := range header {
		name := heading(cell)
		if name == "" {
			continue
		}
		found := -1
		for i := range t.Columns {
			if t.Columns[i].called(name) {
				found = i
			}
		}
		switch {
		case found < 0 && ours(name):
		case found < 0:
			notes = append(notes, housing.Problem{
				Column: strings.TrimSpace(cell), Code: "unknown_column",
				Text: "столбец не известен и не читается", Severity: housing.SeverityInfo,
			})
		case at[found] >= 0:
			return nil, nil, Refuse("double_column", "столбец «%s» стоит в шапке дважды", t.Columns[found].Name)
		default:
			at[found] = place
		}
	}
	if err := t.missing(at, header); err != nil {
		return nil, nil, err
	}
	return t.reader(at), notes, nil
}

func (t Table[T]) missing(at []int, header []string) error {
	var missing, found []string
	for i, c := range t.Columns {
		if at[i] < 0 && c.Need != Optional {
			missing = append(missing, "«"+c.Name+"»")
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for _, cell := range header {
		if heading(cell) != "" {
			found = append(found, "«"+strings.TrimSpace(cell)+"»")
		}
	}
	word := "столбца"
	if len(missing) > 1 {
		word = "столбцов"
	}
	return Refuse("missing_column", "таблица «%s»: нет %s %s; в шапке найдены: %s",
		t.Title, word, strings.Join(missing, ", "), strings.Join(found, ", "))
}

func (t Table[T]) reader(at []int) rowReader {
	row, empty := new(T), *new(T) // one for all rows: facts are made from it by value
	kept, keeps := any(row).(emptied)
	ready := func() { *row = empty }
	if keeps {
		ready = kept.Empty
	}
	return func(rec *Record, cells []Cell, src housing.Source) {
		ready()
		for i := range t.Columns {
			var c Cell
			if place := at[i]; place >= 0 && place < len(cells) {
				c = cells[place]
			}
			if err := t.Columns[i].take(row, c); err != nil {
				rec.Problems = append(rec.Problems, rec.problem(t.Columns[i].Name, c.Text, err))
			}
		}
		if rec.Rejected() {
			return
		}
		fact, err := t.Fact(row, src)
		if err != nil {
			rec.Problems = append(rec.Problems, rec.problem("", "", err))
		}
		if !rec.Rejected() {
			rec.Fact = fact
			if t.Also != nil {
				rec.Also = t.Also(row, src)
			}
		}
	}
}

// take reads a cell into the row; spaces alone count as empty.
func (c *Column[T]) take(row *T, cell Cell) error {
	if filled(cell.Text) {
		return c.Read(row, cell)
	}
	if c.Need == Filled {
		return Wrong("empty", "ячейка не заполнена", "")
	}
	return nil
}

// problem words the error of a cell with its place. Problems are kept until the file has ended, so the value is no part
// of its line.
func (r *Record) problem(column, value string, err error) housing.Problem {
	p := housing.Problem{
		Row: r.Row, Sheet: r.Sheet, Column: column, Value: strings.Clone(value),
		Code: "bad_value", Text: err.Error(), Severity: housing.SeverityError,
	}
	if cell, ok := errors.AsType[*CellError](err); ok {
		p.Code, p.Text, p.Expected = cell.Code, cell.Text, cell.Expected
		if cell.Severity != "" {
			p.Severity = cell.Severity
		}
		if cell.Column != "" {
			p.Column = cell.Column
		}
		if cell.Value != "" {
			p.Value = strings.Clone(cell.Value)
		}
	}
	return p
}

// heading brings a name of a column to one spelling: case, ё, kinds of spaces and «м²» do not
// matter. Windows-1251 has no «²», so tables in it say «м2».
func heading(name string) string {
	name = strings.ToLower(name)
	if !isASCII(name) {
		for _, odd := range [...][2]string{{"ё", "е"}, {"²", "2"}, {"\u200b", ""}, {"\ufeff", ""}} {
			name = strings.ReplaceAll(name, odd[0], odd[1])
		}
	}
	return strings.TrimRight(strings.Join(strings.Fields(name), " "), " *:")
}

// SameHeading reports whether two names of columns are the same but for case, ё and spaces.
func SameHeading(a, b string) bool { return heading(a) == heading(b) }

// source of a row of a file.
func source(name string, row int) housing.Source {
	return housing.Source{Kind: housing.SourceFile, Name: name, Position: int64(row)}
}

func wrongCount(got, want int) error {
	// said.cut reads the number when the answer comes back.
	text := fmt.Sprintf("в строке %s вместо %d", Count(got, "ячейка", "ячейки", "ячеек"), want)
	switch {
	case got < want:
		text += ": строка обрезана или потерян разделитель «;»"
	default:
		text += ": вероятно, знак «;» внутри текста"
	}
	return Wrong(wrongCellCount, text, "")
}

const wrongCellCount = "wrong_cell_count"
