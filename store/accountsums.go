package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// AccountSums is the ledger of an account in a month.
type AccountSums struct {
	Opening, Charged, Corrected, Penalty, Paid housing.Money
	Late                                       []housing.LateEffect // of Corrected: corrections of closed months
}

// Closing is what the account owes at the end of the month.
func (s AccountSums) Closing() housing.Money {
	return s.Opening + s.Charged + s.Corrected + s.Penalty - s.Paid
}

// AccountSums adds up the ledger of every account of some houses in a month.
func (q Queries) AccountSums(ctx context.Context, period housing.Period, houses []int64) (map[int64]AccountSums, error) {
	const sums = `
SELECT account_id, sum(opening)::bigint, sum(charged)::bigint, sum(corrected)::bigint, sum(penalty)::bigint, sum(paid)::bigint
FROM balances WHERE period = $1 AND house_id = ANY($2) GROUP BY account_id`
	const late = `
SELECT account_id, month, cause, sum(amount)::bigint FROM ledger_lines
WHERE period = $1 AND house_id = ANY($2) AND kind <> 'penalty' AND cause <> '' GROUP BY account_id, month, cause`
	rows, err := q.Query(ctx, sums, period, houses)
	if err != nil {
		return nil, fmt.Errorf("add up the ledger of %s: %w", period, err)
	}
	found := map[int64]AccountSums{}
	var account int64
	var s AccountSums
	_, err = pgx.ForEachRow(rows, []any{&account, &s.Opening, &s.Charged, &s.Corrected, &s.Penalty, &s.Paid}, func() error {
		found[account] = s
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add up the ledger of %s: %w", period, err)
	}
	if rows, err = q.Query(ctx, late, period, houses); err != nil {
		return nil, fmt.Errorf("add up the corrections of %s: %w", period, err)
	}
	var l housing.LateEffect
	_, err = pgx.ForEachRow(rows, []any{&account, &l.Month, &l.Cause, &l.Amount}, func() error {
		s := found[account]
		s.Late = append(s.Late, l)
		found[account] = s
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add up the corrections of %s: %w", period, err)
	}
	return found, nil
}

// PaidByDecision is an account that a payment went to of which a decision was made.
type PaidByDecision struct{ Decision, Account, House int64 }

// PaidByDecisions tells which accounts had the payments that were decided on.
func (q Queries) PaidByDecisions(ctx context.Context, decisions []int64) ([]PaidByDecision, error) {
	if len(decisions) == 0 {
		return nil, nil
	}
	const sql = `
SELECT d.id, t.account_id, t.house_id FROM payment_decisions d JOIN payment_parts t ON t.payment_id = d.payment_id WHERE d.id = ANY($1)
UNION
SELECT d.id, p.account_id, p.house_id FROM payment_decisions d JOIN payments p ON p.id = d.payment_id
WHERE d.id = ANY($1) AND p.account_id IS NOT NULL ORDER BY 1, 2`
	rows, err := q.Query(ctx, sql, decisions)
	if err != nil {
		return nil, fmt.Errorf("read whose payments were decided on: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PaidByDecision])
	if err != nil {
		return nil, fmt.Errorf("read whose payments were decided on: %w", err)
	}
	return list, nil
}

// UnclosedBefore lists the months before one that are charged and not closed.
func (q Queries) UnclosedBefore(ctx context.Context, organisation int64, period housing.Period) ([]housing.Period, error) {
	const sql = `
SELECT DISTINCT c.period FROM charged_houses c JOIN houses h ON h.id = c.house_id
WHERE h.organisation_id = $1 AND c.period < $2 AND NOT EXISTS (
    SELECT FROM closings k WHERE k.organisation_id = $1 AND k.period = c.period AND k.reopened_at IS NULL) ORDER BY 1`
	rows, err := q.Query(ctx, sql, organisation, period.First())
	if err != nil {
		return nil, fmt.Errorf("look for months that are not closed: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[housing.Period])
	if err != nil {
		return nil, fmt.Errorf("look for months that are not closed: %w", err)
	}
	return list, nil
}
