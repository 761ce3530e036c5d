package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/allocation"
	"github.com/kvitok-gkh/kvitok/store"
)

// LedgerResult is what drawing up the ledger did and what it came to.
type LedgerResult struct {
	Distributed int                `json:"distributed"` // payments
	Changed     int64              `json:"changed"`     // rows of the ledger
	Offset      int                `json:"offset"`      // accounts whose overpayment paid a debt
	Penalty     PenaltyResult      `json:"penalty"`
	Totals      store.LedgerTotals `json:"totals"`
}

// ErrLedger says that the ledger does not agree with what it is drawn up from. It must never happen;
// where it does, nothing is issued.
var ErrLedger = errors.New("the ledger does not balance")

// paymentsAtOnce is how many payments one transaction distributes.
const paymentsAtOnce = 5000

func (p *Pipeline) ledgerStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Ledger(ctx, period)
	s.Ledger = result
	return result.Distributed, err
}

// Ledger distributes payments that are not distributed yet, brings balances and debts of the month in
// line, lets overpayments pay debts of the same payee, and checks that opening + charged − paid = closing
// to the kopeck, by account and as a whole.
func (p *Pipeline) Ledger(ctx context.Context, period housing.Period) (LedgerResult, error) {
	var result LedgerResult
	if err := p.requireOpen(ctx, period); err != nil {
		return result, err
	}
	order, err := p.paymentOrder(period)
	if err != nil {
		return result, err
	}
	if result.Distributed, err = p.distributeAll(ctx, order, period); err != nil {
		return result, err
	}
	if result.Distributed >= paymentsAtOnce {
		if err := p.Store.AnalyzeMonth(ctx, period); err != nil {
			return result, err
		}
	}
	if result.Changed, err = p.rebuild(ctx, period); err != nil {
		return result, err
	}
	if result.Offset, err = p.offsetAll(ctx, order, period); err != nil {
		return result, err
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		result.Penalty, err = p.chargePenalties(ctx, tx, period)
		return err
	})
	if err != nil {
		return result, err
	}
	if result.Offset > 0 || result.Penalty.Changed > 0 {
		debts := (*store.Tx).RebuildPenaltyDebts
		if result.Offset > 0 {
			debts = (*store.Tx).RebuildDebts
		}
		more, err := p.rebuildWith(ctx, period, debts)
		if err != nil {
			return result, err
		}
		result.Changed += more
	}
	result.Totals, err = p.Store.Ledger(ctx, p.Organisation.ID, period)
	if err != nil {
		return result, err
	}
	return result, checkLedger(result.Totals)
}

// paymentOrder is the order that the parameter payment.order names for the month.
func (p *Pipeline) paymentOrder(period housing.Period) (housing.PaymentOrder, error) {
	for _, parameter := range p.Parameters {
		if parameter.Name != "payment.order" || !parameter.Valid.Contains(period.First()) {
			continue
		}
		at := slices.IndexFunc(p.Orders, func(o housing.PaymentOrder) bool { return o.Name == parameter.Value })
		if at < 0 {
			return housing.PaymentOrder{}, fmt.Errorf("parameter payment.order names %q: there is no such order", parameter.Value)
		}
		return p.Orders[at], nil
	}
	return housing.PaymentOrder{}, fmt.Errorf("parameter payment.order has no value for %s", period)
}

// rebuild brings balances and debts in line in one transaction.
func (p *Pipeline) rebuild(ctx context.Context, period housing.Period) (changed int64, err error) {
	return p.rebuildWith(ctx, period, (*store.Tx).RebuildDebts)
}

func (p *Pipeline) rebuildWith(ctx context.Context, period housing.Period,
	debts func(*store.Tx, context.Context, int64, housing.Period) (int64, error),
) (changed int64, err error) {
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if changed, err = tx.RebuildBalances(ctx, p.Organisation.ID, period); err != nil {
			return err
		}
		_, err = debts(tx, ctx, p.Organisation.ID, period)
		return err
	})
	return changed, err
}

// distributeAll goes through the payments of a month in batches, each of one transaction, until a whole
// way through found nothing more: another process may have taken some meanwhile and failed.
func (p *Pipeline) distributeAll(ctx context.Context, order housing.PaymentOrder, period housing.Period) (done int, err error) {
	var after *store.OpenPayment
	before := -1
	for {
		payments, err := p.distributeSome(ctx, order, period, after)
		if err != nil {
			return done, err
		}
		done += len(payments)
		if len(payments) == paymentsAtOnce {
			after = &payments[len(payments)-1]
			continue
		}
		if after == nil || done == before {
			return done, nil
		}
		after, before = nil, done
	}
}

// distributeSome divides up to paymentsAtOnce payments in one transaction. Payments of one account see
// the parts of those before them.
func (p *Pipeline) distributeSome(ctx context.Context, order housing.PaymentOrder, period housing.Period, after *store.OpenPayment,
) (payments []store.OpenPayment, err error) {
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		tx.PlanForRows()
		if payments, err = tx.OpenPayments(ctx, p.Organisation.ID, period, after, paymentsAtOnce); err != nil || len(payments) == 0 {
			return err
		}
		keys := make([]store.AccountKey, 0, len(payments))
		for _, pay := range payments {
			if key := (store.AccountKey{House: pay.House, Account: pay.Account}); len(keys) == 0 || keys[len(keys)-1] != key {
				keys = append(keys, key)
			}
		}
		books, err := openBooks(ctx, tx, order, period, keys)
		if err != nil {
			return err
		}
		for _, pay := range payments {
			err := books.pay(store.AccountKey{House: pay.House, Account: pay.Account}, allocation.Unit{
				Payment: pay.ID, Payee: pay.Payee, Printed: pay.ForPeriod, Amount: pay.Amount,
			})
			if err != nil {
				return fmt.Errorf("distribute payment %d: %w", pay.ID, err)
			}
		}
		return tx.InsertParts(ctx, period, books.parts)
	})
	return payments, err
}

// offsetAll lets overpayments pay debts, and returns how many accounts had both.
func (p *Pipeline) offsetAll(ctx context.Context, order housing.PaymentOrder, period housing.Period) (done int, err error) {
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		keys, err := tx.MixedAccounts(ctx, p.Organisation.ID, period)
		if err != nil {
			return err
		}
		done = len(keys)
		for some := range slices.Chunk(keys, paymentsAtOnce) {
			books, err := openBooks(ctx, tx, order, period, some)
			if err != nil {
				return err
			}
			for _, key := range some {
				if err := books.offset(key); err != nil {
					return err
				}
			}
			if err := tx.InsertParts(ctx, period, books.parts); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// books are the debts of some accounts while payments are divided over them, and the parts so far.
type books struct {
	states map[int64]*allocation.State
	entry  int64 // of offsets
	offs   map[int64]bool
	parts  []store.PaymentPart
}

func openBooks(ctx context.Context, tx *store.Tx, order housing.PaymentOrder, period housing.Period, keys []store.AccountKey) (*books, error) {
	cells := make(map[int64][]allocation.Cell, len(keys))
	err := tx.DueCells(ctx, period, keys, func(c store.DueCell) {
		cells[c.Account] = append(cells[c.Account], allocation.Cell{Due: c.Due, Charged: c.Charged})
	})
	if err != nil {
		return nil, err
	}
	b := &books{states: make(map[int64]*allocation.State, len(keys)), offs: map[int64]bool{}}
	for _, key := range keys {
		b.states[key.Account] = allocation.NewState(period, order, cells[key.Account])
	}
	b.entry, err = tx.NextEntry(ctx)
	return b, err
}

// pay offsets what the account has paid too much, once, and divides a payment.
func (b *books) pay(key store.AccountKey, u allocation.Unit) error {
	if err := b.offset(key); err != nil {
		return err
	}
	parts, err := b.states[key.Account].Pay(u)
	b.add(key, parts)
	return err
}

func (b *books) offset(key store.AccountKey) error {
	if b.offs[key.Account] {
		return nil
	}
	b.offs[key.Account] = true
	parts, err := b.states[key.Account].Offset(b.entry)
	if err != nil {
		return fmt.Errorf("offset account %d: %w", key.Account, err)
	}
	b.add(key, parts)
	return nil
}

func (b *books) add(key store.AccountKey, parts []allocation.Part) {
	for _, part := range parts {
		b.parts = append(b.parts, store.PaymentPart{
			Payment: part.Payment, Entry: part.Entry, House: key.House, Account: key.Account, Due: part.Due,
		})
	}
}

func checkLedger(t store.LedgerTotals) error {
	var errs []error
	check := func(what string, got, want housing.Money) {
		if got != want {
			errs = append(errs, fmt.Errorf("%s: %s in the ledger, %s in its sources: %w", what, got, want, ErrLedger))
		}
	}
	check("charged", t.Charged+t.Corrected+t.Penalty, t.Charges+t.Lines)
	check("paid", t.Paid, t.Payments)
	check("closing", t.Closing, t.Opening+t.Charged+t.Corrected+t.Penalty-t.Paid)
	if t.BrokenChain > 0 {
		errs = append(errs, fmt.Errorf("%d openings differ from last month's closings: %w", t.BrokenChain, ErrLedger))
	}
	return errors.Join(errs...)
}
