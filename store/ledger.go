package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// OpenPayment is a payment not yet distributed, with where its account stands: opening balances,
// charges of the month and parts of earlier payments.
type OpenPayment struct {
	ID, House, Account int64
	Payee              string // INN paid
	ForPeriod          housing.Period
	Amount             housing.Money
	Balances           []housing.Balance
}

// PaymentPart is the part of a payment that one service of one payee gets.
type PaymentPart struct {
	Payment, House, Account int64
	Service                 housing.Service
	Payee                   string // INN
	Amount                  housing.Money
}

// accountState adds up, for the accounts $2 of the houses $3, what the ledger of month $1 consists of.
const accountState = `
WITH wanted AS (SELECT DISTINCT account_id, house_id FROM unnest($2::bigint[], $3::bigint[]) AS t(account_id, house_id))
SELECT account_id, service, payee_id, sum(opening)::bigint AS opening, sum(charged)::bigint AS charged,
    sum(corrected)::bigint AS corrected, sum(paid)::bigint AS paid
FROM (
    SELECT account_id, service, payee_id, closing AS opening, 0 AS charged, 0 AS corrected, 0 AS paid
    FROM wanted JOIN balances USING (house_id, account_id) WHERE period = ($1::date - interval '1 month')::date
    UNION ALL
    SELECT account_id, service, payee_id, amount, 0, 0, 0
    FROM wanted JOIN opening_balances USING (account_id) WHERE period = $1
    UNION ALL
    SELECT account_id, service, payee_id, 0, CASE WHEN kind = 'correction' THEN 0 ELSE amount END,
        CASE WHEN kind = 'correction' THEN amount ELSE 0 END, 0
    FROM wanted JOIN charges USING (house_id, account_id) WHERE period = $1
    UNION ALL
    SELECT account_id, service, payee_id, 0, 0, 0, amount
    FROM wanted JOIN payment_parts USING (house_id, account_id) WHERE period = $1) AS lines
GROUP BY account_id, service, payee_id`

// lockLedger lets one transaction at a time write the ledger of a month. It must come before the
// statements that read what is to be done: only they then see what the one before committed.
func (t *Tx) lockLedger(ctx context.Context, organisation int64, period housing.Period) error {
	const sql = "SELECT pg_advisory_xact_lock(hashtextextended('ledger ' || $1 || ' ' || $2, 0))"
	if _, err := t.Exec(ctx, sql, strconv.FormatInt(organisation, 10), period.String()); err != nil {
		return fmt.Errorf("lock the ledger of %s: %w", period, err)
	}
	return nil
}

// OpenPayments returns up to limit payments of a month that are not distributed yet, in order of
// account, day and id. Until the transaction ends, no other one gets any: two processes never
// distribute one payment.
func (t *Tx) OpenPayments(ctx context.Context, organisation int64, period housing.Period, limit int) ([]OpenPayment, error) {
	const due = `
SELECT p.id, p.house_id, p.account_id, o.inn, p.for_period, p.amount
FROM payments p JOIN organisations o ON o.id = p.payee_id
WHERE p.organisation_id = $1 AND p.period = $2 AND p.account_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM payment_parts x WHERE x.period = $2 AND x.house_id = p.house_id
        AND x.account_id = p.account_id AND x.payment_id = p.id)
ORDER BY p.account_id, p.paid_on, p.id LIMIT $3`
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return nil, err
	}
	rows, err := t.Query(ctx, due, organisation, period, limit)
	if err != nil {
		return nil, fmt.Errorf("read payments to distribute: %w", err)
	}
	payments, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p OpenPayment, err error) {
		err = row.Scan(&p.ID, &p.House, &p.Account, &p.Payee, &p.ForPeriod, &p.Amount)
		return p, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read payments to distribute: %w", err)
	}
	return payments, t.addBalances(ctx, period, payments)
}

func (t *Tx) addBalances(ctx context.Context, period housing.Period, payments []OpenPayment) error {
	const sql = `
SELECT s.account_id, s.service, o.inn, s.opening, s.charged, s.corrected, s.paid
FROM (` + accountState + `) AS s JOIN organisations o ON o.id = s.payee_id
ORDER BY s.account_id, s.service COLLATE "C", o.inn COLLATE "C"`
	byAccount := map[int64][]int{}
	for i, p := range payments {
		byAccount[p.Account] = append(byAccount[p.Account], i)
	}
	rows, err := t.Query(ctx, sql, period,
		column(payments, func(p OpenPayment) int64 { return p.Account }),
		column(payments, func(p OpenPayment) int64 { return p.House }))
	if err != nil {
		return fmt.Errorf("read the state of accounts: %w", err)
	}
	var account int64
	var b housing.Balance
	_, err = pgx.ForEachRow(rows, []any{&account, &b.Service, &b.Payee, &b.Opening, &b.Charged, &b.Corrected, &b.Paid}, func() error {
		for _, i := range byAccount[account] {
			payments[i].Balances = append(payments[i].Balances, b)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the state of accounts: %w", err)
	}
	return nil
}

// InsertParts stores how payments were distributed.
func (t *Tx) InsertParts(ctx context.Context, period housing.Period, parts []PaymentPart) error {
	payees, err := t.OrganisationIDs(ctx)
	if err != nil {
		return err
	}
	for _, p := range parts { // an error inside of COPY would come back as the server's
		if payees[p.Payee] == 0 {
			return fmt.Errorf("payee %s of payment %d: %w", p.Payee, p.Payment, ErrNotFound)
		}
	}
	columns := []string{"period", "house_id", "account_id", "payment_id", "service", "payee_id", "amount"}
	_, err = t.CopyFrom(ctx, pgx.Identifier{PartitionName("payment_parts", period)}, columns,
		pgx.CopyFromSlice(len(parts), func(i int) ([]any, error) {
			p := parts[i]
			return []any{period, p.House, p.Account, p.Payment, string(p.Service), payees[p.Payee], int64(p.Amount)}, nil
		}))
	if err != nil {
		return fmt.Errorf("store parts of payments: %w", err)
	}
	return nil
}

// RebuildBalances brings the ledger of a month in line with openings, charges and payments, and
// returns how many rows it had to change.
func (t *Tx) RebuildBalances(ctx context.Context, organisation int64, period housing.Period) (changed int64, err error) {
	const collect = `
CREATE TEMP TABLE kvitok_ledger ON COMMIT DROP AS
SELECT house_id, account_id, service, payee_id, sum(opening)::bigint AS opening, sum(charged)::bigint AS charged,
    sum(corrected)::bigint AS corrected, sum(paid)::bigint AS paid
FROM (
    SELECT b.house_id, b.account_id, b.service, b.payee_id, b.closing AS opening, 0 AS charged, 0 AS corrected, 0 AS paid
    FROM balances b WHERE b.period = ($2::date - interval '1 month')::date
    UNION ALL
    SELECT a.house_id, o.account_id, o.service, o.payee_id, o.amount, 0, 0, 0
    FROM opening_balances o JOIN accounts a ON a.id = o.account_id WHERE o.period = $2
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, CASE WHEN kind = 'correction' THEN 0 ELSE amount END,
        CASE WHEN kind = 'correction' THEN amount ELSE 0 END, 0
    FROM charges WHERE period = $2
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, 0, 0, amount FROM payment_parts WHERE period = $2) AS lines
WHERE house_id IN (SELECT id FROM houses WHERE organisation_id = $1)
GROUP BY house_id, account_id, service, payee_id`
	const drop = `
DELETE FROM balances b USING houses h
WHERE b.period = $2 AND h.id = b.house_id AND h.organisation_id = $1 AND NOT EXISTS (
    SELECT FROM kvitok_ledger l WHERE (l.house_id, l.account_id, l.service, l.payee_id) = (b.house_id, b.account_id, b.service, b.payee_id))`
	// Rows that stand as they are are sorted out by a join, not one by one by their key.
	const put = `
INSERT INTO balances AS b (period, house_id, account_id, service, payee_id, opening, charged, corrected, penalty, paid, closing)
SELECT $1, l.house_id, l.account_id, l.service, l.payee_id, l.opening, l.charged, l.corrected, 0, l.paid,
    l.opening + l.charged + l.corrected - l.paid
FROM kvitok_ledger l LEFT JOIN balances o ON o.period = $1
    AND (o.house_id, o.account_id, o.service, o.payee_id) = (l.house_id, l.account_id, l.service, l.payee_id)
WHERE (o.opening, o.charged, o.corrected, o.paid) IS DISTINCT FROM (l.opening, l.charged, l.corrected, l.paid)
ORDER BY l.house_id, l.account_id
ON CONFLICT (house_id, account_id, service, payee_id, period) DO UPDATE
SET opening = EXCLUDED.opening, charged = EXCLUDED.charged, corrected = EXCLUDED.corrected, paid = EXCLUDED.paid,
    closing = EXCLUDED.closing
WHERE (b.opening, b.charged, b.corrected, b.paid) IS DISTINCT FROM
    (EXCLUDED.opening, EXCLUDED.charged, EXCLUDED.corrected, EXCLUDED.paid)`
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return 0, err
	}
	// The table of an earlier call in the same transaction.
	if _, err := t.Exec(ctx, "DROP TABLE IF EXISTS pg_temp.kvitok_ledger"); err != nil {
		return 0, fmt.Errorf("rebuild the ledger: %w", err)
	}
	steps := []struct {
		sql  string
		args []any
	}{{collect, []any{organisation, period}}, {drop, []any{organisation, period}}, {put, []any{period}}}
	for i, step := range steps {
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

// LedgerTotals is what a month's ledger adds up to, beside the sums it must agree with.
type LedgerTotals struct {
	housing.Balance
	Charges     housing.Money // of the charges table
	Payments    housing.Money // of payments to known accounts
	Unknown     housing.Money // of payments to unknown accounts
	BrokenChain int           // rows whose opening is not last month's closing, or the balance brought in
}

// Ledger adds up the ledger of a month for the invariant check.
func (q Queries) Ledger(ctx context.Context, organisation int64, period housing.Period) (LedgerTotals, error) {
	const sql = `
SELECT b.*, c.charges, p.identified, p.unidentified, k.broken FROM
(SELECT COALESCE(sum(opening), 0)::bigint, COALESCE(sum(charged), 0)::bigint, COALESCE(sum(corrected), 0)::bigint,
    COALESCE(sum(penalty), 0)::bigint, COALESCE(sum(paid), 0)::bigint, COALESCE(sum(closing), 0)::bigint
 FROM balances b JOIN houses h ON h.id = b.house_id WHERE h.organisation_id = $1 AND b.period = $2) AS b,
(SELECT COALESCE(sum(amount), 0)::bigint AS charges
 FROM charges c JOIN houses h ON h.id = c.house_id WHERE h.organisation_id = $1 AND c.period = $2) AS c,
(SELECT COALESCE(sum(amount) FILTER (WHERE account_id IS NOT NULL), 0)::bigint AS identified,
    COALESCE(sum(amount) FILTER (WHERE account_id IS NULL), 0)::bigint AS unidentified
 FROM payments WHERE organisation_id = $1 AND period = $2) AS p,
(SELECT count(*) AS broken FROM
    (SELECT house_id, account_id, service, payee_id, COALESCE(n.opening, 0) AS opening, COALESCE(o.closing, 0) AS closing
     FROM (SELECT * FROM balances WHERE period = ($2::date - interval '1 month')::date) AS o
     FULL JOIN (SELECT * FROM balances WHERE period = $2) AS n USING (house_id, account_id, service, payee_id)) AS x
 JOIN houses h ON h.id = x.house_id
 LEFT JOIN opening_balances s
    ON s.period = $2 AND (s.account_id, s.service, s.payee_id) = (x.account_id, x.service, x.payee_id)
 WHERE h.organisation_id = $1 AND x.opening <> x.closing + COALESCE(s.amount, 0)) AS k`
	var l LedgerTotals
	err := q.QueryRow(ctx, sql, organisation, period).Scan(&l.Opening, &l.Charged, &l.Corrected, &l.Penalty, &l.Paid,
		&l.Closing, &l.Charges, &l.Payments, &l.Unknown, &l.BrokenChain)
	if err != nil {
		return l, fmt.Errorf("add up the ledger of %s: %w", period, err)
	}
	return l, nil
}
