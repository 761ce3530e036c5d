package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
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

func (p *Pipeline) ledgerStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Ledger(ctx, period)
	s.Ledger = result
	return result.Distributed, err
}

// manyLedgerRows of the ledger are worth a look of the planner.
const manyLedgerRows = 5000

// ledgerAttempts bounds how often a month is drawn up again because something arrived meanwhile.
const ledgerAttempts = 3

// Ledger draws up a month, some houses at a time: it distributes payments that are not distributed yet, lets
// overpayments pay debts of the same payee, charges penalties, brings balances and debts in line, and checks
// that opening + charged − paid = closing to the kopeck, by account and as a whole.
func (p *Pipeline) Ledger(ctx context.Context, period housing.Period) (LedgerResult, error) {
	var result LedgerResult
	if err := p.requireOpen(ctx, period); err != nil {
		return result, err
	}
	if err := p.Store.AnalyzeGrown(ctx, "payments", period); err != nil { // all that came since the month before
		return result, err
	}
	work, err := p.newLedgerWork(period)
	if err != nil {
		return result, err
	}
	for attempt := 1; ; attempt++ {
		if err := work.all(ctx); err != nil {
			return work.result, err
		}
		result = work.result
		if result.Changed >= manyLedgerRows || result.Distributed >= manyLedgerRows {
			if err := p.Store.AnalyzeMonth(ctx, period); err != nil {
				return result, err
			}
		}
		if result.Totals, err = p.Store.Ledger(ctx, p.Organisation.ID, period); err != nil {
			return result, err
		}
		if err = checkLedger(result.Totals); err == nil || attempt == ledgerAttempts {
			return result, err
		}
	}
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

// rebuild brings balances and debts in line in one transaction, where payments were moved by hand.
func (p *Pipeline) rebuild(ctx context.Context, period housing.Period) error {
	return p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Rebuild(ctx, p.Organisation.ID, period)
		return err
	})
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
