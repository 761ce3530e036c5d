package gisbooks

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// MaxRows is how many rows of data the system takes on a sheet.
const MaxRows = 50_000

// Options describes a workbook.
type Options struct {
	Company string
	Created time.Time // of the data: equal data give equal bytes
	Temp    string
}

// Control is what was written.
type Control struct {
	Items   int // documents or readings
	Rows    int // of the longest sheet
	Skipped int // documents without an identifier of ЖКУ: the system has no account for them
}

// page is one sheet being filled.
type page struct {
	*workbook.Sheet
	next  int
	plain int
}

// newPage starts a sheet: its titles stand right above the first row of data.
func newPage(book *workbook.Book, name string, first int, titles []string) (*page, error) {
	widths := make([]float64, len(titles))
	for i := range widths {
		widths[i] = 18
	}
	sheet, err := book.Sheet(workbook.Layout{Name: name, Widths: widths, FrozenRow: first - 1})
	if err != nil {
		return nil, err
	}
	head, err := book.Style(workbook.Look{Bold: true, Wrap: true, Border: true, Align: "center", Fill: "E4EAF2"})
	if err != nil {
		return nil, err
	}
	plain, err := book.Style(workbook.Look{Format: workbook.TextFormat})
	if err != nil {
		return nil, err
	}
	return &page{Sheet: sheet, next: first, plain: plain}, sheet.Row(first-1, 60, styled(titles, head))
}

func (p *page) add(cells []string) error {
	err := p.Row(p.next, 0, styled(cells, p.plain))
	p.next++
	return err
}

func money(m housing.Money) string { return m.RussianPlain() }

// filled prints an amount where there is one.
func filled(m housing.Money) string {
	if m == 0 {
		return ""
	}
	return money(m)
}

func number(d housing.Decimal) string {
	if d.IsZero() {
		return ""
	}
	return d.Trim().Russian()
}

func day(d housing.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Russian()
}

// month prints ММ.ГГГГ.
func month(p housing.Period) string { return p.First().Russian()[3:] }

// write finishes the sheets and gives the workbook out.
func write(w io.Writer, book *workbook.Book, pages ...*page) error {
	for _, p := range pages {
		if err := p.Finish(); err != nil {
			return err
		}
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("write a workbook of ГИС ЖКХ: %w", err)
	}
	return nil
}

func closed(book *workbook.Book, err error) error { return errors.Join(err, book.Close()) }
