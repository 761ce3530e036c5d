package store

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// sourceRef names the source of a fact by id in a query, for eachSourced; the position stands after it.
const sourceRef = `source_id, `

// knownSources are the sources that the store has met, by id. A source never changes, and its id is never
// given twice, so whoever reads facts by the same connections need not ask for it again.
type knownSources struct {
	met atomic.Pointer[map[int64]housing.Source]
}

// all returns them, not to be changed.
func (k *knownSources) all() map[int64]housing.Source {
	if met := k.met.Load(); met != nil {
		return *met
	}
	return nil
}

// keep puts more of them in place. What another has put there meanwhile may be lost: it is read again.
func (k *knownSources) keep(met map[int64]housing.Source) { k.met.Store(&met) }

func (k *knownSources) forget() { k.met.Store(nil) }

// heldRow is a row kept until the source it names is known.
type heldRow struct{ columns [][]byte }

// eachSourced reads the rows of a query whose last columns are the id of the source and the position
// there. Joining the sources would send the name of the same few files with each of tens of millions of
// rows. A row whose source was not met before waits until all rows have come: the order of rows is lost.
func (l *factLoader) eachSourced(ctx context.Context, sql string, take func(*factRow)) error {
	var held holdings
	missing := map[int64]bool{}
	err := l.eachFact(ctx, l.words, sql, l.args, func(r *factRow) error {
		r.sources = l.sources
		id := r.sourceID()
		if _, known := l.sources[id]; known {
			take(r)
			return nil
		}
		missing[id] = true
		held.hold(r)
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.loadSources(ctx, missing); err != nil {
		return err
	}
	row := factRow{words: l.words, sources: l.sources}
	for i := range held.rows {
		row.columns, row.next = held.rows[i].columns, 0
		take(&row)
		if err := row.finish(); err != nil {
			return err
		}
	}
	return nil
}

// holdings keep rows in few large pieces.
type holdings struct {
	rows    []heldRow
	data    []byte
	columns [][]byte
}

// hold copies a row, which is not valid after the next was asked for, and reads over it.
func (h *holdings) hold(r *factRow) {
	const piece = 64 << 10
	size := 0
	for _, c := range r.columns {
		size += len(c)
	}
	if cap(h.data)-len(h.data) < size {
		h.data = make([]byte, 0, max(piece, size))
	}
	if cap(h.columns)-len(h.columns) < len(r.columns) {
		h.columns = make([][]byte, 0, max(piece>>5, len(r.columns)))
	}
	first := len(h.columns)
	for _, c := range r.columns {
		if c == nil {
			h.columns = append(h.columns, nil)
			continue
		}
		from := len(h.data)
		h.data = append(h.data, c...)
		h.columns = append(h.columns, h.data[from:len(h.data):len(h.data)])
	}
	h.rows = append(h.rows, heldRow{columns: h.columns[first:len(h.columns):len(h.columns)]})
	r.next = len(r.columns)
}

func (l *factLoader) loadSources(ctx context.Context, missing map[int64]bool) error {
	if len(missing) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	const sql = `SELECT id, kind, name, partition FROM sources WHERE id = ANY(@ids)`
	met := make(map[int64]housing.Source, len(l.sources)+len(ids))
	maps.Copy(met, l.sources)
	err := l.eachFact(ctx, l.words, sql, pgx.NamedArgs{"ids": ids}, func(r *factRow) error {
		id := r.number()
		met[id] = housing.Source{
			Kind: housing.SourceKind(r.word()), Name: r.word(), Partition: int32(r.number()), //nolint:gosec // an integer column
		}
		delete(missing, id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the sources: %w", err)
	}
	l.sources = met
	l.known.keep(met)
	if len(missing) > 0 {
		return fmt.Errorf("read the sources of facts: %d of %d: %w", len(missing), len(ids), ErrNotFound)
	}
	return nil
}
