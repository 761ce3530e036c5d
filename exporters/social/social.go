// Package social gives tables of dBase back to authorities of social protection with the columns of the
// organisation filled in: the same columns, code page and rows.
//
// It owns how a value stands in a column. It does not own the values, nor whose they are.
package social

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Shape is how the authority wrote its table.
type Shape struct {
	Columns  []dbase.Field
	CodePage byte
	Encoding exporters.Encoding
	Day      housing.Date // of the answer
	Temp     string
}

// Table is a table being filled in.
type Table struct {
	file    *os.File
	writer  *dbase.Writer
	columns map[string]dbase.Field
	at      map[string]int
}

// New starts a table.
func New(s Shape) (*Table, error) {
	encoder, err := exporters.NewEncoder(s.Encoding)
	if err != nil {
		return nil, fmt.Errorf("start an answer: %w", err)
	}
	file, err := os.CreateTemp(s.Temp, "social-*.dbf")
	if err != nil {
		return nil, fmt.Errorf("start an answer: %w", err)
	}
	t := &Table{file: file, columns: map[string]dbase.Field{}, at: map[string]int{}}
	for i, f := range s.Columns {
		t.columns[f.Name], t.at[f.Name] = f, i
	}
	t.writer, err = dbase.NewWriter(file, dbase.Header{
		Year: s.Day.Period().Year(), Month: int(s.Day.Period().Month()), Day: s.Day.Day(), CodePage: s.CodePage, Fields: s.Columns,
	}, func(dst []byte, text string) []byte {
		dst, _ = encoder.Append(dst, text)
		return dst
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start an answer: %w", err), t.Abort())
	}
	return t, nil
}

// Set puts a number into the column of a row, where the table has one and it holds the number; false where
// the number is too long for it.
func (t *Table) Set(cells []string, column string, value housing.Decimal) bool {
	f, there := t.columns[column]
	if !there {
		return true
	}
	text := fixed(value, f.Decimals)
	if len(text) > f.Length {
		return false
	}
	cells[t.at[column]] = text
	return true
}

// SetDate puts a day into the column of a row, where the table has one; the zero day empties it.
func (t *Table) SetDate(cells []string, column string, on housing.Date) {
	at, there := t.at[column]
	if !there {
		return
	}
	cells[at] = ""
	if !on.IsZero() {
		cells[at] = strings.ReplaceAll(on.String(), "-", "")
	}
}

// fixed prints a number with so many digits behind the point, rounded half up.
func fixed(d housing.Decimal, decimals int) string {
	scale := uint8(decimals) //nolint:gosec // of a column of dBase: at most 15
	rounded, err := d.Ratio().Round(scale)
	if err != nil {
		return d.String()
	}
	return rounded.String()
}

// Row writes a row.
func (t *Table) Row(cells []string) error {
	if err := t.writer.Write(false, cells); err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	return nil
}

// Close gives the table out.
func (t *Table) Close(w io.Writer) error {
	err := t.writer.Close()
	if err == nil {
		_, err = t.file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(w, t.file)
	}
	if err != nil {
		err = fmt.Errorf("finish an answer: %w", err)
	}
	return errors.Join(err, t.Abort())
}

// Abort gives the table up and removes its temporary file.
func (t *Table) Abort() error { return errors.Join(t.file.Close(), os.Remove(t.file.Name())) }
