package profiles

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// validateTable proves the layout of a table with a header.
func (p *Profile) validateTable(f *faults) {
	if len(p.Columns) == 0 {
		f.add("columns", "there are none")
	}
	if p.Sheet != "" && p.Kind != XLSX {
		f.add("sheet", "only a workbook has sheets, a %s has none", p.Kind)
	}
	const mostHeaderRows = 5
	switch {
	case p.HeaderRows < 0 || p.HeaderRows > mostHeaderRows:
		f.add("header_rows", "%d, want 1 to %d", p.HeaderRows, mostHeaderRows)
	case p.HeaderRows > 1 && p.Kind == DBF:
		f.add("header_rows", "a table of dBase has one name for each column")
	}
	p.validateLine(f, "", Line{Is: Row, Columns: p.Columns, Groups: p.Groups})
	for i, l := range p.Lines {
		at := fmt.Sprintf("lines[%d].", i)
		switch {
		case l.Is != Total && l.Is != Note:
			f.add(at+"is", "%q, want total or note: the rows of a %s are described by columns", l.Is, p.Kind)
			continue
		case l.Prefix == "" && l.Pattern == "":
			f.add(at+"prefix", "is missing: how the line begins, as in ИТОГО; or a pattern")
		case l.Covers != CoversAll || l.First || len(l.Widths)+len(l.Groups) > 0:
			f.add(at+"is", "covers, first, widths and groups are of texts; a total of a %s counts all of its rows", p.Kind)
		}
		p.validateLine(f, at, l)
		for j, c := range l.Columns {
			known := func(of Column) bool { return sameHead(of.Head, c.Head) }
			if c.Head != "" && !slices.ContainsFunc(p.Columns, known) {
				f.add(fmt.Sprintf("%scolumns[%d].head", at, j), "%q is none of the columns", c.Head)
			}
		}
	}
}

func sameHead(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// validateOfTables turns away from a text what only tables have.
func (p *Profile) validateOfTables(f *faults) {
	if p.Sheet != "" {
		f.add("sheet", "only a workbook has sheets, a text has none")
	}
	if p.HeaderRows != 0 {
		f.add("header_rows", "a text has no header; a line that is passed over is a note")
	}
}

// validateWidths proves the cells of a line without delimiters.
func (p *Profile) validateWidths(f *faults, path string, l Line) {
	for i, width := range l.Widths {
		if width < 1 {
			f.add(fmt.Sprintf("%swidths[%d]", path, i), "%d, want the number of characters of the cell", width)
		}
	}
	if len(l.Widths) == 0 {
		return
	}
	for i, c := range l.Columns {
		if c.At > len(l.Widths) || c.At < -len(l.Widths) {
			f.add(fmt.Sprintf("%scolumns[%d].at", path, i), "%d, there are %d widths", c.At, len(l.Widths))
		}
	}
	if len(l.Groups) > 0 {
		f.add(path+"groups", "are of lines with delimiters")
	}
	for i, other := range p.Lines {
		if other.Prefix == "" && other.Pattern == "" && len(other.Widths) == 0 {
			f.add(fmt.Sprintf("lines[%d].widths", i), "is missing: other lines of this text have widths, and this one has no prefix")
		}
	}
}

// validateService proves a column that is the amount of a service, and the words of a map.
func (p *Profile) validateService(f *faults, at string, c Column) {
	if c.Service != "" {
		switch {
		case !c.Service.Valid():
			f.add(at+".service", "%q, want one of %s", c.Service, joined(housing.Services()))
		case p.Subject != Charges && p.Subject != Debts:
			f.add(at+".service", "only charges and debts have an amount for each service")
		case c.Field != "":
			f.add(at+".field", "is not wanted beside service: the cell is the amount of the service")
		}
	}
	for word, ours := range c.Map {
		switch {
		case c.Type == ServiceType && !housing.Service(ours).Valid():
			f.add(at+".map", "%q: %q, want one of %s", word, ours, joined(housing.Services()))
		case c.Type == ZoneType && !housing.Zone(ours).Valid():
			f.add(at+".map", "%q: %q, want one of day, night, peak, half_peak, or \"\" of a meter with one", word, ours)
		}
	}
}

func joined[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	return strings.Join(words, ", ")
}
