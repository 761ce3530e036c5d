package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"

	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// batchRows is how many rows of one kind go to the database at once: many, because each batch is planned
// anew; not too many, because two are in memory.
const batchRows = 6000

// application is a file to be applied.
type application struct {
	file     housing.ReceivedFile // with its ID where it was taken before
	fetched  fetchedFile
	period   housing.Period
	rejected map[place]bool // of a file taken before: the rows to try again; nil: all
	corrects *correction    // the earlier file whose rows it corrects
}

// apply decodes a file and applies its rows in one transaction: all that stands in the database of
// a file is committed with its counts, its problems and its queued protocol, or nothing is. A
// FileError rolls everything back.
func (p *Pipeline) apply(ctx context.Context, what application) (FileResult, outcomes, error) {
	var result FileResult
	var ends outcomes
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.PlanForRows()
		a, err := p.applyIn(ctx, tx, what)
		if a != nil {
			ends = a.outcomes
		}
		if err != nil {
			return err
		}
		result = FileResult{ReceivedFile: a.file, Problems: a.first}
		return nil
	})
	return result, ends, err
}

// applyIn applies a file in a transaction of the caller's. The applier is known once rows were read.
func (p *Pipeline) applyIn(ctx context.Context, tx *store.Tx, what application) (a *applier, err error) {
	file, known := what.file, what.file.ID != 0
	file.Status = housing.FileAccepted
	if known {
		err = tx.ReopenFile(ctx, file)
	} else {
		file.ID, err = tx.InsertFile(ctx, p.Organisation.ID, file)
	}
	if err != nil {
		return nil, err
	}
	source, err := tx.PutSource(ctx, housing.Source{Kind: housing.SourceFile, Name: file.Name}, file.ID)
	if err != nil {
		return nil, err
	}
	a = &applier{
		Pipeline: p, tx: tx, file: file, source: source, period: what.period, known: known, rejected: what.rejected,
		outcomes: newOutcomes(p), equal: p.equalRows(what.fetched), accountsIn: what.fetched.accountsIn,
	}
	return a, a.run(ctx, what)
}

// applier applies one file within its transaction.
type applier struct {
	*Pipeline
	tx       *store.Tx
	file     housing.ReceivedFile
	source   int64
	period   housing.Period
	known    bool           // the file was taken before
	rejected map[place]bool // then the rows to try again; nil: all
	openings openings
	repeats  repeats
	equal    housing.EqualRows // what becomes of payments that equal those of other files
	twins    twins
	pays     bool                   // payments or reversals were among the rows
	reversed map[string]rowReversed // by the own number of each reversal
	kept     keptRows
	keys     houseKeys
	outcomes

	accountsIn <-chan struct{} // see fetchedFile
}

func (a *applier) run(ctx context.Context, what application) error {
	f := what.fetched
	read, err := a.readAndApply(ctx, f)
	if err != nil {
		return fmt.Errorf("apply %s: %w", a.file.Name, err)
	}
	if bounded, is := f.format.(importers.Bounded); is && bounded.TooMany(a.file.Counts.Rejected, a.file.Counts.Rows) {
		return importers.Refuse("too_many_rejected",
			"строк с ошибками %d из %d — больше, чем допускает формат, поэтому файл не загружен целиком", a.file.Counts.Rejected, a.file.Counts.Rows)
	}
	if err := a.checkMended(what.corrects); err != nil {
		return err
	}
	if err := a.checkPacks(ctx, read.Control.Packs, what.corrects.mends()); err != nil {
		return err
	}
	if err := a.settleTwins(ctx); err != nil {
		return err
	}
	if err := a.settleReversals(ctx); err != nil {
		return err
	}
	if err := a.tellRepeats(ctx); err != nil {
		return err
	}
	if err := a.checkOpenings(); err != nil {
		return err
	}
	if a.known && a.file.Counts.Accepted == 0 {
		return errNothingNew
	}
	a.file.Status = statusOf(a.file.Counts)
	if err := a.tx.FinishFile(ctx, a.file); err != nil {
		return err
	}
	a.noteFile(read.Notes...)
	if err := a.storeIn(ctx, a.tx, a.file.ID); err != nil {
		return err
	}
	if a.rehearsal != nil {
		return nil // nobody is answered
	}
	further, err := a.settle(ctx, what.corrects)
	if err != nil {
		return err
	}
	return a.answer(ctx, a.tx, f, protocolPlan{file: a.file, shape: read.Shape, end: a.of, further: further, kept: &a.kept, notes: a.whole})
}

// readAndApply reads the next rows while the database stores those before: both are work for a whole
// processor. Where the file turns out to be none, what was applied is rolled back with the rest.
func (a *applier) readAndApply(ctx context.Context, f fetchedFile) (read importers.Result, err error) {
	batches := make(chan []importers.Record, 1)
	group, reading := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		defer close(batches)
		b := batcher{send: func(batch []importers.Record) error {
			select {
			case batches <- batch:
				return nil
			case <-reading.Done():
				return fmt.Errorf("read on: %w", context.Cause(reading))
			}
		}}
		read, err = a.decodeResult(reading, f, func(r importers.Record) error {
			a.kept.add(r)
			return b.take(r)
		})
		if err != nil {
			return err
		}
		return b.flush()
	})
	group.Go(func() error {
		for batch := range batches {
			if err := a.applyBatch(ctx, batch); err != nil {
				return err
			}
		}
		return nil
	})
	err = group.Wait()
	return read, err //nolint:wrapcheck // errors of our own functions
}

// batcher collects rows of one kind and hands them on when another kind comes or the batch is full.
type batcher struct {
	pending []importers.Record
	send    func([]importers.Record) error
}

func (b *batcher) take(r importers.Record) error {
	if len(b.pending) > 0 && (len(b.pending) == batchRows || !sameKind(b.pending, r)) {
		if err := b.flush(); err != nil {
			return err
		}
	}
	b.pending = append(b.pending, r)
	return nil
}

func (b *batcher) flush() error {
	if len(b.pending) == 0 {
		return nil
	}
	full := b.pending
	b.pending = make([]importers.Record, 0, batchRows)
	return b.send(full)
}

// decode yields the rows of the archived copy.
func (p *Pipeline) decode(ctx context.Context, f fetchedFile, yield func(importers.Record) error) error {
	_, err := p.decodeResult(ctx, f, yield)
	return err
}

func (p *Pipeline) decodeResult(ctx context.Context, f fetchedFile, yield func(importers.Record) error) (result importers.Result, err error) {
	content, err := os.Open(p.content(f.archived))
	if err != nil {
		return result, fmt.Errorf("open the archived copy: %w", err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	in := p.input(f.archived, content)
	in.Corrects = f.mends
	return f.format.Decode(ctx, in, yield)
}

// sameKind lets rejected rows travel in any batch: the order of outcomes is that of the file.
func sameKind(batch []importers.Record, r importers.Record) bool {
	if r.Rejected() {
		return true
	}
	for _, b := range batch {
		if !b.Rejected() {
			return reflect.TypeOf(b.Fact) == reflect.TypeOf(r.Fact)
		}
	}
	return true
}

// applyBatch applies rows of one kind and keeps their outcomes.
func (a *applier) applyBatch(ctx context.Context, records []importers.Record) error {
	facts := make([]importers.Fact, 0, len(records))
	places := make([]int, 0, len(records))
	ends := make([]housing.Outcome, len(records))
	for i, r := range records {
		ends[i].Problems = r.Problems
		if r.Rejected() {
			ends[i].Verdict = housing.Rejected
			continue
		}
		if a.rejected != nil && !a.rejected[place{r.Sheet, r.Row}] {
			ends[i].Verdict = housing.Unchanged
		}
	}
	if err := a.guardNew(ctx, records, ends); err != nil {
		return err
	}
	for i, r := range records {
		if ends[i].Verdict != "" {
			continue
		}
		facts = append(facts, r.Fact)
		places = append(places, i)
	}
	applied, err := a.applyFacts(ctx, facts)
	if err != nil {
		return err
	}
	for i, end := range applied {
		at := &ends[places[i]]
		at.Verdict, at.Twin = end.Verdict, end.Twin
		at.Problems = append(at.Problems, withoutEcho(at.Problems, end.Problems)...)
	}
	if err := a.applyAlso(ctx, records, ends, places); err != nil {
		return err
	}
	if err := a.guard(ctx, ends); err != nil {
		return err
	}
	for i, r := range records {
		a.file.Counts.Add(ends[i].Verdict)
		a.keepReversal(r, ends[i])
		a.keepTwin(r, ends[i])
		if err := a.add(r, ends[i]); err != nil {
			return err
		}
	}
	return nil
}

// applyFacts gives facts of one kind to the query of their subject. Keys by which addresses are
// compared are made here: the store compares, it does not know how.
func (a *applier) applyFacts(ctx context.Context, facts []importers.Fact) ([]housing.Outcome, error) {
	if len(facts) == 0 {
		return nil, nil
	}
	organisation := a.Organisation.ID
	switch facts[0].(type) {
	case housing.House:
		return a.tx.ApplyHouses(ctx, organisation, a.source, each(facts, func(h housing.House) housing.House {
			h.Key = a.keys.of(h.Address)
			return h
		}))
	case housing.AccountEntry:
		return a.tx.ApplyAccounts(ctx, organisation, a.source, each(facts, func(e housing.AccountEntry) housing.AccountEntry {
			e.Key = a.keys.of(e.House)
			return e
		}))
	case housing.HouseService:
		return a.tx.ApplyHouseServices(ctx, organisation, a.source, each(facts, func(s housing.HouseService) housing.HouseService {
			s.Key = a.keys.of(s.House)
			return s
		}))
	case housing.HouseVolume:
		return a.tx.ApplyHouseVolumes(ctx, organisation, a.source, each(facts, func(v housing.HouseVolume) housing.HouseVolume {
			v.Key = a.keys.of(v.House)
			return v
		}))
	case housing.Tariff:
		return a.tx.ApplyTariffs(ctx, organisation, a.source, each(facts, func(t housing.Tariff) housing.Tariff {
			t.House = a.keys.of(t.House)
			return t
		}))
	case housing.Norm:
		return a.tx.ApplyNorms(ctx, organisation, a.source, each(facts, func(n housing.Norm) housing.Norm {
			n.House = a.keys.of(n.House)
			return n
		}))
	case housing.MeterEntry:
		return a.applyMeters(ctx, each(facts, same[housing.MeterEntry]))
	case housing.OpeningBalance:
		return a.applyOpenings(ctx, each(facts, same[housing.OpeningBalance]))
	case housing.BalanceControl:
		return a.takeControls(each(facts, func(c housing.BalanceControl) housing.BalanceControl {
			c.Key = a.keys.of(c.House)
			return c
		})), nil
	case housing.Claim:
		return a.tx.ApplyClaims(ctx, organisation, a.source, each(facts, same[housing.Claim]))
	case housing.MeterReading:
		return a.applyReadings(ctx, each(facts, same[housing.MeterReading]))
	case housing.Payment:
		return a.applyPayments(ctx, each(facts, same[housing.Payment]))
	case housing.NoPayment:
		return unchanged(len(facts)), nil
	case housing.PaymentPack:
		return a.tx.ApplyPaymentPacks(ctx, organisation, a.source, each(facts, same[housing.PaymentPack]))
	case housing.StatedDebt:
		return a.applyStatedDebts(ctx, each(facts, same[housing.StatedDebt]))
	case housing.StatedCharge:
		return a.tx.ApplyStatedCharges(ctx, organisation, a.source, each(facts, a.placedCharge))
	}
	return a.applyHouseFacts(ctx, facts)
}

// applyStatedDebts takes those of a registry that names no month for the open one.
func (a *applier) applyStatedDebts(ctx context.Context, debts []housing.StatedDebt) ([]housing.Outcome, error) {
	for i := range debts {
		if debts[i].Period.IsZero() {
			debts[i].Period = a.period
		}
	}
	return a.tx.ApplyStatedDebts(ctx, a.Organisation.ID, a.source, debts)
}

func each[T any](facts []importers.Fact, change func(T) T) []T {
	rows := make([]T, len(facts))
	for i, fact := range facts {
		if row, ok := fact.(T); ok { // facts of a batch are of one kind
			rows[i] = change(row)
		}
	}
	return rows
}

func same[T any](row T) T { return row }

// unchanged are the outcomes of rows that say nothing by themselves.
func unchanged(n int) []housing.Outcome {
	ends := make([]housing.Outcome, n)
	for i := range ends {
		ends[i].Verdict = housing.Unchanged
	}
	return ends
}
