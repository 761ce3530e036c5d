package importers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// EachSheetRow visits the rows of all sheets of a workbook whose tables have no header, or one that no
// Table can find. Rows of the answer to an earlier file come with its columns taken off; its sheet of
// totals is passed over. The shape has a sheet for each that holds rows.
func EachSheetRow(ctx context.Context, in Input, visit func(sheet string, row SheetRow) error) (Result, error) {
	result := Result{Shape: Shape{Kind: KindWorkbook}}
	book, err := openXLSX(in)
	if err != nil {
		return result, err
	}
	for _, name := range book.Sheets() {
		w := sheetWalk{ctx: ctx, name: name, result: &result, visit: visit}
		if err := book.Rows(name, w.row); err != nil && !errors.Is(err, errEnough) {
			return result, err
		}
	}
	return result, nil
}

// sheetWalk visits the rows of one sheet.
type sheetWalk struct {
	ctx    context.Context //nolint:containedctx // of one walk
	name   string
	result *Result
	visit  func(sheet string, row SheetRow) error
	seen   int
}

func (w *sheetWalk) row(row SheetRow) error {
	if row.Number&255 == 0 && w.ctx.Err() != nil {
		return fmt.Errorf("read row %d: %w", row.Number, w.ctx.Err())
	}
	w.seen++
	cells := row.TextCells()
	if w.seen == 1 {
		if isTotals(w.name, cells) {
			return errEnough
		}
		w.result.Shape.Sheets = append(w.result.Shape.Sheets, Sheet{Name: w.name})
	}
	own := answeredFrom(cells)
	row.Cells = row.Cells[:own]
	if blank(cells[:own]) {
		return nil // the sender emptied the row; only our answer is left of it
	}
	if own+answerColumns <= len(cells) {
		said{codes: strings.Fields(cells[own+1]), reasons: strings.Split(cells[own+2], " | ")}.restore(row.Cells)
	}
	return w.visit(w.name, row)
}

// answeredFrom is where the cells of an answer begin in a row of a table without a header.
func answeredFrom(cells []string) int {
	for i, cell := range slices.Backward(cells) {
		if isVerdict(cell) && blank(cells[min(i+answerColumns, len(cells)):]) {
			return i
		}
	}
	return len(cells)
}

// OwnCells takes the cells of an answer off a row of a table without a header.
func OwnCells(cells []string) []string { return cells[:answeredFrom(cells)] }

// TextCells are the texts of a row, as its record keeps them.
func (r SheetRow) TextCells() []string {
	cells := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		cells[i] = c.Text
	}
	return cells
}

// Passed is a column that is known and not read.
func Passed[T any](names ...string) Column[T] {
	return Column[T]{Name: names[0], Also: names[1:], Read: func(*T, Cell) error { return nil }}
}
