package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/store"
)

// IssueResult is what issuing the payment documents did.
type IssueResult struct {
	Documents int            `json:"documents"`
	Pages     int            `json:"pages"` // drawn now; unchanged print files are left as they are
	Changed   int            `json:"changed"`
	ToPay     housing.Money  `json:"to_pay"`
	Held      []HeldDocument `json:"held,omitempty"`
}

// HeldDocument is a payment document that is not given out, with the reason in Russian.
type HeldDocument struct {
	Account string `json:"account"`
	Reason  string `json:"reason"`
}

func (p *Pipeline) issueStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Issue(ctx, period)
	s.Issue = result
	return result.Documents, err
}

// Issue makes the payment documents of every charged house, enters them into the register and draws
// the print files: one a house, in flat order. A house whose documents are as issued before is not
// drawn again.
func (p *Pipeline) Issue(ctx context.Context, period housing.Period) (IssueResult, error) {
	payees, err := p.Store.Organisations(ctx)
	if err != nil {
		return IssueResult{}, err //nolint:wrapcheck // says what it read
	}
	book := &documentBook{period: period, issuer: p.Organisation, payees: byINN(payees), months: parameters.ForMonth(p.Parameters, period)}
	if book.payBy, err = payBy(period, book.months); err != nil {
		return IssueResult{}, err
	}
	totals, err := p.Store.ChargedTotals(ctx, p.Organisation.ID, period)
	if err != nil {
		return IssueResult{}, err //nolint:wrapcheck // says what it added up
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
		return ctx.Err() //nolint:wrapcheck // the group has the cause
	})
	if err = errors.Join(group.Wait(), err); err != nil {
		return result, fmt.Errorf("issue the documents of %s: %w", period, err)
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
}

func (p *Pipeline) issueHouse(ctx context.Context, book *documentBook, s store.StoredSnapshot) (IssueResult, error) {
	var result IssueResult
	snapshot, err := openSnapshot(s.Body)
	if err != nil {
		return result, err
	}
	ledger, err := p.Store.LedgerOfHouse(ctx, s.House, book.period)
	if err != nil {
		return result, err //nolint:wrapcheck // says what it read
	}
	documents, err := book.ofHouse(snapshot, ledger)
	if err != nil {
		return result, fmt.Errorf("house %s: %w", snapshot.House.Address, err)
	}
	documents, result.Held = p.holdBroken(documents)
	register := make([]store.IssuedDocument, len(documents))
	for i, d := range documents {
		if register[i], err = registered(d); err != nil {
			return result, err
		}
		result.ToPay += d.ToPay
	}
	result.Documents = len(documents)
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		result.Changed, err = tx.IssueDocuments(ctx, p.Organisation.ID, s.House, book.period, register)
		return err //nolint:wrapcheck // says what it issued
	})
	if err != nil {
		return result, err //nolint:wrapcheck // says what it issued
	}
	result.Pages, err = p.drawHouse(snapshot.House, documents, result.Changed > 0)
	return result, err
}

// holdBroken keeps back documents that could not be paid by; their accounts are listed with the reason.
func (p *Pipeline) holdBroken(documents []*housing.PaymentDocument) (good []*housing.PaymentDocument, held []HeldDocument) {
	for _, d := range documents {
		err := p.Printer.Check(d)
		if err == nil {
			good = append(good, d)
			continue
		}
		reason := err.Error()
		if missing, ok := errors.AsType[*receipts.NoBankDetailsError](err); ok {
			reason = missing.Russian()
		}
		held = append(held, HeldDocument{Account: d.Account.Number, Reason: reason})
	}
	return good, held
}

// registered is the row of the register: the digest covers all that is printed.
func registered(d *housing.PaymentDocument) (store.IssuedDocument, error) {
	content, err := json.Marshal(d)
	if err != nil {
		return store.IssuedDocument{}, fmt.Errorf("write document %s: %w", d.Number, err)
	}
	digest := sha256.Sum256(content)
	return store.IssuedDocument{
		Account: d.Account.ID, Number: d.Number, PayBy: d.PayBy, ToPay: d.ToPay, SHA256: hex.EncodeToString(digest[:]),
	}, nil
}

// drawHouse writes the print file of a house, and a file an account where that is wanted.
func (p *Pipeline) drawHouse(house housing.House, documents []*housing.PaymentDocument, changed bool) (pages int, err error) {
	if len(documents) == 0 {
		return 0, nil
	}
	folder := filepath.Join("receipts", documents[0].Period.String())
	name := filepath.Join(folder, fileTitle(house.Address)+".pdf")
	if _, err := os.Stat(p.path(name)); err == nil && !changed {
		return 0, nil
	}
	_, err = p.stage(name, func(w io.Writer) error {
		pages, err = p.Printer.Book(w, sequence(documents))
		return err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return 0, fmt.Errorf("draw the print file of %s: %w", house.Address, err)
	}
	if !p.SingleFiles {
		return pages, nil
	}
	for _, d := range documents {
		single := filepath.Join(folder, fileTitle(house.Address), d.Account.Number+".pdf")
		_, err := p.stage(single, func(w io.Writer) error { return p.Printer.Single(w, d) })
		if err != nil {
			return pages, fmt.Errorf("draw the receipt of account %s: %w", d.Account.Number, err)
		}
	}
	return pages, nil
}

func sequence(documents []*housing.PaymentDocument) iter.Seq2[*housing.PaymentDocument, error] {
	return func(yield func(*housing.PaymentDocument, error) bool) {
		for _, d := range documents {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// fileTitle makes an address fit for a file name.
func fileTitle(address string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, strings.Trim(address, ". "))
}

func byINN(list map[int64]housing.Organisation) map[string]housing.Organisation {
	found := make(map[string]housing.Organisation, len(list))
	for _, o := range list {
		found[o.INN] = o
	}
	return found
}

// payBy is the day until which a month is to be paid for: ЖК 155 ч. 1 by the parameter due.day, moved
// from a weekend to Monday (ГК 193). Public holidays are not known yet.
func payBy(period housing.Period, list []housing.Parameter) (housing.Date, error) {
	for _, parameter := range list {
		if parameter.Name != "due.day" || !parameter.Valid.Contains(period.First()) {
			continue
		}
		day, err := strconv.Atoi(parameter.Value)
		if err != nil || day < 1 || day > 28 {
			return housing.Date{}, fmt.Errorf("parameter due.day is %q, not a day of every month", parameter.Value)
		}
		due := period.Next().First().AddDays(day - 1)
		for due.Time().Weekday() == 0 || due.Time().Weekday() == 6 {
			due = due.AddDays(1)
		}
		return due, nil
	}
	return housing.Date{}, fmt.Errorf("parameter due.day has no value for %s", period)
}
