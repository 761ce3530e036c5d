package dbase

import (
	"bufio"
	"bytes"
	"encoding/binary"
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
	letters [128]letter      // of the upper half of the page
	text    []byte
	ends    []int // of the cells in text
	number  int
}

// letter is a character of a code page in UTF-8.
type letter struct {
	size  int
	bytes [utf8.UTFMax]byte
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
	r := &Reader{Header: h, content: content, size: size, page: page, ends: make([]int, len(h.Fields))}
	const atOnce = 256 << 10
	r.input = bufio.NewReaderSize(io.NewSectionReader(content, int64(h.Size), size-int64(h.Size)), max(atOnce, h.Row))
	r.text = make([]byte, (h.Row+utf8.UTFMax)*utf8.UTFMax) // no text of a row is longer
	for i := range r.letters {
		if page != nil {
			l := &r.letters[i]
			l.size = utf8.EncodeRune(l.bytes[:], page.DecodeByte(byte(i+utf8.RuneSelf)))
		}
	}
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
	raw, err := r.input.Peek(r.Row) // the buffer holds a row; it is read where it lies
	if err != nil {
		if errors.Is(err, io.EOF) {
			return Row{}, fmt.Errorf("%w: %d of %d rows are whole", ErrTruncated, r.number, r.Records)
		}
		return Row{}, fmt.Errorf("read row %d: %w", r.number+1, err)
	}
	r.number++
	row := Row{Number: r.number, Deleted: raw[0] == deleted, Cells: make([]string, len(r.Fields))}
	length, at := 0, 1
	for i := range r.Fields {
		f := &r.Fields[i]
		cell := trimCharacter(raw[at : at+f.Length])
		at += f.Length
		if f.Kind != Character {
			cell = bytes.Trim(cell, " \x00")
		}
		length += r.decode(r.text[length:], cell)
		r.ends[i] = length
	}
	if _, err := r.input.Discard(len(raw)); err != nil {
		return Row{}, fmt.Errorf("read row %d: %w", r.number, err)
	}
	// One string for the whole row; its cells are parts of it.
	whole, from := string(r.text[:length]), 0
	for i, end := range r.ends {
		row.Cells[i] = whole[from:end]
		from = end
	}
	return row, nil
}

// trimCharacter takes spaces and zeros off the end, eight at once: most of a wide row is nothing else.
func trimCharacter(raw []byte) []byte {
	const spaces, zeros, word = 0x2020202020202020, 0, 8
	end := len(raw)
	for end >= word {
		if eight := binary.LittleEndian.Uint64(raw[end-word : end]); eight != spaces && eight != zeros {
			break
		}
		end -= word
	}
	for end > 0 && (raw[end-1] == ' ' || raw[end-1] == 0) {
		end--
	}
	return raw[:end]
}

// decode writes a cell in UTF-8 and returns how long it is. Room is left for what stands at most in a row.
func (r *Reader) decode(into, raw []byte) int {
	if r.page == nil {
		return copy(into, bytes.ToValidUTF8(raw, []byte("\ufffd")))
	}
	n := 0
	for _, b := range raw {
		if b < utf8.RuneSelf {
			into[n] = b
			n++
			continue
		}
		l := &r.letters[b-utf8.RuneSelf]
		*(*[utf8.UTFMax]byte)(into[n : n+utf8.UTFMax]) = l.bytes
		n += l.size
	}
	return n
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
