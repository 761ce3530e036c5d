package profiled

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/importers"
)

// Score says how many columns of the profile a table has: of two that it may be read by, the one that knows more of it wins.
func (t table) Score(s *importers.Sample) int {
	if !t.Recognise(s) {
		return 0
	}
	best := 1 + t.found(s.Columns)
	for _, line := range s.Lines {
		best = max(best, 1+t.found(importers.SplitQuoted(line, t.cut)))
	}
	for _, rows := range s.Tables {
		for _, row := range rows {
			best = max(best, 1+t.found(row))
		}
	}
	return best
}

// found counts the columns of the profile among the names of a header.
func (t table) found(header []string) int {
	n := 0
	for _, c := range t.profile.Columns {
		names := append(slices.Clone(c.Also), c.Head)
		if slices.ContainsFunc(header, func(cell string) bool {
			return slices.ContainsFunc(names, func(name string) bool { return importers.SameHeading(name, cell) })
		}) {
			n++
		}
	}
	return n
}
