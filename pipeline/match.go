package pipeline

import (
	"context"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"

	"github.com/kvitok-gkh/kvitok/exporters/matchbook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

// MatchResult is what matching did and how all claims stand now.
type MatchResult struct {
	Decided int               `json:"decided"`
	Expired int               `json:"expired,omitzero"` // links blocked now, their power of attorney ended
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
// operator. Each decision is stored with its evidence and can be undone. Links by powers of attorney that ended are
// blocked first.
func (p *Pipeline) Match(ctx context.Context) (MatchResult, error) {
	var result MatchResult
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		result.Expired, err = tx.EndProxies(ctx, p.Organisation.ID, housing.DateOf(p.Now()), matchedBy, p.Now())
		return err
	})
	if err != nil {
		return result, err
	}
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
		claims, err := p.reader().OpenClaims(ctx, p.Organisation.ID, last, atOnce)
		if err != nil || len(claims) == 0 {
			return decided, err
		}
		last = claims[len(claims)-1].ID
		decisions := matchAll(index, claims, undone)
		if err := p.holdShares(ctx, claims, decisions); err != nil {
			return decided, err
		}
		var done int
		err = p.inTx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
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
	list, err := p.reader().UndoneLinks(ctx, p.Organisation.ID)
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
	err := p.reader().AllAccounts(ctx, p.Organisation.ID, func(a store.HouseAccounts) error {
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
	stored, err := p.reader().StreetRenames(ctx, p.Organisation.ID, today)
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

// ExportQuestions writes the operator's workbook of the claims that wait for a decision. The export is noted in
// the audit trail: it holds names and addresses.
func (p *Pipeline) ExportQuestions(ctx context.Context, w io.Writer, by string) (rows int, err error) {
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
	}, p.sharesExceed(ctx)))
	if err != nil {
		return rows, fmt.Errorf("write the workbook of questions: %w", err)
	}
	return rows, p.noteAccess(ctx, by, "claims", rows)
}

func questions(
	claims []housing.Claim, accounts map[int64]store.HouseAccounts, match func(housing.Claim) matching.Decision,
	exceeds func(housing.Claim, int64) (bool, error),
) iter.Seq2[housing.MatchQuestion, error] {
	return func(yield func(housing.MatchQuestion, error) bool) {
		for _, claim := range claims {
			d := match(claim)
			q := housing.MatchQuestion{Claim: claim, Reason: d.Russian()}
			if d.Status == matching.Linked {
				over, err := exceeds(claim, d.AccountID)
				if err != nil {
					yield(q, err)
					return
				}
				if over {
					q.Reason = matching.ReasonText(matching.ReasonSharesExceed)
				}
				d.Candidates = []matching.Candidate{{AccountID: d.AccountID, Evidence: d.Evidence}}
			}
			if right := claim.Right.Russian(); right != "" {
				q.Reason += "; заявитель: " + right
			}
			q.Candidates = named(d.Candidates, accounts)
			if !yield(q, nil) {
				return
			}
		}
	}
}

func named(candidates []matching.Candidate, accounts map[int64]store.HouseAccounts) []housing.MatchCandidate {
	list := make([]housing.MatchCandidate, 0, len(candidates))
	for _, c := range candidates {
		of := accounts[c.AccountID]
		list = append(list, housing.MatchCandidate{Account: of.Account, House: of.House.Address, Evidence: c.Evidence.Russian()})
	}
	return list
}
