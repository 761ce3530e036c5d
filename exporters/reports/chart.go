package reports

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// chart is the sheet «График»: a small table of figures that are formulas over the report, and the chart of
// them. The figures come from the rows of a column that one condition chooses, or from the whole column.
type chart struct {
	title  string
	kind   int
	names  string   // title of the column of groups
	groups []string // what is compared
	series []chartSeries
	unit   string
	format string
}

// chartSeries is one row of numbers over the groups.
type chartSeries struct {
	title  string
	colour string
	line   bool
	cells  []chartCell // one a group
}

// chartCell is one figure: its value, and the formula by which it follows from the report.
type chartCell struct {
	value   any
	formula string
}

// The colours of charts: they stay apart in black and white print too.
const (
	colourCharged = "9DB7D5"
	colourPaid    = "2F6B3A"
	colourDebt    = "A11D12"
	colourFourth  = "E0B050"
	colourFifth   = "6B6B6B"
)

const (
	chartSheet  = "График"
	chartHeader = 3
	chartWidth  = 1000
	chartTall   = 430
)

// columnSumIf is the formula of the cells of a column whose row has a text in another one. SUMIF would take
// the name of a month for a date; this compares text with text.
func (t *table) columnSumIf(column, where int, text string) string {
	parts := make([]string, len(t.ranges))
	for i, cells := range t.ranges {
		parts[i] = fmt.Sprintf(`SUMPRODUCT(--(%s="%s"),%s)`, fmt.Sprintf(cells, workbook.Column(where+1)), strings.ReplaceAll(text, `"`, `""`),
			fmt.Sprintf(cells, workbook.Column(column+1)))
	}
	return strings.Join(parts, "+")
}

// writeChart adds the sheet. A report without rows has none.
func writeChart(t *table, c chart) error {
	if len(c.groups) == 0 {
		return nil
	}
	widths := []float64{34}
	for range c.series {
		widths = append(widths, 16)
	}
	sheet, err := t.book.Sheet(workbook.Layout{
		Name: chartSheet, Widths: widths, Tab: "2F75B5",
		Footer: t.meta.Organisation.Title() + " · " + t.title + " · " + t.meta.Period.Russian() + " · прогон " + t.meta.Run,
	})
	if err != nil {
		return fmt.Errorf("add the sheet of the chart: %w", err)
	}
	if err := writeHead(t.book, sheet, c.title, nil); err != nil {
		return err
	}
	if err := c.table(t.book, sheet); err != nil {
		return err
	}
	last := chartHeader + len(c.groups)
	drawing := workbook.Chart{
		Kind: c.kind, Title: c.title + ", " + t.meta.Period.Russian(), At: workbook.Cell(1, last+2), Width: chartWidth, Height: chartTall,
		Names: fmt.Sprintf("$A$%d:$A$%d", chartHeader+1, last), Format: c.format, Unit: c.unit,
	}
	if c.kind == workbook.Bars {
		drawing.Height = max(chartTall, 120+22*len(c.groups))
	}
	for i, s := range c.series {
		letters := workbook.Column(i + 2)
		drawing.Series = append(drawing.Series, workbook.Series{
			Name: fmt.Sprintf("$%s$%d", letters, chartHeader), Values: fmt.Sprintf("$%s$%d:$%s$%d", letters, chartHeader+1, letters, last),
			Colour: s.colour, Line: s.line,
		})
	}
	if err := sheet.Chart(drawing); err != nil {
		return err
	}
	return sheet.Finish()
}

func (c chart) table(book *workbook.Book, sheet *workbook.Sheet) error {
	head, err := book.Style(workbook.Look{Bold: true, Wrap: true, Align: "center", Fill: workbook.HeadFill, Border: true})
	if err != nil {
		return fmt.Errorf("style a chart: %w", err)
	}
	name, err := book.Style(workbook.Look{Border: true, Wrap: true, Format: workbook.TextFormat})
	if err != nil {
		return fmt.Errorf("style a chart: %w", err)
	}
	number, err := book.Style(workbook.Look{Border: true, Format: c.format, Align: "right"})
	if err != nil {
		return fmt.Errorf("style a chart: %w", err)
	}
	titles := []any{excelize.Cell{StyleID: head, Value: c.names}}
	for _, s := range c.series {
		titles = append(titles, excelize.Cell{StyleID: head, Value: s.title})
	}
	if err := sheet.Row(chartHeader, 30, titles); err != nil {
		return err
	}
	for i, group := range c.groups {
		cells := []any{excelize.Cell{StyleID: name, Value: group}}
		for _, s := range c.series {
			cells = append(cells, excelize.Cell{StyleID: number, Value: s.cells[i].value, Formula: s.cells[i].formula})
		}
		if err := sheet.Row(chartHeader+1+i, workbook.Height(workbook.Lines(group, 34)), cells); err != nil {
			return err
		}
	}
	return nil
}

// sums adds up amounts by name, in the order in which the names came.
type sums struct {
	names  []string
	groups map[string][]housing.Money
}

func (s *sums) add(name string, amounts ...housing.Money) error {
	if s.groups == nil {
		s.groups = map[string][]housing.Money{}
	}
	of := s.groups[name]
	if of == nil {
		of = make([]housing.Money, len(amounts))
		s.groups[name], s.names = of, append(s.names, name)
	}
	for i, amount := range amounts {
		var err error
		if of[i], err = of[i].Add(amount); err != nil {
			return fmt.Errorf("add up %s: %w", name, err)
		}
	}
	return nil
}

// cells makes the figures of a series: the sums of one amount, each by the formula over the rows that have the
// group's name in a column.
func (s *sums) cells(t *table, amount, column, where int) []chartCell {
	cells := make([]chartCell, len(s.names))
	for i, name := range s.names {
		cells[i] = chartCell{workbook.Money(s.groups[name][amount]), t.columnSumIf(column, where, name)}
	}
	return cells
}
