package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// byRegistry is who decides where a row of a registry takes a payment back.
const byRegistry = "реестр"

// rowReversed is where a reversal stands in the file at hand.
type rowReversed struct {
	ordinal, row int
	sheet, value string
}

// settleReversals takes back the payments that rows of registries speak of: those of this file, and earlier ones whose
// payment has come only now. It stands behind the rows of the file, so that a registry may name a payment below its
// reversal. What finds no payment stays among the unidentified with its reason.
func (a *applier) settleReversals(ctx context.Context) error {
	if !a.pays {
		return nil
	}
	open, err := a.tx.OpenReversals(ctx, a.Organisation.ID)
	if err != nil || len(open) == 0 {
		return err
	}
	var keys, accounts []string
	for _, r := range open {
		keys, accounts = append(keys, r.Of...), append(accounts, r.Account)
	}
	payments, err := a.tx.ReversiblePayments(ctx, a.Organisation.ID, keys, accounts)
	if err != nil {
		return err
	}
	for _, r := range open {
		why, err := a.settleReversal(ctx, r, payments)
		if err != nil {
			return err
		}
		if why == "" {
			continue
		}
		if err := a.tx.LeaveReversal(ctx, r.ID, why); err != nil {
			return err
		}
		if at, here := a.reversed[r.Key]; here {
			a.note(at.ordinal, housing.Problem{
				Row: at.row, Sheet: at.sheet, Code: "unidentified_reversal", Column: "№ операции", Value: at.value, Severity: housing.SeverityWarning,
				Text: why + "; сторно учтено в невыясненных",
			})
		}
	}
	return nil
}

// settleReversal takes a payment back; why says why it cannot.
func (a *applier) settleReversal(ctx context.Context, r store.OpenReversal, payments []store.StandingPayment) (why string, err error) {
	payment, why := reversedPayment(r, payments)
	if why != "" {
		return why, nil
	}
	err = a.takeBack(ctx, a.tx, r, payment, PaymentChange{Reason: fmt.Sprintf("сторно по реестру %s, строка %d", r.Registry, r.Row), By: byRegistry})
	if err != nil {
		return "", err
	}
	for i := range payments { // the next reversal sees what is left
		if payments[i].ID == payment.ID {
			payments[i].Left -= r.Amount
		}
	}
	return "", nil
}

// reversedPayment finds the payment that a reversal takes back: by its number, which must then be of this account and
// hold so much; without a number known to us, by account and sum, where that is one payment only.
func reversedPayment(r store.OpenReversal, payments []store.StandingPayment) (found store.StandingPayment, why string) {
	for _, key := range r.Of {
		at := slices.IndexFunc(payments, func(p store.StandingPayment) bool { return p.Key == key })
		if at < 0 {
			continue
		}
		switch p := payments[at]; {
		case r.Account != "" && r.Account != p.Payment.Account && r.Account != p.Number:
			return p, fmt.Sprintf("платёж № %s пришёл по другому лицевому счёту (%s)", key, p.Payment.Account)
		case p.Left <= 0:
			return p, fmt.Sprintf("платёж № %s уже возвращён полностью", key)
		case r.Amount > p.Left:
			return p, fmt.Sprintf("сумма сторно %s больше остатка платежа № %s (%s)", r.Amount.RussianPlain(), key, p.Left.RussianPlain())
		default:
			return p, ""
		}
	}
	alike := slices.DeleteFunc(slices.Clone(payments), func(p store.StandingPayment) bool { return !mayReverse(r, p) })
	switch len(alike) {
	case 0:
		return found, "платёж, который отменяет эта строка, не найден"
	case 1:
		return alike[0], ""
	}
	numbers := make([]string, len(alike))
	for i, p := range alike {
		numbers[i] = p.Key
	}
	return found, "подходят несколько платежей: № " + strings.Join(numbers, ", № ")
}

// mayReverse reports whether a payment is one of this account and payee, of the same sum, not touched yet and not later.
func mayReverse(r store.OpenReversal, p store.StandingPayment) bool {
	return r.Account != "" && p.Payment.Account == r.Account && p.PayeeINN == r.PayeeINN && p.Amount == r.Amount && p.Left == p.Amount &&
		!p.PaidOn.After(r.PaidOn)
}

// takeBack books the reversal of a payment in the month of the payment, or in the first open one after it, and notes that
// the row has done its work: both or nothing.
func (p *Pipeline) takeBack(ctx context.Context, tx *store.Tx, r store.OpenReversal, payment store.StandingPayment, c PaymentChange) error {
	booked, err := tx.OpenMonth(ctx, p.Organisation.ID, payment.Booked)
	if err != nil {
		return err
	}
	order, err := p.paymentOrder(booked)
	if err != nil {
		return err
	}
	if err := tx.LockLedger(ctx, p.Organisation.ID, booked); err != nil {
		return err
	}
	if payment, err = tx.PaymentStanding(ctx, p.Organisation.ID, payment); err != nil {
		return err
	}
	c.Key, c.Reverse, c.Amount, c.OwnKey = payment.Key, true, r.Amount, r.Key
	entry, err := p.move(ctx, mover{tx: tx, order: order, booked: booked}, payment, c)
	if err != nil {
		return fmt.Errorf("payment %s: %w", payment.Key, err)
	}
	return tx.SettleReversal(ctx, r.ID, entry)
}

// ReversalChange is what a person decided on a reversal that found no payment.
type ReversalChange struct {
	Key    string // the operator's own number of the reversal
	Of     string // the operator's number of the payment that it takes back; "" where nothing is to be taken back
	Reason string
	By     string
}

// ErrNoReversal says that there is no such reversal, or that it was decided on.
var ErrNoReversal = errors.New("there is no such open reversal")

// ChangeReversal takes back the payment that a person named, or puts the reversal aside: it was done otherwise. The month
// is that in which it is booked, zero where nothing is.
func (p *Pipeline) ChangeReversal(ctx context.Context, c ReversalChange) (booked housing.Period, err error) {
	if c.Reason == "" {
		return 0, fmt.Errorf("reversal %s: %w", c.Key, ErrReasonMissing)
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.OpenReversal(ctx, p.Organisation.ID, c.Key)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reversal %s: %w", c.Key, ErrNoReversal)
		}
		if err != nil {
			return err
		}
		if c.Of == "" {
			return tx.DismissReversal(ctx, r.ID, store.Dismissal{By: c.By, Reason: c.Reason, At: p.Now()})
		}
		payment, err := tx.PaymentByKey(ctx, p.Organisation.ID, c.Of)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("payment %s: %w", c.Of, ErrNoPayment)
		}
		if err != nil {
			return err
		}
		if booked, err = tx.OpenMonth(ctx, p.Organisation.ID, payment.Booked); err != nil {
			return err
		}
		return p.takeBack(ctx, tx, r, payment, PaymentChange{Reason: c.Reason, By: c.By})
	})
	return booked, err
}

// openReversals are the reversals that have found no payment, as questions beside the unidentified payments: with their
// sums below zero, and the payments that each may mean.
func (p *Pipeline) openReversals(ctx context.Context) ([]housing.PaymentQuestion, error) {
	open, err := p.Store.OpenReversals(ctx, p.Organisation.ID)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	accounts := make([]string, len(open))
	for i, r := range open {
		accounts[i] = r.Account
	}
	payments, err := p.Store.ReversiblePayments(ctx, p.Organisation.ID, nil, accounts)
	if err != nil {
		return nil, err
	}
	list := make([]housing.PaymentQuestion, len(open))
	for i, r := range open {
		q := housing.PaymentQuestion{
			Payment: r.Payment, Registry: r.Registry, Row: r.Row, Left: -r.Amount, Reversal: true, Reason: "сторно: " + r.Why,
		}
		q.Payment.Amount = -r.Amount
		for _, payment := range payments {
			if payment.Payment.Account == r.Account && payment.Left >= r.Amount {
				q.Candidates = append(q.Candidates, housing.MatchCandidate{
					Account: housing.Account{Number: payment.Key}, Evidence: fmt.Sprintf("платёж от %s на %s, реестр %s, строка %d",
						payment.PaidOn.Russian(), payment.Amount.RussianPlain(), payment.Registry, payment.Row),
				})
			}
		}
		list[i] = q
	}
	return list, nil
}

// applyReversals stores the rows that take payments back. What they take back is found behind the last row.
func (a *applier) applyReversals(ctx context.Context, rows []housing.PaymentReversal) ([]housing.Outcome, error) {
	payee := payeeOf(a.file.Name)
	for i := range rows {
		if rows[i].Payee == "" {
			rows[i].Payee = payee
		}
	}
	return a.datedPayments(len(rows), func(i int) housing.Payment { return rows[i].Payment }, func(kept []int) ([]housing.Outcome, error) {
		return a.tx.ApplyReversals(ctx, a.Organisation.ID, a.source, a.period, picked(rows, kept))
	})
}

// keepReversal remembers where a reversal stands, so that its row can be told what became of it.
func (a *applier) keepReversal(r importers.Record, end housing.Outcome) {
	reversal, is := r.Fact.(housing.PaymentReversal)
	if !is || end.Verdict != housing.Accepted {
		return
	}
	if a.reversed == nil {
		a.reversed = map[string]rowReversed{}
	}
	a.reversed[reversal.Key] = rowReversed{ordinal: len(a.verdicts), row: r.Row, sheet: r.Sheet, value: reversal.Key}
}

// paymentRegister streams the payments of a month, then the rows that took payments back: both are money of its registries.
func (p *Pipeline) paymentRegister(ctx context.Context, period housing.Period) iter.Seq2[housing.RegisteredPayment, error] {
	return func(yield func(housing.RegisteredPayment, error) bool) {
		for _, rows := range []iter.Seq2[housing.RegisteredPayment, error]{
			p.Store.PaymentRegister(ctx, p.Organisation.ID, period), p.Store.ReversalRegister(ctx, p.Organisation.ID, period),
		} {
			for row, err := range rows {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}
