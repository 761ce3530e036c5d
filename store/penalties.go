package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ClaimRow is one fact about an unpaid month of an account and payee: what was left of it at the end of
// the month before (Kind "owed"), what changed it this month ("changed"), what was paid for it ("paid").
type ClaimRow struct {
	House, Account int64
	Payee          string // INN
	Capital        bool   // capital repair: a claim of its own
	Service        housing.Service
	Month          housing.Period
	Kind           string
	On             housing.Date // of a payment
	Amount         housing.Money
}

// The kinds of rows of a claim.
const (
	ClaimOwed    = "owed"
	ClaimChanged = "changed"
	ClaimPaid    = "paid"
)

// AccountClaims reads all that was charged to an account for each month and all that was paid for it, up to
// a month. Debts brought in without a month are left out, as in Claims.
func (q Queries) AccountClaims(ctx context.Context, house, account int64, upTo housing.Period) ([]ClaimRow, error) {
	const sql = `
WITH rows AS (
    SELECT payee_id, service, month, 'owed' AS kind, NULL::date AS paid_on, amount FROM opening_balances
    WHERE account_id = $2 AND period <= $3 AND month > '1900-01-01'
    UNION ALL
    SELECT payee_id, service, period, 'owed', NULL, amount FROM charges WHERE house_id = $1 AND account_id = $2 AND period <= $3
    UNION ALL
    SELECT payee_id, service, month, 'changed', NULL, amount FROM ledger_lines
    WHERE house_id = $1 AND account_id = $2 AND period <= $3 AND kind <> 'penalty'
    UNION ALL
    SELECT p.payee_id, p.service, p.month, 'paid', COALESCE(y.paid_on, p.period), p.amount
    FROM payment_parts p LEFT JOIN payments y ON y.id = p.payment_id AND y.period = p.period
    WHERE p.house_id = $1 AND p.account_id = $2 AND p.period <= $3 AND p.kind = 'principal' AND p.month > '1900-01-01')
SELECT $1::bigint, $2::bigint, o.inn, r.service = 'capital_repair', '', r.month, r.kind, r.paid_on, sum(r.amount)::bigint
FROM rows r JOIN organisations o ON o.id = r.payee_id
GROUP BY o.inn, 4, r.month, r.kind, r.paid_on ORDER BY r.month, o.inn, 4, r.kind, r.paid_on`
	rows, err := q.Query(ctx, sql, house, account, upTo)
	if err != nil {
		return nil, fmt.Errorf("read the months of account %d: %w", account, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ClaimRow])
	if err != nil {
		return nil, fmt.Errorf("read the months of account %d: %w", account, err)
	}
	return list, nil
}

// BookedPenalties adds up the penalties of an account in the ledger up to a month.
func (q Queries) BookedPenalties(ctx context.Context, house, account int64, upTo housing.Period) (sum housing.Money, err error) {
	const sql = `SELECT COALESCE(sum(penalty), 0)::bigint FROM balances WHERE house_id = $1 AND account_id = $2 AND period <= $3`
	if err := q.QueryRow(ctx, sql, house, account, upTo).Scan(&sum); err != nil {
		return 0, fmt.Errorf("add up the penalties of account %d: %w", account, err)
	}
	return sum, nil
}
