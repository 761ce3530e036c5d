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

// LedgerTotals is what a month's ledger adds up to, beside the sums it must agree with.
type LedgerTotals struct {
	housing.Balance
	Charges     housing.Money // of the charges table
	Lines       housing.Money // of the lines that do not come from the calculation
	Payments    housing.Money // that came for known accounts, and what decisions moved to and from accounts
	Unknown     housing.Money // that belongs to no account at the end of the month, of whatever month it came, less reversals without a payment
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
       FROM payment_decisions WHERE organisation_id = $1 AND period <= $2)
    - (SELECT COALESCE(sum(r.amount), 0) FROM payment_reversals r LEFT JOIN payment_decisions d ON d.id = r.decision_id
       WHERE r.organisation_id = $1 AND r.period <= $2 AND r.dismissed_by IS NULL AND (d.id IS NULL OR d.period > $2)))::bigint AS amount) AS u,
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
