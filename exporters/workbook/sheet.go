package workbook

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Layout is what is known of a sheet before its first row.
type Layout struct {
	Name      string
	Widths    []float64 // of the columns, in characters
	Hidden    []int     // 1-based columns not shown
	Portrait  bool
	FrozenRow int    // last row that stays in view
	FrozenCol int    // last column that stays in view
	Repeat    [2]int // first and last row printed on every page
	Footer    string // left part of the page footer
	Tab       string // colour of the tab
}

// Sheet is a sheet being written, row after row from the top.
type Sheet struct {
	Name   string
	book   *Book
	stream *excelize.StreamWriter
	row    int
	level  int // of rows in an outline
}

const (
	paperA4    = 9
	maxName    = 31
	maxComment = 1000
	maxFooter  = 150
)

// Sheet adds a sheet. A name that Excel would refuse, or one used before, is changed; Sheet.Name
// has the name it got.
func (b *Book) Sheet(l Layout) (*Sheet, error) {
	name := b.freeName(l.Name)
	var err error
	if len(b.names) == 0 {
		err = b.file.SetSheetName("Sheet1", name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	b.names[strings.ToLower(name)] = true
	if err = errors.Join(err, b.printing(name, l)); err != nil {
		return nil, fmt.Errorf("add sheet %q: %w", name, err)
	}
	stream, err := b.file.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("add sheet %q: %w", name, err)
	}
	s := &Sheet{Name: name, book: b, stream: stream}
	if err := s.columns(l); err != nil {
		return nil, fmt.Errorf("lay out sheet %q: %w", name, err)
	}
	return s, nil
}

// printing must precede the stream, which writes the properties of the sheet first of all.
func (b *Book) printing(name string, l Layout) error {
	yes, one, many, size, orientation := true, 1, 0, paperA4, "landscape"
	if l.Portrait {
		orientation = "portrait"
	}
	props := excelize.SheetPropsOptions{FitToPage: &yes}
	if l.Tab != "" {
		props.TabColorRGB = &l.Tab
	}
	side, top, foot := 0.39, 0.47, 0.25 // inches: 10 mm, 12 mm, 6 mm
	errs := []error{
		b.file.SetSheetProps(name, &props),
		b.file.SetPageLayout(name, &excelize.PageLayoutOptions{
			Size: &size, Orientation: &orientation, FitToWidth: &one, FitToHeight: &many,
		}),
		b.file.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{
			Left: &side, Right: &side, Top: &top, Bottom: &top, Header: &foot, Footer: &foot,
		}),
		b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{
			OddFooter: "&L&8" + footerText(l.Footer) + "&R&8Страница &P из &N",
		}),
	}
	if l.Repeat[0] > 0 {
		errs = append(errs, b.file.SetDefinedName(&excelize.DefinedName{
			Name: "_xlnm.Print_Titles", Scope: name,
			RefersTo: fmt.Sprintf("%s!$%d:$%d", Quote(name), l.Repeat[0], l.Repeat[1]),
		}))
	}
	return errors.Join(errs...)
}

func (s *Sheet) columns(l Layout) error {
	var errs []error
	for i, width := range l.Widths {
		errs = append(errs, s.stream.SetColWidth(i+1, i+1, width))
	}
	for _, column := range l.Hidden {
		errs = append(errs, s.stream.SetColVisible(column, column, false))
	}
	if l.FrozenRow > 0 || l.FrozenCol > 0 {
		pane := "bottomRight"
		switch {
		case l.FrozenCol == 0:
			pane = "bottomLeft"
		case l.FrozenRow == 0:
			pane = "topRight"
		}
		errs = append(errs, s.stream.SetPanes(&excelize.Panes{
			Freeze: true, XSplit: l.FrozenCol, YSplit: l.FrozenRow,
			TopLeftCell: Cell(l.FrozenCol+1, l.FrozenRow+1), ActivePane: pane,
		}))
	}
	return errors.Join(errs...)
}

// Row writes the cells of a row from column A on. Rows must come in ascending order; a nil cell
// stays empty. Height 0 leaves the height to the program that opens the workbook.
func (s *Sheet) Row(row int, height float64, cells []any) error {
	if err := s.stream.SetRow(Cell(1, row), cells, excelize.RowOpts{Height: height, OutlineLevel: s.level}); err != nil {
		return fmt.Errorf("write row %d of sheet %q: %w", row, s.Name, err)
	}
	s.row = row
	return nil
}

// Level says how deep in an outline the rows from here on stand, 0: in none.
func (s *Sheet) Level(n int) { s.level = n }

// Last returns the number of the last row written.
func (s *Sheet) Last() int { return s.row }

// Merge joins cells from one corner to the other.
func (s *Sheet) Merge(from, to string) error {
	if err := s.stream.MergeCell(from, to); err != nil {
		return fmt.Errorf("merge %s:%s: %w", from, to, err)
	}
	return nil
}

// Filter puts the buttons of an automatic filter on the header of the range.
func (s *Sheet) Filter(from, to string) error {
	if err := s.book.file.AutoFilter(s.Name, from+":"+to, nil); err != nil {
		return fmt.Errorf("set the filter of sheet %q: %w", s.Name, err)
	}
	return nil
}

// Comment attaches a note to a cell. It must come before Finish.
func (s *Sheet) Comment(cell, text string) error {
	if utf8.RuneCountInString(text) > maxComment {
		text = string([]rune(text)[:maxComment]) + "…"
	}
	err := s.book.file.AddComment(s.Name, excelize.Comment{
		Author: "Kvitok", Cell: cell, Paragraph: []excelize.RichTextRun{{Text: text}}, Width: 320, Height: 110,
	})
	if err != nil {
		return fmt.Errorf("comment cell %s: %w", cell, err)
	}
	return nil
}

// Choice offers the values of the source cells as a drop-down list in the range; the source is
// relative to the first row of the range. Other values stay possible after a question.
func (s *Sheet) Choice(cells, source, prompt string) error {
	rule := excelize.NewDataValidation(true)
	rule.Sqref = cells
	rule.SetSqrefDropList(source)
	rule.SetInput("Решение", prompt)
	rule.SetError(excelize.DataValidationErrorStyleWarning, "Нет среди кандидатов",
		"Такого лицевого счёта нет среди кандидатов. Оставить?")
	if err := s.book.file.AddDataValidation(s.Name, rule); err != nil {
		return fmt.Errorf("set the choice of sheet %q: %w", s.Name, err)
	}
	return nil
}

// List offers fixed values as a drop-down list in the range and refuses all others.
func (s *Sheet) List(cells string, values []string, prompt string) error {
	rule := excelize.NewDataValidation(true)
	rule.Sqref = cells
	if err := rule.SetDropList(values); err != nil {
		return fmt.Errorf("set the list of sheet %q: %w", s.Name, err)
	}
	rule.SetInput("Решение", prompt)
	rule.SetError(excelize.DataValidationErrorStyleStop, "Нет такого решения", "Выберите из списка или оставьте ячейку пустой.")
	if err := s.book.file.AddDataValidation(s.Name, rule); err != nil {
		return fmt.Errorf("set the list of sheet %q: %w", s.Name, err)
	}
	return nil
}

// Lock protects the sheet against change by mistake; there is no password.
func (s *Sheet) Lock() error {
	err := s.book.file.ProtectSheet(s.Name, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, AutoFilter: true,
	})
	if err != nil {
		return fmt.Errorf("lock sheet %q: %w", s.Name, err)
	}
	return nil
}

// Finish ends the sheet.
func (s *Sheet) Finish() error {
	if err := s.stream.Flush(); err != nil {
		return fmt.Errorf("finish sheet %q: %w", s.Name, err)
	}
	return nil
}

// Cell returns the reference of a cell: Cell(3, 7) is "C7".
func Cell(column, row int) string {
	return fmt.Sprintf("%s%d", Column(column), row)
}

// Column returns the letters of a column: Column(28) is "AB".
func Column(n int) string {
	letters := ""
	for ; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters
}

// Quote returns a sheet's name as a formula has it.
func Quote(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

func footerText(text string) string {
	if utf8.RuneCountInString(text) > maxFooter {
		text = string([]rune(text)[:maxFooter]) + "…"
	}
	return strings.ReplaceAll(text, "&", "&&")
}

func (b *Book) freeName(wanted string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return '_'
		}
		return r
	}, wanted)
	clean = strings.Trim(clean, "' ")
	if clean == "" {
		clean = "Лист"
	}
	name := cut(clean, maxName)
	for i := 2; b.names[strings.ToLower(name)]; i++ {
		mark := fmt.Sprintf(" (%d)", i)
		name = cut(clean, maxName-len(mark)) + mark
	}
	return name
}

func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
