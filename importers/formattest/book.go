package formattest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// Book describes a workbook as a test writes it: {"sheets": [{"name": …, "rows": [[…]]}]}. A cell is
// a text, a number, null, or {"date": "2026-10-01"}, {"moment": "2026-10-01T09:30:00Z"} for a native
// date, {"error": "#N/A"} for a formula gone wrong.
type Book struct {
	Sheets []Sheet `json:"sheets"`
}

// Sheet is one sheet of a Book.
type Sheet struct {
	Name string  `json:"name"`
	Rows [][]any `json:"rows"`
}

// Workbook builds the .xlsx file. The library that writes it is not the code that reads it.
func Workbook(tb testing.TB, book Book) []byte {
	tb.Helper()
	f := excelize.NewFile()
	defer func() {
		if err := f.Close(); err != nil {
			tb.Errorf("close workbook: %v", err)
		}
	}()
	for i, sheet := range book.Sheets {
		var err error
		if i == 0 {
			err = f.SetSheetName("Sheet1", sheet.Name)
		} else {
			_, err = f.NewSheet(sheet.Name)
		}
		if err == nil {
			err = fillSheet(f, sheet)
		}
		if err != nil {
			tb.Fatalf("write sheet %q: %v", sheet.Name, err)
		}
	}
	buffer, err := f.WriteToBuffer()
	if err != nil {
		tb.Fatalf("write workbook: %v", err)
	}
	return buffer.Bytes()
}

func fillSheet(f *excelize.File, sheet Sheet) error {
	for r, cells := range sheet.Rows {
		for c, value := range cells {
			name, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err == nil {
				err = setCell(f, sheet.Name, name, value)
			}
			if err != nil {
				return fmt.Errorf("set %s to %v: %w", name, value, err)
			}
		}
	}
	return nil
}

func setCell(f *excelize.File, sheet, cell string, value any) error {
	special, ok := value.(map[string]any)
	switch {
	case value == nil:
		return nil
	case !ok:
		return f.SetCellValue(sheet, cell, value) //nolint:wrapcheck // the caller names the cell
	case special["date"] != nil:
		return setDate(f, sheet, cell, fmt.Sprint(special["date"])+"T00:00:00Z")
	case special["moment"] != nil:
		return setDate(f, sheet, cell, fmt.Sprint(special["moment"]))
	case special["error"] != nil:
		return f.SetCellFormula(sheet, cell, "NA()") //nolint:wrapcheck // the caller names the cell
	}
	return fmt.Errorf("unknown kind of cell %v", special)
}

func setDate(f *excelize.File, sheet, cell, text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("parse date of a cell: %w", err)
	}
	layout := `dd\.mm\.yyyy;@`
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &layout})
	if err != nil {
		return fmt.Errorf("add style: %w", err)
	}
	if err := f.SetCellValue(sheet, cell, at); err != nil {
		return fmt.Errorf("set date: %w", err)
	}
	return f.SetCellStyle(sheet, cell, cell, style) //nolint:wrapcheck // the caller names the cell
}

// ParseBook reads the description of a workbook.
func ParseBook(tb testing.TB, text []byte) Book {
	tb.Helper()
	var book Book
	if err := json.Unmarshal(text, &book); err != nil {
		tb.Fatalf("parse description of a workbook: %v", err)
	}
	return book
}
