package profiled

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// layout is a profile made ready to read.
type layout struct {
	profile  *profiles.Profile
	cut      rune
	lines    []*line
	kept     []string // prefixes that look like comments
	names    []mask
	key      profiles.Template
	numbered string // whose numbers the keys of payments are
	sums     []string
	texts    []string
	unescape *strings.Replacer
	sheet    *regexp.Regexp // names of the sheets that are read
	fixed    bool           // lines without delimiters
	marked   bool           // every row begins with a prefix
	words    []string       // Russian words that its files hold
}

type mask struct {
	*profiles.Mask
	severity profiles.Severity
}

// line is a kind of line made ready.
type line struct {
	profiles.Line
	pattern *regexp.Regexp
	columns []*column
	groups  []*group
	checks  []check
	rival   bool // another kind has as many cells
	depth   int  // of a total that covers what follows: 0 the outermost
}

// column is a column made ready.
type column struct {
	profiles.Column
	set    setter
	check  func(importers.Cell) error
	sum    int // slot of its amount, -1
	text   int // slot of its text, -1
	part   int // group of the pattern
	looks  func(string) bool
	always bool // an empty cell is told softly: an account that the payer did not give
}

// group is a repeated block made ready.
type group struct {
	profiles.Group
	columns  []*column
	count    int // slot of the column that states how many blocks there are, -1
	sum      int // slot of the column that states their sum, -1
	readings bool
}

// check compares one statement of a total with what was counted.
type check struct {
	column *column
	slot   int // of the sum; -1: a count
	counts string
}

const (
	countsRows     = "rows"
	countsReadings = "readings"
)

func compile(p *profiles.Profile) (*layout, error) {
	cut, _ := utf8.DecodeRuneInString(p.Delimiter)
	l := &layout{profile: p, cut: cut}
	for _, n := range p.FileNames {
		m, err := profiles.CompileMask(n.Mask)
		if err != nil {
			return nil, fmt.Errorf("file name: %w", err)
		}
		l.names = append(l.names, mask{m, n.Severity})
	}
	if len(p.Unescape) > 0 {
		var pairs []string
		for from, to := range p.Unescape {
			pairs = append(pairs, from, to)
		}
		l.unescape = strings.NewReplacer(pairs...)
	}
	l.sheet = sheetMask(p.Sheet)
	l.slots()
	depth := 0
	for i := range p.Lines {
		ready, err := l.line(p.Lines[i])
		if err != nil {
			return nil, fmt.Errorf("lines[%d]: %w", i, err)
		}
		if ready.Is == profiles.Total && ready.Covers == profiles.CoversNext {
			ready.depth = depth
			depth++
		}
		if strings.HasPrefix(ready.Prefix, "#") {
			l.kept = append(l.kept, ready.Prefix)
		}
		l.lines = append(l.lines, ready)
		l.fixed = l.fixed || len(ready.Widths) > 0
	}
	l.rivals()
	l.marked = !slices.ContainsFunc(l.lines, func(of *line) bool { return of.Is == profiles.Row && of.Prefix == "" })
	l.words = wordsOf(p)
	return l, l.bindKey()
}

// sheetMask makes the pattern of a mask of sheets, in which * stands for anything; case does not matter.
func sheetMask(mask string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^` + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(mask)), `\*`, ".*") + "$")
}

// slots finds out which values of the rows somebody adds up, and which the key is made of.
func (l *layout) slots() {
	want := func(list *[]string, id string) {
		if id != "" && !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	groups := l.profile.Groups
	for _, line := range l.profile.Lines {
		for _, c := range line.Columns {
			want(&l.sums, c.Sums)
		}
		groups = append(groups, line.Groups...)
	}
	for _, g := range groups {
		want(&l.sums, g.CountIn)
		want(&l.sums, g.SumIn)
	}
	if l.profile.Subject == profiles.Payments {
		for _, id := range []string{"amount", "transfer", "fee"} {
			want(&l.sums, id)
		}
	}
	l.key = profiles.ParseTemplate(l.profile.Key)
	l.numbered = numberingOf(l.profile.Numbering, l.key)
	for _, piece := range l.key {
		want(&l.texts, piece.Value)
	}
	if l.profile.Reversal != nil {
		want(&l.texts, l.profile.Reversal.Column)
	}
}

// numberingOf tells whose numbers keys of a template are. One made of what the payment is, and counted, is none. Else what
// stands before the first value of the template names whoever numbers.
func numberingOf(stated string, key profiles.Template) string {
	counted, described, begins := false, false, ""
	for i, piece := range key {
		counted = counted || piece.Value == "n"
		described = described || slices.Contains([]string{"account", "amount", "paid_on"}, piece.Value)
		if i == 0 && piece.Value == "" {
			begins = piece.Text
		}
	}
	switch {
	case counted && described:
		return housing.NoNumber
	case stated != "":
		return stated
	}
	return begins
}

// bindKey proves that the key is made of columns that there are.
func (l *layout) bindKey() error {
	for _, piece := range l.key {
		if piece.Value == "" || slices.Contains([]string{"n", "order_no", "order_date", "paid_on"}, piece.Value) {
			continue
		}
		found := slices.ContainsFunc(l.profile.Columns, func(c profiles.Column) bool { return c.ID == piece.Value })
		for _, line := range l.lines {
			found = found || slices.ContainsFunc(line.columns, func(c *column) bool { return c.ID == piece.Value })
		}
		if !found {
			return fmt.Errorf("key: no column has the id %q", piece.Value)
		}
	}
	return nil
}

func (l *layout) line(from profiles.Line) (*line, error) {
	ready := &line{Line: from}
	if from.Pattern != "" {
		var err error
		if ready.pattern, err = regexp.Compile(from.Pattern); err != nil {
			return nil, fmt.Errorf("pattern: %w", err)
		}
	}
	set := func(field string, r readers) setter { return setterOf(l.profile.Subject, field, r) }
	if from.Is == profiles.Total || from.Is == profiles.Pack {
		set = totalSetter
	}
	for _, c := range from.Columns {
		if c.Field == "amount" && c.Sign == profiles.Positive && len(from.Groups) > 0 && l.profile.Subject == profiles.Payments {
			c.Sign = profiles.NotNegative // who pays nothing may still give his readings
		}
		col, err := l.column(c, set)
		if err != nil {
			return nil, err
		}
		if c.Part != "" {
			col.part = ready.pattern.SubexpIndex(c.Part)
		}
		ready.columns = append(ready.columns, col)
		switch {
		case c.Sums != "":
			ready.checks = append(ready.checks, check{col, slices.Index(l.sums, c.Sums), ""})
		case c.Counts != "":
			ready.checks = append(ready.checks, check{col, -1, c.Counts})
		}
	}
	for _, g := range from.Groups {
		block, err := l.group(g)
		if err != nil {
			return nil, err
		}
		ready.groups = append(ready.groups, block)
	}
	return ready, nil
}

func (l *layout) column(from profiles.Column, set func(string, readers) setter) (*column, error) {
	switch {
	case from.Sums != "" && from.Type == profiles.TextType:
		from.Type = profiles.MoneyType
	case from.Counts != "" && from.Type == profiles.TextType:
		from.Type = profiles.CountType
	}
	c := &column{
		Column: from, sum: slices.Index(l.sums, from.ID), text: slices.Index(l.texts, from.ID),
		looks: looksOf(l.profile, from),
	}
	if from.ID == "" {
		c.sum, c.text = -1, -1
	}
	read := readersOf(l.profile, from)
	c.check = read.check
	if from.Field != "" {
		if c.set = set(from.Field, read); c.set == nil {
			return nil, fmt.Errorf("column %q: the field %s cannot be read as %s", from.Name, from.Field, from.Type)
		}
	}
	if from.Service != "" {
		c.set = chargeOf(from.Service, read.money)
	}
	c.always = from.Field == "account" && l.profile.Subject == profiles.Payments
	return c, nil
}

func (l *layout) group(from profiles.Group) (*group, error) {
	g := &group{Group: from, count: -1, sum: -1}
	if from.CountIn != "" {
		g.count = slices.Index(l.sums, from.CountIn)
	}
	if from.SumIn != "" {
		g.sum = slices.Index(l.sums, from.SumIn)
	}
	if g.Severity == "" && l.profile.Subject == profiles.Payments {
		g.Severity = profiles.Warning // money is not refused for a reading beside it
	}
	for _, c := range from.Columns {
		col, err := l.column(c, readingSetter)
		if err != nil {
			return nil, err
		}
		g.readings = g.readings || c.Field == "value"
		g.columns = append(g.columns, col)
	}
	if !g.readings && g.count < 0 && g.sum < 0 {
		return nil, errors.New("a group without the field value states nothing")
	}
	return g, nil
}

// width says how many cells a line may have, in Russian.
func (of *line) width() string {
	c := of.Cells
	switch {
	case c.Step > 0:
		return fmt.Sprintf("%d, %d, %d …", c.Min, c.Min+c.Step, c.Min+2*c.Step)
	case c.Max > c.Min:
		return fmt.Sprintf("%d–%d", c.Min, c.Max)
	case c.Max == 0:
		return fmt.Sprintf("%d или больше", c.Min)
	}
	return itoa(c.Min)
}

// TooMany reports whether so many rejected rows are above the bound of the profile.
func (l *layout) TooMany(rejected, rows int) bool { return l.profile.TooMany(rejected, rows) }
