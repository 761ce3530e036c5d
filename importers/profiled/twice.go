package profiled

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// twice tells of a large file which values of its unique column may come more than once: a first look at the bytes of the
// column marks them by a hash. Only those few need be remembered while the rows are read, however many rows there are.
type twice struct {
	once, more []uint64 // two bits of each value, by hash
}

const (
	twicePower = 25
	twiceBits  = 1 << twicePower // of each: of three million values two in a hundred are taken for such as come again
	largeFile  = 1 << 18         // rows from which on a first look pays
)

func newTwice() *twice {
	return &twice{once: make([]uint64, twiceBits/64), more: make([]uint64, twiceBits/64)}
}

// lookTwice takes the first look; nil where the file is small, or the column cannot be found without reading whole rows.
func (l *layout) lookTwice(in importers.Input) *twice {
	column := l.uniqueColumn()
	if column == 0 || l.expected(in) < largeFile {
		return nil
	}
	t := newTwice()
	lines := bufio.NewReaderSize(io.NewSectionReader(in.Content, 0, in.Size), 64<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil // whoever reads the rows says what is wrong
		}
		if cell, there := nthCell(line, byte(l.cut), column); there { //nolint:gosec // ASCII, see uniqueColumn
			t.mark(cell)
		}
		if err != nil {
			return t
		}
	}
}

// uniqueColumn is the place of the one column whose values must be unique, 0 where it is not at such a place in every row.
func (l *layout) uniqueColumn() (at int) {
	if l.fixed || l.cut >= utf8.RuneSelf || l.unescape != nil {
		return 0
	}
	for _, of := range l.lines {
		for _, c := range of.columns {
			switch {
			case !c.Unique:
			case at != 0, of.Is != profiles.Row, of.Prefix != "", c.At < 1, c.Label != "", c.Part != "", c.After != "", c.Before != "", c.Chars != 0:
				return 0
			default:
				at = c.At
			}
		}
	}
	return at
}

func nthCell(line []byte, cut byte, n int) (cell []byte, there bool) {
	for range n - 1 {
		at := bytes.IndexByte(line, cut)
		if at < 0 {
			return nil, false
		}
		line = line[at+1:]
	}
	if at := bytes.IndexByte(line, cut); at >= 0 {
		line = line[:at]
	}
	return line, true
}

func (t *twice) mark(cell []byte) {
	a, b := slotsOf(cell)
	if isSet(t.once, a) && isSet(t.once, b) {
		set(t.more, a)
		set(t.more, b)
	}
	set(t.once, a)
	set(t.once, b)
}

// maybe reports whether a value may come more than once.
func (t *twice) maybe(text string) bool {
	a, b := slotsOf(text)
	return isSet(t.more, a) && isSet(t.more, b)
}

func isSet(bits []uint64, at uint64) bool { return bits[at/64]>>(at%64)&1 != 0 }

func set(bits []uint64, at uint64) { bits[at/64] |= 1 << (at % 64) }

// slotsOf finds the bits of a value. Spaces, quotes and letters beyond ASCII are left out: equal values have the same bits in
// whatever encoding and however they were trimmed.
func slotsOf[T string | []byte](text T) (a, b uint64) {
	const prime, spread = 0x100000001b3, 0x9e3779b97f4a7c15
	hash := uint64(0xcbf29ce484222325)
	for i := range len(text) {
		if b := text[i]; b > ' ' && b < utf8.RuneSelf && b != '"' {
			hash = (hash ^ uint64(b)) * prime
		}
	}
	hash = (hash ^ hash>>32) * spread
	return hash >> (64 - twicePower), hash >> (64 - 2*twicePower) % twiceBits
}
