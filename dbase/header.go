package dbase

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Errors of files; each is wrapped with what was found.
var (
	ErrNotDBase  = errors.New("not a dBase table")
	ErrHeader    = errors.New("damaged dBase header")
	ErrKind      = errors.New("column kind is not supported")
	ErrTruncated = errors.New("file ends before its last row")
	ErrSurplus   = errors.New("file holds more than its header states")
)

// Kind is the kind of a column.
type Kind byte

// The kinds of columns.
const (
	Character Kind = 'C'
	Number    Kind = 'N'
	Float     Kind = 'F' // a number as text, of dBase IV
	Date      Kind = 'D'
	Logical   Kind = 'L'
)

// Field is one column.
type Field struct {
	Name     string // up to 10 characters
	Kind     Kind
	Length   int
	Decimals int
}

// Header is what a file says of itself.
type Header struct {
	Version  byte
	Year     int // of the last update: writers store 125 or 25 for 2025
	Month    int
	Day      int
	Records  int
	Size     int  // of the header itself
	Row      int  // of a row, its deletion mark included
	CodePage byte // language driver: 0 says nothing
	Fields   []Field
}

// The code-page bytes in use for Russian.
const (
	CodePage866  byte = 0x65
	CodePage866x byte = 0x26
	CodePage1251 byte = 0xc9
)

const (
	fixedSize  = 32
	fieldSize  = 32
	nameSize   = 11
	terminator = 0x0d
	deleted    = '*'
	present    = ' '
	endMark    = 0x1a

	// MaxFields is how many columns a table of dBase may have.
	MaxFields = 255
)

// IsTable reports whether the first bytes of a file may begin a table of dBase.
func IsTable(head []byte) bool {
	if len(head) < fixedSize || !knownVersion(head[0]) {
		return false
	}
	month, day := head[2], head[3]
	size := int(binary.LittleEndian.Uint16(head[8:]))
	return month <= 12 && day <= 31 && size > fixedSize
}

func knownVersion(b byte) bool {
	switch b {
	case 0x03, 0x04, 0x30, 0x83, 0x8b: // dBase III, IV, FoxPro, and both first with a memo file
		return true
	}
	return false
}

// ReadHeader reads the header of a table of size bytes and proves that it fits together.
func ReadHeader(r io.ReaderAt) (Header, error) {
	var fixed [fixedSize]byte
	if _, err := r.ReadAt(fixed[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return Header{}, fmt.Errorf("read the header: %w", err)
	}
	if !IsTable(fixed[:]) {
		return Header{}, ErrNotDBase
	}
	h := Header{
		Version: fixed[0], Year: 1900 + int(fixed[1]), Month: int(fixed[2]), Day: int(fixed[3]),
		Records:  int(binary.LittleEndian.Uint32(fixed[4:])),
		Size:     int(binary.LittleEndian.Uint16(fixed[8:])),
		Row:      int(binary.LittleEndian.Uint16(fixed[10:])),
		CodePage: fixed[29],
	}
	if fixed[1] < 80 {
		h.Year = 2000 + int(fixed[1])
	}
	rest := make([]byte, h.Size-fixedSize)
	if n, err := r.ReadAt(rest, fixedSize); n < len(rest) {
		if err != nil && !errors.Is(err, io.EOF) {
			return h, fmt.Errorf("read the columns: %w", err)
		}
		return h, fmt.Errorf("%w: it is cut at byte %d of %d", ErrHeader, fixedSize+n, h.Size)
	}
	return h, h.readFields(rest)
}

func (h *Header) readFields(rest []byte) error {
	width := 1
	for len(rest) >= fieldSize && rest[0] != terminator {
		if len(h.Fields) == MaxFields {
			return fmt.Errorf("%w: more than %d columns", ErrHeader, MaxFields)
		}
		name, _, _ := strings.Cut(string(rest[:nameSize]), "\x00")
		f := Field{Name: strings.TrimSpace(name), Kind: Kind(rest[nameSize]), Length: int(rest[16]), Decimals: int(rest[17])}
		switch f.Kind {
		case Character:
			f.Length += f.Decimals << 8 // FoxPro and Clipper: lengths above 255
			f.Decimals = 0
		case Number, Float, Date, Logical:
		default:
			return fmt.Errorf("%w: column %s is of kind %q", ErrKind, f.Name, rune(f.Kind))
		}
		if f.Name == "" || f.Length == 0 || f.Kind == Date && f.Length != 8 {
			return fmt.Errorf("%w: column %d", ErrHeader, len(h.Fields)+1)
		}
		width += f.Length
		h.Fields = append(h.Fields, f)
		rest = rest[fieldSize:]
	}
	switch {
	case len(h.Fields) == 0:
		return fmt.Errorf("%w: no columns", ErrHeader)
	case len(rest) == 0 || rest[0] != terminator:
		return fmt.Errorf("%w: the end of the columns is not where it should be", ErrHeader)
	case width != h.Row:
		return fmt.Errorf("%w: columns take %d bytes, a row %d", ErrHeader, width, h.Row)
	}
	return nil
}

// bytes writes the header with a count of rows.
func (h *Header) bytes() ([]byte, error) {
	size := fixedSize + fieldSize*len(h.Fields) + 1
	out := make([]byte, size)
	out[0], out[1], out[2], out[3] = 0x03, byte(h.Year-1900), byte(h.Month), byte(h.Day) //nolint:gosec // a year of our time
	width := 1
	for i, f := range h.Fields {
		at := out[fixedSize+i*fieldSize:]
		if len(f.Name) == 0 || len(f.Name) >= nameSize || f.Length <= 0 || f.Length > 254 {
			return nil, fmt.Errorf("%w: column %q of %d", ErrHeader, f.Name, f.Length)
		}
		copy(at, f.Name)
		at[nameSize], at[16], at[17] = byte(f.Kind), byte(f.Length), byte(f.Decimals) //nolint:gosec // proved above
		width += f.Length
	}
	if len(h.Fields) == 0 || len(h.Fields) > MaxFields || width > 1<<16-1 {
		return nil, fmt.Errorf("%w: %d columns of %d bytes", ErrHeader, len(h.Fields), width)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(h.Records)) //nolint:gosec // counted
	binary.LittleEndian.PutUint16(out[8:], uint16(size))      //nolint:gosec // at most 255 columns
	binary.LittleEndian.PutUint16(out[10:], uint16(width))
	out[29] = h.CodePage
	out[size-1] = terminator
	h.Size, h.Row = size, width
	return out, nil
}
