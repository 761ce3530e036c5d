package workbook

import (
	"errors"

	"github.com/xuri/excelize/v2"
)

// Instructions adds the locked sheet that tells whoever fills a workbook in what to do, a line a row.
func (b *Book) Instructions(lines []string) error {
	title, err := b.Style(Look{Bold: true, Size: 14})
	if err != nil {
		return err
	}
	text, err := b.Style(Look{Wrap: true, Top: true, Size: 10})
	if err != nil {
		return err
	}
	const width = 76.0 // of an A4 page upright
	sheet, err := b.Sheet(Layout{Name: "Инструкция", Widths: []float64{width}, Portrait: true, Tab: "A6A6A6"})
	if err != nil {
		return err
	}
	if err := sheet.Row(1, 26, []any{excelize.Cell{StyleID: title, Value: "Как заполнить"}}); err != nil {
		return err
	}
	for i, line := range lines {
		cell := []any{excelize.Cell{StyleID: text, Value: line}}
		if err := sheet.Row(i+2, Height(Lines(line, width))+6, cell); err != nil {
			return err
		}
	}
	return errors.Join(sheet.Lock(), sheet.Finish())
}
