package pipeline

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/allocation"
	"github.com/kvitok-gkh/kvitok/store"
)

// ledgerWork draws up the ledger of a month, some houses in one transaction and several transactions at once.
type ledgerWork struct {
	*Pipeline
	period housing.Period
	order  housing.PaymentOrder
	rules  *penaltyRules

	mu     sync.Mutex // of what follows
	result LedgerResult
}

func (p *Pipeline) newLedgerWork(period housing.Period) (*ledgerWork, error) {
	w := &ledgerWork{Pipeline: p, period: period, result: LedgerResult{Penalty: PenaltyResult{Notes: map[string]string{}}}}
	var err error
	if w.order, err = p.paymentOrder(period); err != nil {
		return nil, err
	}
	w.rules, err = p.penaltyRules(period)
	return w, err
}

// all goes through the houses. Each lane keeps a processor of ours busy and one of the database.
func (w *ledgerWork) all(ctx context.Context) error {
	lists, err := w.Store.LedgerHouses(ctx, w.Organisation.ID, w.LedgerBatch)
	if err != nil {
		return err
	}
	w.result.Penalty = PenaltyResult{Notes: map[string]string{}, Changed: w.result.Penalty.Changed} // looked at anew
	bar := w.Progress.Start("ledger", len(lists))
	defer bar.Done()
	const fewest = 2
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(fewest, w.Workers))
	for _, houses := range lists {
		group.Go(func() error {
			done, err := w.some(ctx, houses)
			if err != nil {
				return err
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.result.add(done)
			bar.Add(1)
			return nil
		})
	}
	return group.Wait() //nolint:wrapcheck // wrapped where it arose
}

// add takes in what was done for some houses.
func (r *LedgerResult) add(o LedgerResult) {
	r.Distributed += o.Distributed
	r.Changed += o.Changed
	r.Offset += o.Offset
	p := &r.Penalty
	p.Claims += o.Penalty.Claims
	p.Charged += o.Penalty.Charged
	p.Changed += o.Penalty.Changed
	p.Shown += o.Penalty.Shown
	p.NoRate += o.Penalty.NoRate
	maps.Copy(p.Notes, o.Penalty.Notes)
}

// some draws up the ledger of some houses in one transaction.
func (w *ledgerWork) some(ctx context.Context, houses []int64) (done LedgerResult, err error) {
	err = w.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		done, err = w.someIn(ctx, tx, houses)
		return err
	})
	return done, err
}

// someIn draws up the ledger of some houses as a part of a transaction.
func (w *ledgerWork) someIn(ctx context.Context, tx *store.Tx, houses []int64) (done LedgerResult, err error) {
	if err := tx.LockHouses(ctx, w.Organisation.ID, w.period, houses); err != nil {
		return done, err
	}
	b, err := openBooks(ctx, tx, w.order, w.period, store.BooksScope{Houses: houses})
	if err != nil {
		return done, err
	}
	for _, account := range b.Accounts() {
		n, offset, err := b.distribute(account)
		if err != nil {
			return done, err
		}
		done.Distributed += n
		if offset {
			done.Offset++
		}
	}
	if done.Penalty, err = w.penalties(b); err != nil {
		return done, fmt.Errorf("penalties of %s: %w", w.period, err)
	}
	saved, err := b.Save(ctx)
	done.Changed = saved.Balances
	return done, err
}

func (w *ledgerWork) penalties(b *books) (PenaltyResult, error) {
	if !w.rules.on {
		return PenaltyResult{}, nil
	}
	work := w.rules.begin()
	for _, account := range b.Accounts() {
		lines, err := work.charge(b.Claims(account))
		if err != nil {
			return work.result, err
		}
		changed, err := b.PutPenalties(account, lines)
		if err != nil {
			return work.result, err
		}
		work.result.Changed += changed
	}
	return work.result, nil
}

// books are those of some accounts while payments are divided over them.
type books struct {
	*store.Books
	order  housing.PaymentOrder
	period housing.Period
	entry  func() (int64, error) // numbers an offset
}

func openBooks(ctx context.Context, tx *store.Tx, order housing.PaymentOrder, period housing.Period, scope store.BooksScope) (*books, error) {
	opened, err := tx.OpenBooks(ctx, period, scope)
	if err != nil {
		return nil, err
	}
	return &books{Books: opened, order: order, period: period, entry: func() (int64, error) { return tx.NextEntry(ctx) }}, nil
}

// distribute divides the payments of an account that are not divided yet, and then lets an overpayment pay
// what is still owed. Payments see the parts of those before them.
func (b *books) distribute(a *store.AccountBook) (payments int, offset bool, err error) {
	if len(a.Open) > 0 {
		units := make([]allocation.Unit, len(a.Open))
		for i, pay := range a.Open {
			units[i] = allocation.Unit{Payment: pay.ID, Payee: pay.Payee, Printed: pay.ForPeriod, Amount: pay.Amount}
		}
		if err := b.pay(a, units...); err != nil {
			return 0, false, err
		}
	}
	if !b.Mixed(a) {
		return len(a.Open), false, nil
	}
	return len(a.Open), true, b.offset(a, b.state(a))
}

func (b *books) state(a *store.AccountBook) *allocation.State {
	due := b.Cells(a)
	cells := make([]allocation.Cell, len(due))
	for i, c := range due {
		cells[i] = allocation.Cell{Due: c.Due, Charged: c.Charged}
	}
	return allocation.NewState(b.period, b.order, cells)
}

// pay offsets what the account has paid too much and divides payments.
func (b *books) pay(a *store.AccountBook, units ...allocation.Unit) error {
	state := b.state(a)
	if b.Mixed(a) {
		if err := b.offset(a, state); err != nil {
			return err
		}
	}
	for _, u := range units {
		parts, err := state.Pay(u)
		if err == nil {
			err = b.add(a, parts)
		}
		if err != nil {
			return fmt.Errorf("distribute payment %d: %w", u.Payment, err)
		}
	}
	return nil
}

func (b *books) offset(a *store.AccountBook, state *allocation.State) error {
	entry, err := b.entry()
	if err != nil {
		return err
	}
	parts, err := state.Offset(entry)
	if err == nil {
		err = b.add(a, parts)
	}
	if err != nil {
		return fmt.Errorf("offset account %d: %w", a.Account, err)
	}
	return nil
}

func (b *books) add(a *store.AccountBook, parts []allocation.Part) error {
	for _, part := range parts {
		if err := b.AddPart(partOf(a.AccountKey, part)); err != nil {
			return err
		}
	}
	return nil
}

func partOf(key store.AccountKey, part allocation.Part) store.PaymentPart {
	return store.PaymentPart{Payment: part.Payment, Entry: part.Entry, House: key.House, Account: key.Account, Due: part.Due}
}
