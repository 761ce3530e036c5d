package importers

import (
	"slices"
	"strings"
)

// Watcher sees what of a table is none of its rows: titles, totals, signatures. One watches one reading of one file.
type Watcher interface {
	// Header tells the names of the columns, once the header of a sheet is found; of a text the sheet is "".
	Header(sheet string, names []string)
	// Aside says whether a row is none of the table. It is asked of every row but the header, of those above it too;
	// a FileError refuses the file.
	Aside(sheet string, row int, cells []string) (taken bool, err error)
}

// headings joins the rows of a header whose names stand in several: «Начислено» above «ХВС» and «ГВС» makes
// «Начислено ХВС» and «Начислено ГВС».
type headings struct {
	above int // rows but the last one
	last  [][]string
}

// with takes the next row and returns the headers that it may end, the tallest first.
func (h *headings) with(cells []string) [][]string {
	if h.above == 0 {
		return [][]string{cells}
	}
	var heads [][]string
	for i := range h.last {
		head := h.last[i]
		for _, row := range append(slices.Clone(h.last[i+1:]), cells) {
			head = joinHeads(head, row)
		}
		heads = append(heads, head)
	}
	if h.last = append(h.last, slices.Clone(cells)); len(h.last) > h.above {
		h.last = h.last[1:]
	}
	return append(heads, cells)
}

// joinHeads puts the names of a row below those above it. A name stands above all columns up to the next one, where
// there is a name below it: Excel keeps the text of merged cells in the first of them.
func joinHeads(upper, lower []string) []string {
	joined := make([]string, max(len(upper), len(lower)))
	group := ""
	for i := range joined {
		above, below := cellAt(upper, i), cellAt(lower, i)
		if above != "" {
			group = above
		}
		switch {
		case below == "":
			joined[i] = above
		case group == "":
			joined[i] = below
		default:
			joined[i] = group + " " + below
		}
	}
	return joined
}

func cellAt(cells []string, i int) string {
	if i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[i])
}
