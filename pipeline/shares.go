package pipeline

import (
	"context"
	"math/big"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

// shareBook is the owners of accounts by name with their shares, and what these sum to.
type shareBook map[int64]map[string]*big.Rat

func newShareBook(list []store.OwnerShare) shareBook {
	book := shareBook{}
	for _, s := range list {
		book.add(s.Account, s.Name, s.Share)
	}
	return book
}

func ownerKey(name, share string) string { return strings.ToLower(name) + "|" + share }

func (b shareBook) add(account int64, name, share string) {
	part, ok := new(big.Rat).SetString(share)
	if !ok {
		return // no registry gets such a share in
	}
	if b[account] == nil {
		b[account] = map[string]*big.Rat{}
	}
	b[account][ownerKey(name, share)] = part
}

// with returns what the shares of an account sum to with one owner more; he counts once.
func (b shareBook) with(account int64, name, share string) *big.Rat {
	sum := new(big.Rat)
	for _, part := range b[account] {
		sum.Add(sum, part)
	}
	if _, there := b[account][ownerKey(name, share)]; there {
		return sum
	}
	if part, ok := new(big.Rat).SetString(share); ok {
		sum.Add(sum, part)
	}
	return sum
}

// hasShare reports whether a claim is an owner's who told his share.
func hasShare(c housing.Claim) bool {
	return c.Share != "" && (c.Right.Ground == "" || c.Right.Ground == housing.ByOwnership)
}

func moreThanOne(sum *big.Rat) bool { return sum.Cmp(big.NewRat(1, 1)) > 0 }

// holdShares turns links into questions which would give the owners of an account more than the whole of it. The
// claims that came first stay linked.
func (p *Pipeline) holdShares(ctx context.Context, claims []housing.Claim, decisions []store.Decision) error {
	var accounts []int64
	for i, d := range decisions {
		if d.Account != 0 && hasShare(claims[i]) {
			accounts = append(accounts, d.Account)
		}
	}
	if len(accounts) == 0 {
		return nil
	}
	known, err := p.reader().OwnerShares(ctx, p.Organisation.ID, accounts)
	if err != nil {
		return err
	}
	book := newShareBook(known)
	for i := range decisions {
		d, c := &decisions[i], claims[i]
		if d.Account == 0 || !hasShare(c) {
			continue
		}
		if moreThanOne(book.with(d.Account, c.FullName, c.Share)) {
			d.Account, d.Status, d.Reason = 0, string(matching.Question), matching.ReasonSharesExceed
			continue
		}
		book.add(d.Account, c.FullName, c.Share)
	}
	return nil
}

// sharesExceed tells whether a claim would give the owners of an account more than the whole of it.
func (p *Pipeline) sharesExceed(ctx context.Context) func(housing.Claim, int64) (bool, error) {
	return func(c housing.Claim, account int64) (bool, error) {
		if !hasShare(c) {
			return false, nil
		}
		known, err := p.Store.OwnerShares(ctx, p.Organisation.ID, []int64{account})
		if err != nil {
			return false, err
		}
		return moreThanOne(newShareBook(known).with(account, c.FullName, c.Share)), nil
	}
}
