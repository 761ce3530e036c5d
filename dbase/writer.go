package dbase

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Errors of values that do not fit.
var (
	ErrTooLong = errors.New("value is longer than its column")
	ErrValue   = errors.New("value is not of the kind of its column")
)

// Writer writes a table row by row; Close writes the end mark and the count of rows into the header.
type Writer struct {
	header Header
	target io.WriteSeeker
	out    *bufio.Writer
	row    []byte
	cell   []byte
	encode func(dst []byte, text string) []byte
}

// NewWriter starts a table: of h count the day, the code-page byte and the columns. Encode appends a
// text in the code page; nil takes texts as they are.
func NewWriter(target io.WriteSeeker, h Header, encode func(dst []byte, text string) []byte) (*Writer, error) {
	h.Records = 0
	head, err := h.bytes()
	if err != nil {
		return nil, err
	}
	if encode == nil {
		encode = func(dst []byte, text string) []byte { return append(dst, text...) }
	}
	w := &Writer{header: h, target: target, out: bufio.NewWriterSize(target, 64<<10), row: make([]byte, h.Row), encode: encode}
	if _, err := w.out.Write(head); err != nil {
		return nil, fmt.Errorf("write the header: %w", err)
	}
	return w, nil
}

// Write writes a row, a cell for each column: numbers and dates as the text that stands in the file. A
// cell that does not fit is an error and leaves the table as it was: a number must never become "***",
// and whether a text may be cut is for the caller to say.
func (w *Writer) Write(erased bool, cells []string) error {
	if len(cells) != len(w.header.Fields) {
		return fmt.Errorf("%w: %d cells for %d columns", ErrValue, len(cells), len(w.header.Fields))
	}
	for i := range w.row {
		w.row[i] = present
	}
	if erased {
		w.row[0] = deleted
	}
	at := 1
	for i, f := range w.header.Fields {
		w.cell = w.encode(w.cell[:0], cells[i])
		if len(w.cell) > f.Length {
			return fmt.Errorf("%w: %q in column %s of %d", ErrTooLong, cells[i], f.Name, f.Length)
		}
		into := w.row[at : at+f.Length]
		if f.Kind == Number || f.Kind == Float {
			copy(into[f.Length-len(w.cell):], w.cell)
		} else {
			copy(into, w.cell)
		}
		at += f.Length
	}
	if _, err := w.out.Write(w.row); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	w.header.Records++
	return nil
}

// Close finishes the table. It does not close the target.
func (w *Writer) Close() error {
	if err := errors.Join(w.out.WriteByte(endMark), w.out.Flush()); err != nil {
		return fmt.Errorf("write the end: %w", err)
	}
	head, err := w.header.bytes()
	if err != nil {
		return err
	}
	if _, err := w.target.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("go back to the header: %w", err)
	}
	if _, err := w.target.Write(head); err != nil {
		return fmt.Errorf("write the count of rows: %w", err)
	}
	if _, err := w.target.Seek(0, io.SeekEnd); err != nil {
		return fmt.Errorf("go to the end: %w", err)
	}
	return nil
}
