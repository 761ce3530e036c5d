package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// lockLedger lets one transaction at a time write the ledger of a month. It must come before the
// statements that read what is to be done: only they then see what the one before committed.
func (t *Tx) lockLedger(ctx context.Context, organisation int64, period housing.Period) error {
	const sql = "SELECT pg_advisory_xact_lock(hashtextextended('ledger ' || $1 || ' ' || $2, 0))"
	if _, err := t.Exec(ctx, sql, strconv.FormatInt(organisation, 10), period.String()); err != nil {
		return fmt.Errorf("lock the ledger of %s: %w", period, err)
	}
	return nil
}

// RebuildBalances brings the ledger of a month in line with openings, charges and payments, and
// returns how many rows it had to change.
func (t *Tx) RebuildBalances(ctx context.Context, organisation int64, period housing.Period) (changed int64, err error) {
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return 0, err
	}
	// The table of an earlier call in the same transaction.
	if _, err := t.Exec(ctx, "DROP TABLE IF EXISTS pg_temp.kvitok_ledger"); err != nil {
		return 0, fmt.Errorf("rebuild the ledger: %w", err)
	}
	stands, err := t.hasBalances(ctx, organisation, period)
	if err != nil {
		return 0, err
	}
	for i, step := range balanceSteps(organisation, period, stands) {
		tag, err := t.Exec(ctx, step.sql, step.args...)
		if err != nil {
			return 0, fmt.Errorf("rebuild the ledger: %w", err)
		}
		if i > 0 {
			changed += tag.RowsAffected()
		}
	}
	return changed, nil
}

// balanceStep is a statement of RebuildBalances.
type balanceStep struct {
	sql  string
	args []any
}

// balanceSteps collects the lines of a month, and then puts them in the place of those that stand.
func balanceSteps(organisation int64, period housing.Period, stands bool) []balanceStep {
	const collect = `
CREATE TEMP TABLE kvitok_ledger ON COMMIT DROP AS
SELECT house_id, account_id, service, payee_id, sum(opening)::bigint AS opening, sum(charged)::bigint AS charged,
    sum(corrected)::bigint AS corrected, sum(penalty)::bigint AS penalty, sum(paid)::bigint AS paid
FROM (
    SELECT b.house_id, b.account_id, b.service, b.payee_id, b.closing AS opening, 0 AS charged, 0 AS corrected, 0 AS penalty, 0 AS paid
    FROM balances b WHERE b.period = ($2::date - interval '1 month')::date
    UNION ALL
    SELECT a.house_id, o.account_id, o.service, o.payee_id, o.amount, 0, 0, 0, 0
    FROM opening_balances o JOIN accounts a ON a.id = o.account_id WHERE o.period = $2
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, CASE WHEN kind = 'correction' THEN 0 ELSE amount END,
        CASE WHEN kind = 'correction' THEN amount ELSE 0 END, 0, 0
    FROM charges WHERE period = $2
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, 0, CASE WHEN kind = 'penalty' THEN 0 ELSE amount END,
        CASE WHEN kind = 'penalty' THEN amount ELSE 0 END, 0
    FROM ledger_lines WHERE period = $2
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, 0, 0, 0, amount FROM payment_parts WHERE period = $2) AS lines
WHERE house_id IN (SELECT id FROM houses WHERE organisation_id = $1)
GROUP BY house_id, account_id, service, payee_id`
	const drop = `
DELETE FROM balances b USING houses h
WHERE b.period = $2 AND h.id = b.house_id AND h.organisation_id = $1 AND NOT EXISTS (
    SELECT FROM kvitok_ledger l WHERE (l.house_id, l.account_id, l.service, l.payee_id) = (b.house_id, b.account_id, b.service, b.payee_id))`
	// A month that has none of the organisation's rows is filled without looking for them.
	const fill = `
INSERT INTO balances (period, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, closing)
SELECT $1, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, opening + charged + corrected + penalty - paid
FROM kvitok_ledger ORDER BY house_id, account_id, service, payee_id`
	// Rows that stand as they are are sorted out by a join, not one by one by their key.
	const put = `
INSERT INTO balances AS b (period, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, closing)
SELECT $1, l.house_id, l.account_id, l.service, l.payee_id, l.opening, l.charged, l.corrected, l.penalty, l.paid,
    l.opening + l.charged + l.corrected + l.penalty - l.paid
FROM kvitok_ledger l LEFT JOIN balances o ON o.period = $1
    AND (o.house_id, o.account_id, o.service, o.payee_id) = (l.house_id, l.account_id, l.service, l.payee_id)
WHERE (o.opening, o.charged, o.corrected, o.penalty, o.paid) IS DISTINCT FROM (l.opening, l.charged, l.corrected, l.penalty, l.paid)
ORDER BY l.house_id, l.account_id
ON CONFLICT (house_id, account_id, service, payee_id, period) DO UPDATE
SET opening = EXCLUDED.opening, charged = EXCLUDED.charged, corrected = EXCLUDED.corrected, penalty = EXCLUDED.penalty,
    paid = EXCLUDED.paid, closing = EXCLUDED.closing
WHERE (b.opening, b.charged, b.corrected, b.penalty, b.paid) IS DISTINCT FROM
    (EXCLUDED.opening, EXCLUDED.charged, EXCLUDED.corrected, EXCLUDED.penalty, EXCLUDED.paid)`
	collected := balanceStep{collect, []any{organisation, period}}
	if !stands {
		return []balanceStep{collected, {fill, []any{period}}}
	}
	return []balanceStep{collected, {drop, []any{organisation, period}}, {put, []any{period}}}
}

func (q Queries) hasBalances(ctx context.Context, organisation int64, period housing.Period) (stands bool, err error) {
	const sql = `
SELECT EXISTS (SELECT FROM balances b JOIN houses h ON h.id = b.house_id WHERE b.period = $2 AND h.organisation_id = $1)`
	if err := q.QueryRow(ctx, sql, organisation, period).Scan(&stands); err != nil {
		return false, fmt.Errorf("look for a ledger of %s: %w", period, err)
	}
	return stands, nil
}

// LedgerTotals is what a month's ledger adds up to, beside the sums it must agree with.
type LedgerTotals struct {
	housing.Balance
	Charges     housing.Money // of the charges table
	Lines       housing.Money // of the lines that do not come from the calculation
	Payments    housing.Money // that came for known accounts, and what decisions moved to and from accounts
	Unknown     housing.Money // that belongs to no account at the end of the month, of whatever month it came
	BrokenChain int           // rows whose opening is not last month's closing, or the balance brought in
}

// Ledger adds up the ledger of a month for the invariant check.
func (q Queries) Ledger(ctx context.Context, organisation int64, period housing.Period) (LedgerTotals, error) {
	const sql = `
SELECT b.*, c.charges, n.lines, p.identified + m.moved, u.amount, k.broken FROM
(SELECT COALESCE(sum(opening), 0)::bigint, COALESCE(sum(charged), 0)::bigint, COALESCE(sum(corrected), 0)::bigint,
    COALESCE(sum(penalty), 0)::bigint, COALESCE(sum(paid), 0)::bigint, COALESCE(sum(closing), 0)::bigint
 FROM balances b JOIN houses h ON h.id = b.house_id WHERE h.organisation_id = $1 AND b.period = $2) AS b,
(SELECT COALESCE(sum(amount), 0)::bigint AS charges
 FROM charges c JOIN houses h ON h.id = c.house_id WHERE h.organisation_id = $1 AND c.period = $2) AS c,
(SELECT COALESCE(sum(amount), 0)::bigint AS lines
 FROM ledger_lines l JOIN houses h ON h.id = l.house_id WHERE h.organisation_id = $1 AND l.period = $2) AS n,
(SELECT COALESCE(sum(amount), 0)::bigint AS identified
 FROM payments WHERE organisation_id = $1 AND period = $2 AND account_id IS NOT NULL) AS p,
(SELECT COALESCE(sum(CASE WHEN to_account IS NULL THEN 0 ELSE amount END - CASE WHEN from_account IS NULL THEN 0 ELSE amount END), 0)::bigint AS moved
 FROM payment_decisions WHERE organisation_id = $1 AND period = $2) AS m,
(SELECT ((SELECT COALESCE(sum(amount), 0) FROM payments WHERE organisation_id = $1 AND period <= $2 AND account_id IS NULL)
    + (SELECT COALESCE(sum(CASE kind WHEN 'release' THEN amount WHEN 'move' THEN 0 WHEN 'assign' THEN -amount
            ELSE CASE WHEN from_account IS NULL THEN -amount ELSE 0 END END), 0)
       FROM payment_decisions WHERE organisation_id = $1 AND period <= $2))::bigint AS amount) AS u,
(SELECT count(*) AS broken FROM
    (SELECT house_id, account_id, service, payee_id, COALESCE(n.opening, 0) AS opening, COALESCE(o.closing, 0) AS closing
     FROM (SELECT * FROM balances WHERE period = ($2::date - interval '1 month')::date) AS o
     FULL JOIN (SELECT * FROM balances WHERE period = $2) AS n USING (house_id, account_id, service, payee_id)) AS x
 JOIN houses h ON h.id = x.house_id
 LEFT JOIN (SELECT account_id, service, payee_id, sum(amount)::bigint AS amount FROM opening_balances WHERE period = $2 GROUP BY 1, 2, 3) s
    ON (s.account_id, s.service, s.payee_id) = (x.account_id, x.service, x.payee_id)
 WHERE h.organisation_id = $1 AND x.opening <> x.closing + COALESCE(s.amount, 0)) AS k`
	var l LedgerTotals
	err := q.QueryRow(ctx, sql, organisation, period).Scan(&l.Opening, &l.Charged, &l.Corrected, &l.Penalty, &l.Paid,
		&l.Closing, &l.Charges, &l.Lines, &l.Payments, &l.Unknown, &l.BrokenChain)
	if err != nil {
		return l, fmt.Errorf("add up the ledger of %s: %w", period, err)
	}
	return l, nil
}
