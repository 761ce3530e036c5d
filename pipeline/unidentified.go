package pipeline

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os/user"

	"github.com/kvitok-gkh/kvitok/exporters/paymentbook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

// Unidentified returns the payments that belong to no account, those held because they equal payments of other files, and the reversals that have found no payment,
// with the reason of each.
func (p *Pipeline) Unidentified(ctx context.Context) ([]housing.PaymentQuestion, error) {
	payments, err := p.Store.UnidentifiedPayments(ctx, p.Organisation.ID)
	if err != nil {
		return nil, err
	}
	reversals, err := p.openReversals(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(payments))
	for i, payment := range payments {
		keys[i] = payment.Key
	}
	twins, err := p.Store.TwinsOf(ctx, p.Organisation.ID, keys)
	if err != nil {
		return nil, err
	}
	list := make([]housing.PaymentQuestion, 0, len(payments)+len(reversals))
	for _, payment := range payments {
		q := housing.PaymentQuestion{
			Payment: payment.Payment, Registry: payment.Registry, Row: payment.Row, Left: payment.Left, Reason: unidentifiedReason(payment),
		}
		if twin, is := twins[payment.Key]; is {
			q.Twin, q.Reason = true, twinRussian(twin)
		}
		list = append(list, q)
	}
	return append(list, reversals...), nil
}

// BookedTwins lists the payments of open months that stand with their accounts though they equal those of other files, with what
// they equal: where a partner's setting books them, nobody is asked.
func (p *Pipeline) BookedTwins(ctx context.Context) ([]housing.PaymentQuestion, error) {
	payments, err := p.Store.BookedTwins(ctx, p.Organisation.ID)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(payments))
	for i, payment := range payments {
		keys[i] = payment.Key
	}
	twins, err := p.Store.TwinsOf(ctx, p.Organisation.ID, keys)
	if err != nil {
		return nil, err
	}
	list := make([]housing.PaymentQuestion, len(payments))
	for i, payment := range payments {
		list[i] = housing.PaymentQuestion{
			Payment: payment.Payment, Registry: payment.Registry, Row: payment.Row, Left: payment.Left, Twin: true, Reason: twinRussian(twins[payment.Key]),
		}
	}
	return list, nil
}

func unidentifiedReason(p store.StandingPayment) string {
	switch {
	case p.Payment.Account == "":
		return "лицевой счёт не указан"
	case p.OtherOwner != "":
		return "лицевой счёт " + p.Payment.Account + " ведёт другая организация: " + p.OtherOwner
	}
	return "лицевой счёт " + p.Payment.Account + " не найден или платёж снят с него"
}

// ExportUnidentified writes the workbook of unidentified payments with the accounts each may be meant
// for. Likeness only proposes: no payment is booked by it. The export is noted in the audit trail: it
// holds names and addresses.
func (p *Pipeline) ExportUnidentified(ctx context.Context, w io.Writer, by string) (rows int, err error) {
	list, err := p.Unidentified(ctx)
	if err != nil {
		return 0, err
	}
	questions, err := p.withCandidates(ctx, list)
	if err != nil {
		return 0, err
	}
	meta := paymentbook.Meta{Organisation: p.Organisation, AsOf: p.Now(), Temp: p.path("work")}
	if rows, err = paymentbook.WritePayments(w, meta, questions); err != nil {
		return rows, fmt.Errorf("write the workbook of unidentified payments: %w", err)
	}
	return rows, p.noteAccess(ctx, by, "payments", rows)
}

// withCandidates adds the accounts that each payment may be meant for. Likeness only proposes.
func (p *Pipeline) withCandidates(ctx context.Context, list []housing.PaymentQuestion) (iter.Seq2[housing.PaymentQuestion, error], error) {
	accounts := map[int64]store.HouseAccounts{}
	index, err := p.matchingIndex(ctx, func(a store.HouseAccounts) { accounts[a.ID] = a })
	if err != nil {
		return nil, err
	}
	return func(yield func(housing.PaymentQuestion, error) bool) {
		for _, q := range list {
			if !q.Reversal { // one has its candidates already
				q.Candidates = candidatesOf(index.Match(housing.Claim{
					Account: q.Payment.Account, FullName: q.Payment.Payer, Address: q.Payment.Address,
				}), accounts)
			}
			if !yield(q, nil) {
				return
			}
		}
	}, nil
}

func candidatesOf(d matching.Decision, accounts map[int64]store.HouseAccounts) []housing.MatchCandidate {
	var list []housing.MatchCandidate
	if d.AccountID != 0 {
		of := accounts[d.AccountID]
		list = append(list, housing.MatchCandidate{Account: of.Account, House: of.House.Address, Evidence: "совпали данные плательщика"})
	}
	for _, c := range d.Candidates {
		if c.AccountID != d.AccountID {
			of := accounts[c.AccountID]
			list = append(list, housing.MatchCandidate{Account: of.Account, House: of.House.Address, Evidence: c.Evidence.Russian()})
		}
	}
	return list
}

// unclearPayments yields the payments that belong to no account with their candidates, then those that people
// decided on in a month.
func (p *Pipeline) unclearPayments(ctx context.Context, period housing.Period) iter.Seq2[housing.UnclearPayment, error] {
	return func(yield func(housing.UnclearPayment, error) bool) {
		open, err := p.openQuestions(ctx)
		if err != nil {
			yield(housing.UnclearPayment{}, err)
			return
		}
		standing := map[string]bool{}
		for q, err := range open {
			standing[q.Payment.Key] = standing[q.Payment.Key] || !q.Reversal
			if !yield(housing.UnclearPayment{PaymentQuestion: q}, err) || err != nil {
				return
			}
		}
		decided, err := p.Store.DecidedPayments(ctx, p.Organisation.ID, period)
		if err != nil {
			yield(housing.UnclearPayment{}, err)
			return
		}
		for _, d := range decided {
			if !standing[d.Payment.Key] && !yield(d, nil) {
				return
			}
		}
	}
}

// openQuestions are the unidentified payments; the accounts are looked at only where there are any.
func (p *Pipeline) openQuestions(ctx context.Context) (iter.Seq2[housing.PaymentQuestion, error], error) {
	list, err := p.Unidentified(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return func(func(housing.PaymentQuestion, error) bool) {}, nil
	}
	return p.withCandidates(ctx, list)
}

// PaymentAnswerResult is what applying a filled workbook of unidentified payments did.
type PaymentAnswerResult struct {
	Assigned int               `json:"assigned"`
	Reversed int               `json:"reversed"`
	Same     int               `json:"same"`      // payments that another file had brought
	Set      int               `json:"set_aside"` // reversals that nothing is to be taken back by
	Open     int               `json:"open"`      // rows left empty
	Problems []housing.Problem `json:"problems,omitempty"`
}

// ApplyPaymentAnswers stores the decisions of a filled workbook, each in a transaction of its own. What
// cannot be decided so is a problem of its row; the others count.
func (p *Pipeline) ApplyPaymentAnswers(ctx context.Context, answers []housing.PaymentAnswer, by string) (PaymentAnswerResult, error) {
	var result PaymentAnswerResult
	months := map[housing.Period]bool{}
	for _, a := range answers {
		if a.Account == "" && a.Of == "" && !a.Reverse && !a.Same && !a.Done {
			result.Open++
			continue
		}
		booked, err := p.applyPaymentAnswer(ctx, a, by)
		code, text, known := changeRussian(err)
		switch {
		case known:
			result.Problems = append(result.Problems, housing.Problem{
				Row: a.Row, Sheet: housing.PaymentSheet, Column: housing.PaymentColumnAnswer, Value: a.Account + a.Of, Code: code, Text: text,
			})
			continue
		case err != nil:
			return result, err
		case a.Done:
			result.Set++
			continue
		case a.Same:
			result.Same++
		case a.Reverse || a.Reversal:
			result.Reversed++
		default:
			result.Assigned++
		}
		months[booked] = true
	}
	for period := range months {
		if err := p.rebuild(ctx, period); err != nil {
			return result, err
		}
	}
	return result, p.noteWorkbook(ctx, by, "payment", result)
}

func (p *Pipeline) applyPaymentAnswer(ctx context.Context, a housing.PaymentAnswer, by string) (housing.Period, error) {
	if a.Reversal {
		return p.ChangeReversal(ctx, ReversalChange{Key: a.Key, Of: a.Of, Reason: a.Comment, By: by})
	}
	return p.ChangePayment(ctx, PaymentChange{Key: a.Key, Account: a.Account, Reverse: a.Reverse, Same: a.Same, Reason: a.Comment, By: by})
}

// Actor is who decides where nobody is named: the user of the operating system.
func Actor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}
