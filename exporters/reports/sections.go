package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
)

// section is one table of a workbook that has several, and what fills it.
type section struct {
	layout table
	fill   func(*table) error
}

// writeSections writes a workbook of several tables and its sheet «Контроль», which says further what it is
// given. The sums of its control are those of the first table.
func writeSections(w io.Writer, meta Meta, title string, sections []section, further []Total) (control Control, err error) {
	book, err := workbook.New(meta.options(title))
	if err != nil {
		return Control{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	digest := sha256.New()
	tables := make([]*table, 0, len(sections))
	for i, s := range sections {
		s.layout.digest = digest
		t, err := newTable(book, meta, s.layout)
		if err != nil {
			return Control{}, err
		}
		if err := s.fill(t); err != nil {
			return Control{}, err
		}
		part, err := t.finish()
		if err != nil {
			return Control{}, err
		}
		control.Rows += part.Rows
		if i == 0 {
			control.Sums = part.Sums
		}
		tables = append(tables, t)
	}
	control.SHA256 = hex.EncodeToString(digest.Sum(nil))
	if err := writeControl(tables, title, control, further); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}
