package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/allocation"
	"github.com/kvitok-gkh/kvitok/store"
)

// PaymentChange is a decision on where the money of a payment goes.
type PaymentChange struct {
	Key     string // the operator's number of the payment
	Account string // the account it is to stand with; "": none, it becomes unidentified
	Reverse bool   // the money went back to the payer
	Same    bool   // it is the payment of another file that it equals: no other money came
	Amount  housing.Money
	OwnKey  string // of the reversal, where an operator reports one
	Reason  string
	By      string
}

// What speaks against a decision on a payment.
var (
	ErrNoPayment     = errors.New("there is no such payment")
	ErrNoAccount     = errors.New("there is no such account")
	ErrSamePlace     = errors.New("the payment stands there already")
	ErrNothingLeft   = errors.New("the payment was reversed already, or the amount is larger than what is left of it")
	ErrReasonMissing = errors.New("a reason is needed")
	ErrNoTwin        = errors.New("the payment equals none of another file")
)

// changeRussian names such an error to an accountant; ok is false for any other error.
func changeRussian(err error) (code, text string, ok bool) {
	for _, e := range []struct {
		err        error
		code, text string
	}{
		{ErrNoPayment, "unknown_payment", "такого платежа нет"},
		{ErrNoAccount, "unknown_account", "такого лицевого счёта нет"},
		{ErrSamePlace, "same_account", "платёж уже учтён на этом лицевом счёте или решение по нему уже принято"},
		{ErrNothingLeft, "nothing_left", "платёж уже возвращён или сумма больше остатка платежа"},
		{ErrReasonMissing, "reason_missing", "укажите основание решения"},
		{ErrNoTwin, "no_twin", "этот платёж не повторяет платежа из другого файла"},
		{ErrNoReversal, "unknown_reversal", "такого сторно нет или решение по нему уже принято"},
	} {
		if errors.Is(err, e.err) {
			return e.code, e.text, true
		}
	}
	return "", "", false
}

// ChangePayment moves the money of a payment: from the unidentified to an account, from one account to
// another, back to the unidentified, or back to the payer. What it had paid is owed again; what it pays
// now is booked in the month of the payment, or in the first open one after it. The decision and its
// parts are one transaction.
func (p *Pipeline) ChangePayment(ctx context.Context, c PaymentChange) (housing.Period, error) {
	payment, err := p.Store.PaymentByKey(ctx, p.Organisation.ID, c.Key)
	if errors.Is(err, store.ErrNotFound) {
		return 0, fmt.Errorf("payment %s: %w", c.Key, ErrNoPayment)
	}
	if err != nil {
		return 0, err
	}
	booked, err := p.Store.OpenMonth(ctx, p.Organisation.ID, payment.Booked)
	if err != nil {
		return 0, err
	}
	if err := p.Store.EnsureMonth(ctx, booked); err != nil {
		return 0, fmt.Errorf("prepare %s: %w", booked, err)
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error { return p.changePayment(ctx, tx, booked, c) })
	return booked, err
}

func (p *Pipeline) changePayment(ctx context.Context, tx *store.Tx, booked housing.Period, c PaymentChange) error {
	if c.Same {
		if err := p.sameAsTwin(ctx, tx, &c); err != nil {
			return err
		}
	}
	if c.Reason == "" {
		return fmt.Errorf("payment %s: %w", c.Key, ErrReasonMissing)
	}
	order, err := p.paymentOrder(booked)
	if err != nil {
		return err
	}
	if err := tx.LockLedger(ctx, p.Organisation.ID, booked); err != nil {
		return err
	}
	payment, err := tx.PaymentByKey(ctx, p.Organisation.ID, c.Key)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("payment %s: %w", c.Key, ErrNoPayment)
	}
	if err != nil {
		return err
	}
	_, err = p.move(ctx, mover{tx: tx, order: order, booked: booked}, payment, c)
	if err != nil {
		return fmt.Errorf("payment %s: %w", c.Key, err)
	}
	return nil
}

// move writes a decision on a payment with its parts, and returns the number of the decision. The ledger of the month is
// locked by the caller.
func (p *Pipeline) move(ctx context.Context, m mover, payment store.StandingPayment, c PaymentChange) (entry int64, err error) {
	d, to, err := p.decision(ctx, m.tx, payment, c)
	if err != nil {
		return 0, err
	}
	d.Booked = m.booked
	if err := m.arrive(ctx, payment); err != nil {
		return 0, err
	}
	if entry, err = m.tx.Decide(ctx, p.Organisation.ID, d); err != nil {
		return 0, err
	}
	if err := m.back(ctx, payment, entry, d.Amount); err != nil || to.Account == 0 {
		return entry, err
	}
	return entry, m.pay(ctx, to, allocation.Unit{
		Payment: payment.ID, Entry: entry, Payee: payment.PayeeINN, Printed: payment.Period, Amount: d.Amount,
	})
}

// decision says what a change means for a payment where it stands.
func (p *Pipeline) decision(ctx context.Context, tx *store.Tx, payment store.StandingPayment, c PaymentChange) (d store.PaymentDecision, to store.AccountKey, err error) {
	d = store.PaymentDecision{
		Payment: payment.ID, Of: payment.Booked, From: payment.Account.Account, Amount: payment.Left, Key: c.OwnKey,
		Reason: c.Reason, By: c.By, At: p.Now(),
	}
	if c.Amount != 0 {
		d.Amount = c.Amount
	}
	if d.Amount <= 0 || d.Amount > payment.Left || !c.Reverse && d.Amount != payment.Left {
		return d, to, ErrNothingLeft
	}
	if c.Account != "" {
		if to, err = tx.AccountPlace(ctx, p.Organisation.ID, c.Account); errors.Is(err, store.ErrNotFound) {
			return d, to, fmt.Errorf("account %s: %w", c.Account, ErrNoAccount)
		}
		if err != nil {
			return d, to, err
		}
	}
	d.To = to.Account
	switch {
	case c.Reverse:
		d.Kind, d.To = "reverse", 0
		return d, store.AccountKey{}, nil
	case d.From == d.To:
		return d, to, ErrSamePlace
	case d.From == 0:
		d.Kind = "assign"
	case d.To == 0:
		d.Kind = "release"
	default:
		d.Kind = "move"
	}
	return d, to, nil
}

// mover writes the parts of one decision.
type mover struct {
	tx     *store.Tx
	order  housing.PaymentOrder
	booked housing.Period
}

// arrive distributes a payment that came for an account and was not distributed yet, so that there is
// something to take back.
func (m mover) arrive(ctx context.Context, payment store.StandingPayment) error {
	if payment.Account.Account == 0 {
		return nil
	}
	parts, err := m.tx.StandingParts(ctx, payment.ID, payment.Account)
	if err != nil || len(parts) > 0 {
		return err
	}
	return m.pay(ctx, payment.Account, allocation.Unit{
		Payment: payment.ID, Payee: payment.PayeeINN, Printed: payment.Period, Amount: payment.Left,
	})
}

func (m mover) back(ctx context.Context, payment store.StandingPayment, entry int64, amount housing.Money) error {
	if payment.Account.Account == 0 {
		return nil
	}
	standing, err := m.tx.StandingParts(ctx, payment.ID, payment.Account)
	if err != nil {
		return err
	}
	list := make([]allocation.Part, len(standing))
	for i, part := range standing {
		list[i] = allocation.Part{Payment: part.Payment, Due: part.Due}
	}
	parts, err := allocation.Back(entry, list, amount)
	if err != nil {
		return fmt.Errorf("take payment %d back: %w", payment.ID, err)
	}
	back := make([]store.PaymentPart, len(parts))
	for i, part := range parts {
		back[i] = partOf(payment.Account, part)
	}
	return m.tx.InsertParts(ctx, m.booked, back)
}

func (m mover) pay(ctx context.Context, to store.AccountKey, u allocation.Unit) error {
	b, err := openBooks(ctx, m.tx, m.order, m.booked, store.BooksScope{Houses: []int64{to.House}, Accounts: []int64{to.Account}})
	if err != nil {
		return err
	}
	if err := b.pay(b.Account(to), u); err != nil {
		return err
	}
	return b.SaveParts(ctx)
}
