package dbase

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Reader reads the rows of a table one after the other.
type Reader struct {
	Header

	content io.ReaderAt
	size    int64
	input   *bufio.Reader
	page    *charmap.Charmap // nil: UTF-8
	row     []byte
	text    []byte
	ends    []int // of the cells in text
	number  int
}

// Row is one row of a table.
type Row struct {
	Number  int // 1-based, deleted rows counted
	Deleted bool
	Cells   []string // outer spaces of numbers and dates, and spaces at the end of texts, are taken off
}

// NewReader reads the header of a table of size bytes. Page is the code page of its texts, nil for UTF-8.
func NewReader(content io.ReaderAt, size int64, page *charmap.Charmap) (*Reader, error) {
	h, err := ReadHeader(content)
	if err != nil {
		return nil, err
	}
	r := &Reader{Header: h, content: content, size: size, page: page, row: make([]byte, h.Row), ends: make([]int, len(h.Fields))}
	r.input = bufio.NewReaderSize(io.NewSectionReader(content, int64(h.Size), size-int64(h.Size)), 256<<10)
	return r, nil
}

// Sample returns texts of the first rows, by which a code page can be told, about limit bytes of them.
func Sample(content io.ReaderAt, h Header, limit int) ([]byte, error) {
	input := bufio.NewReaderSize(io.NewSectionReader(content, int64(h.Size), 1<<62-int64(h.Size)), 64<<10)
	row := make([]byte, h.Row)
	var text []byte
	for n := 0; n < h.Records && len(text) < limit; n++ {
		if _, err := io.ReadFull(input, row); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				break
			}
			return nil, fmt.Errorf("read row %d: %w", n+1, err)
		}
		at := 1
		for _, f := range h.Fields {
			if f.Kind == Character {
				text = append(append(text, trimCharacter(row[at:at+f.Length])...), ' ')
			}
			at += f.Length
		}
	}
	return text, nil
}

// Next returns the next row, those deleted too, io.EOF after the last. A file cut short gives its whole
// rows and then ErrTruncated; one that goes on behind its last row gives ErrSurplus.
func (r *Reader) Next() (Row, error) {
	if r.number == r.Records {
		return Row{}, r.end()
	}
	if _, err := io.ReadFull(r.input, r.row); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return Row{}, fmt.Errorf("%w: %d of %d rows are whole", ErrTruncated, r.number, r.Records)
		}
		return Row{}, fmt.Errorf("read row %d: %w", r.number+1, err)
	}
	r.number++
	row := Row{Number: r.number, Deleted: r.row[0] == deleted, Cells: make([]string, len(r.Fields))}
	r.text = r.text[:0]
	at := 1
	for i := range r.Fields {
		f := &r.Fields[i]
		raw := r.row[at : at+f.Length]
		at += f.Length
		if f.Kind == Character {
			r.append(trimCharacter(raw))
		} else {
			r.append(bytes.Trim(raw, " \x00"))
		}
		r.ends[i] = len(r.text)
	}
	// One string for the whole row; its cells are parts of it.
	whole, from := string(r.text), 0
	for i, end := range r.ends {
		row.Cells[i] = whole[from:end]
		from = end
	}
	return row, nil
}

func trimCharacter(raw []byte) []byte {
	end := len(raw)
	for end > 0 && (raw[end-1] == ' ' || raw[end-1] == 0) {
		end--
	}
	return raw[:end]
}

func (r *Reader) append(raw []byte) {
	if r.page == nil {
		r.text = append(r.text, bytes.ToValidUTF8(raw, []byte("\ufffd"))...)
		return
	}
	for _, b := range raw {
		if b < utf8.RuneSelf {
			r.text = append(r.text, b)
			continue
		}
		r.text = utf8.AppendRune(r.text, r.page.DecodeByte(b))
	}
}

// end proves that nothing but end marks and zeros follows the last row.
func (r *Reader) end() error {
	for {
		b, err := r.input.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return fmt.Errorf("read the end: %w", err)
		case b != endMark && b != 0:
			return fmt.Errorf("%w: %d rows", ErrSurplus, r.Records)
		}
	}
}
