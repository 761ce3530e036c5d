package store

import (
	"context"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// MonthDebts streams what accounts that owe anything at the end of a month owe for each month, in the
// order of print; overpaid months are negative.
func (q Queries) MonthDebts(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.MonthDebt, error] {
	const sql = `
WITH ` + placed + `,
older AS MATERIALIZED (SELECT account_id, month, kind, sum(amount)::bigint AS amount FROM debts WHERE period = $2 GROUP BY account_id, month, kind),
whole AS MATERIALIZED (SELECT account_id, sum(closing)::bigint AS closing FROM balances WHERE period = $2 GROUP BY account_id HAVING sum(closing) > 0),
rows AS (
    SELECT account_id, month, kind = 'penalty' AS penalty, amount FROM older JOIN whole USING (account_id)
    UNION ALL
    SELECT w.account_id, $2, false, w.closing - COALESCE(o.amount, 0)::bigint
    FROM whole w LEFT JOIN (SELECT account_id, sum(amount) AS amount FROM older GROUP BY account_id) o USING (account_id))
SELECT a.id, a.number, a.payer, p.flat, p.room, p.kind, h.address, r.month, r.penalty, r.amount, y.paid_on, COALESCE(y.amount, 0)
FROM rows r JOIN placed ON placed.id = r.account_id JOIN accounts a ON a.id = r.account_id JOIN premises p ON p.id = a.premises_id
JOIN houses h ON h.id = a.house_id
LEFT JOIN LATERAL (SELECT paid_on, amount FROM payments WHERE house_id = a.house_id AND account_id = a.id AND period <= $2
    AND period > $2::date - 400 ORDER BY paid_on DESC, id DESC LIMIT 1) y ON true
WHERE a.organisation_id = $1 AND r.amount <> 0
ORDER BY placed.place, a.id, r.month, r.penalty`
	return stream(ctx, q, sql, []any{organisation, period}, func(d *housing.MonthDebt) []any {
		return []any{
			&d.Account.ID, &d.Account.Number, &d.Account.Payer, &d.Account.Premises.Flat, &d.Account.Premises.Room, &d.Account.Premises.Kind,
			&d.House, &d.Month, &d.Penalty, &d.Amount, &d.PaidOn, &d.Paid,
		}
	})
}

// Corrections streams the corrections of a month, in the order of print.
func (q Queries) Corrections(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.CorrectionEntry, error] {
	const sql = `
WITH rows AS (
    SELECT account_id, service, date_trunc('month', seg_from)::date AS month, '' AS kind, reason, document, amount FROM charges
    WHERE period = $2 AND kind = 'correction'
    UNION ALL
    SELECT account_id, service, month, kind, reason, document, amount FROM ledger_lines WHERE period = $2 AND kind <> 'penalty')
SELECT a.id, a.number, a.payer, p.flat, p.room, p.kind, h.address, r.service, r.month, r.kind, r.reason, r.document, r.amount
FROM rows r JOIN accounts a ON a.id = r.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
WHERE a.organisation_id = $1 ORDER BY ` + printOrder + `, r.service COLLATE "C", r.month, r.amount`
	return stream(ctx, q, sql, []any{organisation, period}, func(c *housing.CorrectionEntry) []any {
		return []any{
			&c.Account.ID, &c.Account.Number, &c.Account.Payer, &c.Account.Premises.Flat, &c.Account.Premises.Room, &c.Account.Premises.Kind,
			&c.House, &c.Service, &c.Month, &c.Kind, &c.Reason, &c.Document, &c.Amount,
		}
	})
}

// IssuedReceipts streams the register of the documents of a month, every version, in the order of print.
func (q Queries) IssuedReceipts(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.IssuedReceipt, error] {
	const sql = `
WITH ` + placed + `
SELECT a.number, p.flat, p.room, p.kind, h.address, d.number, d.check_code, d.version, d.sha256, d.to_pay, d.pay_by, d.issued_at, d.ended_at
FROM issued_documents d JOIN placed ON placed.id = d.account_id JOIN accounts a ON a.id = d.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
WHERE d.organisation_id = $1 AND d.period = $2 ORDER BY placed.place, d.version`
	return stream(ctx, q, sql, []any{organisation, period}, func(r *housing.IssuedReceipt) []any {
		return []any{
			&r.Account.Number, &r.Account.Premises.Flat, &r.Account.Premises.Room, &r.Account.Premises.Kind, &r.House, &r.Number,
			&r.CheckCode, &r.Version, &r.SHA256, &r.ToPay, &r.PayBy, &r.IssuedAt, &r.EndedAt,
		}
	})
}
