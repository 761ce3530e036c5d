package pipeline

import (
	"context"
	"encoding/binary"

	"github.com/kvitok-gkh/kvitok/importers"
)

const (
	// keptBytes is how much of a file's rows is kept in memory for its protocol. The rows of a larger file are read
	// from its archived copy a second time, so that the memory does not grow with the file.
	keptBytes = 24 << 20
	// keptBlock is how much is taken of the memory at once.
	keptBlock = 256 << 10
)

// keptRows are the rows of a file as they were received, for its protocol: reading a file a second time only to give
// its cells back costs as much as reading it the first time. Nil, or more than keptBytes: there are none. They are kept
// as bytes, which take half the room of texts and are nothing to the collector of garbage: of each row its sheet, its
// number, the lengths of its cells, and the cells.
type keptRows struct {
	blocks [][]byte // a row stands in one
	sheets []string
	size   int
	over   bool
}

// add keeps one more row, or lets go of all where they become too many.
func (k *keptRows) add(r importers.Record) {
	if k.over {
		return
	}
	size := (len(r.Cells) + 3) * binary.MaxVarintLen32 //nolint:mnd // sheet, row, count
	for _, cell := range r.Cells {
		size += len(cell)
	}
	last := len(k.blocks) - 1
	if last < 0 || cap(k.blocks[last])-len(k.blocks[last]) < size {
		room := max(size, keptBlock)
		if k.size += room; k.size > keptBytes {
			k.blocks, k.over = nil, true
			return
		}
		k.blocks = append(k.blocks, make([]byte, 0, room))
		last++
	}
	k.blocks[last] = k.appendRow(k.blocks[last], r)
}

func (k *keptRows) appendRow(b []byte, r importers.Record) []byte {
	if n := len(k.sheets); n == 0 || k.sheets[n-1] != r.Sheet {
		k.sheets = append(k.sheets, r.Sheet)
	}
	for _, n := range [...]int{len(k.sheets) - 1, r.Row, len(r.Cells)} {
		b = binary.AppendUvarint(b, uint64(n)) //nolint:gosec // not negative
	}
	for _, cell := range r.Cells {
		b = binary.AppendUvarint(b, uint64(len(cell)))
	}
	for _, cell := range r.Cells {
		b = append(b, cell...)
	}
	return b
}

// take reads the first row of a block and returns what stands behind it.
func (k *keptRows) take(b []byte) (r importers.Record, rest []byte) {
	number := func() int {
		n, length := binary.Uvarint(b)
		b = b[length:]
		return int(n) //nolint:gosec // an int was written
	}
	r.Sheet, r.Row = k.sheets[number()], number()
	r.Cells = make([]string, number())
	lengths, whole := b, 0
	for range r.Cells {
		whole += number()
	}
	text := string(b[:whole])
	for i := range r.Cells {
		length, size := binary.Uvarint(lengths)
		lengths = lengths[size:]
		r.Cells[i], text = text[:length], text[length:]
	}
	return r, b[whole:]
}

// eachRow gives the rows of a file once more, from memory where they are kept. A row from memory has nothing but its
// place and its cells.
func (p *Pipeline) eachRow(ctx context.Context, f fetchedFile, kept *keptRows, yield func(importers.Record) error) error {
	if kept == nil || kept.over {
		return p.decode(ctx, f, yield)
	}
	for _, block := range kept.blocks {
		for len(block) > 0 {
			var r importers.Record
			r, block = kept.take(block)
			if err := yield(r); err != nil {
				return err
			}
		}
	}
	return nil
}
