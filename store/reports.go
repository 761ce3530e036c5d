package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Reports are read as streams, in the order in which they are printed: house, flat, account.

const printOrder = `h.address COLLATE natural_ru, h.id, p.flat COLLATE natural_ru, p.room COLLATE natural_ru, a.number COLLATE "C"`

// placed numbers the accounts of the organisation $1 in the order of print. Texts of natural_ru are slow to compare: a
// report of many rows an account compares them once an account, addresses once a house, and sorts its rows by number.
const placed = `placed AS MATERIALIZED (
    SELECT a.id, row_number() OVER (ORDER BY s.place, p.flat COLLATE natural_ru, p.room COLLATE natural_ru, a.number COLLATE "C") AS place
    FROM accounts a JOIN premises p ON p.id = a.premises_id
    JOIN (SELECT id, row_number() OVER (ORDER BY address COLLATE natural_ru, id) AS place FROM houses) s ON s.id = a.house_id
    WHERE a.organisation_id = $1)`

// AccountTurnovers streams the turnover of every account in a month.
func (q Queries) AccountTurnovers(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.AccountTurnover, error] {
	const sql = `
WITH ` + placed + `
SELECT a.id, a.number, a.unified, a.payer, p.flat, p.room, p.kind, h.address,
    b.opening, b.charged, b.corrected, b.penalty, b.paid, b.closing
FROM (SELECT account_id, sum(opening)::bigint AS opening, sum(charged)::bigint AS charged, sum(corrected)::bigint AS corrected,
        sum(penalty)::bigint AS penalty, sum(paid)::bigint AS paid, sum(closing)::bigint AS closing
      FROM balances WHERE period = $2 GROUP BY account_id) AS b
JOIN placed ON placed.id = b.account_id
JOIN accounts a ON a.id = b.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
WHERE a.organisation_id = $1 ORDER BY placed.place`
	return stream(ctx, q, sql, []any{organisation, period}, func(t *housing.AccountTurnover) []any {
		return []any{
			&t.Account.ID, &t.Account.Number, &t.Account.Unified, &t.Account.Payer, &t.Account.Premises.Flat,
			&t.Account.Premises.Room, &t.Account.Premises.Kind, &t.House,
			&t.Opening, &t.Charged, &t.Corrected, &t.Penalty, &t.Paid, &t.Closing,
		}
	})
}

// AccountCharges streams every charge line of a month. Readings stand only where one meter counts.
func (q Queries) AccountCharges(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.AccountCharge, error] {
	const sql = `
WITH ` + placed + `
SELECT a.id, a.number, p.flat, p.room, p.kind, h.address,
    c.service, o.inn, c.kind, c.zone, c.seg_from, c.seg_to, c.rule, c.method,
    c.volume::text, c.price::text, c.coefficient::text, c.amount, c.range_no, c.resource, c.reason, c.document
FROM charges c JOIN placed ON placed.id = c.account_id
JOIN accounts a ON a.id = c.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = c.house_id
JOIN organisations o ON o.id = c.payee_id
WHERE a.organisation_id = $1 AND c.period = $2 ORDER BY placed.place, c.line`
	return stream(ctx, q, sql, []any{organisation, period}, func(r *housing.AccountCharge) []any {
		c := &r.Charge
		return []any{
			&r.Account.ID, &r.Account.Number, &r.Account.Premises.Flat, &r.Account.Premises.Room, &r.Account.Premises.Kind,
			&r.House, &c.Service, &c.Payee, &c.Kind, &c.Zone, &c.Segment.From, &c.Segment.To, &c.Rule, &c.Method,
			&c.Volume, &c.Price, &c.Coefficient, &c.Amount, &c.Range, &c.Resource, &c.Reason, &c.Document,
		}
	})
}

// Debts streams what every account owes at the end of a month to payees in whose name an
// organisation collects.
func (q Queries) Debts(ctx context.Context, organisation int64, payee string, period housing.Period) iter.Seq2[housing.Debt, error] {
	return q.debts(ctx, organisation, payee, period, "'[]'::jsonb")
}

// DebtsWithMeters is Debts with the meters of each account and their last readings of a year.
func (q Queries) DebtsWithMeters(ctx context.Context, organisation int64, payee string, period housing.Period) iter.Seq2[housing.Debt, error] {
	return q.debts(ctx, organisation, payee, period, `COALESCE((
    SELECT jsonb_agg(jsonb_build_object('id', m.id, 'serial', m.serial, 'service', m.service, 'zone', COALESCE(r.zone, ''),
        'verify_by', COALESCE(m.verify_by::text, ''), 'on', COALESCE(r.taken_on::text, ''), 'value', COALESCE(r.value::text, '0'))
        ORDER BY m.service, m.serial, r.zone)
    FROM meters m LEFT JOIN LATERAL (
        SELECT DISTINCT ON (r.zone) r.zone, r.taken_on, r.value FROM readings r
        WHERE r.meter_id = m.id AND r.period > $2::date - 365 AND r.period <= $2::date
        ORDER BY r.zone, r.taken_on DESC) r ON true
    WHERE m.account_id = a.id AND m.closed IS NULL), '[]'::jsonb)`)
}

func (q Queries) debts(ctx context.Context, organisation int64, payee string, period housing.Period, meters string) iter.Seq2[housing.Debt, error] {
	sql := `
WITH ` + placed + `
SELECT a.id, a.number, a.unified, a.payer, p.flat, p.room, p.kind, h.address, h.fias, b.period, b.closing, ` + meters + `
FROM (SELECT b.account_id, b.period, sum(b.closing)::bigint AS closing
      FROM balances b JOIN organisations o ON o.id = b.payee_id AND o.inn = $3
      WHERE b.period = $2 GROUP BY b.account_id, b.period) AS b
JOIN placed ON placed.id = b.account_id JOIN accounts a ON a.id = b.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
WHERE a.organisation_id = $1
    AND NOT EXISTS (SELECT FROM gate_holds g WHERE g.period = $2 AND g.account_id = a.id AND g.stands AND g.status <> 'released')
ORDER BY placed.place`
	return stream(ctx, q, sql, []any{organisation, period, payee}, func(d *housing.Debt) []any {
		return []any{
			&d.Account.ID, &d.Account.Number, &d.Account.Unified, &d.Account.Payer, &d.Account.Premises.Flat,
			&d.Account.Premises.Room, &d.Account.Premises.Kind, &d.House.Address, &d.House.FIAS, &d.Period, &d.Amount, &d.Meters,
		}
	})
}

// stream runs a query and yields a fresh value per row; an error is the last thing it yields.
func stream[T any](ctx context.Context, q Queries, sql string, args []any, targets func(*T) []any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		rows, err := q.Query(ctx, sql, args...)
		if err != nil {
			yield(zero, fmt.Errorf("read a report: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var value T
			if err := rows.Scan(targets(&value)...); err != nil {
				yield(zero, fmt.Errorf("read a row of a report: %w", err))
				return
			}
			if !yield(value, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(zero, fmt.Errorf("read a report: %w", err))
		}
	}
}

// HouseLedger is what a receipt of each account of a house adds up from.
type HouseLedger struct {
	Charges  map[int64][]housing.Charge // by account id, in order of line
	Balances map[int64][]housing.Balance
	LastPaid map[int64]housing.Date
	Booked   map[int64][]LedgerLine // corrections of closed months booked in this one
}

// LedgerOfHouse reads charges, balances and last payments of the accounts of a house in a month.
func (q Queries) LedgerOfHouse(ctx context.Context, house int64, period housing.Period) (HouseLedger, error) {
	l := HouseLedger{
		Charges: map[int64][]housing.Charge{}, Balances: map[int64][]housing.Balance{}, LastPaid: map[int64]housing.Date{},
		Booked: map[int64][]LedgerLine{},
	}
	const charges = `
SELECT c.account_id, c.service, o.inn, c.kind, c.zone, c.seg_from, c.seg_to, c.rule, c.method,
    c.volume::text, c.price::text, c.coefficient::text, c.amount, c.range_no, c.resource, c.reason, c.document
FROM charges c JOIN organisations o ON o.id = c.payee_id
WHERE c.house_id = $1 AND c.period = $2 ORDER BY c.account_id, c.line`
	const balances = `
SELECT b.account_id, b.service, o.inn, b.opening, b.charged, b.corrected, b.penalty, b.paid, b.closing
FROM balances b JOIN organisations o ON o.id = b.payee_id
WHERE b.house_id = $1 AND b.period = $2 ORDER BY b.account_id, b.service COLLATE "C", o.inn COLLATE "C"`
	const paid = `SELECT account_id, max(paid_on) FROM payments WHERE house_id = $1 AND period = $2 GROUP BY account_id`
	var id int64
	var c housing.Charge
	var b housing.Balance
	const booked = `
SELECT l.account_id, l.service, o.inn, l.month, l.amount, l.reason, l.document, l.cause
FROM ledger_lines l JOIN organisations o ON o.id = l.payee_id
WHERE l.house_id = $1 AND l.period = $2 AND l.kind = 'correction' ORDER BY l.account_id, l.month, l.service COLLATE "C", l.id`
	var day housing.Date
	var line LedgerLine
	parts := []struct {
		sql  string
		into []any
		row  func() error
	}{
		{charges, []any{
			&id, &c.Service, &c.Payee, &c.Kind, &c.Zone, &c.Segment.From, &c.Segment.To, &c.Rule, &c.Method,
			&c.Volume, &c.Price, &c.Coefficient, &c.Amount, &c.Range, &c.Resource, &c.Reason, &c.Document,
		}, func() error { l.Charges[id] = append(l.Charges[id], c); return nil }},
		{balances, []any{
			&id, &b.Service, &b.Payee, &b.Opening, &b.Charged, &b.Corrected, &b.Penalty, &b.Paid, &b.Closing,
		}, func() error { l.Balances[id] = append(l.Balances[id], b); return nil }},
		{paid, []any{&id, &day}, func() error { l.LastPaid[id] = day; return nil }},
		{booked, []any{&id, &line.Service, &line.Payee, &line.Month, &line.Amount, &line.Reason, &line.Document, &line.Cause}, func() error {
			l.Booked[id] = append(l.Booked[id], line)
			return nil
		}},
	}
	for _, part := range parts {
		rows, err := q.Query(ctx, part.sql, house, period)
		if err != nil {
			return l, fmt.Errorf("read the ledger of house %d: %w", house, err)
		}
		if _, err := pgx.ForEachRow(rows, part.into, part.row); err != nil {
			return l, fmt.Errorf("read the ledger of house %d: %w", house, err)
		}
	}
	return l, nil
}
