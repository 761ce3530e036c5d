package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// AnswerResult is what applying a filled workbook did.
type AnswerResult struct {
	Linked    int               `json:"linked"`
	Refused   int               `json:"refused"`
	Merged    int               `json:"merged,omitzero"`    // claims that double another
	Corrected int               `json:"corrected,omitzero"` // claims whose right or consent was corrected
	Open      int               `json:"open"`               // rows left empty
	Problems  []housing.Problem `json:"problems,omitempty"`
}

// ApplyAnswers stores the operator's decisions from a filled workbook, and what he corrected of the claims. A row
// that names an unknown account, or a claim decided meanwhile, is a problem; the others count.
func (p *Pipeline) ApplyAnswers(ctx context.Context, answers []housing.MatchAnswer, by string) (AnswerResult, error) {
	var result AnswerResult
	numbers := make([]string, 0, len(answers))
	for _, a := range answers {
		numbers = append(numbers, a.Account)
	}
	accounts, err := p.Store.AccountIDs(ctx, p.Organisation.ID, numbers)
	if err != nil {
		return result, err
	}
	for _, a := range answers {
		one := answering{p: p, MatchAnswer: a, by: by, account: accounts[a.Account]}
		if err := p.Store.InTx(ctx, one.apply); err != nil {
			return result, err
		}
		result.Linked += one.done.Linked
		result.Refused += one.done.Refused
		result.Merged += one.done.Merged
		result.Corrected += one.done.Corrected
		result.Open += one.done.Open
		result.Problems = append(result.Problems, one.done.Problems...)
	}
	return result, p.noteWorkbook(ctx, by, "match", result)
}

// answering is one row of the workbook being applied.
type answering struct {
	housing.MatchAnswer

	p       *Pipeline
	by      string
	account int64
	claim   housing.Claim
	done    AnswerResult
}

func (a *answering) problem(column, value, code, text string) error {
	a.done.Problems = append(a.done.Problems, housing.Problem{
		Row: a.Row, Sheet: housing.MatchSheet, Column: column, Value: value, Code: code, Text: text,
	})
	return nil
}

func (a *answering) apply(ctx context.Context, tx *store.Tx) (err error) {
	a.done = AnswerResult{} // a transaction may be tried again
	decides := a.None || a.Account != "" || a.Double != 0
	a.claim, err = tx.Claim(ctx, a.p.Organisation.ID, a.Claim)
	if errors.Is(err, store.ErrNotFound) {
		return a.decidedMeanwhile()
	}
	if err != nil {
		return err
	}
	if waits, err := tx.Waits(ctx, a.claim.ID); err != nil || !waits {
		if err == nil && decides {
			return a.decidedMeanwhile()
		}
		return err
	}
	if err := a.correct(ctx, tx); err != nil {
		return err
	}
	if decides {
		return a.decide(ctx, tx)
	}
	a.done.Open++
	return nil
}

func (a *answering) decidedMeanwhile() error {
	return a.problem(housing.MatchColumnClaim, strconv.FormatInt(a.Claim, 10), "claim_decided",
		"такой заявки нет или решение по ней уже принято")
}

// correct stores what the operator says of the right and of the consent, where it differs from what is known.
func (a *answering) correct(ctx context.Context, tx *store.Tx) error {
	if !a.Told {
		return nil
	}
	right := a.Right
	right.Origin = a.claim.Right.Origin
	changed, err := tx.SetRight(ctx, a.p.Organisation.ID, a.claim.ID, right, a.Share, a.by)
	if err != nil {
		return err
	}
	a.claim.Right, a.claim.Share = right, a.Share
	if a.Data.Answer != "" && a.Data != a.claim.Data {
		said, err := tx.SetConsent(ctx, a.p.Organisation.ID, a.claim.ID, a.Data, a.by, a.p.Now())
		if err != nil {
			return err
		}
		changed = changed || said
	}
	if changed {
		a.done.Corrected++
	}
	return nil
}

func (a *answering) decide(ctx context.Context, tx *store.Tx) error {
	decision := store.Decision{Claim: a.claim.ID, Reason: "operator", Evidence: map[string]string{"comment": a.Comment}, By: a.by}
	switch {
	case a.Double != 0 && (a.None || a.Account != ""):
		return a.problem(housing.MatchColumnDouble, strconv.FormatInt(a.Double, 10), "double_and_account",
			"указаны и двойник, и решение по счёту: нужно одно из двух")
	case a.Double != 0:
		return a.merge(ctx, tx)
	case a.None:
		decision.Status = "refused"
	default:
		stop, err := a.cannotLink(ctx, tx)
		if err != nil || stop {
			return err
		}
		decision.Status, decision.Account = "linked", a.account
	}
	stored, err := tx.AnswerQuestion(ctx, a.p.Organisation.ID, decision, a.p.Now())
	switch {
	case err != nil:
		return err
	case !stored:
		return a.decidedMeanwhile()
	case decision.Status == "linked":
		a.done.Linked++
	default:
		a.done.Refused++
	}
	return nil
}

// cannotLink says why the account that the operator chose cannot be linked.
func (a *answering) cannotLink(ctx context.Context, tx *store.Tx) (bool, error) {
	number := a.Account
	if a.account == 0 {
		return true, a.problem(housing.MatchColumnAnswer, number, "unknown_account", "такого лицевого счёта нет")
	}
	kept, err := tx.MergedInto(ctx, a.p.Organisation.ID, number)
	if err != nil {
		return true, err
	}
	if kept != "" {
		return true, a.problem(housing.MatchColumnAnswer, number, "merged_account", "этот лицевой счёт объединён со счётом "+kept)
	}
	if right := a.claim.Right; right.Expired(housing.DateOf(a.p.Now())) {
		return true, a.problem(housing.MatchColumnProxyUntil, right.ProxyUntil.Russian(), "proxy_expired",
			"срок доверенности № "+right.Proxy+" истёк: связь не установлена, нужна действующая доверенность")
	}
	if !hasShare(a.claim) {
		return false, nil
	}
	owners, err := tx.OwnerShares(ctx, a.p.Organisation.ID, []int64{a.account})
	if err != nil {
		return true, err
	}
	if sum := newShareBook(owners).with(a.account, a.claim.FullName, a.claim.Share); moreThanOne(sum) {
		return true, a.problem(housing.MatchColumnShare, a.claim.Share, "shares_exceed",
			fmt.Sprintf("доли собственников счёта %s в сумме дали бы %s, это больше единицы", number, sum.RatString()))
	}
	return false, nil
}

func (a *answering) merge(ctx context.Context, tx *store.Tx) error {
	reason := a.Comment
	if reason == "" {
		reason = "двойник заявки " + strconv.FormatInt(a.Double, 10)
	}
	err := tx.MergeClaims(ctx, a.p.Organisation.ID, store.Join{Kept: a.Double, Doubled: a.claim.ID, Reason: reason, By: a.by}, a.p.Now())
	word := strconv.FormatInt(a.Double, 10)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return a.problem(housing.MatchColumnDouble, word, "unknown_claim", "заявки с этим номером нет")
	case errors.Is(err, store.ErrCannotMerge):
		return a.problem(housing.MatchColumnDouble, word, "cannot_merge",
			"эти заявки нельзя объединить: одна из них уже объединена или связаны они с разными счетами")
	case err != nil:
		return err
	}
	a.done.Merged++
	return nil
}
