package profiled

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// table is a format of one table with a header: the tables of the catalogue read it, the profile says what
// its columns are.
type table struct {
	*layout
	importers.Format
}

func newTable(l *layout) importers.Format {
	return table{layout: l, Format: l.format(&tableRead{reading: l.reading()})}
}

// format is the format of a table of the catalogue that reads into r.
func (l *layout) format(r *tableRead) importers.Format {
	name, room, rows := l.profile.Name, string(l.profile.Subject), l.table(r)
	var watch importers.Watcher
	if len(l.lines) > 0 {
		watch = r
	}
	above := max(l.profile.HeaderRows-1, 0)
	switch l.profile.Kind {
	case profiles.XLSX:
		x := importers.XLSX{Title: name, Room: room, Tables: []importers.Layout{rows}, Above: above, Watch: watch}
		if l.profile.Sheet != "" {
			x.Sheets = l.readsSheet
		}
		return x
	case profiles.DBF:
		return importers.DBF{Title: name, Room: room, Words: l.profile.Title, Table: rows, Watch: watch}
	case profiles.CSV, profiles.Text:
	}
	return importers.CSV{Title: name, Room: room, Table: rows, Cut: l.cut, Above: above, Watch: watch}
}

// readsSheet says whether a sheet has a name that the profile wants. The protocol of a file keeps the names.
func (l *layout) readsSheet(name string) bool { return l.sheet.MatchString(strings.TrimSpace(name)) }

// Name returns the name of the profile.
func (t table) Name() string { return t.layout.Name() }

// Subject returns what its rows speak of.
func (t table) Subject() string { return t.layout.Subject() }

// Decode reads the table, adds up its rows and compares them with what it states.
func (t table) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	sample, err := importers.NewSample(in)
	if err != nil {
		return importers.Result{}, err
	}
	if refused := t.wrongEncoding(sample); refused != nil {
		return importers.Result{}, refused
	}
	r := &tableRead{reading: t.reading()}
	r.in, r.unique = in, newUniques(0)
	r.readName()
	result, err := t.format(r).Decode(ctx, in, func(rec importers.Record) error { return r.finish(rec, yield) })
	r.aside = result.Shape.Aside
	result.Control = r.control()
	if refused, is := errors.AsType[*importers.FileError](err); is && refused.Problem.Code == "empty_table" && t.profile.OnlyTotals {
		result.Notes = append(result.Notes, housing.Problem{
			Code: "no_operations", Severity: housing.SeverityInfo, Text: "в реестре одна шапка: операций не было",
		})
		return result, nil
	}
	if err != nil {
		return result, err
	}
	r.tally.closeAll()
	refused := r.verdict()
	result.Notes = append(result.Notes, r.notes...)
	if refused != nil {
		return result, refused
	}
	return result, nil
}

// tableRead is one table being read. Its rows are read one after the other into the same draft.
type tableRead struct {
	*reading
	begun bool    // a cell of the row at hand was read
	own   []*line // lines that are no rows, with the places of their columns on the sheet at hand
}

// tableRow is a row of a table while it is read; all of it stands in the draft.
type tableRow struct{}

func (l *layout) reading() *reading {
	r := &reading{layout: l, times: map[string]int{}, tally: newTally(l), split: importers.NewSplitter(l.cut)}
	r.draft.numbers, r.draft.texts = make([]number, len(l.sums)), make([]string, len(l.texts))
	return r
}

// table makes the columns of the profile those of a table.
func (l *layout) table(r *tableRead) importers.Layout {
	t := importers.Table[tableRow]{Title: l.profile.Title}
	required := 0
	for _, c := range l.profile.Columns {
		if c.Need {
			required++
		}
	}
	for _, from := range l.profile.Columns {
		c, err := l.column(from, func(field string, r readers) setter { return setterOf(l.profile.Subject, field, r) })
		if err != nil {
			continue // compile has proved it
		}
		r.columns.columns = append(r.columns.columns, c)
		column := importers.Column[tableRow]{
			Name: c.Head, Also: c.Also, Key: c.Need, Mark: c.Need || required == 0,
			Read: func(_ *tableRow, cell importers.Cell) error { return r.readCell(c, cell) },
		}
		if c.Need {
			column.Need = importers.Filled
		}
		t.Columns = append(t.Columns, column)
	}
	for _, from := range l.profile.Groups {
		g, err := l.group(from)
		if err != nil {
			continue // compile has proved it
		}
		t.Columns = append(t.Columns, importers.Column[tableRow]{
			Name: g.Head, Read: func(_ *tableRow, cell importers.Cell) error { return r.readGroup(g, cell) },
		})
	}
	t.Fact = func(_ *tableRow, src housing.Source) (importers.Fact, *importers.CellError) { return r.fact(src) }
	t.Also = func(_ *tableRow, _ housing.Source) []importers.Fact { return r.also }
	return t
}

// ready empties the draft before the first cell of a row.
func (r *tableRead) ready() {
	if !r.begun {
		r.draft.reset(r.profile.Subject)
		r.also, r.doubles, r.begun = nil, r.doubles[:0], true
	}
}

func (r *tableRead) readCell(c *column, cell importers.Cell) error {
	r.ready()
	if cell.Kind == importers.CellText {
		if cell.Text = r.clean(c, cell.Text); cell.Text == "" {
			if c.Need {
				return importers.Wrong("empty", "ячейка не заполнена", "")
			}
			return nil
		}
	}
	if c.text >= 0 {
		r.draft.texts[c.text] = cell.Text
	}
	if c.sum >= 0 {
		r.number(c, cell)
	}
	if c.set == nil {
		return soften(c.check(cell), c.Severity)
	}
	err := c.set(&r.draft, cell)
	if c.Unique && err == nil {
		r.doubles = append(r.doubles, double{c, cell.Text})
	}
	return soften(err, c.Severity)
}

// readGroup reads the blocks of a cell; the first that is wrong is the reason of the cell.
func (r *tableRead) readGroup(g *group, cell importers.Cell) error {
	r.ready()
	only := *g
	only.At = 1
	rec := importers.Record{}
	r.group(&rec, &only, []string{cell.Text})
	if len(rec.Problems) == 0 {
		return nil
	}
	return problemError(rec)
}

// problemError is the problem of a record that decides it.
func problemError(rec importers.Record) *importers.CellError {
	p := rec.Problems[0]
	if rec.Rejected() {
		p = rec.Problems[slices.IndexFunc(rec.Problems, housing.Problem.IsError)]
	}
	return &importers.CellError{Code: p.Code, Text: p.Text, Expected: p.Expected, Column: p.Column, Value: p.Value, Severity: p.Severity}
}

// fact makes the fact of a row whose cells are all right.
func (r *tableRead) fact(src housing.Source) (importers.Fact, *importers.CellError) {
	r.ready()
	fact, err := r.statedFact(src)
	if err != nil {
		return nil, err
	}
	pay, ok := fact.(housing.Payment)
	if !ok {
		r.also = r.beside(fact)
		return fact, nil
	}
	if pay.Amount == 0 {
		zero := zeroAmount()
		zero.Column, zero.Value = r.columns.named("amount"), pay.Amount.RussianPlain()
		return nil, zero
	}
	rec := importers.Record{Row: int(src.Position)}
	fact = r.paid(&rec, &r.columns, pay)
	r.also = r.beside(fact)
	if len(rec.Problems) > 0 {
		return fact, problemError(rec)
	}
	return fact, nil
}

// finish adds up a row and gives it on.
func (r *tableRead) finish(rec importers.Record, yield func(importers.Record) error) error {
	r.ready() // a row of which no cell was read
	r.begun = false
	if refused := r.tally.nothingAfter(importers.Line{Number: rec.Row}, nil); refused != nil {
		return refused
	}
	r.turnSums()
	if r.profile.Subject == profiles.Payments {
		r.toPack(&rec)
	}
	if r.single(&rec); rec.Rejected() {
		rec.Fact, rec.Also = nil, nil
	}
	if debt, ok := rec.Fact.(housing.StatedDebt); ok && (r.seenPeriod == 0 || debt.Period != r.held.period) {
		r.seenPeriod = debt.Period
	}
	r.tally.row(&r.draft, &rec)
	return yield(rec)
}

// Header finds the columns that the totals stand in.
func (r *tableRead) Header(_ string, names []string) {
	r.own = r.own[:0]
	for _, of := range r.lines {
		placed := *of
		placed.columns = slices.Clone(of.columns)
		for i, c := range placed.columns {
			if c.Head == "" {
				continue
			}
			at := slices.IndexFunc(names, func(name string) bool { return r.heads(c.Head, name) })
			there := *c
			there.At = at + 1
			placed.columns[i] = &there
		}
		r.own = append(r.own, &placed)
	}
}

// heads reports whether a name of the header is that of a column, by any of its names.
func (r *tableRead) heads(head, name string) bool {
	if importers.SameHeading(head, name) {
		return true
	}
	for _, c := range r.columns.columns {
		if importers.SameHeading(c.Head, head) {
			return slices.ContainsFunc(c.Also, func(also string) bool { return importers.SameHeading(also, name) })
		}
	}
	return false
}

// Aside takes totals and notes.
func (r *tableRead) Aside(_ string, row int, cells []string) (taken bool, err error) {
	filled := slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return strings.TrimSpace(cell) == "" })
	text := strings.Join(filled, " ")
	for i, of := range r.lines {
		if !of.begins(text) {
			continue
		}
		if of.Is == profiles.Note {
			return true, nil
		}
		if len(r.own) > 0 {
			of = r.own[i]
		}
		if err := r.total(importers.Line{Number: row, Text: text}, of, cells); err != nil {
			return true, err
		}
		if r.tally.met[of] {
			r.tally.met[r.lines[i]] = true
		}
		return true, nil
	}
	return false, nil
}

// begins reports whether a row of a table is of this kind of lines.
func (of *line) begins(text string) bool {
	text = strings.TrimSpace(text)
	if of.Prefix != "" && (len(text) < len(of.Prefix) || !strings.EqualFold(text[:len(of.Prefix)], of.Prefix)) {
		return false
	}
	return of.pattern == nil || of.pattern.MatchString(text)
}
