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

// tableRow is a row of a table while it is read.
type tableRow struct {
	*reading
}

func newTable(l *layout) importers.Format {
	t := table{layout: l}
	rows := l.table()
	name, room := l.profile.Name, string(l.profile.Subject)
	switch l.profile.Kind {
	case profiles.XLSX:
		t.Format = importers.XLSX{Title: name, Room: room, Tables: []importers.Layout{rows}}
	case profiles.DBF:
		t.Format = importers.DBF{Title: name, Room: room, Words: l.profile.Title, Table: rows}
	case profiles.CSV, profiles.Text:
		t.Format = importers.CSV{Title: name, Room: room, Table: rows, Cut: l.cut}
	}
	return t
}

// Name returns the name of the profile.
func (t table) Name() string { return t.layout.Name() }

// Subject returns what its rows speak of.
func (t table) Subject() string { return t.layout.Subject() }

// Decode reads the table and counts its rejected rows.
func (t table) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	rows := newTally(t.layout)
	sample, err := importers.NewSample(in)
	if err != nil {
		return importers.Result{}, err
	}
	if refused := t.wrongEncoding(sample); refused != nil {
		return importers.Result{}, refused
	}
	var paid housing.Money
	times := map[string]int{}
	result, err := t.Format.Decode(ctx, in, func(rec importers.Record) error {
		rows.all.rows++
		t.tellApart(&rec, times)
		if rec.Rejected() {
			rows.reject(&rec)
		}
		if sum, err := paid.Add(signedAmount(rec.Fact)); err == nil {
			paid = sum
		}
		return yield(rec)
	})
	if refused, is := errors.AsType[*importers.FileError](err); is && refused.Problem.Code == "empty_table" && t.profile.OnlyTotals {
		result.Notes = append(result.Notes, housing.Problem{
			Code: "no_operations", Severity: housing.SeverityInfo, Text: "в реестре одна шапка: операций не было",
		})
		return result, nil
	}
	if err != nil {
		return result, err
	}
	if t.profile.TooMany(rows.rejected, rows.all.rows) {
		return result, importers.Refuse("rejected_rows", "строк с ошибками %d, первая — %s; %s", rows.rejected, rows.first, t.whole())
	}
	notes, refused := t.proved(in, rows.all.rows, paid)
	if refused != nil {
		return result, refused
	}
	result.Notes = append(result.Notes, notes...)
	return result, nil
}

// signedAmount is what a row adds to what its registry comes to.
func signedAmount(fact importers.Fact) housing.Money {
	switch f := fact.(type) {
	case housing.Payment:
		return f.Amount
	case housing.PaymentReversal:
		return -f.Amount
	}
	return 0
}

// proved compares the name of the file with what was read: a table states its totals nowhere else.
func (t table) proved(in importers.Input, rows int, paid housing.Money) ([]housing.Problem, *importers.FileError) {
	r := &reading{layout: t.layout, in: in}
	r.readName()
	said := map[string]string{profiles.PartCount: unpadded(itoa(rows))}
	if t.profile.Subject == profiles.Payments {
		said[profiles.PartAmount] = unpadded(strings.Replace(paid.String(), ".", "", 1))
	}
	if refused := r.compareName(said); refused != nil {
		return nil, refused
	}
	if !r.named() {
		switch t.profile.Control {
		case profiles.RequiredControl:
			return nil, r.noControl()
		case profiles.OptionalControl:
			r.notes = append(r.notes, unproved())
		case profiles.NoControl, profiles.PackControl:
		}
	}
	return r.notes, nil
}

// tellApart numbers equal payments of a file, whose sender gives them no number of their own: each row of a table is read by
// itself and takes itself for the first.
func (t table) tellApart(rec *importers.Record, times map[string]int) {
	if !slices.ContainsFunc(t.key, func(piece profiles.Piece) bool { return piece.Value == "n" }) {
		return
	}
	number := func(key string) string {
		base := strings.TrimSuffix(key, "/1")
		times[base]++
		return base + "/" + itoa(times[base])
	}
	switch fact := rec.Fact.(type) {
	case housing.Payment:
		fact.Key = number(fact.Key)
		rec.Fact = fact
	case housing.PaymentReversal:
		fact.Key = number(fact.Key)
		rec.Fact = fact
	}
}

// table makes the columns of the profile those of a table.
func (l *layout) table() importers.Layout {
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
		column := importers.Column[tableRow]{
			Name: c.Head, Also: c.Also, Key: c.Need, Mark: c.Need || required == 0,
			Read: func(row *tableRow, cell importers.Cell) error { return row.read(l, c, cell) },
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
			Name: g.Head,
			Read: func(row *tableRow, cell importers.Cell) error { return row.readGroup(l, g, cell) },
		})
	}
	t.Fact = func(row *tableRow, src housing.Source) (importers.Fact, *importers.CellError) {
		return row.fact(l, src)
	}
	t.Also = func(row *tableRow, src housing.Source) []importers.Fact {
		fact, err := row.draft.fact(l.profile.Subject, order{}, src)
		if err != nil {
			return nil
		}
		return row.readings(fact)
	}
	return t
}

// ready makes the state that a row is read into.
func (row *tableRow) ready(l *layout) {
	if row.reading == nil {
		row.reading = &reading{layout: l, times: map[string]int{}}
		row.draft.numbers, row.draft.texts = make([]number, len(l.sums)), make([]string, len(l.texts))
	}
}

func (row *tableRow) read(l *layout, c *column, cell importers.Cell) error {
	row.ready(l)
	if cell.Kind == importers.CellText {
		if cell.Text = row.clean(c, cell.Text); cell.Text == "" {
			if c.Need {
				return importers.Wrong("empty", "ячейка не заполнена", "")
			}
			return nil
		}
	}
	if c.text >= 0 {
		row.draft.texts[c.text] = cell.Text
	}
	if c.set == nil {
		return soften(c.check(cell), c.Severity)
	}
	return soften(c.set(&row.draft, cell), c.Severity)
}

// readGroup reads the blocks of a cell; the first that is wrong is the reason of the cell.
func (row *tableRow) readGroup(l *layout, g *group, cell importers.Cell) error {
	row.ready(l)
	only := *g
	only.At = 1
	rec := importers.Record{}
	row.group(&rec, &only, []string{cell.Text})
	if len(rec.Problems) == 0 {
		return nil
	}
	p := rec.Problems[0]
	if rec.Rejected() {
		p = rec.Problems[slices.IndexFunc(rec.Problems, housing.Problem.IsError)]
	}
	return &importers.CellError{Code: p.Code, Text: p.Text, Expected: p.Expected, Severity: p.Severity}
}

// fact makes the fact of a row whose cells are all right.
func (row *tableRow) fact(l *layout, src housing.Source) (importers.Fact, *importers.CellError) {
	row.ready(l)
	fact, err := row.draft.fact(l.profile.Subject, order{}, src)
	if err != nil {
		return nil, err
	}
	pay, ok := fact.(housing.Payment)
	if !ok {
		return fact, nil
	}
	rec := importers.Record{Row: int(src.Position)}
	of := &line{}
	for _, c := range l.profile.Columns {
		of.columns = append(of.columns, &column{Column: c})
	}
	if pay.Amount == 0 {
		zero := zeroAmount()
		zero.Column, zero.Value = of.named("amount"), pay.Amount.RussianPlain()
		return nil, zero
	}
	fact = row.paid(&rec, of, pay)
	if len(rec.Problems) > 0 {
		p := rec.Problems[0]
		return fact, &importers.CellError{Code: p.Code, Text: p.Text, Expected: p.Expected, Column: p.Column, Value: p.Value, Severity: p.Severity}
	}
	return fact, nil
}
