package pipeline

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// errDrawnUp ends a month that was drawn up to be looked at.
var errDrawnUp = errors.New("month drawn up")

// drawUp does with the open month of some houses what the month itself will do, late facts of closed months
// first, then charges, then the ledger, reads what it comes to by account, and takes all of it back. Called with
// the files and without them it tells what they move to the kopeck, penalties and the division of payments included.
func (r *rehearser) drawUp(ctx context.Context, houses []int64) (books map[int64]store.AccountSums, err error) {
	err = r.tx.Savepoint(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.correctSome(ctx, tx, houses); err != nil {
			return err
		}
		counts, err := tx.CountAccounts(ctx, houses)
		if err != nil {
			return err
		}
		batches := inBatches(houses, counts)
		if err := r.chargeSome(ctx, tx, batches); err != nil {
			return err
		}
		ledger, err := r.newLedgerWork(r.in.Period)
		if err != nil {
			return err
		}
		for _, some := range batches {
			if _, err := ledger.someIn(ctx, tx, some); err != nil {
				return err
			}
		}
		books, err = tx.AccountSums(ctx, r.in.Period, houses)
		return errors.Join(err, errDrawnUp)
	})
	if errors.Is(err, errDrawnUp) {
		err = nil
	}
	return books, err
}

// correctSome books what late facts of the houses come to.
func (r *rehearser) correctSome(ctx context.Context, tx *store.Tx, houses []int64) error {
	rules, err := r.correctionRules(r.in.Period)
	if err != nil {
		return err
	}
	closed, err := tx.ClosedMonths(ctx, r.Organisation.ID, r.in.Period)
	if err != nil || len(closed) == 0 {
		return err
	}
	c := &corrector{
		Pipeline: r.quietly(), tx: tx, in: CorrectInput{Period: r.in.Period, Rehearse: true}, rules: rules,
		only: map[int64]bool{}, due: map[int64]map[housing.Period]bool{},
	}
	for _, house := range houses {
		c.only[house] = true
	}
	if err := c.run(ctx); err != nil {
		return fmt.Errorf("correct closed months in %s: %w", r.in.Period, err)
	}
	for _, f := range c.result.Failed {
		r.fails(fmt.Sprintf("%s за %s не пересчитывается: %s", firstOf(f.Account, f.House), f.Month.Russian(), f.Why))
	}
	return nil
}

// quietly is the pipeline without a bar for what is a part of something longer.
func (r *rehearser) quietly() *Pipeline {
	c := r.Config
	c.Progress = quiet{}
	return &Pipeline{Config: c, rehearsal: r.tx}
}

// fails notes once what cannot be computed.
func (r *rehearser) fails(reason string) {
	if !slices.Contains(r.result.Failed, reason) {
		r.result.Failed = append(r.result.Failed, reason)
	}
}

// chargeSome charges houses as the workers do. One that cannot be charged keeps what stands, as it would.
func (r *rehearser) chargeSome(ctx context.Context, tx *store.Tx, batches [][]int64) error {
	compress, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("set up compression: %w", err)
	}
	run, err := tx.PassingRun(ctx, r.Organisation.ID, r.in.Period, r.Engine, r.Now())
	if err != nil {
		return err
	}
	worker := &chargeWorker{pipeline: r.Pipeline, compress: compress, encoder: charging.NewSnapshotEncoder()}
	charge := func(houses []int64) error {
		return tx.Savepoint(ctx, func(ctx context.Context, tx *store.Tx) error {
			return worker.charge(ctx, tx, run, houses, r.in.Period)
		})
	}
	for _, some := range batches {
		err := charge(some)
		if err == nil {
			continue
		}
		for _, house := range some {
			if err := charge([]int64{house}); err != nil && ctx.Err() != nil {
				return err // else compareHouse has told why
			}
		}
	}
	return nil
}

// spool keeps the effects on charges until it is known what else moves; there may be millions.
type spool struct {
	file *os.File
	out  *bufio.Writer
	json *json.Encoder
	told map[int64]bool // accounts
}

// spooled is an effect of an account.
type spooled struct {
	Account int64
	Effect  housing.AccountEffect
}

func newSpool(folder string) (*spool, error) {
	file, err := os.Create(filepath.Join(folder, "effects.json")) //nolint:gosec // a folder of our own
	if err != nil {
		return nil, fmt.Errorf("make a file for the effects: %w", err)
	}
	out := bufio.NewWriter(file)
	return &spool{file: file, out: out, json: json.NewEncoder(out), told: map[int64]bool{}}, nil
}

func (s *spool) put(account int64, effect housing.AccountEffect) error {
	s.told[account] = true
	if err := s.json.Encode(spooled{account, effect}); err != nil {
		return fmt.Errorf("keep an effect: %w", err)
	}
	return nil
}

// each hands over what was put, in order.
func (s *spool) each(do func(spooled) error) error {
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("keep an effect: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the effects: %w", err)
	}
	decoder := json.NewDecoder(bufio.NewReader(s.file))
	for {
		var next spooled
		err := decoder.Decode(&next)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the effects: %w", err)
		}
		if err := do(next); err != nil {
			return err
		}
	}
}

// Close ends the file; its folder goes with the rehearsal.
func (s *spool) Close() error {
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("close the effects: %w", err)
	}
	return nil
}

// others spools the accounts of which only payments, balances, penalties or closed months may move.
func (r *rehearser) others(ctx context.Context, books map[int64]store.AccountSums) error {
	var ids []int64
	for id := range books {
		if !r.spool.told[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, batchRows) {
		rows := make([]store.FactChange, len(some))
		for i, id := range some {
			rows[i].After = store.FactRowOf("account_id", id)
		}
		found, err := r.tx.FactNames(ctx, rows)
		if err != nil {
			return err
		}
		for _, id := range some {
			account := found.Accounts[id]
			premises := found.Premises[account.Premises]
			effect := housing.AccountEffect{
				Account: account.Number, House: found.Houses[account.House],
				Premises: housing.Premises{Flat: premises.Flat, Room: premises.Room, Kind: housing.PremisesKind(premises.Kind)}.Title(),
			}
			if t := r.accounts[id]; t != nil {
				r.rows(&effect, t)
			}
			if err := r.spool.put(id, effect); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle gives out the effects, each with what the ledger moves beside the charges.
func (r *rehearser) settle(before, after map[int64]store.AccountSums) error {
	err := r.spool.each(func(s spooled) error {
		was, now := before[s.Account], after[s.Account]
		delete(before, s.Account) // an account that moves between houses is told twice
		delete(after, s.Account)
		addBooks(&s.Effect, was, now)
		return r.give(s.Effect)
	})
	r.result.Accounts = largestEffects(r.result.Accounts)
	r.result.Money.Paid += r.result.Money.Unidentified
	r.result.Money.Late = lateList(r.late)
	return err
}

func addBooks(effect *housing.AccountEffect, was, now store.AccountSums) {
	effect.Opening = now.Opening - was.Opening
	effect.Penalty = now.Penalty - was.Penalty
	effect.Paid = now.Paid - was.Paid
	effect.Closing = now.Closing() - was.Closing()
	differ := map[housing.LateEffect]housing.Money{}
	for _, l := range now.Late {
		differ[l.Kind()] += l.Amount
	}
	for _, l := range was.Late {
		differ[l.Kind()] -= l.Amount
	}
	effect.Late = lateList(differ)
}

// lateList puts corrections in order of month and cause; those of nothing are left out.
func lateList(sums map[housing.LateEffect]housing.Money) (list []housing.LateEffect) {
	for _, kind := range slices.SortedFunc(maps.Keys(sums), housing.LateEffect.Compare) {
		if kind.Amount = sums[kind]; kind.Amount != 0 {
			list = append(list, kind)
		}
	}
	return list
}
