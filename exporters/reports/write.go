package reports

import (
	"errors"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
)

// source fills a table and says what else the sheet «Контроль» shows.
type source struct {
	rows    func(t *table) error
	further func() []Total // after the rows; may be nil
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
	var further []Total
	if from.further != nil {
		further = from.further()
	}
	if err := writeControl([]*table{t}, t.title, control, further); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}
