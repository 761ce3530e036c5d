package importers

import "github.com/kvitok-gkh/kvitok/housing"

// CellError says what is wrong with a cell, in Russian; the reader of the table adds row, column and
// value.
type CellError struct {
	Code     string
	Text     string
	Expected string
	Column   string // only where a check concerns several cells: the column to blame
	Value    string // with Column: what stands there
	Severity housing.Severity
}

// Error returns the reason.
func (e *CellError) Error() string { return e.Text }

// Wrong is an error of a cell.
func Wrong(code, text, expected string) *CellError {
	return &CellError{Code: code, Text: text, Expected: expected, Severity: housing.SeverityError}
}

// Doubtful is a warning: the value is taken, with a note.
func Doubtful(code, text, expected string) *CellError {
	return &CellError{Code: code, Text: text, Expected: expected, Severity: housing.SeverityWarning}
}

// failed is the error of a cell that a formula left without a value.
func failed() *CellError {
	return Wrong("formula_error", "в ячейке ошибка формулы Excel", "значение, а не формула")
}
