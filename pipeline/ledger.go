package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// LedgerResult is what drawing up the ledger did and what it came to.
type LedgerResult struct {
	Distributed int                `json:"distributed"` // payments
	Changed     int64              `json:"changed"`     // rows of the ledger
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

// Ledger distributes payments that are not distributed yet, brings the balances of the month in line
// and checks that opening + charged − paid = closing to the kopeck, by account and as a whole.
func (p *Pipeline) Ledger(ctx context.Context, period housing.Period) (LedgerResult, error) {
	var result LedgerResult
	for {
		n, err := p.distributeSome(ctx, period)
		if err != nil {
			return result, err
		}
		result.Distributed += n
		if n < paymentsAtOnce {
			break
		}
	}
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		result.Changed, err = tx.RebuildBalances(ctx, p.Organisation.ID, period)
		return err
	})
	if err != nil {
		return result, err
	}
	result.Totals, err = p.Store.Ledger(ctx, p.Organisation.ID, period)
	if err != nil {
		return result, err
	}
	return result, checkLedger(result.Totals)
}

// distributeSome splits up to paymentsAtOnce payments in one transaction. Payments of one account see
// the parts of those before them.
func (p *Pipeline) distributeSome(ctx context.Context, period housing.Period) (done int, err error) {
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		payments, err := tx.OpenPayments(ctx, p.Organisation.ID, period, paymentsAtOnce)
		if err != nil {
			return err
		}
		done = len(payments)
		var parts []store.PaymentPart
		for i := range payments {
			if i > 0 && payments[i].Account == payments[i-1].Account {
				payments[i].Balances = payments[i-1].Balances
			}
			split, err := p.distribute(&payments[i])
			if err != nil {
				return fmt.Errorf("distribute payment %d: %w", payments[i].ID, err)
			}
			parts = append(parts, split...)
		}
		return tx.InsertParts(ctx, period, parts)
	})
	return done, err
}

// distribute splits one payment within its payee: first over what is owed, in proportion, then over
// the month's charges, in proportion; where nothing was charged, all of it is an advance for the
// maintenance of the house. The balances of the payment are brought up to date.
//
// Source: ЖК 155 and Правила 354 п. 118 (between services in proportion to the lines); money of one
// payee is never moved to another (R5.5 of the charging rules).
func (p *Pipeline) distribute(payment *store.OpenPayment) ([]store.PaymentPart, error) {
	var own []*housing.Balance
	for i := range payment.Balances {
		if payment.Balances[i].Payee == payment.Payee {
			own = append(own, &payment.Balances[i])
		}
	}
	if len(own) == 0 {
		return []store.PaymentPart{part(payment, housing.Maintenance, payment.Amount)}, nil
	}
	owed := make([]housing.Money, len(own))
	charged := make([]housing.Money, len(own))
	var debt housing.Money
	for i, b := range own {
		if err := b.Close(); err != nil {
			return nil, err
		}
		owed[i], charged[i] = max(b.Closing, 0), max(b.Charged, 0)
		debt += owed[i]
	}
	amounts, err := housing.Allocate(min(payment.Amount, debt), owed)
	if err != nil {
		return nil, err
	}
	advance, err := housing.Allocate(payment.Amount-min(payment.Amount, debt), charged)
	if err != nil {
		return nil, err
	}
	var parts []store.PaymentPart
	for i, b := range own {
		amount := amounts[i] + advance[i]
		b.Paid += amount
		if amount > 0 {
			parts = append(parts, part(payment, b.Service, amount))
		}
	}
	return parts, nil
}

func part(p *store.OpenPayment, service housing.Service, amount housing.Money) store.PaymentPart {
	return store.PaymentPart{
		Payment: p.ID, House: p.House, Account: p.Account, Service: service, Payee: p.Payee, Amount: amount,
	}
}

func checkLedger(t store.LedgerTotals) error {
	var errs []error
	check := func(what string, got, want housing.Money) {
		if got != want {
			errs = append(errs, fmt.Errorf("%s: %s in the ledger, %s in its sources: %w", what, got, want, ErrLedger))
		}
	}
	check("charged", t.Charged+t.Corrected, t.Charges)
	check("paid", t.Paid, t.Payments)
	check("closing", t.Closing, t.Opening+t.Charged+t.Corrected+t.Penalty-t.Paid)
	if t.BrokenChain > 0 {
		errs = append(errs, fmt.Errorf("%d openings differ from last month's closings: %w", t.BrokenChain, ErrLedger))
	}
	return errors.Join(errs...)
}
