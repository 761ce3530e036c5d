package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ServiceMoneyMonths streams what each service and payee came to in the months from one to another.
func (q Queries) ServiceMoneyMonths(ctx context.Context, organisation int64, from, upTo housing.Period) iter.Seq2[housing.ServiceMonth, error] {
	const sql = `
WITH mine AS (SELECT id FROM houses WHERE organisation_id = $1),
paid AS (SELECT s.period, s.service, s.payee_id, max(p.paid_on) AS paid_on
    FROM payment_parts s JOIN payments p ON p.id = s.payment_id AND p.period >= $2::date - 31 AND p.period <= $3
    WHERE s.period >= $2 AND s.period <= $3 AND s.amount > 0 AND s.house_id IN (SELECT id FROM mine) GROUP BY 1, 2, 3)
SELECT b.service, COALESCE(NULLIF(o.short_name, ''), o.name), b.period, max(d.paid_on), sum(b.opening)::bigint, sum(b.charged)::bigint,
    sum(b.corrected)::bigint, sum(b.penalty)::bigint, sum(b.paid)::bigint, sum(b.closing)::bigint
FROM balances b JOIN organisations o ON o.id = b.payee_id
LEFT JOIN paid d ON (d.period, d.service, d.payee_id) = (b.period, b.service, b.payee_id)
WHERE b.period >= $2 AND b.period <= $3 AND b.house_id IN (SELECT id FROM mine)
GROUP BY b.service, o.id, o.short_name, o.name, b.period ORDER BY o.id, b.service COLLATE "C", b.period`
	return stream(ctx, q, sql, []any{organisation, from, upTo}, func(m *housing.ServiceMonth) []any {
		return []any{&m.Service, &m.Payee, &m.Month, &m.PaidOn, &m.Opening, &m.Charged, &m.Corrected, &m.Penalty, &m.Paid, &m.Closing}
	})
}

// HouseMoneyMonths streams the money of each house in the months from one to another, in the order of print.
func (q Queries) HouseMoneyMonths(ctx context.Context, organisation int64, from, upTo housing.Period) iter.Seq2[housing.HouseMoneyMonth, error] {
	const sql = `
WITH fees AS (SELECT period, house_id, sum(fee)::bigint AS fee FROM payments WHERE organisation_id = $1 AND period >= $2 AND period <= $3 GROUP BY 1, 2)
SELECT h.address, b.period, sum(b.opening)::bigint,
    COALESCE(sum(b.charged + b.corrected) FILTER (WHERE p.kind <> 'nonresidential'), 0)::bigint,
    COALESCE(sum(b.charged + b.corrected) FILTER (WHERE p.kind = 'nonresidential'), 0)::bigint, sum(b.penalty)::bigint,
    COALESCE(sum(b.paid) FILTER (WHERE p.kind <> 'nonresidential'), 0)::bigint,
    COALESCE(sum(b.paid) FILTER (WHERE p.kind = 'nonresidential'), 0)::bigint, COALESCE(max(f.fee), 0), sum(b.closing)::bigint
FROM balances b JOIN houses h ON h.id = b.house_id JOIN accounts a ON a.id = b.account_id JOIN premises p ON p.id = a.premises_id
LEFT JOIN fees f ON f.house_id = b.house_id AND f.period = b.period
WHERE h.organisation_id = $1 AND b.period >= $2 AND b.period <= $3
GROUP BY h.id, h.address, b.period ORDER BY h.address COLLATE natural_ru, h.id, b.period`
	return stream(ctx, q, sql, []any{organisation, from, upTo}, func(m *housing.HouseMoneyMonth) []any {
		return []any{&m.House, &m.Month, &m.Opening, &m.Charged, &m.ChargedOther, &m.Penalty, &m.Paid, &m.PaidOther, &m.Fee, &m.Closing}
	})
}

// HouseServicesMoney streams what each service of a house came to in the months from one to another. The opening
// balance is that of the first of them, the closing one that of the last.
func (q Queries) HouseServicesMoney(ctx context.Context, organisation int64, from, upTo housing.Period) iter.Seq2[housing.HouseServiceMoney, error] {
	const sql = `
SELECT h.address, b.service, COALESCE(NULLIF(o.short_name, ''), o.name), COALESCE(sum(b.opening) FILTER (WHERE b.period = first.period), 0)::bigint,
    sum(b.charged)::bigint, sum(b.corrected)::bigint, sum(b.penalty)::bigint, sum(b.paid)::bigint,
    COALESCE(sum(b.opening) FILTER (WHERE b.period = first.period), 0)::bigint + sum(b.charged + b.corrected + b.penalty - b.paid)::bigint
FROM balances b JOIN houses h ON h.id = b.house_id JOIN organisations o ON o.id = b.payee_id
CROSS JOIN (SELECT min(period) AS period FROM balances WHERE period >= $2 AND period <= $3 AND house_id IN (SELECT id FROM houses WHERE organisation_id = $1)) AS first
WHERE h.organisation_id = $1 AND b.period >= $2 AND b.period <= $3
GROUP BY h.id, h.address, b.service, o.id, o.short_name, o.name ORDER BY h.address COLLATE natural_ru, h.id, o.id, b.service COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, from, upTo}, func(s *housing.HouseServiceMoney) []any {
		return []any{&s.House, &s.Service, &s.Payee, &s.Opening, &s.Charged, &s.Corrected, &s.Penalty, &s.Paid, &s.Closing}
	})
}

// HouseExpenses streams what was spent on each house in the months from one to another, in the order of print.
func (q Queries) HouseExpenses(ctx context.Context, organisation int64, from, upTo housing.Period) iter.Seq2[housing.HouseExpense, error] {
	const sql = `
SELECT h.address, e.period, e.article, e.document, e.amount FROM house_expenses e JOIN houses h ON h.id = e.house_id
WHERE h.organisation_id = $1 AND e.period >= $2 AND e.period <= $3
ORDER BY h.address COLLATE natural_ru, h.id, e.article COLLATE natural_ru, e.period, e.document COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, from, upTo}, func(e *housing.HouseExpense) []any {
		return []any{&e.House, &e.Period, &e.Article, &e.Document, &e.Amount}
	})
}

// PaymentRegister streams the payments booked in a month, by day and number, with where their money is.
func (q Queries) PaymentRegister(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.RegisteredPayment, error] {
	const sql = `
WITH decided AS (
    SELECT payment_id, (array_agg(to_account ORDER BY id DESC) FILTER (WHERE kind <> 'reverse'))[1] AS account,
        bool_or(kind <> 'reverse') AS moved, COALESCE(sum(amount) FILTER (WHERE kind = 'reverse'), 0)::bigint AS reversed
    FROM payment_decisions WHERE organisation_id = $1 AND payment_period = $2 GROUP BY payment_id),
parts AS (
    SELECT payment_id, jsonb_agg(jsonb_build_object('service', service, 'amount', to_char(amount / 100.0, 'FM9999999999990.00')) ORDER BY service COLLATE "C") AS parts
    FROM (SELECT x.payment_id, x.service, sum(x.amount)::bigint AS amount FROM payment_parts x JOIN payments p ON p.id = x.payment_id AND p.period = $2
          WHERE p.organisation_id = $1 AND x.period >= $2 GROUP BY 1, 2 HAVING sum(x.amount) <> 0) AS s GROUP BY payment_id),
money AS (
    SELECT o.id AS payee_id, ltrim(d.number, '0') AS number, d.dated, min(d.payer) AS payer, min(COALESCE(d.credited, d.dated)) AS credited
    FROM bank_documents d JOIN organisations o ON o.bank_account = d.payee_account AND o.bank_account <> ''
    WHERE d.organisation_id = $1 GROUP BY 1, 2, 3)
SELECT y.key, y.account, y.payer, y.address, y.paid_on, y.for_period, y.amount, y.transfer, y.fee, y.order_no, y.order_date, i.inn,
    COALESCE(a.id, 0), COALESCE(a.number, ''), COALESCE(p.flat, ''), COALESCE(p.room, ''), COALESCE(p.kind, ''), COALESCE(h.address, ''),
    COALESCE(f.partner, ''), s.name, y.source_pos, COALESCE(m.payer, ''), m.credited, y.amount - COALESCE(d.reversed, 0),
    CASE WHEN COALESCE(d.reversed, 0) >= y.amount THEN CASE WHEN w.same THEN 'repeated' ELSE 'reversed' END WHEN a.id IS NULL THEN 'unidentified'
        WHEN COALESCE(d.moved, false) THEN 'moved' ELSE '' END, COALESCE(t.parts, '[]'::jsonb)
FROM payments y JOIN organisations i ON i.id = y.payee_id JOIN sources s ON s.id = y.source_id LEFT JOIN files f ON f.id = s.file_id
LEFT JOIN decided d ON d.payment_id = y.id
LEFT JOIN payment_twins w ON w.organisation_id = y.organisation_id AND w.key = y.key
LEFT JOIN accounts a ON a.id = CASE WHEN COALESCE(d.moved, false) THEN d.account ELSE y.account_id END
LEFT JOIN premises p ON p.id = a.premises_id LEFT JOIN houses h ON h.id = a.house_id
LEFT JOIN parts t ON t.payment_id = y.id
LEFT JOIN money m ON (m.payee_id, m.number, m.dated) = (y.payee_id, ltrim(y.order_no, '0'), y.order_date) AND y.order_no <> ''
WHERE y.organisation_id = $1 AND y.period = $2 ORDER BY y.paid_on, y.id`
	var parts []byte
	rows := stream(ctx, q, sql, []any{organisation, period}, func(r *housing.RegisteredPayment) []any {
		y := &r.Payment
		return []any{
			&y.Key, &y.Account, &y.Payer, &y.Address, &y.PaidOn, &y.Period, &y.Amount, &y.Transfer, &y.Fee, &y.OrderNo, &y.OrderDate, &r.PayeeINN,
			&r.Account.ID, &r.Account.Number, &r.Account.Premises.Flat, &r.Account.Premises.Room, &r.Account.Premises.Kind, &r.House,
			&r.Partner, &r.Registry, &r.Row, &r.Bank, &r.Credited, &r.Left, &r.State, &parts,
		}
	})
	return func(yield func(housing.RegisteredPayment, error) bool) {
		for r, err := range rows {
			if err == nil {
				if err = json.Unmarshal(parts, &r.Parts); err != nil {
					err = fmt.Errorf("read the parts of payment %s: %w", r.Payment.Key, err)
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// DecidedPayments returns the payments on which people decided in a month, with the last decision of each,
// oldest first.
func (q Queries) DecidedPayments(ctx context.Context, organisation int64, period housing.Period) ([]housing.UnclearPayment, error) {
	const sql = `
SELECT p.key, p.account, p.payer, p.address, p.paid_on, p.amount, s.name, p.source_pos, d.amount,
    CASE WHEN d.kind = 'reverse' AND w.same THEN 'repeat' ELSE d.kind END, COALESCE(a.number, ''), d.decided_by, d.reason
FROM (SELECT DISTINCT ON (payment_id) * FROM payment_decisions WHERE organisation_id = $1 AND period = $2 ORDER BY payment_id, id DESC) AS d
JOIN payments p ON p.id = d.payment_id AND p.period = d.payment_period JOIN sources s ON s.id = p.source_id
LEFT JOIN accounts a ON a.id = d.to_account LEFT JOIN payment_twins w ON w.organisation_id = p.organisation_id AND w.key = p.key
ORDER BY p.paid_on, p.id`
	var list []housing.UnclearPayment
	for u, err := range stream(ctx, q, sql, []any{organisation, period}, func(u *housing.UnclearPayment) []any {
		u.Decision = &housing.PaymentDecision{}
		y, d := &u.Payment, u.Decision
		return []any{
			&y.Key, &y.Account, &y.Payer, &y.Address, &y.PaidOn, &y.Amount, &u.Registry, &u.Row, &u.Left, &d.Kind, &d.Number, &d.By, &d.Reason,
		}
	}) {
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}
