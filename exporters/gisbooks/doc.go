// Package gisbooks writes the workbooks that go to ГИС ЖКХ: payment documents and readings, the sheets and
// columns of the system's templates in their order, all cells as text in the system's forms: dates
// ДД.ММ.ГГГГ, months ММ.ГГГГ, a decimal comma.
//
// It owns the layout and the limit of rows of a sheet. It does not own what is billed, nor the templates
// themselves: the system takes a workbook only if it was made from its current template, with its hidden
// sheets, so the rows are pasted into that.
//
// Source: templates «ПД» of 2019 and later, data from row 4 and 5; readings 13.1.3.1, data from row 2.
package gisbooks
