package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// subtotal is the function code of SUBTOTAL for a sum: rows that a filter hides do not count, so an
// accountant who filters sees the total of what he looks at.
const subtotal = 9

// finishSheet writes the totals of the sheet, of the whole report too on the last of several
// sheets, then the lines for signatures.
func (t *table) finishSheet(last bool) error {
	if err := t.leave(); err != nil {
		return err
	}
	bottom := t.next - 1
	for i := range t.whole {
		var err error
		if t.whole[i], err = t.whole[i].Add(t.part[i]); err != nil {
			return fmt.Errorf("total the report: %w", err)
		}
	}
	if err := t.sheet.Filter(workbook.Cell(1, t.first-1), workbook.Cell(len(t.columns), max(bottom, t.first))); err != nil {
		return err
	}
	if bottom < t.first {
		bottom = t.first // an empty report sums its empty first row
		t.next = t.first + 1
	}
	t.ranges = append(t.ranges, fmt.Sprintf("%s!%%[1]s%d:%%[1]s%d", workbook.Quote(t.sheet.Name), t.first, bottom))
	several := !last || len(t.totals) > 0
	label := "ИТОГО"
	if several {
		label = "Итого по листу"
	}
	if !slices.ContainsFunc(t.columns, func(c column) bool { return c.sum != noSum }) {
		label = fmt.Sprintf("Строк: %d", t.rows)
	}
	t.totals = append(t.totals, fmt.Sprintf("%s!%%[1]s%d", workbook.Quote(t.sheet.Name), t.next))
	err := t.totalRow(label, t.part, func(letters string) string {
		return fmt.Sprintf("SUBTOTAL(%d,%s%d:%s%d)", subtotal, letters, t.first, letters, bottom)
	})
	if err != nil {
		return err
	}
	if last && several {
		all := strings.Join(t.totals, ",")
		err := t.totalRow("ВСЕГО", t.whole, func(letters string) string {
			return fmt.Sprintf("SUM("+all+")", letters)
		})
		if err != nil {
			return err
		}
	}
	if last && t.signed {
		if err := t.signatures(); err != nil {
			return err
		}
	}
	return t.sheet.Finish()
}

func (t *table) totalRow(label string, sums []housing.Money, formula func(letters string) string) error {
	text, err := t.book.Style(workbook.Look{Bold: true, Fill: totalFill, Border: true})
	if err != nil {
		return fmt.Errorf("style the totals: %w", err)
	}
	cells := make([]any, len(t.columns))
	for i, c := range t.columns {
		cells[i] = excelize.Cell{StyleID: text}
		if c.sum == noSum {
			continue
		}
		number, err := t.book.Style(workbook.Look{Bold: true, Fill: totalFill, Border: true, Format: c.format, Align: c.align})
		if err != nil {
			return fmt.Errorf("style the totals: %w", err)
		}
		cells[i] = excelize.Cell{StyleID: number, Formula: formula(workbook.Column(i + 1)), Value: c.value(sums[i])}
	}
	cells[0] = excelize.Cell{StyleID: text, Value: label}
	err = t.sheet.Row(t.next, 18, cells)
	t.next++
	return err
}

func (t *table) signatures() error {
	style, err := t.book.Style(workbook.Look{})
	if err != nil {
		return fmt.Errorf("style the signatures: %w", err)
	}
	line := "Составил ______________________ / ______________________ /          " +
		"Проверил ______________________ / ______________________ /"
	return t.sheet.Row(t.next+1, 18, []any{excelize.Cell{StyleID: style, Value: line}})
}

// writeHead writes the title and the lines below it, rows 1 to 4; row 5 stays empty.
func writeHead(book *workbook.Book, sheet *workbook.Sheet, title string, lines []string) error {
	large, err := book.Style(workbook.Look{Bold: true, Size: 14})
	if err != nil {
		return fmt.Errorf("style the head: %w", err)
	}
	small, err := book.Style(workbook.Look{Colour: "404040"})
	if err != nil {
		return fmt.Errorf("style the head: %w", err)
	}
	if err := sheet.Row(1, 22, []any{excelize.Cell{StyleID: large, Value: title}}); err != nil {
		return err
	}
	for i, line := range lines {
		if err := sheet.Row(i+2, 14, []any{excelize.Cell{StyleID: small, Value: line}}); err != nil {
			return err
		}
	}
	return nil
}
