package profiled

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// ownText is the sender's part of a line without delimiters: an answer that comes back has its cells behind it.
func (l *layout) ownText(text string) string {
	if !strings.ContainsRune(text, l.cut) {
		return text
	}
	return strings.Join(importers.SplitRowBy(text, l.cut), string(l.cut))
}

// cutWidths cuts a line into cells of so many characters. Spaces around a cell are no part of it, those at the end of a
// line may be missing; what stands behind the last cell is a cell too many.
func cutWidths(text string, widths []int) []string {
	cells := make([]string, 0, len(widths)+1)
	for _, width := range widths {
		end := len(text)
		n := 0
		for i := range text {
			if n == width {
				end = i
				break
			}
			n++
		}
		cells = append(cells, strings.TrimSpace(text[:end]))
		text = text[end:]
	}
	if rest := strings.TrimSpace(text); rest != "" {
		cells = append(cells, rest)
	}
	return cells
}

// byWidths finds the kind of a line that no prefix tells, by how its cells look when they are cut.
func (l *layout) byWidths(text string, first bool) (*line, []string) {
	var fallback *line
	var broken []string
	for _, of := range l.lines {
		if of.Prefix != "" || of.First && !first || of.Widths == nil {
			continue
		}
		cells := cutWidths(text, of.Widths)
		if of.looks(cells) {
			return of, cells
		}
		if fallback == nil && of.Is == profiles.Row {
			fallback, broken = of, cells
		}
	}
	return fallback, broken
}
