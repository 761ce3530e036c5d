package importers

import "github.com/kvitok-gkh/kvitok/housing"

// Into joins a reader of cells with the field of a row that takes its value; Columns are written
// with it.
func Into[T, V any](read func(Cell) (V, error), field func(*T) *V) func(*T, Cell) error {
	return func(row *T, c Cell) error {
		v, err := read(c)
		if err == nil || softened(err) {
			*field(row) = v
		}
		return err
	}
}

// softened reports whether the value is to be taken in spite of the note on it.
func softened(err error) bool {
	//nolint:errorlint // readers return their own CellError, never a wrapped one
	cell, ok := err.(*CellError)
	return ok && cell.Severity == housing.SeverityWarning
}

// TextUpTo reads free text of at most limit characters.
func TextUpTo(limit int) func(Cell) (string, error) {
	return func(c Cell) (string, error) { return ReadText(c, limit) }
}

// CountUpTo reads a whole number from 0 to limit.
func CountUpTo(limit int) func(Cell) (int, error) {
	return func(c Cell) (int, error) { return ReadCount(c, limit) }
}

// WordOf reads a word of a closed list.
func WordOf[V any](code string, words ...Word[V]) func(Cell) (V, error) {
	return func(c Cell) (V, error) { return OneOf(c, code, words...) }
}
