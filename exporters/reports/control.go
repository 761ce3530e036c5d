package reports

import (
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// controlName is the name of the sheet that proves a report to be whole.
const controlName = "Контроль"

const (
	labelWidth = 38.0
	valueWidth = 70.0 // of three merged columns
)

const hashNote = "SHA-256 считается по строкам отчёта в порядке вывода: значения ячеек текстом (дробная часть через точку), " +
	"через табуляцию, в конце строки — перевод строки (LF), кодировка UTF-8."

type controlSheet struct {
	*workbook.Sheet
	row                       int
	label, value, head, money int
	count, note               int
}

// writeControl adds the sheet «Контроль»: what the data say, what the sheets sum up to (as
// formulas, so that a change made by hand shows), and the difference.
func writeControl(tables []*table, title string, control Control, further []Total) error {
	book, meta := tables[0].book, tables[0].meta
	s, err := newControlSheet(book, meta, title)
	if err != nil {
		return err
	}
	if err := s.facts(meta, control); err != nil {
		return err
	}
	if err := s.sums(tables); err != nil {
		return err
	}
	for _, e := range further {
		if err := s.fact(e.Name, e.Value); err != nil {
			return err
		}
	}
	if err := s.Row(s.row+1, 40, []any{excelize.Cell{StyleID: s.note, Value: hashNote}}); err != nil {
		return err
	}
	if err := s.Merge(workbook.Cell(1, s.row+1), workbook.Cell(4, s.row+1)); err != nil {
		return err
	}
	return s.Finish()
}

func (s *controlSheet) sums(tables []*table) error {
	err := s.line(excelize.Cell{StyleID: s.head, Value: "Контрольная сумма"},
		excelize.Cell{StyleID: s.head, Value: "По данным"}, excelize.Cell{StyleID: s.head, Value: "По листам"},
		excelize.Cell{StyleID: s.head, Value: "Разница"})
	if err != nil {
		return err
	}
	for _, t := range tables {
		for i, c := range t.columns {
			if c.sum == noSum {
				continue
			}
			style := s.money
			if c.sum == ofCounts {
				style = s.count
			}
			total, row := c.value(t.whole[i]), s.row
			err := s.line(
				excelize.Cell{StyleID: s.label, Value: named(tables, t, c)},
				excelize.Cell{StyleID: style, Value: total},
				excelize.Cell{StyleID: style, Value: total, Formula: t.sumOf(i)},
				excelize.Cell{StyleID: style, Value: 0, Formula: fmt.Sprintf("ROUND(B%d-C%d,2)", row, row)},
			)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// named puts the sheet before the name of a sum where two sheets have sums of one name.
func named(tables []*table, t *table, c column) string {
	for _, other := range tables {
		if other != t && slices.ContainsFunc(other.columns, func(o column) bool { return o.sum != noSum && o.name() == c.name() }) {
			return t.name + ": " + c.name()
		}
	}
	return c.name()
}

func newControlSheet(book *workbook.Book, meta Meta, title string) (*controlSheet, error) {
	sheet, err := book.Sheet(workbook.Layout{
		Name: controlName, Widths: []float64{labelWidth, 30, 22, 18}, Portrait: true, Tab: "70AD47",
		Footer: meta.Organisation.Title() + " · " + title + " · прогон " + meta.Run,
	})
	if err != nil {
		return nil, fmt.Errorf("add the control sheet: %w", err)
	}
	s := &controlSheet{Sheet: sheet}
	looks := []struct {
		to   *int
		look workbook.Look
	}{
		{&s.label, workbook.Look{Border: true, Wrap: true}},
		{&s.value, workbook.Look{Border: true, Wrap: true, Format: workbook.TextFormat}},
		{&s.head, workbook.Look{Border: true, Bold: true, Wrap: true, Fill: workbook.HeadFill, Align: "center"}},
		{&s.money, workbook.Look{Border: true, Format: workbook.MoneyFormat, Align: "right"}},
		{&s.count, workbook.Look{Border: true, Format: workbook.CountFormat, Align: "right"}},
		{&s.note, workbook.Look{Wrap: true, Top: true, Colour: "606060", Size: 8}},
	}
	for _, l := range looks {
		if *l.to, err = book.Style(l.look); err != nil {
			return nil, fmt.Errorf("style the control sheet: %w", err)
		}
	}
	err = writeHead(book, sheet, "Контроль: "+title, nil)
	s.row = 3
	return s, err
}

func (s *controlSheet) facts(meta Meta, control Control) error {
	for _, e := range []Total{
		{"Организация", meta.organisation()},
		{"Расчётный период", meta.Period.Russian()},
		{"Отбор", meta.filters()},
		{"По состоянию на", meta.asOf()},
		{"Прогон №", meta.Run},
		{"Версия программы", meta.Engine},
		{"Версия тарифов и параметров", meta.Parameters},
		{"SHA-256 строк отчёта", control.SHA256},
	} {
		if err := s.fact(e.Name, e.Value); err != nil {
			return err
		}
	}
	return s.line(excelize.Cell{StyleID: s.label, Value: "Строк в отчёте"},
		excelize.Cell{StyleID: s.count, Value: control.Rows})
}

// fact writes a name and its value, the value over three columns.
func (s *controlSheet) fact(name, value string) error {
	blank := excelize.Cell{StyleID: s.value}
	if err := s.Merge(workbook.Cell(2, s.row), workbook.Cell(4, s.row)); err != nil {
		return err
	}
	return s.line(excelize.Cell{StyleID: s.label, Value: name}, excelize.Cell{StyleID: s.value, Value: value}, blank, blank)
}

func (s *controlSheet) line(cells ...excelize.Cell) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = c
	}
	lines := workbook.Lines(fmt.Sprint(cells[0].Value), labelWidth)
	if text, ok := cells[1].Value.(string); ok {
		lines = max(lines, workbook.Lines(text, valueWidth))
	}
	err := s.Row(s.row, workbook.Height(lines)+2, values)
	s.row++
	return err
}

// agrees says in Russian whether a difference that must be zero is so.
func agrees(difference housing.Money) string {
	if difference == 0 {
		return "сходится"
	}
	return "РАСХОЖДЕНИЕ " + difference.Russian() + " ₽"
}
