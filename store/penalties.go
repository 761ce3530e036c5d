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

// Claims hands over the months that accounts owed at the end of the month before, in order of account,
// payee and month, some houses at a time. What was brought in without a month is not among them: nobody
// knows since when it is due. What was paid for a month on a day is one row. Offsets have no day of
// payment: they count from the first day of the month they are booked in.
func (t *Tx) Claims(ctx context.Context, organisation int64, period housing.Period, some func([]ClaimRow) error) error {
	const sql = `
WITH lines AS (
    SELECT house_id, account_id, service, payee_id, period AS month, closing AS amount FROM balances
    WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2) AND closing <> 0
    UNION ALL
    SELECT house_id, account_id, service, payee_id, period, -amount FROM debts
    WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, month, amount FROM debts
    WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2) AND kind = 'principal' AND month > '1900-01-01'
    UNION ALL
    SELECT a.house_id, n.account_id, n.service, n.payee_id, n.month, n.amount
    FROM opening_balances n JOIN accounts a ON a.id = n.account_id
    WHERE n.period = $1 AND n.month > '1900-01-01' AND a.house_id = ANY($2)),
owed AS MATERIALIZED (
    SELECT house_id, account_id, payee_id, service = 'capital_repair' AS capital, service, month, sum(amount)::bigint AS amount
    FROM lines GROUP BY house_id, account_id, payee_id, service, month HAVING sum(amount) <> 0),
late AS (SELECT house_id, account_id, payee_id, capital, month FROM owed GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) > 0),
rows AS (
    SELECT house_id, account_id, payee_id, capital, service, month, 'owed' AS kind, NULL::date AS paid_on, amount FROM owed
    UNION ALL
    SELECT house_id, account_id, payee_id, service = 'capital_repair', service, month, 'changed', NULL, amount
    FROM ledger_lines WHERE period = $1 AND house_id = ANY($2) AND kind <> 'penalty'
    UNION ALL
    SELECT p.house_id, p.account_id, p.payee_id, p.service = 'capital_repair', '', p.month, 'paid', COALESCE(y.paid_on, $1), sum(p.amount)::bigint
    FROM payment_parts p LEFT JOIN payments y ON y.id = p.payment_id AND y.period = $1
    WHERE p.period = $1 AND p.house_id = ANY($2) AND p.kind = 'principal' AND p.month < $1
    GROUP BY 1, 2, 3, 4, p.month, 8 HAVING sum(p.amount) <> 0)
SELECT r.house_id, r.account_id, o.inn, r.capital, r.service, r.month, r.kind, r.paid_on, r.amount
FROM rows r JOIN late USING (house_id, account_id, payee_id, capital, month) JOIN organisations o ON o.id = r.payee_id
ORDER BY r.house_id, r.account_id, r.payee_id, r.capital, r.month, r.kind COLLATE "C", r.paid_on, r.service COLLATE "C"`
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return err
	}
	return t.eachHouses(ctx, organisation, func(houses []int64) error {
		rows, err := t.Query(ctx, sql, period, houses)
		if err != nil {
			return fmt.Errorf("read the unpaid months: %w", err)
		}
		var list []ClaimRow
		var c ClaimRow
		_, err = pgx.ForEachRow(rows, []any{&c.House, &c.Account, &c.Payee, &c.Capital, &c.Service, &c.Month, &c.Kind, &c.On, &c.Amount}, func() error {
			list = append(list, c)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read the unpaid months: %w", err)
		}
		return some(list)
	})
}

// PutPenalties makes the penalty lines of a month those given, and returns how many rows it had to change.
func (t *Tx) PutPenalties(ctx context.Context, organisation int64, period housing.Period, lines []LedgerLine) (changed int64, err error) {
	const drop = `
DELETE FROM ledger_lines l USING houses h
WHERE l.period = $2 AND l.kind = 'penalty' AND h.id = l.house_id AND h.organisation_id = $1
    AND NOT EXISTS (SELECT FROM kvitok_penalties n WHERE n.key = l.key AND n.amount = l.amount AND n.reason = l.reason)`
	const add = `
INSERT INTO ledger_lines (period, house_id, account_id, service, payee_id, kind, month, amount, reason, document, key)
SELECT $1, n.house_id, n.account_id, n.service, n.payee_id, 'penalty', $1, n.amount, n.reason, '', n.key
FROM kvitok_penalties n ORDER BY n.house_id, n.account_id
ON CONFLICT (period, key) DO NOTHING`
	if _, err := t.Exec(ctx, `DROP TABLE IF EXISTS pg_temp.kvitok_penalties`); err != nil {
		return 0, fmt.Errorf("book the penalties: %w", err)
	}
	if _, err := t.Exec(ctx, `
CREATE TEMP TABLE kvitok_penalties (house_id bigint, account_id bigint, service text, payee_id bigint, amount bigint, reason text, key text) ON COMMIT DROP`); err != nil {
		return 0, fmt.Errorf("book the penalties: %w", err)
	}
	payees, err := t.OrganisationIDs(ctx)
	if err != nil {
		return 0, err
	}
	_, err = t.CopyFrom(ctx, pgx.Identifier{"kvitok_penalties"},
		[]string{"house_id", "account_id", "service", "payee_id", "amount", "reason", "key"},
		pgx.CopyFromSlice(len(lines), func(i int) ([]any, error) {
			l := &lines[i]
			return []any{l.House, l.Account, string(l.Service), payees[l.Payee], int64(l.Amount), l.Reason, l.Key}, nil
		}))
	if err != nil {
		return 0, fmt.Errorf("book the penalties: %w", err)
	}
	if _, err := t.Exec(ctx, "ANALYZE kvitok_penalties"); err != nil {
		return 0, fmt.Errorf("book the penalties: %w", err)
	}
	gone, err := t.Exec(ctx, drop, organisation, period)
	if err != nil {
		return 0, fmt.Errorf("take out penalties that are no more: %w", err)
	}
	added, err := t.Exec(ctx, add, period)
	if err != nil {
		return 0, fmt.Errorf("book the penalties: %w", err)
	}
	return gone.RowsAffected() + added.RowsAffected(), nil
}

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
