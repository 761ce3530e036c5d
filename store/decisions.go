package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// StandingPayment is a payment with where its money is now.
type StandingPayment struct {
	housing.Payment
	Booked     housing.Period // the month it is booked in
	PayeeINN   string
	Account    AccountKey    // 0: unidentified
	Number     string        // of the account it stands with
	Left       housing.Money // of the amount, what was reversed taken off
	Registry   string        // file it came in
	Row        int64
	OtherOwner string // name of the organisation that has an account of this number, where ours has none
}

// paymentsStanding folds the decisions on payments: a payment stands with the account of the last one
// that moved it, or with the one it came for.
const paymentsStanding = `
SELECT p.id, p.key, p.account, p.payer, p.address, p.paid_on, p.for_period, p.amount, p.period, o.inn,
    COALESCE(a.house_id, 0) AS house_id, COALESCE(a.id, 0) AS account_id, COALESCE(a.number, '') AS number,
    p.amount - COALESCE(r.amount, 0)::bigint AS remains, s.name, p.source_pos,
    COALESCE((SELECT max(x.name) FROM organisations x JOIN accounts f ON f.organisation_id = x.id AND f.number = p.account
        WHERE x.id <> p.organisation_id), '') AS other
FROM payments p JOIN organisations o ON o.id = p.payee_id JOIN sources s ON s.id = p.source_id
LEFT JOIN LATERAL (SELECT d.to_account FROM payment_decisions d WHERE d.payment_id = p.id AND d.kind <> 'reverse' ORDER BY d.id DESC LIMIT 1) AS m ON true
LEFT JOIN LATERAL (SELECT sum(d.amount) AS amount FROM payment_decisions d WHERE d.payment_id = p.id AND d.kind = 'reverse') AS r ON true
LEFT JOIN accounts a ON a.id = CASE WHEN EXISTS (SELECT FROM payment_decisions d WHERE d.payment_id = p.id AND d.kind <> 'reverse')
    THEN m.to_account ELSE p.account_id END
WHERE p.organisation_id = $1 `

func (q Queries) standingPayments(ctx context.Context, sql string, args ...any) ([]StandingPayment, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p StandingPayment, err error) {
		err = row.Scan(&p.ID, &p.Key, &p.Payment.Account, &p.Payer, &p.Address, &p.PaidOn, &p.Period, &p.Amount, &p.Booked, &p.PayeeINN,
			&p.Account.House, &p.Account.Account, &p.Number, &p.Left, &p.Registry, &p.Row, &p.OtherOwner)
		return p, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	return list, nil
}

// UnidentifiedPayments returns the payments that belong to no account, oldest first.
func (q Queries) UnidentifiedPayments(ctx context.Context, organisation int64) ([]StandingPayment, error) {
	return q.standingPayments(ctx, "SELECT * FROM ("+paymentsStanding+
		`AND (p.account_id IS NULL OR EXISTS (SELECT FROM payment_decisions d WHERE d.payment_id = p.id))) AS x
WHERE account_id = 0 AND remains > 0 ORDER BY paid_on, id`, organisation)
}

// BookedTwins returns the payments of open months that are booked though they equal those of other files, oldest first.
func (q Queries) BookedTwins(ctx context.Context, organisation int64) ([]StandingPayment, error) {
	return q.standingPayments(ctx, "SELECT * FROM ("+paymentsStanding+`
AND p.key IN (SELECT w.key FROM payment_twins w WHERE w.organisation_id = $1 AND NOT w.held AND NOT w.same)
AND NOT EXISTS (SELECT FROM closings c WHERE c.organisation_id = $1 AND c.period = p.period AND c.reopened_at IS NULL)) AS x
WHERE account_id <> 0 AND remains > 0 ORDER BY paid_on, id`, organisation)
}

// PaymentByKey returns a payment by the operator's number, or ErrNotFound.
func (q Queries) PaymentByKey(ctx context.Context, organisation int64, key string) (StandingPayment, error) {
	list, err := q.standingPayments(ctx, paymentsStanding+"AND p.key = $2", organisation, key)
	if err != nil {
		return StandingPayment{}, err
	}
	if len(list) == 0 {
		return StandingPayment{}, fmt.Errorf("payment %s: %w", key, ErrNotFound)
	}
	return list[0], nil
}

// StandingParts returns what of a payment lies on the debts of an account: all parts of it, of every
// month, added up by debt.
func (t *Tx) StandingParts(ctx context.Context, payment int64, of AccountKey) ([]PaymentPart, error) {
	const sql = `
SELECT x.service, o.inn, x.month, x.kind, sum(x.amount)::bigint
FROM payment_parts x JOIN organisations o ON o.id = x.payee_id
WHERE x.house_id = $1 AND x.account_id = $2 AND x.payment_id = $3
GROUP BY x.service, o.inn, x.month, x.kind HAVING sum(x.amount) > 0 ORDER BY x.service COLLATE "C", o.inn COLLATE "C", x.month, x.kind`
	rows, err := t.Query(ctx, sql, of.House, of.Account, payment)
	if err != nil {
		return nil, fmt.Errorf("read the parts of payment %d: %w", payment, err)
	}
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PaymentPart, error) {
		p := PaymentPart{Payment: payment, House: of.House, Account: of.Account}
		err := row.Scan(&p.Service, &p.Payee, &p.Month, &p.Kind, &p.Amount)
		return p, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read the parts of payment %d: %w", payment, err)
	}
	return parts, nil
}

// PaymentDecision is where money of a payment goes.
type PaymentDecision struct {
	Payment int64
	Of      housing.Period // the month the payment is booked in
	Booked  housing.Period // the month the decision is booked in
	Kind    string         // assign, move, release, reverse
	From    int64          // account, 0: unidentified
	To      int64          // account, 0: unidentified, or gone back to the payer
	Amount  housing.Money
	Key     string // of a reversal that an operator reports
	Reason  string
	By      string
	At      time.Time
}

// Decide stores a decision and returns its number. The lock of the month makes it the only one.
func (t *Tx) Decide(ctx context.Context, organisation int64, d PaymentDecision) (id int64, err error) {
	const sql = `
INSERT INTO payment_decisions (organisation_id, payment_id, payment_period, period, kind, from_account, to_account, amount, key, reason, decided_by, decided_at)
VALUES ($1, $2, $3, $4, $5, NULLIF($6, 0), NULLIF($7, 0), $8, NULLIF($9, ''), $10, $11, $12) RETURNING id`
	err = t.QueryRow(ctx, sql, organisation, d.Payment, d.Of, d.Booked, d.Kind, d.From, d.To, int64(d.Amount), d.Key, d.Reason, d.By, d.At).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("decide on payment %d: %w", d.Payment, err)
	}
	return id, nil
}

// LockLedger lets one transaction at a time decide on payments and write the ledger of a month.
func (t *Tx) LockLedger(ctx context.Context, organisation int64, period housing.Period) error {
	return t.lockLedger(ctx, organisation, period)
}

// AccountPlace finds an account of an organisation by its number, or ErrNotFound.
func (q Queries) AccountPlace(ctx context.Context, organisation int64, number string) (AccountKey, error) {
	var k AccountKey
	err := q.QueryRow(ctx, "SELECT house_id, id FROM accounts WHERE organisation_id = $1 AND number = $2", organisation, number).Scan(&k.House, &k.Account)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, fmt.Errorf("account %s: %w", number, ErrNotFound)
	}
	if err != nil {
		return k, fmt.Errorf("look for account %s: %w", number, err)
	}
	return k, nil
}
