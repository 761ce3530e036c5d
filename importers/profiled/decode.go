package profiled

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// reading is one file being read by a layout.
type reading struct {
	*layout
	in       importers.Input
	draft    draft
	split    *importers.Splitter
	record   importers.Record
	held     order // said by heads, packs and a trailer
	tally    tally
	aside    []importers.Aside
	first    bool
	unique   uniques
	doubles  []double
	pieces   [][]string       // blocks of the group at hand
	keyText  []byte           // key of the row at hand
	times    map[string]int   // how often a key came that is not unique by itself
	marks    *twice           // set in a first look at a large file: keys are marked only
	again    *twice           // of a large file: the keys that may come more than once, nil: any
	columns  line             // of a table
	also     []importers.Fact // of the row of a table
	parts    map[string]string
	severity profiles.Severity
	packs    map[packKey]*housing.PaymentPack
	order    []packKey
	notes    []housing.Problem

	seenPeriod housing.Period // month that the rows speak of, of the first that contradicts the name
}

type packKey struct {
	date   housing.Date
	number string
}

func (l *layout) decode(ctx context.Context, in importers.Input, sample *importers.Sample,
	yield func(importers.Record) error,
) (importers.Result, error) {
	if err := l.reencode(in, sample); err != nil {
		return importers.Result{}, err
	}
	if refused := l.wrongEncoding(sample); refused != nil {
		return importers.Result{}, refused
	}
	r := l.begin(in, sample)
	if l.numbersKeys() && in.Size/rowBytes >= largeFile {
		first := l.begin(in, sample)
		first.marks = newTwice()
		_, _ = first.readAll(ctx, sample, func(importers.Record) error { return nil }) // what is wrong, the second look says
		r.again = first.marks
	}
	result, err := r.readAll(ctx, sample, yield)
	result.Control, result.Shape.Aside = r.control(), r.aside
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

// begin makes ready to read a file.
func (l *layout) begin(in importers.Input, sample *importers.Sample) *reading {
	r := l.reading()
	r.in, r.first, r.unique = in, true, l.uniques(in)
	r.readName()
	r.ahead(sample)
	return r
}

func (r *reading) readAll(ctx context.Context, sample *importers.Sample, yield func(importers.Record) error) (importers.Result, error) {
	return importers.EachLineOf(ctx, r.in, sample, importers.TextLayout{Delimiter: r.cut, Kept: r.kept},
		func(text importers.Line) error { return r.take(text, yield) })
}

// rowBytes is how long a row of a registry is, about.
const rowBytes = 120

// uniques makes room for the unique values of a file.
func (l *layout) uniques(in importers.Input) uniques {
	if t := l.lookTwice(in); t != nil {
		u := newUniques(0)
		u.twice = t
		return u
	}
	return newUniques(l.expected(in))
}

// expected is about how many unique values a file holds, so that their table need not grow again and again.
func (l *layout) expected(in importers.Input) int {
	const most = 1 << 20
	for _, of := range l.lines {
		if slices.ContainsFunc(of.columns, func(c *column) bool { return c.Unique }) {
			return int(min(in.Size/rowBytes, most))
		}
	}
	return 0
}

// take reads one line.
func (r *reading) take(text importers.Line, yield func(importers.Record) error) error {
	of, cells := r.kindOf(r.split, text.Text, r.first)
	r.first = false
	if refused := r.tally.nothingAfter(text, of); refused != nil {
		r.aside = append(r.aside, r.asIs(text))
		return refused
	}
	if of != nil && (of.Is == profiles.Total || of.Is == profiles.Note) {
		r.aside = append(r.aside, r.asIs(text))
		if of.Is == profiles.Total {
			return r.total(text, of, cells)
		}
		return nil
	}
	r.record = importers.Record{Row: text.Number, Cells: cells} // one for all rows: yield takes it by value
	rec := &r.record
	r.draft.reset(r.profile.Subject)
	switch {
	case text.Problem != nil:
		rec.Problems = []housing.Problem{*text.Problem}
	case of == nil:
		rec.Blame("", "", importers.Wrong("unknown_line", "строка не похожа ни на одну из строк формата", r.expectedLines()))
	case of.Is == profiles.Pack:
		r.pack(rec, of, cells)
		return yield(*rec)
	case !of.Cells.Fits(len(cells)):
		rec.Blame("", "", importers.WrongCells(len(cells), of.Cells.Min, of.width(), r.cut))
		r.salvage(of, cells)
	default:
		r.row(rec, of, cells)
	}
	if rec.Fact == nil && !rec.Rejected() {
		r.aside = append(r.aside, r.asIs(text)) // a row that says nothing: meters without readings
		return nil
	}
	if of != nil && (of.Prefix != "" || of.Widths != nil) {
		rec.Cells = r.asIs(text).Cells
	}
	r.tally.row(&r.draft, rec)
	return yield(*rec)
}

// asIs gives a line back as it came, without the cells of an answer.
func (r *reading) asIs(text importers.Line) importers.Aside {
	return importers.Aside{Row: text.Number, Cells: importers.SplitRowBy(text.Text, r.cut)}
}

// expectedLines lists the beginnings of lines that there may be.
func (r *reading) expectedLines() string {
	var words []string
	for _, of := range r.lines {
		if of.Prefix != "" {
			words = append(words, "«"+of.Prefix+"»")
		}
	}
	return "строка, которая начинается с " + anyOf(words)
}

// row reads the cells of a row into its facts.
func (r *reading) row(rec *importers.Record, of *line, cells []string) {
	d := &r.draft
	for _, c := range of.columns {
		r.cell(rec, c, cells)
	}
	r.single(rec)
	for _, g := range of.groups {
		r.group(rec, g, cells)
	}
	r.turnSums()
	if r.profile.Subject == profiles.Payments {
		r.toPack(rec)
	}
	if rec.Rejected() {
		return
	}
	src := importers.SourceOf(r.in, rec.Row)
	if r.profile.Subject == profiles.Readings && len(of.groups) > 0 {
		r.onlyReadings(rec, src)
		return
	}
	var fact importers.Fact
	var err *importers.CellError
	if r.profile.Subject == profiles.Payments { // a payment is large: it becomes a fact once, when it is whole
		var pay housing.Payment
		if pay, err = d.completePayment(r.held, src); err == nil && pay.Amount == 0 {
			r.onlyBeside(rec, pay)
			return
		}
		if err == nil {
			fact = r.paid(rec, of, pay)
		}
	} else {
		fact, err = r.statedFact(src)
	}
	if err != nil {
		rec.Blame("", "", err)
	}
	if rec.Rejected() {
		return
	}
	rec.Fact, rec.Also = fact, r.beside(fact)
	if debt, ok := fact.(housing.StatedDebt); ok && (r.seenPeriod == 0 || debt.Period != r.held.period) {
		r.seenPeriod = debt.Period
	}
}

// cell reads one cell of a row or a line of totals.
func (r *reading) cell(rec *importers.Record, c *column, cells []string) {
	at, text := r.find(c, cells)
	if text == "" || at < 0 {
		switch {
		case c.Need:
			r.blame(rec, c, text, importers.Wrong("empty", "ячейка не заполнена", ""))
		case c.always:
			r.blame(rec, c, text, importers.Doubtful("empty", "лицевой счёт не указан: платёж останется невыясненным", ""))
		}
		return
	}
	if c.text >= 0 {
		r.draft.texts[c.text] = text
	}
	cell := importers.Cell{Text: text}
	var err error
	if c.set != nil {
		err = c.set(&r.draft, cell)
	} else {
		err = c.check(cell)
	}
	if err != nil {
		r.blame(rec, c, text, err)
	}
	if c.sum >= 0 {
		r.number(c, cell)
	}
	if c.Unique && err == nil {
		r.doubles = append(r.doubles, double{c, text})
	}
}

// number keeps an amount for the totals, one that its sign forbids too: the totals may still agree.
func (r *reading) number(c *column, cell importers.Cell) {
	read := importers.ReadMoney
	if c.Type == profiles.KopecksType {
		read = readKopecks
	}
	if m, ok := plainMoney(cell.Text, '.', true); ok && c.Type != profiles.KopecksType {
		r.draft.numbers[c.sum] = number{value: m, known: true}
		return
	}
	m, err := read(cell)
	if err == nil {
		r.draft.numbers[c.sum] = number{value: m, known: true}
		return
	}
	if d, err := importers.ReadDecimal(cell); err == nil && d.Scale() > 2 && c.Type != profiles.KopecksType {
		if m, err := d.Ratio().Money(); err == nil {
			r.draft.numbers[c.sum] = number{value: m, known: true, loose: true}
		}
	}
}

// salvage adds up what can be found from the right in a row with too many cells.
func (r *reading) salvage(of *line, cells []string) {
	if len(cells) < of.Cells.Min {
		return
	}
	for _, c := range of.columns {
		if c.sum >= 0 && c.At < 0 {
			if _, text := r.find(c, cells); text != "" {
				r.number(c, importers.Cell{Text: text})
			}
		}
	}
}

// find returns the cell of a column and its text, cleared of what only surrounds it.
func (r *reading) find(c *column, cells []string) (at int, text string) {
	if c.Label != "" {
		if at = labelled(cells, c.Label); at < 0 {
			return at, ""
		}
		return at, r.clean(c, strings.TrimSpace(cells[at])[len(c.Label):])
	}
	at = place(c.At, len(cells))
	if at < 0 || at >= len(cells) {
		return -1, ""
	}
	return at, r.clean(c, cells[at])
}

func (r *reading) clean(c *column, text string) string {
	if c.After != "" {
		text = strings.TrimPrefix(text, c.After)
	}
	if c.Chars > 0 && len(text) > c.Chars && utf8.RuneCountInString(text) > c.Chars {
		text = firstRunes(text, c.Chars)
	}
	if c.Before != "" {
		text = strings.TrimSuffix(text, c.Before)
	}
	if c.Label != "" || c.Part != "" || text != "" && (text[0] == ' ' || text[len(text)-1] == ' ') {
		text = strings.TrimSpace(text)
	}
	if len(r.profile.Empty) > 0 && slices.Contains(r.profile.Empty, text) {
		return ""
	}
	if r.unescape != nil {
		text = r.unescape.Replace(text)
	}
	return text
}

func firstRunes(text string, most int) string {
	for at := range text {
		if most == 0 {
			return text[:at]
		}
		most--
	}
	return text
}

// blame adds a problem of a cell with the severity that its column has.
func (r *reading) blame(rec *importers.Record, c *column, text string, err error) {
	rec.Blame(c.Name, text, soften(err, c.Severity))
}

// soften gives an error the severity that the profile wants.
func soften(err error, to profiles.Severity) error {
	if to == "" || to == profiles.Error {
		return err
	}
	cell, ok := errors.AsType[*importers.CellError](err)
	if !ok || cell.Severity != housing.SeverityError {
		return err
	}
	softer := *cell
	softer.Severity = housing.Severity(to)
	return &softer
}

// plainNumber reads up to 18 digits; texts that differ give numbers that differ.
func plainNumber(text string) (uint64, bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	n := uint64(1) // so that leading zeros count
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + uint64(text[i]-'0')
	}
	return n, true
}
