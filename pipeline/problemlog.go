package pipeline

import (
	"bufio"
	"cmp"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// keptProblems is of how many rows the problems stay in memory; those of further rows go to a temporary file, so that a
// million wrong rows cost no more memory than some thousand.
const keptProblems = 2000

// problemLog keeps what was wrong with the rows of a file, in their order.
type problemLog struct {
	dir   string
	kept  []wrongRow
	spill *os.File // of no name: it goes when it is closed, or the process ends
	out   *bufio.Writer
	put   *gob.Encoder

	spilled wrongRows // reads the file
}

// wrongRow is a row with problems, by its place among the rows of its file.
type wrongRow struct {
	Ordinal  int
	Problems []housing.Problem
}

// wrongRows goes through the temporary file.
type wrongRows struct {
	get *gob.Decoder // nil: not begun
	row wrongRow     // the last one read
}

func (l *problemLog) add(row wrongRow) error {
	if len(l.kept) < keptProblems {
		l.kept = append(l.kept, row)
		return nil
	}
	if l.spill == nil {
		file, err := os.CreateTemp(l.dir, "problems-*")
		if err != nil {
			return fmt.Errorf("make a file for problems: %w", err)
		}
		l.spill = file
		if err := os.Remove(file.Name()); err != nil {
			return fmt.Errorf("make a file for problems: %w", err)
		}
		l.out = bufio.NewWriter(file)
		l.put = gob.NewEncoder(l.out)
	}
	if err := l.put.Encode(row); err != nil {
		return fmt.Errorf("keep the problems of a row: %w", err)
	}
	return nil
}

// of returns the problems of a row. Rows are asked for in their order; going back starts anew.
func (l *problemLog) of(ordinal int) ([]housing.Problem, error) {
	if len(l.kept) == 0 {
		return nil, nil
	}
	if ordinal <= l.kept[len(l.kept)-1].Ordinal {
		return l.inMemory(ordinal), nil
	}
	if l.spill == nil {
		return nil, nil
	}
	if l.spilled.get == nil || ordinal < l.spilled.row.Ordinal {
		if err := l.rewind(); err != nil {
			return nil, err
		}
	}
	for l.spilled.row.Ordinal < ordinal {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	if l.spilled.row.Ordinal > ordinal {
		return nil, nil
	}
	return l.spilled.row.Problems, nil
}

func (l *problemLog) inMemory(ordinal int) []housing.Problem {
	at, there := slices.BinarySearchFunc(l.kept, ordinal, func(row wrongRow, ordinal int) int { return cmp.Compare(row.Ordinal, ordinal) })
	if !there {
		return nil
	}
	return l.kept[at].Problems
}

// rewind goes before the first row in the file.
func (l *problemLog) rewind() error {
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("write down the problems of rows: %w", err)
	}
	l.spilled = wrongRows{get: gob.NewDecoder(bufio.NewReader(io.NewSectionReader(l.spill, 0, math.MaxInt64))), row: wrongRow{Ordinal: -1}}
	return nil
}

// next reads a row of the file; behind the last stands one that no file has.
func (l *problemLog) next() error {
	var row wrongRow
	err := l.spilled.get.Decode(&row)
	switch {
	case errors.Is(err, io.EOF):
		row.Ordinal = math.MaxInt
	case err != nil:
		return fmt.Errorf("read the problems of rows: %w", err)
	}
	l.spilled.row = row
	return nil
}

// each visits the rows with problems.
func (l *problemLog) each(visit func(wrongRow) error) error {
	for _, row := range l.kept {
		if err := visit(row); err != nil {
			return err
		}
	}
	if l.spill == nil {
		return nil
	}
	if err := l.rewind(); err != nil {
		return err
	}
	for {
		if err := l.next(); err != nil {
			return err
		}
		if l.spilled.row.Ordinal == math.MaxInt {
			return nil
		}
		if err := visit(l.spilled.row); err != nil {
			return err
		}
	}
}

func (l *problemLog) close() {
	if l.spill != nil {
		_ = l.spill.Close() // nothing of it is wanted any more
		l.spill = nil
	}
}
