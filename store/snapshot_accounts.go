package store

import (
	"context"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (l *factLoader) loadAccounts(ctx context.Context) error {
	const sql = `
SELECT a.house_id, a.id, a.number, a.unified, a.service_code, a.premises_id, a.payer, a.opened, a.closed, a.` + sourceRef + `a.source_pos
FROM accounts a
WHERE a.house_id = ANY(@houses) AND a.organisation_id = @organisation
    AND (a.opened IS NULL OR a.opened < @next) AND (a.closed IS NULL OR a.closed > @month)`
	count := 0
	err := l.eachSourced(ctx, sql, func(r *factRow) {
		house := l.houses[r.number()]
		house.Accounts = append(house.Accounts, housing.AccountFacts{Account: housing.Account{
			ID: r.number(), Number: r.text(), Unified: r.text(), ServiceID: r.text(),
			Premises: housing.Premises{ID: r.number()}, Payer: r.text(), Opened: r.date(), Closed: r.date(), Source: r.source(),
		}})
		count++
	})
	if err != nil {
		return err
	}
	ids := make([]int64, 0, count)
	l.accounts = make(map[int64]*housing.AccountFacts, count)
	for _, house := range l.houses {
		slices.SortFunc(house.Accounts, func(a, b housing.AccountFacts) int { return strings.Compare(a.Number, b.Number) })
		for i := range house.Accounts {
			a := &house.Accounts[i]
			l.accounts[a.ID] = a
			ids = append(ids, a.ID)
		}
	}
	l.setSpans(accountOwner, ids)
	return l.loadPremises(ctx, count)
}

// loadPremises says where the accounts are. Joined to them, premises are looked up one by one, which takes
// three times as long as the accounts.
func (l *factLoader) loadPremises(ctx context.Context, accounts int) error {
	ids := make([]int64, 0, accounts)
	for _, a := range l.accounts {
		ids = append(ids, a.Premises.ID)
	}
	l.setSpans(premisesOwner, ids)
	premises := make(map[int64]housing.Premises, accounts)
	err := l.each(ctx, l.bySpans(premisesOwner, "SELECT p.id, p.flat, p.room, p.kind FROM premises p WHERE p.id"), func(r *factRow) {
		p := housing.Premises{ID: r.number(), Flat: r.word(), Room: r.word(), Kind: housing.PremisesKind(r.word())}
		premises[p.ID] = p
	})
	for _, a := range l.accounts {
		a.Premises = premises[a.Premises.ID]
	}
	return err
}

func (l *factLoader) loadOccupancies(ctx context.Context) error {
	const sql = `
SELECT o.account_id, lower(o.valid), upper(o.valid), o.area, o.people, o.owners, o.occupant, o.` + sourceRef + `o.source_pos
FROM occupancies o WHERE lower(o.valid) < @next AND COALESCE(upper(o.valid) > @month, true) AND o.account_id`
	err := l.eachSourced(ctx, l.bySpans(accountOwner, sql), func(r *factRow) {
		account := r.number()
		o := housing.Occupancy{
			Valid: r.interval(), Area: r.decimal(), People: int(r.number()), Owners: int(r.number()),
			Occupant: housing.Occupant(r.word()), Source: r.source(),
		}
		if a := l.accounts[account]; a != nil {
			a.Occupancy = append(a.Occupancy, o)
		}
	})
	for _, a := range l.accounts {
		slices.SortFunc(a.Occupancy, func(x, y housing.Occupancy) int { return x.Valid.From.Cmp(y.Valid.From) })
	}
	return err
}
