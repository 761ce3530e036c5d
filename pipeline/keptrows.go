package pipeline

import (
	"context"
	"unsafe"

	"github.com/kvitok-gkh/kvitok/importers"
)

// keptBytes is how much of a file's rows is kept in memory for its protocol. The rows of a larger file are read
// from its archived copy a second time, so that the memory does not grow with the file.
const keptBytes = 24 << 20

// keptRows are the rows of a file as they were received, for its protocol: reading a file a second time only to give
// its cells back costs as much as reading it the first time. Nil, or more than keptBytes: there are none.
type keptRows struct {
	rows []keptRow
	size int
	over bool
}

// keptRow is what a protocol gives back of a row.
type keptRow struct {
	sheet string
	row   int
	cells []string
}

// add keeps one more row, or lets go of all where they become too many.
func (k *keptRows) add(r importers.Record) {
	if k.over {
		return
	}
	k.size += int(unsafe.Sizeof(keptRow{})) + len(r.Cells)*int(unsafe.Sizeof(""))
	for _, cell := range r.Cells {
		k.size += len(cell)
	}
	if k.size > keptBytes {
		k.rows, k.over = nil, true
		return
	}
	k.rows = append(k.rows, keptRow{sheet: r.Sheet, row: r.Row, cells: r.Cells})
}

// eachRow gives the rows of a file once more, from memory where they are kept. A row from memory has nothing but its
// place and its cells.
func (p *Pipeline) eachRow(ctx context.Context, f fetchedFile, kept *keptRows, yield func(importers.Record) error) error {
	if kept == nil || kept.over {
		return p.decode(ctx, f, yield)
	}
	for _, r := range kept.rows {
		if err := yield(importers.Record{Sheet: r.sheet, Row: r.row, Cells: r.cells}); err != nil {
			return err
		}
	}
	return nil
}
