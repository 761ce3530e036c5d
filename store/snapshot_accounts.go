package store

import (
	"context"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (l *factLoader) loadAccounts(ctx context.Context) error {
	const sql = `
SELECT a.house_id, a.id, a.number, a.unified, a.service_code, p.id, p.flat, p.room, p.kind, a.payer, a.opened, a.closed,
    a.` + sourceRef + `a.source_pos
FROM accounts a JOIN premises p ON p.id = a.premises_id
WHERE a.house_id = ANY(@houses) AND a.organisation_id = @organisation
    AND (a.opened IS NULL OR a.opened < @next) AND (a.closed IS NULL OR a.closed > @month)`
	count := 0
	err := l.eachSourced(ctx, sql, func(r *factRow) {
		house := l.houses[r.number()]
		house.Accounts = append(house.Accounts, housing.AccountFacts{Account: housing.Account{
			ID: r.number(), Number: r.text(), Unified: r.text(), ServiceID: r.text(),
			Premises: housing.Premises{ID: r.number(), Flat: r.word(), Room: r.word(), Kind: housing.PremisesKind(r.word())},
			Payer:    r.text(), Opened: r.date(), Closed: r.date(), Source: r.source(),
		}})
		count++
	})
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
