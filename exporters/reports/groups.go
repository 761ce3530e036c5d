package reports

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
)

// group is the rows of one house under way, in a table whose column says which house a row belongs to. They are an
// outline that can be folded to its subtotals. A subtotal has nothing in the first column: by that the sums of the
// sheets tell it from a row.
type group struct {
	name  string
	first int // row of the sheet, 0: none under way
}

// byHouse groups the rows of a table by the column with the title.
func (t *table) byHouse(title string) {
	for i, c := range t.columns {
		if c.title == title {
			t.grouped = i + 1
			return
		}
	}
}

// enter begins the group of the row that is made, after the subtotal of the one before.
func (t *table) enter() error {
	if t.grouped == 0 {
		return nil
	}
	name, _ := t.cells[t.grouped-1].Value.(string)
	if t.group.first > 0 && name == t.group.name {
		return nil
	}
	if err := t.leave(); err != nil {
		return err
	}
	t.group = group{name, t.next}
	t.sheet.Level(1)
	return nil
}

// leave writes the subtotal of the group under way.
func (t *table) leave() error {
	if t.group.first == 0 {
		return nil
	}
	t.sheet.Level(0)
	first, last := t.group.first, t.next-1
	name := t.group.name
	t.group = group{}
	cells := make([]any, len(t.columns))
	for i, c := range t.columns {
		cells[i] = excelize.Cell{StyleID: t.subText}
		if c.sum != noSum {
			letters := workbook.Column(i + 1)
			cells[i] = excelize.Cell{
				StyleID: t.subtotals[i], Formula: fmt.Sprintf("SUBTOTAL(%d,%s%d:%s%d)", subtotal, letters, first, letters, last), Value: c.value(t.groupSum[i]),
			}
		}
	}
	label := fmt.Sprintf("Итого: %s (строк: %d)", name, last-first+1)
	cells[t.grouped-1] = excelize.Cell{StyleID: t.subText, Value: label}
	clear(t.groupSum)
	if err := t.sheet.Row(t.next, workbook.Height(workbook.Lines(label, t.columns[t.grouped-1].width)), cells); err != nil {
		return err
	}
	t.next++
	return nil
}

// groupStyles are those of subtotals.
func (t *table) groupStyles() (err error) {
	if t.grouped == 0 {
		return nil
	}
	if t.subText, err = t.book.Style(workbook.Look{Bold: true, Fill: groupFill, Border: true, Wrap: true}); err != nil {
		return fmt.Errorf("style a subtotal: %w", err)
	}
	t.subtotals = make([]int, len(t.columns))
	for i, c := range t.columns {
		if c.sum == noSum {
			continue
		}
		look := workbook.Look{Bold: true, Fill: groupFill, Border: true, Format: c.format, Align: c.align}
		if t.subtotals[i], err = t.book.Style(look); err != nil {
			return fmt.Errorf("style a subtotal: %w", err)
		}
	}
	return nil
}

const (
	groupFill  = "F7F7F7"
	houseTitle = "Адрес" // of the column with the house
)

// sumOf is the formula of a whole column over all sheets, without subtotals.
func (t *table) sumOf(column int) string {
	letters := workbook.Column(column + 1)
	parts := make([]string, len(t.ranges))
	for i, cells := range t.ranges {
		parts[i] = fmt.Sprintf(cells, letters)
	}
	if t.grouped == 0 {
		return "SUM(" + strings.Join(parts, ",") + ")"
	}
	for i, cells := range t.ranges {
		parts[i] = fmt.Sprintf(`SUMIF(%s,"<>",%s)`, fmt.Sprintf(cells, "A"), parts[i])
	}
	return strings.Join(parts, "+")
}
