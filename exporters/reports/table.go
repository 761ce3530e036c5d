package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// column is one column of a table. Neighbours of one group share a heading above their titles.
type column struct {
	group  string
	title  string
	width  float64
	format string
	align  string
	wrap   bool
	sum    sum
}

// sum says whether a column has a total, and of what.
type sum int

const (
	noSum sum = iota
	ofMoney
	ofCounts
)

// value returns a total as a number of Excel.
func (c column) value(total housing.Money) any {
	if c.sum == ofCounts {
		return int64(total)
	}
	return workbook.Money(total)
}

// name returns the column's name where its title alone says too little.
func (c column) name() string {
	if c.group != "" {
		return c.group + ", " + c.title
	}
	return c.title
}

// table writes rows of cells to as many sheets as they need, sums them and hashes them.
type table struct {
	book    *workbook.Book
	meta    Meta
	title   string
	name    string // of the sheet
	columns []column
	signed  bool // with lines for signatures

	sheet   *workbook.Sheet
	first   int // first row of data
	next    int // row to write
	cells   []excelize.Cell
	marked  bool
	plain   []int // styles of the columns
	accent  []int // styles of marked rows
	values  []any // pointers to cells
	filled  int
	lines   int       // of the highest cell of the row
	line    []byte    // canonical text of the row
	digest  hash.Hash // of the rows; set beforehand where tables share one
	rows    int
	amounts []housing.Money // of the row
	part    []housing.Money // of the sheet
	whole   []housing.Money
	ranges  []string // of data, one a sheet: "'ОСВ'!%[1]s7:%[1]s20"
	totals  []string // total rows, one a sheet: "'ОСВ'!%[1]s21"

	grouped   int // number of the column that rows are grouped by, 0: not at all
	group     group
	groupSum  []housing.Money
	subText   int   // style of the text of a subtotal
	subtotals []int // styles of its sums
}

const (
	headRows     = 4   // title and three lines
	progressRows = 500 // between two words on the progress
	headerRow    = headRows + 2
	tailRows     = 7 // subtotals, totals and signatures
	accentFill   = "FFF4D6"
	totalFill    = "F2F2F2"
)

func newTable(book *workbook.Book, meta Meta, t table) (*table, error) {
	t.book, t.meta = book, meta
	n := len(t.columns)
	t.cells, t.values = make([]excelize.Cell, n), make([]any, n)
	t.plain, t.accent = make([]int, n), make([]int, n)
	t.amounts, t.part, t.whole = make([]housing.Money, n), make([]housing.Money, n), make([]housing.Money, n)
	if t.digest == nil {
		t.digest = sha256.New()
	}
	for i, c := range t.columns {
		t.values[i] = &t.cells[i]
		look := workbook.Look{Format: c.format, Align: c.align, Wrap: c.wrap, Border: true}
		var err error
		if t.plain[i], err = book.Style(look); err != nil {
			return nil, fmt.Errorf("style a column: %w", err)
		}
		look.Fill, look.Italic = accentFill, true
		if t.accent[i], err = book.Style(look); err != nil {
			return nil, fmt.Errorf("style a column: %w", err)
		}
	}
	t.groupSum = make([]housing.Money, n)
	if err := t.groupStyles(); err != nil {
		return nil, err
	}
	if err := t.begin(); err != nil {
		return nil, err
	}
	return &t, nil
}

// begin starts the next sheet.
func (t *table) begin() error {
	widths := make([]float64, len(t.columns))
	for i, c := range t.columns {
		widths[i] = c.width
	}
	deep := t.header()
	last := headerRow + deep - 1
	sheet, err := t.book.Sheet(workbook.Layout{
		Name: t.name, Widths: widths, FrozenRow: last, FrozenCol: 1, Repeat: [2]int{headerRow, last},
		Footer: t.meta.Organisation.Title() + " · " + t.title + " · " + t.meta.Period.Russian() + " · прогон " + t.meta.Run,
	})
	if err != nil {
		return fmt.Errorf("begin a sheet: %w", err)
	}
	t.sheet = sheet
	if err := writeHead(t.book, sheet, t.title, t.meta.head()); err != nil {
		return err
	}
	if err := t.writeHeader(deep); err != nil {
		return err
	}
	t.first = last + 1
	t.next = t.first
	clear(t.part)
	return nil
}

// header returns how many rows the header of the table has.
func (t *table) header() int {
	for _, c := range t.columns {
		if c.group != "" {
			return 2
		}
	}
	return 1
}

func (t *table) writeHeader(deep int) error {
	style, err := t.book.Style(workbook.Look{Bold: true, Wrap: true, Align: "center", Fill: workbook.HeadFill, Border: true})
	if err != nil {
		return fmt.Errorf("style the header: %w", err)
	}
	upper, lower := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i, c := range t.columns {
		top := c.title
		if c.group != "" {
			top = c.group
		}
		upper[i] = excelize.Cell{StyleID: style, Value: top}
		lower[i] = excelize.Cell{StyleID: style, Value: c.title}
	}
	if deep == 1 {
		return t.sheet.Row(headerRow, 30, lower)
	}
	if err := t.sheet.Row(headerRow, 18, upper); err != nil {
		return err
	}
	for i, c := range t.columns {
		if c.group == "" {
			lower[i] = excelize.Cell{StyleID: style}
		}
	}
	if err := t.sheet.Row(headerRow+1, 18, lower); err != nil {
		return err
	}
	return t.mergeHeader()
}

func (t *table) mergeHeader() error {
	for i := 0; i < len(t.columns); i++ {
		from, to := i, i
		for t.columns[i].group != "" && to+1 < len(t.columns) && t.columns[to+1].group == t.columns[i].group {
			to++
		}
		bottom := headerRow
		if t.columns[i].group == "" {
			bottom++
		}
		if err := t.sheet.Merge(workbook.Cell(from+1, headerRow), workbook.Cell(to+1, bottom)); err != nil {
			return fmt.Errorf("merge the header: %w", err)
		}
		i = to
	}
	return nil
}

// text adds a text cell to the row; "" stays an empty cell.
func (t *table) text(s string) {
	if c := t.columns[t.filled]; c.wrap {
		t.lines = max(t.lines, workbook.Lines(s, c.width))
	}
	t.put(s, s != "")
	t.line = append(t.line, plainText(s)...)
}

// money adds an amount.
func (t *table) money(m housing.Money) {
	t.amounts[t.filled] = m
	t.put(workbook.Money(m), true)
	t.line = append(t.line, m.String()...)
}

// number adds a quantity.
func (t *table) number(d housing.Decimal) {
	t.put(workbook.Number(d), true)
	t.line = append(t.line, d.String()...)
}

// count adds a whole number.
func (t *table) count(n int) {
	t.amounts[t.filled] = housing.Money(n)
	t.put(n, true)
	t.line = fmt.Append(t.line, n)
}

// blank adds an empty cell.
func (t *table) blank() { t.put(nil, false) }

// mark gives the row that is being made the look of a special one.
func (t *table) mark() { t.marked = true }

func (t *table) put(value any, present bool) {
	if t.filled > 0 {
		t.line = append(t.line, '\t')
	}
	if !present {
		value = nil
	}
	t.cells[t.filled].Value = value
	t.filled++
}

// end writes the row that was made.
func (t *table) end() error {
	if t.next+tailRows > t.meta.sheetRows() {
		if err := t.finishSheet(false); err != nil {
			return err
		}
		if err := t.begin(); err != nil {
			return err
		}
	}
	if err := t.enter(); err != nil {
		return err
	}
	styles := t.plain
	if t.marked {
		styles = t.accent
	}
	for i, c := range t.columns {
		t.cells[i].StyleID = styles[i]
		if c.sum == noSum {
			continue
		}
		var err error
		if t.part[i], err = t.part[i].Add(t.amounts[i]); err != nil {
			return fmt.Errorf("total the column %q: %w", c.name(), err)
		}
		t.groupSum[i] += t.amounts[i] // a part of what did not overflow
	}
	if err := t.sheet.Row(t.next, workbook.Height(max(t.lines, 1)), t.values); err != nil {
		return err
	}
	t.line = append(t.line, '\n')
	_, _ = t.digest.Write(t.line) // a hash never fails
	t.line, t.filled, t.lines, t.marked = t.line[:0], 0, 0, false
	clear(t.amounts)
	t.next++
	t.rows++
	if t.meta.Progress != nil && t.rows%progressRows == 0 {
		t.meta.Progress(t.rows)
	}
	return nil
}

// finish ends the last sheet and tells what was counted.
func (t *table) finish() (Control, error) {
	if err := t.finishSheet(true); err != nil {
		return Control{}, err
	}
	control := Control{Rows: t.rows, SHA256: hex.EncodeToString(t.digest.Sum(nil))}
	for i, c := range t.columns {
		if c.sum == ofMoney {
			control.Sums = append(control.Sums, Sum{c.name(), t.whole[i]})
		}
	}
	return control, nil
}

// plainText keeps the hashed form one line a row.
func plainText(s string) string {
	if !strings.ContainsAny(s, "\t\r\n") {
		return s
	}
	return strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace(s)
}
