package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyDeliveryWishes stores where the documents of accounts go; a later row of an account replaces what was known.
func (t *Tx) ApplyDeliveryWishes(ctx context.Context, organisation, source int64, rows []housing.DeliveryEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "delivery_wishes", key: []fieldType{accountField()},
		values: []fieldType{
			{"wish", "text"}, {"email", "text"}, {"confirmed_on", "date"}, {"confirmed_by", "text"}, {"consented_on", "date"}, {"document", "text"},
		},
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.DeliveryEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.DeliveryEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), string(r.Wish), r.Email, r.Confirmed.String(), string(r.ConfirmedBy), r.Consented.String(), r.Document,
		}}
	}), outcomes)
}

// Paperless returns the accounts of a house that get letters and no paper.
func (q Queries) Paperless(ctx context.Context, house int64) ([]int64, error) {
	const sql = `SELECT account_id FROM letter_recipients WHERE house_id = $1 AND wish = 'email' ORDER BY account_id`
	rows, err := q.Query(ctx, sql, house)
	if err != nil {
		return nil, fmt.Errorf("look who of house %d wants no paper: %w", house, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("look who of house %d wants no paper: %w", house, err)
	}
	return list, nil
}

// NotePrintSkips notes which accounts the print file of a house leaves out and reports whether they are others than those of the
// file drawn before.
func (t *Tx) NotePrintSkips(ctx context.Context, house int64, period housing.Period, accounts []int64) (changed bool, err error) {
	const read = `SELECT COALESCE((SELECT accounts FROM print_skips WHERE house_id = $1 AND period = $2), '{}')`
	var before []int64
	if err := t.QueryRow(ctx, read, house, period).Scan(&before); err != nil {
		return false, fmt.Errorf("look whom the print file of house %d left out: %w", house, err)
	}
	if slices.Equal(before, accounts) {
		return false, nil
	}
	const put = `
INSERT INTO print_skips (house_id, period, accounts) VALUES ($1, $2, $3) ON CONFLICT (house_id, period) DO UPDATE SET accounts = EXCLUDED.accounts`
	if accounts == nil {
		accounts = []int64{}
	}
	if _, err := t.Exec(ctx, put, house, period, accounts); err != nil {
		return false, fmt.Errorf("note whom the print file of house %d leaves out: %w", house, err)
	}
	return true, nil
}
