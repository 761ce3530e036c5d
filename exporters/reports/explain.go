package reports

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

const sheetTitle = "Расчёт платы"

// WriteSheets writes calculation sheets: «Расчётный лист» to print and sign, where every line has its
// formula, operands and rounding; «Строки», the same lines as one table; «Контроль».
func WriteSheets(w io.Writer, meta Meta, sheets []*housing.CalculationSheet) (control Control, err error) {
	meta.Filters = sheetFilters(sheets)
	book, err := workbook.New(meta.options(sheetTitle))
	if err != nil {
		return Control{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := writePaper(book, meta, sheets); err != nil {
		return Control{}, err
	}
	t, err := newTable(book, meta, linesTable())
	if err != nil {
		return Control{}, err
	}
	for _, s := range sheets {
		for i := range s.Lines {
			if err := addLine(t, s, i); err != nil {
				return Control{}, err
			}
		}
	}
	if control, err = t.finish(); err != nil {
		return Control{}, err
	}
	if err := writeControl([]*table{t}, sheetTitle, control, sheetTotals(sheets)); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}

func sheetFilters(sheets []*housing.CalculationSheet) []string {
	if len(sheets) == 1 {
		return []string{"лицевой счёт " + sheets[0].Account.Number, sheets[0].Address()}
	}
	return []string{"лицевых счетов: " + strconv.Itoa(len(sheets))}
}

func sheetTotals(sheets []*housing.CalculationSheet) []Total {
	if len(sheets) == 1 && sheets[0].Snapshot != "" {
		return []Total{{"Снимок данных дома (SHA-256)", sheets[0].Snapshot}}
	}
	return nil
}

func linesTable() table {
	return table{title: sheetTitle + ": строки", name: "Строки", columns: []column{
		textColumn("Лицевой счёт", 14),
		{title: "№", width: 5, format: workbook.CountFormat, align: "right"},
		textColumn("Услуга", 34), textColumn("С", 11), textColumn("По", 11), textColumn("Способ", 12), textColumn("Правило", 9),
		textColumn("Формула", 26),
		{title: "Объём", width: 12, format: workbook.QuantityFormat, align: "right"},
		{title: "Тариф, ₽", width: 11, format: workbook.PriceFormat, align: "right"},
		{title: "Коэф.", width: 7, format: "0.00##", align: "right"},
		{title: "Точно, ₽", width: 17, format: workbook.TextFormat, align: "right"},
		{title: "Начислено, ₽", width: 13, format: workbook.MoneyFormat, align: "right", sum: ofMoney},
		textColumn("Основание", 44),
	}}
}

func addLine(t *table, s *housing.CalculationSheet, i int) error {
	line := &s.Lines[i]
	c := &line.Charge
	t.text(s.Account.Number)
	t.count(i + 1)
	for _, text := range []string{
		line.Title, c.Segment.From.Russian(), c.Segment.To.AddDays(-1).Russian(), c.Method.Russian(), c.Rule, line.Formula,
	} {
		t.text(text)
	}
	t.number(c.Volume)
	if c.Price.IsZero() && c.Kind != housing.BaseCharge { // a correction may have no price of its own
		t.blank()
	} else {
		t.number(c.Price)
	}
	if c.Coefficient.IsZero() {
		t.blank()
	} else {
		t.number(c.Coefficient)
	}
	t.text(strings.Replace(line.Exact, ".", ",", 1))
	if c.Kind == housing.CompensationLine { // paid apart: no part of the sum
		t.blank()
	} else {
		t.money(c.Amount)
	}
	t.text(line.Clause)
	if c.Kind != housing.BaseCharge {
		t.mark()
	}
	return t.end()
}

// paper is the sheet to print: blocks one below the other, as wide as a portrait page.
type paper struct {
	*workbook.Sheet
	book                                                  *workbook.Book
	row                                                   int
	title, small, label, value, bar, amount, head, text   int
	unit, bold, note, total, totalMoney, formula, barless int
}

// The columns of the paper: symbol, meaning, value, unit, basis, source.
const (
	paperColumns = 6
	symbolWidth  = 13.0
	meaningWidth = 30.0
	numberWidth  = 16.0
	unitWidth    = 13.0
	basisWidth   = 28.0
	sourceWidth  = 26.0
	paperWide    = meaningWidth + numberWidth + unitWidth + basisWidth + sourceWidth
)

func writePaper(book *workbook.Book, meta Meta, sheets []*housing.CalculationSheet) error {
	sheet, err := book.Sheet(workbook.Layout{
		Name: "Расчётный лист", Portrait: true,
		Widths: []float64{symbolWidth, meaningWidth, numberWidth, unitWidth, basisWidth, sourceWidth},
		Footer: meta.Organisation.Title() + " · " + sheetTitle + " · " + meta.Period.Russian() + " · прогон " + meta.Run,
	})
	if err != nil {
		return fmt.Errorf("add the calculation sheet: %w", err)
	}
	p := &paper{Sheet: sheet, book: book, row: 1}
	if err := p.styles(); err != nil {
		return err
	}
	for _, s := range sheets {
		if err := p.account(meta, s); err != nil {
			return fmt.Errorf("account %s: %w", s.Account.Number, err)
		}
	}
	return p.Finish()
}

func (p *paper) styles() error {
	for _, s := range []struct {
		to   *int
		look workbook.Look
	}{
		{&p.title, workbook.Look{Bold: true, Size: 14}},
		{&p.small, workbook.Look{Colour: "404040"}},
		{&p.label, workbook.Look{Colour: "404040", Top: true}},
		{&p.value, workbook.Look{Wrap: true, Top: true, Bold: true, Align: "left"}},
		{&p.formula, workbook.Look{Wrap: true, Top: true, Bold: true, Align: "left", Size: 10}},
		{&p.bar, workbook.Look{Bold: true, Fill: workbook.HeadFill, Border: true, Size: 10}},
		{&p.amount, workbook.Look{Bold: true, Fill: workbook.HeadFill, Border: true, Size: 10, Format: workbook.MoneyFormat + " ₽", Align: "right"}},
		{&p.head, workbook.Look{Bold: true, Wrap: true, Align: "center", Fill: totalFill, Border: true}},
		{&p.text, workbook.Look{Border: true, Wrap: true, Top: true, Format: workbook.TextFormat}},
		{&p.unit, workbook.Look{Border: true, Wrap: true, Top: true, Align: "center"}},
		{&p.bold, workbook.Look{Border: true, Top: true, Bold: true, Wrap: true, Format: workbook.TextFormat}},
		{&p.note, workbook.Look{Colour: "606060", Size: 8, Align: "center", Top: true}},
		{&p.total, workbook.Look{Border: true, Bold: true, Fill: totalFill}},
		{&p.totalMoney, workbook.Look{Border: true, Bold: true, Fill: totalFill, Format: workbook.MoneyFormat + " ₽", Align: "right"}},
		{&p.barless, workbook.Look{Top: true, Bold: true, Format: workbook.MoneyFormat + " ₽", Align: "left"}},
	} {
		style, err := p.book.Style(s.look)
		if err != nil {
			return fmt.Errorf("style the calculation sheet: %w", err)
		}
		*s.to = style
	}
	return nil
}

func (p *paper) account(meta Meta, s *housing.CalculationSheet) error {
	if err := p.write(22, p.title, sheetTitle+" за "+s.Period.Russian()); err != nil {
		return err
	}
	run := "Программа " + s.Engine
	if s.Run != "" {
		run = "Прогон № " + s.Run + " · программа " + s.Engine + " · данные на " + meta.asOf()
	}
	if err := p.write(14, p.small, meta.organisation()); err != nil {
		return err
	}
	if err := p.write(14, p.small, run); err != nil {
		return err
	}
	for _, fact := range []Total{{"Лицевой счёт", s.Account.Number}, {"ЕЛС", s.Account.Unified}, {"Адрес", s.Address()}} {
		if err := p.pair(fact.Name, fact.Value, p.value); err != nil {
			return err
		}
	}
	for i := range s.Lines {
		if err := p.line(i+1, &s.Lines[i]); err != nil {
			return err
		}
	}
	p.row++
	if err := p.wide("Итого начислено", s.Total, p.total, p.totalMoney); err != nil {
		return err
	}
	if err := p.findings(s.Findings); err != nil {
		return err
	}
	return p.signature()
}

// line is the block of one charge.
func (p *paper) line(number int, line *housing.SheetLine) error {
	c := &line.Charge
	p.row++
	if err := p.wide(strconv.Itoa(number)+". "+line.Title, c.Amount, p.bar, p.amount); err != nil {
		return err
	}
	period := "с " + c.Segment.From.Russian() + " по " + c.Segment.To.AddDays(-1).Russian() +
		"; способ: " + c.Method.Russian() + "; правило " + c.Rule
	for _, fact := range []Total{{"Период", period}, {"Основание", line.Clause}} {
		if err := p.pair(fact.Name, fact.Value, p.value); err != nil {
			return err
		}
	}
	if err := p.pair("Формула", line.Formula, p.formula); err != nil {
		return err
	}
	if len(line.Operands) > 0 {
		if err := p.cells(16, p.head, "Обозначение", "Что означает", "Значение", "Единица", "Основание", "Источник"); err != nil {
			return err
		}
	}
	for i := range line.Operands {
		if err := p.operand(&line.Operands[i]); err != nil {
			return err
		}
	}
	if err := p.pair("Точно", strings.Replace(line.Exact, ".", ",", 1)+" ₽", p.value); err != nil {
		return err
	}
	if err := p.pair("Округление", line.Rounding, p.value); err != nil {
		return err
	}
	return p.put(workbook.Height(1), excelize.Cell{StyleID: p.label, Value: "Результат"},
		excelize.Cell{StyleID: p.barless, Value: workbook.Money(c.Amount)})
}

// operand keeps a value as a number where Excel can hold all of its digits, so that the formula can be
// tried in a cell beside.
func (p *paper) operand(o *housing.Operand) error {
	source := ""
	if o.Source != (housing.Source{}) {
		source = o.Source.Russian()
	}
	value, err := p.value15(o.Value)
	if err != nil {
		return err
	}
	lines := 1
	for _, cell := range []struct {
		text  string
		width float64
	}{{o.Symbol, symbolWidth}, {o.Meaning, meaningWidth}, {o.Unit, unitWidth}, {o.Basis, basisWidth}, {source, sourceWidth}} {
		lines = max(lines, workbook.Lines(cell.text, cell.width))
	}
	text := func(s string) excelize.Cell { return excelize.Cell{StyleID: p.text, Value: s} }
	return p.put(workbook.Height(lines), excelize.Cell{StyleID: p.bold, Value: o.Symbol}, text(o.Meaning), value,
		excelize.Cell{StyleID: p.unit, Value: o.Unit}, text(o.Basis), text(source))
}

// value15 is a number with the digits it was written with where Excel keeps them all, else a text.
func (p *paper) value15(text string) (excelize.Cell, error) {
	const exact = 15
	d, err := housing.ParseDecimal(text)
	if number := err == nil && len(strings.Trim(text, "-.0")) <= exact; !number {
		return excelize.Cell{StyleID: p.text, Value: strings.Replace(text, ".", ",", 1)}, nil
	}
	format := workbook.CountFormat
	if d.Scale() > 0 {
		format += "." + strings.Repeat("0", int(d.Scale()))
	}
	style, err := p.book.Style(workbook.Look{Border: true, Top: true, Format: format, Align: "right"})
	if err != nil {
		return excelize.Cell{}, fmt.Errorf("style a value: %w", err)
	}
	return excelize.Cell{StyleID: style, Value: workbook.Number(d)}, nil
}

func (p *paper) findings(list []housing.Finding) error {
	if len(list) == 0 {
		return nil
	}
	p.row++
	if err := p.write(16, p.value, "Замечания расчёта"); err != nil {
		return err
	}
	for _, f := range list {
		label := "замечание"
		if f.Held {
			label = "удержано"
		}
		text := f.Text
		if f.Service != "" {
			text = f.Service.Russian() + ": " + text
		}
		if err := p.pair(label, text, p.value); err != nil {
			return err
		}
	}
	return nil
}

func (p *paper) signature() error {
	p.row++
	line := "Расчёт выполнил ____________________ / ____________________ / ______________________________   «____» ______________ 20____ г."
	if err := p.write(18, p.small, line); err != nil {
		return err
	}
	p.row += 2
	return nil
}

// write is a line of text over the whole width.
func (p *paper) write(height float64, style int, text string) error {
	return p.put(height, excelize.Cell{StyleID: style, Value: text})
}

// pair is a label and what belongs to it, over the rest of the width; nothing is written for "".
func (p *paper) pair(label, text string, style int) error {
	if text == "" {
		return nil
	}
	if err := p.Merge(workbook.Cell(2, p.row), workbook.Cell(paperColumns, p.row)); err != nil {
		return err
	}
	return p.put(workbook.Height(workbook.Lines(text, paperWide)),
		excelize.Cell{StyleID: p.label, Value: label}, excelize.Cell{StyleID: style, Value: text})
}

// wide is a bar with a title and an amount at its end.
func (p *paper) wide(title string, amount housing.Money, style, money int) error {
	if err := p.Merge(workbook.Cell(1, p.row), workbook.Cell(paperColumns-1, p.row)); err != nil {
		return err
	}
	cells := []excelize.Cell{{StyleID: style, Value: title}}
	for range paperColumns - 2 {
		cells = append(cells, excelize.Cell{StyleID: style})
	}
	return p.put(18, append(cells, excelize.Cell{StyleID: money, Value: workbook.Money(amount)})...)
}

// cells is a row of texts of one look.
func (p *paper) cells(height float64, style int, texts ...string) error {
	row := make([]excelize.Cell, len(texts))
	for i, text := range texts {
		row[i] = excelize.Cell{StyleID: style, Value: text}
	}
	return p.put(height, row...)
}

func (p *paper) put(height float64, cells ...excelize.Cell) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		values[i] = c
	}
	err := p.Row(p.row, height, values)
	p.row++
	return err
}
