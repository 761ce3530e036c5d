package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// factRow reads the columns of the row at hand, in their order, in PostgreSQL's binary form. A month is
// charged from tens of millions of rows: scanned through pgx's general decoding, they cost more than
// the calculation. A mistake (a column too many, another type) is kept and ends the query.
//
// Source: the *send functions of PostgreSQL 15 (numeric_send, date_send).
type factRow struct {
	columns [][]byte
	next    int
	words   map[string]string
	sources map[int64]housing.Source // met so far, for eachSourced
	err     error
}

var errFactRow = errors.New("a column is not of the type that it is read as")

func (r *factRow) column() []byte {
	if r.next >= len(r.columns) {
		r.fail("there is no such column")
		return nil
	}
	r.next++
	return r.columns[r.next-1]
}

func (r *factRow) fail(text string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %d: %s: %w", r.next, text, errFactRow)
	}
}

// number reads bigint, integer or smallint; NULL is 0.
func (r *factRow) number() int64 {
	switch b := r.column(); len(b) {
	case 0:
		return 0
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b))) //nolint:gosec // two's complement is the form
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b))) //nolint:gosec // two's complement is the form
	case 8:
		return int64(binary.BigEndian.Uint64(b)) //nolint:gosec // two's complement is the form
	}
	r.fail("not a whole number")
	return 0
}

// flag reads a boolean; NULL is false.
func (r *factRow) flag() bool {
	b := r.column()
	return len(b) == 1 && b[0] == 1
}

// text reads a text that few rows share; NULL is empty.
func (r *factRow) text() string { return string(r.column()) }

// word reads a text that many rows share: a service, an INN, the name of a file. It is kept once.
func (r *factRow) word() string {
	b := r.column()
	if len(b) == 0 {
		return ""
	}
	if word, known := r.words[string(b)]; known {
		return word
	}
	word := string(b)
	r.words[word] = word
	return word
}

// date reads a date; NULL is none.
func (r *factRow) date() housing.Date {
	const epoch = 946_684_800 // 2000-01-01, which PostgreSQL counts days from, in seconds of Unix
	b := r.column()
	if len(b) == 0 {
		return housing.Date{}
	}
	if len(b) != 4 {
		r.fail("not a date")
		return housing.Date{}
	}
	days := int64(int32(binary.BigEndian.Uint32(b))) //nolint:gosec // two's complement is the form
	return housing.DateOf(time.Unix(epoch+days*86_400, 0).UTC())
}

// interval reads two dates, from and to.
func (r *factRow) interval() housing.Interval {
	from := r.date()
	return housing.Interval{From: from, To: r.date()}
}

// decimal reads a numeric with the digits it was stored with; NULL is 0.
func (r *factRow) decimal() housing.Decimal {
	b := r.column()
	if b == nil {
		return housing.Decimal{}
	}
	const head = 8
	const negative = 0x4000
	if len(b) < head || len(b) != head+2*int(binary.BigEndian.Uint16(b)) {
		r.fail("not a numeric")
		return housing.Decimal{}
	}
	weight := int(int16(binary.BigEndian.Uint16(b[2:]))) //nolint:gosec // two's complement is the form
	sign, scale := binary.BigEndian.Uint16(b[4:]), int(binary.BigEndian.Uint16(b[6:]))
	value, ok := decimalUnits(b[head:], weight, scale)
	if !ok || (sign != 0 && sign != negative) {
		r.fail("a numeric with more digits than a decimal holds")
		return housing.Decimal{}
	}
	if sign == negative {
		value = -value
	}
	d, err := housing.NewDecimal(value, uint8(scale)) //nolint:gosec // checked by decimalUnits
	if err != nil {
		r.fail("a numeric with more digits than a decimal holds")
	}
	return d
}

// decimalUnits adds up digits of base 10000, the first of which counts 10000^weight, in units of 10^-scale.
func decimalUnits(digits []byte, weight, scale int) (int64, bool) {
	const most, base, baseDigits = 1<<63 - 1, 10_000, 4
	if scale > 18 {
		return 0, false
	}
	var value uint64
	for i := 0; i < len(digits); i += 2 {
		digit := uint64(binary.BigEndian.Uint16(digits[i:]))
		shift := baseDigits*(weight-i/2) + scale // the digit counts 10^shift units
		for ; shift < 0; shift++ {
			digit /= 10
		}
		if digit == 0 {
			continue
		}
		if shift > 18 || digit > most/pow10(shift) {
			return 0, false
		}
		if value += digit * pow10(shift); value > most {
			return 0, false
		}
	}
	return int64(value), true
}

// sourceID is what sourceRef names, wherever the reading stands.
func (r *factRow) sourceID() int64 {
	at := r.next
	r.next = max(len(r.columns)-2, 0)
	id := r.number()
	r.next = at
	return id
}

// source reads what sourceColumns or sourceRef name, and the position.
func (r *factRow) source() housing.Source {
	if r.sources != nil {
		s := r.sources[r.number()]
		s.Position = r.number()
		return s
	}
	s := housing.Source{Kind: housing.SourceKind(r.word()), Name: r.word()}
	s.Partition = int32(r.number()) //nolint:gosec // an integer column
	s.Position = r.number()
	return s
}

// finish tells what was wrong with the row at hand.
func (r *factRow) finish() error {
	if r.err == nil && r.next != len(r.columns) {
		r.fail("the columns after it are not read")
	}
	return r.err
}

// eachFact runs a query and reads its rows one by one. The row is valid until take returns.
func (q Queries) eachFact(ctx context.Context, words map[string]string, sql string, args pgx.NamedArgs, take func(*factRow) error) error {
	rows, err := q.Query(ctx, sql, pgx.QueryResultFormats{pgx.BinaryFormatCode}, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := factRow{words: words}
	for rows.Next() {
		row.columns, row.next = rows.RawValues(), 0
		if err := take(&row); err != nil {
			return err
		}
		if err := row.finish(); err != nil {
			return err
		}
	}
	return rows.Err() //nolint:wrapcheck // the caller says what it read
}
