package profiled

import (
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// tally adds up the rows of a file and compares them with what its heads, packs and trailer state.
type tally struct {
	layout   *layout
	all      counted
	whole    []*statement // of lines that cover the whole file
	open     []*statement // of lines that cover what follows, the outermost first
	last     int          // line of the trailer, 0: not met
	met      map[*line]bool
	packs    int
	rejected int
	first    string // reason of the first rejected row
	reasons  []string
	overflow bool
	stated   importers.ControlTotals
}

// counted is what was counted within one statement.
type counted struct {
	rows, readings int
	sums           []housing.Money
	loose          []int          // amounts with digits behind the kopecks, by sum: each may have been rounded either way
	lines          map[string]int // of a prefix
}

// statement is a line of totals with what was counted for it.
type statement struct {
	line    *line
	row     int
	numbers []number // by check
	counted
}

func newTally(l *layout) tally {
	return tally{layout: l, all: counted{sums: make([]housing.Money, len(l.sums))}, met: map[*line]bool{}}
}

// row adds a row to everything that covers it.
func (t *tally) row(d *draft, rec *importers.Record) {
	t.add(&t.all, d)
	for _, s := range t.open {
		t.add(&s.counted, d)
	}
	if rec.Rejected() {
		t.reject(rec)
	}
}

func (t *tally) add(c *counted, d *draft) {
	c.rows++
	if d.meters > 0 {
		c.readings++
	}
	for i, n := range d.numbers {
		if !n.known {
			continue
		}
		sum, err := c.sums[i].Add(n.value)
		if err != nil {
			t.overflow = true
			continue
		}
		c.sums[i] = sum
		if n.loose {
			if c.loose == nil {
				c.loose = make([]int, len(c.sums))
			}
			c.loose[i]++
		}
	}
}

func (t *tally) reject(rec *importers.Record) {
	t.rejected++
	if t.first != "" {
		return
	}
	for _, p := range rec.Problems {
		if p.IsError() {
			t.first = "строка " + itoa(rec.Row) + ": " + p.Russian()
			return
		}
	}
}

func (t *tally) pack(rec *importers.Record) {
	t.packs++
	if rec.Rejected() {
		t.reject(rec)
	}
}

// proved reports whether a line has stated what the rows come to; one that only says whose they are has not.
func (t *tally) proved() bool {
	for of := range t.met {
		if len(of.checks) > 0 {
			return true
		}
	}
	return false
}

// nothingAfter refuses a line behind the trailer.
func (t *tally) nothingAfter(text importers.Line, _ *line) *importers.FileError {
	if t.last == 0 {
		return nil
	}
	return importers.Refuse("after_trailer",
		"после итоговой строки стоит строка %d: файл склеен из нескольких или испорчен; %s", text.Number, t.layout.whole())
}

// whole says what becomes of a file that is not whole.
func (l *layout) whole() string {
	if l.profile.Subject == profiles.Payments {
		return "реестр не проводится целиком"
	}
	return "файл не загружается"
}

// total takes a line of totals.
func (r *reading) total(text importers.Line, of *line, cells []string) error {
	r.draft.reset(r.profile.Subject)
	rec := importers.Record{Row: text.Number, Cells: cells}
	numbers, why := r.statements(&rec, of, text.Text, cells)
	if why != "" {
		if of.pattern != nil && !of.Need {
			return nil // free text without totals
		}
		return importers.Refuse("bad_trailer", "%s %d не читается: %s; %s", of.russian(), text.Number, why, r.whole())
	}
	t := &r.tally
	t.met[of] = true
	r.hold(r.draft.order)
	if of.Last {
		t.last = text.Number
	}
	t.countLine(of.Prefix)
	s := &statement{line: of, row: text.Number, numbers: numbers, counted: counted{sums: make([]housing.Money, len(r.sums))}}
	t.state(s)
	if of.Covers == profiles.CoversAll {
		t.whole = append(t.whole, s)
		return nil
	}
	t.close(of.depth)
	t.open = append(t.open, s)
	return nil
}

func (of *line) russian() string {
	if of.Last {
		return "итоговая строка"
	}
	return "строка с итогами"
}

// statements reads the values of a line of totals; why says what is wrong with it.
func (r *reading) statements(rec *importers.Record, of *line, text string, cells []string) (numbers []number, why string) {
	if of.pattern == nil && !of.Cells.Fits(len(cells)) {
		return nil, fmt.Sprintf("в ней %s вместо %s, файл, вероятно, передан не полностью",
			importers.Count(len(cells), "ячейка", "ячейки", "ячеек"), of.width())
	}
	var found []string
	if of.pattern != nil {
		if found = of.pattern.FindStringSubmatch(text); found == nil {
			return nil, "в тексте не найдены количество и сумма"
		}
	}
	numbers = make([]number, len(of.checks))
	for _, c := range of.columns {
		in := cells
		if c.Part != "" {
			in = []string{found[c.part]}
			c = c.first()
		}
		value, why := r.statement(rec, c, in)
		if why != "" {
			return nil, why
		}
		for i, check := range of.checks {
			if value != "" && check.column.ID == c.ID && check.column.Name == c.Name {
				read := importers.ReadMoney
				if c.Type == profiles.KopecksType {
					read = readKopecks
				}
				m, err := read(importers.Cell{Text: value})
				numbers[i] = number{value: m, known: err == nil}
			}
		}
	}
	return numbers, ""
}

// statement reads one value of a line of totals; an empty one may be where nothing counts on it.
func (r *reading) statement(rec *importers.Record, c *column, cells []string) (value, why string) {
	at, value := r.find(c, cells)
	if at < 0 || value == "" {
		if c.Need || c.Sums != "" || c.Counts != "" {
			return "", "столбец «" + c.Name + "» не заполнен"
		}
		return "", ""
	}
	cell := importers.Cell{Text: value}
	err := c.check(cell)
	if c.set != nil {
		err = c.set(&r.draft, cell)
	}
	if err != nil {
		rec.Blame(c.Name, value, err)
		return "", rec.Problems[len(rec.Problems)-1].Russian()
	}
	return value, ""
}

// first is the column of a pattern's group, which stands in a list of one.
func (c *column) first() *column {
	only := *c
	only.At = 1
	return &only
}

// hold keeps what a line says for the rows that follow.
func (r *reading) hold(said order) {
	if said.number != "" {
		r.held.number = said.number
	}
	if !said.date.IsZero() {
		r.held.date = said.date
	}
	if !said.paidOn.IsZero() {
		r.held.paidOn = said.paidOn
	}
	if !said.period.IsZero() {
		r.held.period = said.period
	}
	if said.payee != "" {
		r.held.payee = said.payee
	}
	if said.bank != "" {
		r.held.bank = said.bank
	}
}

// ahead reads the trailer before the rows that belong to it.
func (r *reading) ahead(s *importers.Sample) {
	for _, text := range s.Tail {
		of, cells := r.kindOf(r.split, text, false)
		if of == nil || of.Is != profiles.Total || !of.Last {
			continue
		}
		r.draft.reset(r.profile.Subject)
		if _, why := r.statements(&importers.Record{}, of, text, cells); why == "" {
			r.hold(r.draft.order)
		}
		return
	}
}

// countLine counts the lines of a prefix for the statements that say how many there are.
func (t *tally) countLine(prefix string) {
	for _, s := range t.open {
		if s.lines == nil {
			s.lines = map[string]int{}
		}
		s.lines[prefix]++
	}
	if t.all.lines == nil {
		t.all.lines = map[string]int{}
	}
	t.all.lines[prefix]++
}

// close ends the statements from a depth on.
func (t *tally) close(depth int) {
	for len(t.open) > 0 {
		s := t.open[len(t.open)-1]
		if s.line.depth < depth {
			return
		}
		t.open = t.open[:len(t.open)-1]
		t.compare(s, s.counted)
	}
}

// closeAll ends all statements at the end of the file.
func (t *tally) closeAll() {
	t.close(0)
	for _, s := range t.whole {
		t.compare(s, t.all)
	}
}

// compare adds a reason for each value in which the statement and the rows disagree.
func (t *tally) compare(s *statement, c counted) {
	where := "в строке " + itoa(s.row)
	if s.line.Last {
		where = "в итоговой строке"
	}
	for i, check := range s.line.checks {
		want := s.numbers[i]
		if !want.known {
			continue
		}
		if check.slot >= 0 {
			if got := c.sums[check.slot]; !c.agrees(check.slot, want.value) {
				t.reasons = append(t.reasons, fmt.Sprintf("%s по строкам %s, %s %s",
					lower(check.column.Name), got.RussianPlain(), where, want.value.RussianPlain()))
			}
			continue
		}
		got, what := c.rows, "строк"
		switch check.counts {
		case countsRows:
		case countsReadings:
			got, what = c.readings, "строк с показаниями"
		default:
			got, what = c.lines[check.counts], "строк «"+check.counts+"»"
		}
		if stated := int(want.value / 100); got != stated {
			t.reasons = append(t.reasons, fmt.Sprintf("%s %d, %s указано %d", what, got, where, stated))
		}
	}
}

// agrees reports whether a sum is what a statement says, give or take the rounding of amounts that are no money.
func (c *counted) agrees(slot int, want housing.Money) bool {
	apart := c.sums[slot] - want
	return apart == 0 || c.loose != nil && max(apart, -apart) <= housing.Money(c.loose[slot])
}

// state adds what an outermost statement says to what the file says of itself.
func (t *tally) state(s *statement) {
	if s.line.depth > 0 {
		return
	}
	known := false
	for i, check := range s.line.checks {
		n := s.numbers[i]
		switch {
		case !n.known:
		case check.counts == countsRows:
			known = true
			t.stated.Rows += int(n.value / 100)
		case check.slot >= 0:
			known = t.sum(t.layout.sums[check.slot], n.value) || known
		}
	}
	t.stated.Present = t.stated.Present || known
}

// sum adds to the total of that name.
func (t *tally) sum(id string, value housing.Money) bool {
	var into *housing.Money
	switch id {
	case "amount":
		into = &t.stated.Amount
	case "transfer":
		into = &t.stated.Transfer
	case "fee":
		into = &t.stated.Fee
	default:
		return false
	}
	sum, err := into.Add(value)
	if err != nil {
		t.overflow = true
		return true
	}
	*into = sum
	return true
}

// counted are the sums of the rows by their names.
func (t *tally) sumOf(id string) housing.Money {
	if i := indexOf(t.layout.sums, id); i >= 0 {
		return t.all.sums[i]
	}
	return 0
}

func lower(name string) string {
	runes := []rune(name)
	return strings.ToLower(string(runes[:1])) + string(runes[1:])
}
