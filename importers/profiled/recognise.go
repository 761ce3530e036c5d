package profiled

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// looksOf says what a cell of a telling type looks like from afar, nil for a column that tells nothing. It is
// lenient on purpose: a wrong date is still a date, and its row is rejected with the right reason.
func looksOf(p *profiles.Profile, c profiles.Column) func(string) bool {
	switch c.Type {
	case profiles.DateType:
		masks := masksOf(c.Mask, p.Dates)
		return func(s string) bool { return looksMasked(s, masks) }
	case profiles.MonthType:
		masks := masksOf(c.Mask, p.Months)
		return func(s string) bool { return looksMasked(s, masks) }
	case profiles.MoneyType, profiles.DecimalType, profiles.KopecksType, profiles.CountType:
		return looksNumber
	case profiles.TimeType:
		return func(s string) bool { return len(s) == 8 && strings.Trim(s, "0123456789-:") == "" }
	case profiles.CodeType:
		return func(s string) bool { return allDigits(s) && (len(s) == 10 || len(s) == 13) }
	case profiles.DigitsType:
		return func(s string) bool { return allDigits(s) && (c.Length.Max == 0 || len(s) <= c.Length.Max+2) }
	case profiles.UnifiedType:
		return func(s string) bool { // 70АА000101
			return len(s) >= 10 && allDigits(s[:2]) && allDigits(s[len(s)-6:]) && !allDigits(s)
		}
	case profiles.TextType, profiles.AccountType, profiles.ServiceType, profiles.ZoneType, profiles.SerialType,
		profiles.INNType, profiles.ServiceIDTyp, profiles.FIASType, profiles.PhoneType, profiles.EmailType, profiles.ShareType:
	}
	return looksText(c)
}

// looksText is looksOf for texts: only some of them tell anything.
func looksText(c profiles.Column) func(string) bool {
	if len(c.OneOf) > 0 && c.Severity != profiles.Warning {
		return func(s string) bool { return slices.Contains(c.OneOf, s) }
	}
	if c.Field == "account" || c.Field == "serial" {
		return func(s string) bool {
			return len(s) <= 60 && strings.ContainsAny(s, "0123456789") && !strings.ContainsAny(s, ",") && s[0] != '-'
		}
	}
	if c.Field == "payer" || c.Field == "address" || c.Field == "full_name" {
		return func(s string) bool { return !looksNumber(s) }
	}
	return nil
}

func looksMasked(s string, masks []string) bool {
	for _, mask := range masks {
		if len(s) != len(mask) {
			continue
		}
		fits := true
		for i := range len(mask) {
			digit := s[i] >= '0' && s[i] <= '9'
			letter := mask[i] == 'd' || mask[i] == 'm' || mask[i] == 'y'
			fits = fits && (letter && digit || !letter && s[i] == mask[i])
		}
		if fits {
			return true
		}
	}
	return false
}

func looksNumber(s string) bool {
	return strings.Trim(s, "0123456789.,-") == "" && strings.ContainsAny(s, "0123456789")
}

// recognise says whether a text is of this layout: its rows look so, the lines that must be there are there.
// The score is above zero if it is, and higher the more of it looks right.
func (l *layout) recognise(s *importers.Sample) (score int) {
	if s.Kind != importers.KindText {
		return 0
	}
	look, split := look{seen: map[*line]bool{}}, importers.NewSplitter(l.cut)
	for i, text := range append(l.hashed(s), s.Lines...) {
		of, cells := l.kindOf(split, text, i == 0)
		if look.line(of, cells); look.foreign {
			return 0
		}
	}
	for _, want := range l.lines {
		if want.Need && !want.Last && !look.seen[want] && !l.marked {
			return 0 // rows that nothing marks are known by their head
		}
	}
	switch {
	case look.rows == 0 && (l.profile.OnlyTotals || l.marked) && len(look.seen) > 0:
		return 1
	case look.fit > 0 && look.fit*3 >= look.rows:
		return look.fit + look.exact
	}
	return 0
}

// look counts what the first lines of a text look like.
type look struct {
	rows, fit, exact int
	seen             map[*line]bool
	foreign          bool // a row is the header of another table
}

func (k *look) line(of *line, cells []string) {
	switch {
	case of == nil:
		k.rows++
	case of.Is == profiles.Row || of.Is == profiles.Pack:
		k.rows++
		told, right := of.telling(cells)
		k.foreign = told > 1 && right == 0 && of.Is == profiles.Row
		if !of.looks(cells) {
			return
		}
		k.seen[of] = true
		k.fit++
		if told == right {
			k.exact++
		}
	case of.Prefix != "" || of.looks(cells):
		k.seen[of] = true
	}
}

// hashed are the lines that begin with "#" and are this layout's own.
func (l *layout) hashed(s *importers.Sample) []string {
	var own []string
	for _, text := range s.Marked {
		for _, prefix := range l.kept {
			if strings.HasPrefix(text, prefix) {
				own = append(own, text)
				break
			}
		}
	}
	return own
}

// looks reports whether all telling cells of a line look right, one aside where there are many of them.
func (of *line) looks(cells []string) bool {
	if of.pattern != nil {
		return true
	}
	if !of.Cells.Fits(len(cells)) {
		return false
	}
	told, right := of.telling(cells)
	if of.Looks > 0 {
		return right >= of.Looks && !of.gaps(cells)
	}
	const many = 6
	return right == told && told > 0 || told >= many && right == told-1
}

// gaps reports whether a cell that must be filled is empty.
func (of *line) gaps(cells []string) bool {
	for _, c := range of.columns {
		at := place(c.At, len(cells))
		if c.Need && c.Label == "" && (at < 0 || at >= len(cells) || cells[at] == "") {
			return true
		}
	}
	return false
}

// telling counts the cells whose type shows, and those of them that look right.
func (of *line) telling(cells []string) (told, right int) {
	if !of.Cells.Fits(len(cells)) {
		return 0, 0
	}
	for _, c := range of.columns {
		if c.looks == nil && c.Label == "" {
			continue
		}
		place := place(c.At, len(cells))
		if c.Label != "" {
			told++
			if labelled(cells, c.Label) >= 0 {
				right++
			}
			continue
		}
		if place < 0 || place >= len(cells) || cells[place] == "" && !c.Need {
			continue
		}
		told++
		text := strings.TrimSpace(cells[place])
		if c.Chars > 0 && len(text) > c.Chars {
			text = text[:c.Chars]
		}
		if c.looks(text) {
			right++
		}
	}
	return told, right
}

// place turns a number of a cell from either end into its index.
func place(at, cells int) int {
	if at < 0 {
		return cells + at
	}
	return at - 1
}

func labelled(cells []string, label string) int {
	for i, cell := range cells {
		if text := strings.TrimSpace(cell); len(text) >= len(label) && strings.EqualFold(text[:len(label)], label) {
			return i
		}
	}
	return -1
}

// kindOf finds out what a line is and cuts it; nil for a line of no kind.
func (l *layout) kindOf(split *importers.Splitter, text string, first bool) (*line, []string) {
	for _, of := range l.lines {
		if of.Prefix == "" || of.First && !first {
			continue
		}
		if rest, ok := strings.CutPrefix(text, of.Prefix); ok {
			if of.Widths != nil {
				return of, cutWidths(l.ownText(text), of.Widths)
			}
			return of, split.Row(rest)
		}
	}
	if l.fixed {
		return l.byWidths(l.ownText(text), first)
	}
	cells := split.Row(text)
	return l.byCells(cells, first), cells
}

// byCells finds the kind of a line that no prefix tells: by how many cells it has, then by how they look. A line
// that no kind has so many cells of is a broken row.
func (l *layout) byCells(cells []string, first bool) *line {
	var fallback, fits *line
	for _, of := range l.lines {
		switch {
		case of.Prefix != "" || of.First && !first:
		case of.Cells.Fits(len(cells)):
			if !of.rival || of.looks(cells) {
				return of
			}
			if fits == nil {
				fits = of
			}
		case fallback == nil && of.Is == profiles.Row:
			fallback = of
		}
	}
	if fits != nil {
		return fits
	}
	return fallback
}

// rivals marks the kinds of lines that the number of cells does not tell apart: then the cells do.
func (l *layout) rivals() {
	for i, a := range l.lines {
		for _, b := range l.lines[:i] {
			if a.Prefix != "" || b.Prefix != "" {
				continue
			}
			const most = 200
			for n := max(a.Cells.Min, b.Cells.Min); n <= most; n++ {
				if a.Cells.Fits(n) && b.Cells.Fits(n) {
					a.rival, b.rival = true, true
					break
				}
			}
		}
	}
}
