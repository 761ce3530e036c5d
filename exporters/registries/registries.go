// Package registries writes the registries that payment agents take: so far the debt registry of
// Sber (sber.go).
//
// It owns the layout, encoding and file name of each registry and says what it had to change in a
// value to fit. It does not own who owes what, where the file goes, or the number of the registry.
package registries

import "github.com/kvitok-gkh/kvitok/housing"

// Control is what was counted while a registry was written.
type Control struct {
	Rows   int
	Amount housing.Money // may be negative: advances count
	SHA256 string        // of the file
	Notes  []Note        // values changed to fit, at most MaxNotes
	Noted  int           // all values changed
}

// MaxNotes bounds Control.Notes: a registry of millions whose every address has a flaw must not fill
// the memory. Control.Noted counts all.
const MaxNotes = 1000

// Note says that a value stands in the file otherwise than it is known.
type Note struct {
	Row     int // 1-based line of the file
	Account string
	Field   string // in Russian
	Text    string // in Russian
}

func (c *Control) note(n Note) {
	c.Noted++
	if len(c.Notes) < MaxNotes {
		c.Notes = append(c.Notes, n)
	}
}
