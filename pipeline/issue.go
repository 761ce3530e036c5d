package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/store"
)

// IssueResult is what issuing the payment documents did.
type IssueResult struct {
	Documents int            `json:"documents"`
	Pages     int            `json:"pages"`   // drawn now; unchanged print files are left as they are
	Changed   int            `json:"changed"` // issued anew, differently, or withdrawn
	ToPay     housing.Money  `json:"to_pay"`
	Held      []HeldDocument `json:"held,omitempty"`

	printed []printedHouse // print files of the month
}

func (p *Pipeline) issueStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Issue(ctx, period)
	s.Issue = result
	return result.Documents, err
}

// Issue makes the payment documents of every charged house, enters them into the register and draws
// the print files: one a house, in flat order. A house whose documents are as issued before is not
// drawn again. Documents that are no longer given out leave the register and the print file. A house
// that the gate has not looked at since it was charged is looked at first: nothing goes past the gate.
func (p *Pipeline) Issue(ctx context.Context, period housing.Period) (IssueResult, error) {
	if err := p.requireOpen(ctx, period); err != nil {
		return IssueResult{}, err
	}
	payees, err := p.Store.Organisations(ctx)
	if err != nil {
		return IssueResult{}, err
	}
	book := &documentBook{period: period, issuer: p.Organisation, payees: byINN(payees), months: parameters.ForMonth(p.Parameters, period)}
	if book.payBy, err = p.PayBy(period); err != nil {
		return IssueResult{}, err
	}
	if book.readingsBy, err = readingsBy(book.months, period); err != nil {
		return IssueResult{}, err
	}
	if book.limits, err = gating.LimitsOf(p.Parameters, period); err != nil {
		return IssueResult{}, fmt.Errorf("read the bounds of the gate: %w", err)
	}
	totals, err := p.Store.ChargedTotals(ctx, p.Organisation.ID, period)
	if err != nil {
		return IssueResult{}, err
	}
	bar := p.Progress.Start("receipts", totals.Accounts)
	defer bar.Done()
	var mutex sync.Mutex
	var result IssueResult
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(p.Workers)
	err = p.Store.SnapshotsOf(ctx, p.Organisation.ID, period, func(s store.StoredSnapshot) error {
		s.Body = slices.Clone(s.Body)
		group.Go(func() error {
			one, err := p.issueHouse(ctx, book, s)
			mutex.Lock()
			defer mutex.Unlock()
			result.add(one)
			bar.Add(one.Documents + len(one.Held))
			return err
		})
		return ctx.Err() // the group has the cause
	})
	if err = errors.Join(group.Wait(), err); err != nil {
		return result, fmt.Errorf("issue the documents of %s: %w", period, err)
	}
	if err := p.packPrint(period, result.printed); err != nil {
		return result, err
	}
	slices.SortFunc(result.Held, func(a, b HeldDocument) int { return strings.Compare(a.Account, b.Account) })
	return result, nil
}

func (r *IssueResult) add(o IssueResult) {
	r.Documents += o.Documents
	r.Pages += o.Pages
	r.Changed += o.Changed
	r.ToPay += o.ToPay
	r.Held = append(r.Held, o.Held...)
	r.printed = append(r.printed, o.printed...)
}

func (p *Pipeline) issueHouse(ctx context.Context, book *documentBook, s store.StoredSnapshot) (IssueResult, error) {
	var result IssueResult
	snapshot, err := openSnapshot(s.Body)
	if err != nil {
		return result, err
	}
	ledger, err := p.Store.LedgerOfHouse(ctx, s.House, book.period)
	if err != nil {
		return result, err
	}
	year, err := p.loadYear(ctx, s.House, book.period)
	if err != nil {
		return result, err
	}
	documents, err := book.ofHouse(snapshot, ledger, year)
	if err != nil {
		return result, fmt.Errorf("house %s: %w", snapshot.House.Address, err)
	}
	documents, gated, err := p.holdGated(ctx, book, s.House, documents)
	if err != nil {
		return result, err
	}
	documents, broken := p.holdBroken(documents)
	result.Held = slices.Concat(gated, broken)
	register, err := p.documentBookOf(s.House, book.period, documents)
	if err != nil {
		return result, err
	}
	for _, d := range documents {
		result.ToPay += d.ToPay
	}
	result.Documents = len(documents)
	// Drawn before the register is committed: killed in between, the house still counts as changed and
	// is drawn again.
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		result.Changed, err = tx.IssueDocuments(ctx, register)
		if err != nil {
			return err
		}
		file := printFile{period: book.period, house: snapshot.House, documents: documents, changed: result.Changed > 0}
		if file.paper, file.otherPaper, err = p.onPaper(ctx, tx, s.House, file); err != nil {
			return err
		}
		if len(file.paper) > 0 {
			result.printed = []printedHouse{{fileTitle(file.house.Address), file.house.Address, year.papers.PostalIndex}}
		}
		result.Pages, err = p.drawHouse(file)
		return err
	})
	return result, err
}

func byINN(list map[int64]housing.Organisation) map[string]housing.Organisation {
	found := make(map[string]housing.Organisation, len(list))
	for _, o := range list {
		found[o.INN] = o
	}
	return found
}
