package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// OpenReversal is a row of a registry that has taken no payment back yet.
type OpenReversal struct {
	housing.PaymentReversal
	PayeeINN string
	Registry string // file it came in
	Row      int64
	Why      string // in Russian: why it has taken nothing back; "" where it was not tried yet
}

// ApplyReversals stores rows that take payments back. One whose own number is known with the same amount and account is
// unchanged, with another one rejected: nothing is taken back twice. What they take back is another step.
func (t *Tx) ApplyReversals(ctx context.Context, organisation, source int64, period housing.Period, rows []housing.PaymentReversal) ([]housing.Outcome, error) {
	const known = `SELECT key, account, amount FROM payment_reversals WHERE organisation_id = $1 AND key = ANY($2)`
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(r housing.PaymentReversal) string { return r.Key }, "№ операции")
	kept, indexes := standing(rows, outcomes)
	found, err := t.knownBy(ctx, known, organisation, column(kept, func(r housing.PaymentReversal) string { return r.Key }))
	if err != nil {
		return nil, err
	}
	payees, err := t.OrganisationIDs(ctx)
	if err != nil {
		return nil, err
	}
	for i, r := range kept {
		outcome := &outcomes[indexes[i]]
		earlier, was := found[r.Key]
		switch {
		case !was:
			outcome.Verdict = housing.Accepted
			payee := organisation
			if id := payees[r.Payee]; id != 0 {
				payee = id
			}
			if err := t.insertReversal(ctx, organisation, source, payee, period, r); err != nil {
				return nil, err
			}
		case earlier == knownPayment{account: r.Account, amount: r.Amount}:
			outcome.Verdict = housing.Unchanged
		default:
			reject(outcome, "payment_key_conflict", "№ операции", r.Key,
				"сторно с этим номером операции уже загружено с другой суммой или другим лицевым счётом")
		}
	}
	return outcomes, nil
}

func (t *Tx) knownBy(ctx context.Context, sql string, args ...any) (map[string]knownPayment, error) {
	rows, err := t.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read reversals: %w", err)
	}
	known := map[string]knownPayment{}
	var key string
	var p knownPayment
	_, err = pgx.ForEachRow(rows, []any{&key, &p.account, &p.amount}, func() error {
		known[key] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read reversals: %w", err)
	}
	return known, nil
}

func (t *Tx) insertReversal(ctx context.Context, organisation, source, payee int64, period housing.Period, r housing.PaymentReversal) error {
	const sql = `
INSERT INTO payment_reversals (organisation_id, period, key, of_keys, account, payee_id, payer, address, paid_on, amount, transfer, fee,
    order_no, order_date, source_id, source_pos)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	of := r.Of
	if of == nil {
		of = []string{}
	}
	var ordered *string
	if !r.OrderDate.IsZero() {
		day := r.OrderDate.String()
		ordered = &day
	}
	_, err := t.Exec(ctx, sql, organisation, period, r.Key, of, r.Account, payee, r.Payer, r.Address, r.PaidOn, int64(r.Amount), int64(r.Transfer),
		int64(r.Fee), r.OrderNo, ordered, source, r.Source.Position)
	if err != nil {
		return fmt.Errorf("store a reversal of row %d: %w", r.Source.Position, err)
	}
	return nil
}

const openReversals = `
SELECT r.id, r.key, r.of_keys, r.account, r.payer, r.address, r.paid_on, r.amount, r.transfer, r.fee, r.order_no, r.order_date, o.inn,
    s.name, r.source_pos, r.why
FROM payment_reversals r JOIN organisations o ON o.id = r.payee_id JOIN sources s ON s.id = r.source_id
WHERE r.organisation_id = $1 AND r.decision_id IS NULL AND r.dismissed_by IS NULL `

// OpenReversals returns the reversals that have taken nothing back yet, oldest first.
func (q Queries) OpenReversals(ctx context.Context, organisation int64) ([]OpenReversal, error) {
	return q.openReversals(ctx, openReversals+"ORDER BY r.paid_on, r.id", organisation)
}

// OpenReversal returns one of them by its own number, or ErrNotFound.
func (q Queries) OpenReversal(ctx context.Context, organisation int64, key string) (OpenReversal, error) {
	list, err := q.openReversals(ctx, openReversals+"AND r.key = $2", organisation, key)
	if err != nil {
		return OpenReversal{}, err
	}
	if len(list) == 0 {
		return OpenReversal{}, fmt.Errorf("reversal %s: %w", key, ErrNotFound)
	}
	return list[0], nil
}

func (q Queries) openReversals(ctx context.Context, sql string, args ...any) ([]OpenReversal, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read reversals: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r OpenReversal, err error) {
		err = row.Scan(&r.ID, &r.Key, &r.Of, &r.Account, &r.Payer, &r.Address, &r.PaidOn, &r.Amount, &r.Transfer, &r.Fee, &r.OrderNo, &r.OrderDate,
			&r.PayeeINN, &r.Registry, &r.Row, &r.Why)
		return r, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read reversals: %w", err)
	}
	return list, nil
}

// ReversiblePayments returns the payments that some reversals may mean: by their numbers, or all that came for their
// accounts, by day and order of arrival. Only those are read, however many payments there are: the key of a payment
// says where it stands, and what came for an account stands under it, under the one it was joined to, or under none.
// What came while the account was listed in another house is found by its number only.
func (q Queries) ReversiblePayments(ctx context.Context, organisation int64, keys, accounts []string) ([]StandingPayment, error) {
	const meant = `
SELECT p.id, p.period FROM payment_keys k CROSS JOIN LATERAL (
    SELECT p.id, p.period FROM payments p
    WHERE p.period = k.period AND p.source_id = k.source_id AND p.source_pos = k.source_pos AND p.organisation_id = $1 AND p.key = k.key LIMIT 1) AS p
WHERE k.organisation_id = $1 AND k.key = ANY($2)
UNION SELECT p.id, p.period FROM (
    SELECT a.number, a.id, a.house_id FROM accounts a WHERE a.organisation_id = $1 AND a.number = ANY($3)
    UNION SELECT a.number, k.id, k.house_id FROM accounts a JOIN merges x ON x.kind = 'account' AND x.doubled = a.id JOIN accounts k ON k.id = x.kept
    WHERE a.organisation_id = $1 AND a.number = ANY($3)) AS a
CROSS JOIN LATERAL (
    SELECT p.id, p.period FROM payments p WHERE p.house_id = a.house_id AND p.account_id = a.id AND p.account = a.number OFFSET 0) AS p
UNION SELECT p.id, p.period FROM payments p
WHERE p.house_id IS NULL AND p.account_id IS NULL AND p.organisation_id = $1 AND p.account = ANY($3) AND p.account <> ''`
	rows, err := q.Query(ctx, meant, organisation, keys, accounts)
	if err != nil {
		return nil, fmt.Errorf("look for payments to take back: %w", err)
	}
	var ids []int64
	var periods []housing.Period
	var id int64
	var period housing.Period
	_, err = pgx.ForEachRow(rows, []any{&id, &period}, func() error {
		ids = append(ids, id)
		if !slices.Contains(periods, period) {
			periods = append(periods, period)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for payments to take back: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return q.standingPayments(ctx, "SELECT * FROM ("+paymentsStanding+"AND p.id = ANY($2) AND p.period = ANY($3)) AS x ORDER BY paid_on, id",
		organisation, ids, periods)
}

// PaymentStanding returns a payment where it stands now. Whoever has locked the ledger of the month in which decisions on
// it are booked sees what nobody else changes.
func (t *Tx) PaymentStanding(ctx context.Context, organisation int64, p StandingPayment) (StandingPayment, error) {
	list, err := t.standingPayments(ctx, paymentsStanding+"AND p.id = $2 AND p.period = $3", organisation, p.ID, p.Booked)
	if err != nil {
		return p, err
	}
	if len(list) == 0 {
		return p, fmt.Errorf("payment %s: %w", p.Key, ErrNotFound)
	}
	return list[0], nil
}

// SettleReversal notes which decision took the payment back.
func (t *Tx) SettleReversal(ctx context.Context, reversal, decision int64) error {
	return t.changeReversal(ctx, "SET decision_id = $2, why = ''", reversal, decision)
}

// LeaveReversal notes why a reversal takes nothing back yet.
func (t *Tx) LeaveReversal(ctx context.Context, reversal int64, why string) error {
	const sql = "UPDATE payment_reversals SET why = $2 WHERE id = $1 AND why <> $2"
	if _, err := t.Exec(ctx, sql, reversal, why); err != nil {
		return fmt.Errorf("leave reversal %d open: %w", reversal, err)
	}
	return nil
}

// Dismissal is the word of a person that nothing is to be taken back by a reversal: it was done otherwise.
type Dismissal struct {
	By, Reason string
	At         time.Time
}

// DismissReversal stores it.
func (t *Tx) DismissReversal(ctx context.Context, reversal int64, d Dismissal) error {
	return t.changeReversal(ctx, "SET dismissed_by = $2, dismissed_why = $3, dismissed_at = $4", reversal, d.By, d.Reason, d.At)
}

func (t *Tx) changeReversal(ctx context.Context, set string, reversal int64, args ...any) error {
	sql := "UPDATE payment_reversals " + set + " WHERE id = $1 AND decision_id IS NULL AND dismissed_by IS NULL"
	done, err := t.Exec(ctx, sql, append([]any{reversal}, args...)...)
	if err != nil {
		return fmt.Errorf("decide on reversal %d: %w", reversal, err)
	}
	if done.RowsAffected() != 1 {
		return fmt.Errorf("decide on reversal %d: it was decided on already: %w", reversal, ErrNotFound)
	}
	return nil
}

// ReversalRegister streams the rows of a month that take payments back, with their amounts below zero, by day and number.
func (q Queries) ReversalRegister(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.RegisteredPayment, error] {
	const sql = `
SELECT r.key, r.account, r.payer, r.address, r.paid_on, -r.amount, -r.transfer, -r.fee, r.order_no, r.order_date, o.inn,
    COALESCE(a.id, 0), COALESCE(a.number, ''), COALESCE(p.flat, ''), COALESCE(p.room, ''), COALESCE(p.kind, ''), COALESCE(h.address, ''),
    COALESCE(f.partner, ''), s.name, r.source_pos, -r.amount,
    CASE WHEN d.id IS NOT NULL THEN 'reversal' WHEN r.dismissed_by IS NOT NULL THEN 'dismissed' ELSE 'unmatched' END
FROM payment_reversals r JOIN organisations o ON o.id = r.payee_id JOIN sources s ON s.id = r.source_id LEFT JOIN files f ON f.id = s.file_id
LEFT JOIN payment_decisions d ON d.id = r.decision_id
LEFT JOIN accounts a ON CASE WHEN d.from_account IS NOT NULL THEN a.id = d.from_account
    ELSE a.organisation_id = r.organisation_id AND a.number = r.account END
LEFT JOIN premises p ON p.id = a.premises_id LEFT JOIN houses h ON h.id = a.house_id
WHERE r.organisation_id = $1 AND r.period = $2 ORDER BY r.paid_on, r.id`
	return stream(ctx, q, sql, []any{organisation, period}, func(r *housing.RegisteredPayment) []any {
		y := &r.Payment
		return []any{
			&y.Key, &y.Account, &y.Payer, &y.Address, &y.PaidOn, &y.Amount, &y.Transfer, &y.Fee, &y.OrderNo, &y.OrderDate, &r.PayeeINN,
			&r.Account.ID, &r.Account.Number, &r.Account.Premises.Flat, &r.Account.Premises.Room, &r.Account.Premises.Kind, &r.House,
			&r.Partner, &r.Registry, &r.Row, &r.Left, &r.State,
		}
	})
}
