package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// accountState is what is known of a number.
type accountState int

const (
	newAccount     accountState = iota
	bareAccount                 // without an occupancy
	settledAccount              // with one or more: what a row says is compared with them
)

// accountStates tells of the numbers of rows which are known.
type accountStates map[string]accountState

func (t *Tx) accountStates(ctx context.Context, organisation int64, rows []housing.AccountEntry) (accountStates, error) {
	const sql = `
SELECT a.number, EXISTS (SELECT FROM occupancies o WHERE o.account_id = a.id)
FROM unnest($2::text[]) AS t(number), LATERAL (SELECT a.id, a.number FROM accounts a WHERE a.organisation_id = $1 AND a.number = t.number OFFSET 0) a`
	found, err := t.Query(ctx, sql, organisation, column(rows, func(r housing.AccountEntry) string { return r.Account.Number }))
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	states := accountStates{}
	var number string
	var settled bool
	_, err = pgx.ForEachRow(found, []any{&number, &settled}, func() error {
		states[number] = bareAccount
		if settled {
			states[number] = settledAccount
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	return states, nil
}

// of picks the rows whose accounts are in a state that suits, with their places.
func (s accountStates) of(suits func(accountState) bool, rows []housing.AccountEntry, indexes []int) (picked []housing.AccountEntry, places []int) {
	for i, r := range rows {
		if suits(s[r.Account.Number]) {
			picked, places = append(picked, r), append(places, indexes[i])
		}
	}
	return picked, places
}

func isNew(s accountState) bool     { return s == newAccount }
func isKnown(s accountState) bool   { return s != newAccount }
func isSettled(s accountState) bool { return s == settledAccount }

// copyAccounts stores new accounts, whose premises are there, with their first occupancies.
func (t *Tx) copyAccounts(ctx context.Context, organisation, source int64, places premisesOf, rows []housing.AccountEntry) error {
	if len(rows) == 0 {
		return nil
	}
	const accountSize, occupancySize = 200, 120
	ids, err := t.newIDs(ctx, "accounts", len(rows))
	if err != nil {
		return err
	}
	accounts := newCopyBuffer([]string{
		"id", "organisation_id", "number", "unified", "service_code", "house_id", "premises_id", "payer", "opened", "closed",
		"source_id", "source_pos",
	}, len(rows), accountSize)
	occupancies := newCopyBuffer([]string{
		"account_id", "valid", "area", "people", "owners", "occupant", "source_id", "source_pos",
	}, len(rows), occupancySize)
	for i, r := range rows {
		a, o := r.Account, r.Occupancy
		accounts.row()
		accounts.bigint(ids[i])
		accounts.bigint(organisation)
		accounts.text(a.Number)
		accounts.text(a.Unified)
		accounts.text(a.ServiceID)
		accounts.bigint(places.houses[r.Key])
		accounts.bigint(places.ids[places.key(r)])
		accounts.text(a.Payer)
		accounts.date(a.Opened)
		accounts.date(a.Closed)
		accounts.bigint(source)
		accounts.bigint(a.Source.Position)
		occupancies.row()
		occupancies.bigint(ids[i])
		occupancies.since(o.Valid.From)
		occupancies.numeric(o.Area)
		occupancies.integer(int32(o.People)) //nolint:gosec // a thousand at most, a check says so
		occupancies.integer(int32(o.Owners)) //nolint:gosec // a thousand at most, a check says so
		occupancies.text(string(o.Occupant))
		occupancies.bigint(source)
		occupancies.bigint(o.Source.Position)
	}
	if err := t.copyTo(ctx, "accounts", accounts); err != nil {
		return fmt.Errorf("store accounts: %w", err)
	}
	if err := t.copyTo(ctx, "occupancies", occupancies); err != nil {
		return fmt.Errorf("store occupancies: %w", err)
	}
	return nil
}

// since writes a range of days that begins and does not end (range_recv of PostgreSQL).
func (b *copyBuffer) since(first housing.Date) {
	const startsInside, endless = 0x02, 0x10
	b.data = append(b.data, 0, 0, 0, 1+4+4, startsInside|endless)
	b.date(first)
}
