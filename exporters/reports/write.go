package reports

import (
	"errors"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
)

// source fills a table and says what else the sheet «Контроль» shows.
type source struct {
	rows    func(t *table) error
	further func() []Total                   // after the rows; may be nil
	chart   func(t *table) chart             // of the report, after the rows; may be nil
	also    func(t *table) ([]*table, error) // further tables of the book, begun after t is finished; may be nil
}

// writeTable writes a report that is one table.
func writeTable(w io.Writer, meta Meta, layout table, from source) (control Control, err error) {
	book, err := workbook.New(meta.options(layout.title))
	if err != nil {
		return Control{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	t, err := newTable(book, meta, layout)
	if err != nil {
		return Control{}, err
	}
	if err := from.rows(t); err != nil {
		return Control{}, err
	}
	if control, err = t.finish(); err != nil {
		return Control{}, err
	}
	tables := []*table{t}
	if from.also != nil {
		more, err := from.also(t)
		if err != nil {
			return Control{}, err
		}
		tables = append(tables, more...)
	}
	if from.chart != nil {
		if err := writeChart(t, from.chart(t)); err != nil {
			return Control{}, err
		}
	}
	var further []Total
	if from.further != nil {
		further = from.further()
	}
	if err := writeControl(tables, t.title, control, further); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}
