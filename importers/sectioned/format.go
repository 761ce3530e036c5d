package sectioned

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// New returns the format "sectioned-load".
func New() importers.Format { return format{} }

type format struct{}

// Name returns the name of the format.
func (format) Name() string { return "sectioned-load" }

// Subject returns the folder of the format: most of what it brings is accounts.
func (format) Subject() string { return "accounts" }

// About says what the format is.
func (format) About() importers.About {
	return importers.About{Kind: "text", Title: "Секционная загрузка, «формат наследуемой информации» 1.2–1.3.8"}
}

const delimiter = '|'

// The cells of the header.
const (
	headVersion = 1 + iota
	headType
	headName
	headUnit
	headINN
	headKPP
	headNumber
	headDate
	headPhone
	headSender
	headMonth
	headCount
	headCells
)

// Recognise wants the header.
func (format) Recognise(s *importers.Sample) bool {
	if s.Kind != importers.KindText || len(s.Lines) == 0 {
		return false
	}
	cells := plainHead(importers.SplitPlain(s.Lines[0], delimiter))
	return len(cells) >= headCells && cells[0] == "1" && strings.HasPrefix(cells[headVersion], "1.") &&
		(cells[headType] == "Загрузка" || cells[headType] == "Результат загрузки")
}

// plainHead leaves out of a header the type and the version that some senders write twice: 1|1.3.8|1|1.3.8|Загрузка.
func plainHead(cells []string) []string {
	if len(cells) > headName && cells[headType] == cells[0] && cells[headName] == cells[headVersion] {
		return slices.Delete(slices.Clone(cells), headType, headUnit)
	}
	return cells
}

// knownVersion accepts 1.2.x and 1.3.x up to 1.3.8.x.
func knownVersion(version string) bool {
	parts := strings.Split(version, ".")
	if len(parts) < 2 || len(parts) > 4 || parts[0] != "1" {
		return false
	}
	numbers := make([]int, 0, len(parts))
	for _, p := range parts[1:] {
		n, err := strconv.Atoi(p)
		if err != nil {
			return false
		}
		numbers = append(numbers, n)
	}
	switch numbers[0] {
	case 2:
		return true
	case 3:
		return len(numbers) == 1 || numbers[1] <= 8
	}
	return false
}

// Decode reads the file twice: first what rows refer to, then the rows.
func (format) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	s, err := importers.NewSample(in)
	if err != nil {
		return importers.Result{}, err
	}
	layout := importers.TextLayout{Delimiter: delimiter}
	book := newBook()
	if _, err := importers.EachLineOf(ctx, in, s, layout, book.line); err != nil {
		return importers.Result{}, err
	}
	shape := importers.Shape{
		Kind: importers.KindSectioned, Encoding: s.Encoding, Delimiter: delimiter, Sheets: []importers.Sheet{{Header: book.header}},
	}
	if refused := book.verdict(); refused != nil {
		return importers.Result{Shape: shape}, refused
	}
	d := decoder{in: in, book: book, yield: yield, unread: map[string]int{}}
	result, err := importers.EachLineOf(ctx, in, s, layout, d.line)
	result.Shape = shape
	result.Notes = append(result.Notes, d.notes()...)
	result.Control.Rows = d.rows
	if err != nil {
		return result, err
	}
	if refused := book.wholePacks(); refused != nil {
		return result, refused
	}
	if d.rows == 0 {
		return result, importers.Refuse("empty_table", "в файле нет ни одной строки со сведениями; проверьте, что он передан полностью")
	}
	return result, nil
}

// decoder yields the rows that hold facts.
type decoder struct {
	in     importers.Input
	book   *book
	yield  func(importers.Record) error
	rows   int
	unread map[string]int // rows by section
}

func (d *decoder) line(l importers.Line) error {
	cells := importers.SplitPlain(l.Text, delimiter)
	kind := strings.TrimSpace(cells[0])
	if kind == "1" {
		return nil
	}
	section, known := sections()[kind]
	if known && section.read == nil {
		d.unread[kind]++
		return nil
	}
	if d.book.secondRegister(kind, cells) {
		return nil
	}
	d.rows++
	rec := importers.Record{Row: l.Number, Cells: cells}
	r := row{importers.Positional{Record: &rec, Names: section.names()}, importers.SourceOf(d.in, l.Number)}
	switch {
	case l.Problem != nil:
		rec.Problems = append(rec.Problems, *l.Problem)
	case !known:
		r.FailRow(importers.Wrong("unknown_section", "тип строки «"+kind+"» не известен", "номер секции от 1 до 33"))
	case len(cells) <= section.least:
		r.FailRow(importers.Wrong("wrong_cell_count", "в строке "+importers.Count(len(cells)-1, "ячейка", "ячейки", "ячеек")+
			", нужно не меньше "+strconv.Itoa(section.least)+": строка обрезана", ""))
	default:
		facts := section.read(d.book, r)
		if !rec.Rejected() && len(facts) > 0 {
			rec.Fact, rec.Also = facts[0], facts[1:]
		}
	}
	return d.yield(rec)
}

// notes say how many rows of which sections hold nothing that is kept.
func (d *decoder) notes() []housing.Problem {
	notes := make([]housing.Problem, 0, len(d.unread))
	for _, kind := range slices.Sorted(maps.Keys(d.unread)) {
		notes = append(notes, housing.Problem{
			Code: "unread_section", Severity: housing.SeverityInfo,
			Text: "секция " + kind + " (" + sections()[kind].title + "): строк " + strconv.Itoa(d.unread[kind]) + ", отдельно не хранятся",
		})
	}
	return notes
}
