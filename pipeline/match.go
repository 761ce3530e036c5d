package pipeline

import (
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strconv"
	"sync"

	"github.com/kvitok-gkh/kvitok/exporters/matchbook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

// MatchResult is what matching did and how all claims stand now.
type MatchResult struct {
	Decided int               `json:"decided"`
	Counts  store.MatchCounts `json:"counts"`
}

func (p *Pipeline) matchStep(ctx context.Context, _ housing.Period, s *Summary) (int, error) {
	result, err := p.Match(ctx)
	s.Match = result
	return result.Decided, err
}

// matchedBy is who decides without a person.
const matchedBy = "kvitok"

// Match decides every open claim: one candidate links, several or none become a question to the
// operator. Each decision is stored with its evidence and can be undone.
func (p *Pipeline) Match(ctx context.Context) (MatchResult, error) {
	var result MatchResult
	before, err := p.Store.CountMatches(ctx, p.Organisation.ID)
	if err != nil {
		return result, err
	}
	if before.Open > 0 {
		if result.Decided, err = p.decide(ctx, before.Open); err != nil {
			return result, err
		}
	}
	result.Counts, err = p.Store.CountMatches(ctx, p.Organisation.ID)
	return result, err
}

// decide goes through the open claims in pages, so that memory does not grow with their number.
func (p *Pipeline) decide(ctx context.Context, open int) (decided int, err error) {
	index, err := p.matchingIndex(ctx, func(store.HouseAccounts) {})
	if err != nil {
		return 0, err
	}
	undone, err := p.undoneLinks(ctx)
	if err != nil {
		return 0, err
	}
	bar := p.Progress.Start("match", open)
	defer bar.Done()
	const atOnce = 10_000
	last := int64(0)
	for {
		claims, err := p.Store.OpenClaims(ctx, p.Organisation.ID, last, atOnce)
		if err != nil || len(claims) == 0 {
			return decided, err
		}
		last = claims[len(claims)-1].ID
		decisions := matchAll(index, claims, undone)
		var done int
		err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			done, err = tx.DecideAll(ctx, decisions, p.Now())
			return err
		})
		if err != nil {
			return decided, err
		}
		decided += done
		bar.Add(len(claims))
	}
}

// matchAll decides on claims on all processors.
func matchAll(index *matching.Index, claims []housing.Claim, undone undoneLinks) []store.Decision {
	decisions := make([]store.Decision, len(claims))
	share := len(claims)/runtime.GOMAXPROCS(0) + 1
	var wg sync.WaitGroup
	for from := 0; from < len(claims); from += share {
		wg.Go(func() {
			for i := from; i < min(from+share, len(claims)); i++ {
				d := index.Decide(claims[i], undone.of(claims[i])...)
				decisions[i] = store.Decision{
					Claim: claims[i].ID, Account: d.AccountID, Status: string(d.Status), Reason: d.Reason, Evidence: d.Evidence, By: matchedBy,
					Score: d.Score, Rules: d.Rules,
				}
			}
		})
	}
	wg.Wait()
	return decisions
}

// undoneLinks are the accounts from which people took claims away, by what the claims said. A claim that
// says anything else is new evidence; another phone is not.
type undoneLinks map[store.UndoneLink][]int64

func (u undoneLinks) of(c housing.Claim) []int64 {
	return u[store.UndoneLink{Account: c.Account, Unified: c.Unified, FullName: c.FullName, Address: c.Address}]
}

func (p *Pipeline) undoneLinks(ctx context.Context) (undoneLinks, error) {
	list, err := p.Store.UndoneLinks(ctx, p.Organisation.ID)
	if err != nil {
		return nil, err
	}
	links := undoneLinks{}
	for _, l := range list {
		id := l.AccountID
		l.AccountID = 0
		links[l] = append(links[l], id)
	}
	return links, nil
}

// matchingIndex builds the index of all accounts and shows each of them to the caller.
func (p *Pipeline) matchingIndex(ctx context.Context, show func(store.HouseAccounts)) (*matching.Index, error) {
	var accounts []matching.Account
	err := p.Store.AllAccounts(ctx, p.Organisation.ID, func(a store.HouseAccounts) error {
		show(a)
		accounts = append(accounts, matching.Account{
			ID: a.ID, Number: a.Number, Unified: a.Unified, ServiceID: a.ServiceID, Elsewhere: a.Elsewhere, HouseKey: a.House.Key, FIAS: a.House.FIAS,
			Flat: flatOf(a.Premises), Room: a.Premises.Room, Payer: a.Payer,
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	today := housing.DateOf(p.Now())
	stored, err := p.Store.StreetRenames(ctx, p.Organisation.ID, today)
	if err != nil {
		return nil, err
	}
	renames := make([]matching.Rename, 0, len(stored))
	for _, r := range stored {
		renames = append(renames, matching.Rename{Was: r.Was, Now: r.Now})
	}
	return matching.NewIndex(accounts).WithRenames(renames).AsOf(today), nil
}

// flatOf marks non-residential premises, whose numbers stand beside those of the flats.
func flatOf(premises housing.Premises) string {
	if premises.Kind == housing.NonResidential && premises.Flat != "" {
		return "пом. " + premises.Flat
	}
	return premises.Flat
}

// ExportQuestions writes the operator's workbook of the claims that wait for a decision.
func (p *Pipeline) ExportQuestions(ctx context.Context, w io.Writer) (rows int, err error) {
	claims, err := p.Store.QuestionedClaims(ctx, p.Organisation.ID)
	if err != nil {
		return 0, err
	}
	accounts := map[int64]store.HouseAccounts{}
	index, err := p.matchingIndex(ctx, func(a store.HouseAccounts) { accounts[a.ID] = a })
	if err != nil {
		return 0, err
	}
	undone, err := p.undoneLinks(ctx)
	if err != nil {
		return 0, err
	}
	meta := matchbook.Meta{Organisation: p.Organisation, AsOf: p.Now(), Temp: p.path("work")}
	rows, err = matchbook.WriteMatches(w, meta, questions(claims, accounts, func(c housing.Claim) matching.Decision {
		return index.Match(c, undone.of(c)...)
	}))
	if err != nil {
		return rows, fmt.Errorf("write the workbook of questions: %w", err)
	}
	return rows, nil
}

func questions(
	claims []housing.Claim, accounts map[int64]store.HouseAccounts, match func(housing.Claim) matching.Decision,
) iter.Seq2[housing.MatchQuestion, error] {
	return func(yield func(housing.MatchQuestion, error) bool) {
		for _, claim := range claims {
			d := match(claim)
			q := housing.MatchQuestion{Claim: claim, Reason: d.Russian()}
			if right := claim.Right.Russian(); right != "" {
				q.Reason += "; заявитель: " + right
			}
			for _, c := range d.Candidates {
				of := accounts[c.AccountID]
				q.Candidates = append(q.Candidates, housing.MatchCandidate{
					Account: of.Account, House: of.House.Address, Evidence: c.Evidence.Russian(),
				})
			}
			if !yield(q, nil) {
				return
			}
		}
	}
}

// AnswerResult is what applying a filled workbook did.
type AnswerResult struct {
	Linked   int               `json:"linked"`
	Refused  int               `json:"refused"`
	Open     int               `json:"open"` // rows left empty
	Problems []housing.Problem `json:"problems,omitempty"`
}

// ApplyAnswers stores the operator's decisions from a filled workbook. A row that names an unknown
// account, or a claim decided meanwhile, is a problem; the others count.
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
		if err := p.applyAnswer(ctx, a, accounts, by, &result); err != nil {
			return result, err
		}
	}
	return result, nil
}

func (p *Pipeline) applyAnswer(ctx context.Context, a housing.MatchAnswer, accounts map[string]int64, by string, result *AnswerResult) error {
	decision := store.Decision{Claim: a.Claim, Reason: "operator", Evidence: map[string]string{"comment": a.Comment}, By: by}
	switch {
	case a.None:
		decision.Status = "refused"
	case a.Account == "":
		result.Open++
		return nil
	case accounts[a.Account] == 0:
		result.Problems = append(result.Problems, housing.Problem{
			Sheet: housing.MatchSheet, Column: housing.MatchColumnAnswer, Value: a.Account,
			Code: "unknown_account", Text: "такого лицевого счёта нет",
		})
		return nil
	default:
		decision.Status, decision.Account = "linked", accounts[a.Account]
	}
	var stored bool
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		stored, err = tx.AnswerQuestion(ctx, p.Organisation.ID, decision, p.Now())
		return err
	})
	if err == nil && !stored {
		result.Problems = append(result.Problems, housing.Problem{
			Sheet: housing.MatchSheet, Column: housing.MatchColumnClaim, Value: strconv.FormatInt(a.Claim, 10),
			Code: "claim_decided", Text: "такой заявки нет или решение по ней уже принято",
		})
		return nil
	}
	if err != nil {
		return err
	}
	if decision.Status == "linked" {
		result.Linked++
	} else {
		result.Refused++
	}
	return nil
}
