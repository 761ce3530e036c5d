package workbook

import (
	"strings"
	"unicode/utf8"
)

const (
	lineHeight = 11.5 // points, for text of 9 points
	rowPadding = 2.5
)

// Lines returns how many lines a text takes in a wrapped cell as wide as the column. Programs do not
// raise streamed rows by themselves, so the writer has to say how high a row is.
func Lines(text string, width float64) int {
	room := max(int(width*1.15), 1)
	if len(text) <= room {
		return 1
	}
	lines, used := 1, 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
			used = n
		case used+1+n <= room:
			used += 1 + n
		default:
			lines++
			used = n
		}
		for used > room { // a word longer than the column is broken
			lines++
			used -= room
		}
	}
	return lines
}

// Height returns the height of a row with that many lines.
func Height(lines int) float64 { return float64(lines)*lineHeight + rowPadding }
