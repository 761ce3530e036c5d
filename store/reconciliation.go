package store

import (
	"context"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Reconciliation streams the registries booked in a month beside the payment orders of bank statements,
// by payee, number and date; then receipts of the month that belong to no registry of any month.
// Reversals count below zero: the bank has kept them back.
func (q Queries) Reconciliation(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.Reconciliation, error] {
	const sql = `
WITH registry AS (
    SELECT s.name, p.payee_id, p.order_no, p.order_date, ltrim(p.order_no, '0') AS number, count(*)::int AS rows,
        sum(p.amount)::bigint AS amount, sum(p.fee)::bigint AS fee, sum(p.transfer)::bigint AS transfer
    FROM (SELECT organisation_id, period, source_id, payee_id, order_no, order_date, amount, fee, transfer FROM payments
        UNION ALL SELECT organisation_id, period, source_id, payee_id, order_no, order_date, -amount, -fee, -transfer FROM payment_reversals) AS p
    JOIN sources s ON s.id = p.source_id WHERE p.organisation_id = $1 AND p.period = $2 GROUP BY 1, 2, 3, 4),
ordered AS (
    SELECT *, sum(transfer) OVER whole AS of_order, row_number() OVER (whole ORDER BY name COLLATE "C") AS place
    FROM registry WINDOW whole AS (PARTITION BY payee_id, number, order_date)),
money AS (
    SELECT o.id AS payee_id, ltrim(d.number, '0') AS number, d.dated, min(d.number) AS order_no, min(d.payer) AS payer,
        min(COALESCE(d.credited, d.dated)) AS credited, sum(d.amount)::bigint AS amount
    FROM bank_documents d JOIN organisations o ON o.bank_account = d.payee_account AND o.bank_account <> ''
    WHERE d.organisation_id = $1 GROUP BY 1, 2, 3)
SELECT r.name, COALESCE(m.payer, ''), o.inn, r.rows, r.amount, r.fee, r.transfer, r.order_no, r.order_date, m.credited,
    CASE r.place WHEN 1 THEN COALESCE(m.amount, 0) ELSE 0 END,
    CASE WHEN r.place = 1 AND m.amount IS NOT NULL THEN m.amount - r.of_order ELSE 0 END::bigint, m.amount IS NOT NULL
FROM ordered r JOIN organisations o ON o.id = r.payee_id
LEFT JOIN money m ON (m.payee_id, m.number, m.dated) = (r.payee_id, r.number, r.order_date) AND r.number <> ''
UNION ALL
SELECT '', m.payer, o.inn, 0, 0, 0, 0, m.order_no, m.dated, m.credited, m.amount, m.amount, true
FROM money m JOIN organisations o ON o.id = m.payee_id
WHERE m.credited >= $2 AND m.credited < ($2::date + interval '1 month') AND NOT EXISTS (
    SELECT FROM payments p WHERE p.organisation_id = $1 AND p.payee_id = m.payee_id AND ltrim(p.order_no, '0') = m.number AND p.order_date = m.dated)
ORDER BY 3, 9 NULLS LAST, 8, 1`
	return stream(ctx, q, sql, []any{organisation, period}, func(r *housing.Reconciliation) []any {
		return []any{
			&r.Registry, &r.Bank, &r.Payee, &r.Rows, &r.Amount, &r.Fee, &r.Transfer, &r.OrderNo, &r.OrderDate, &r.Credited, &r.Received,
			&r.Difference, &r.Known,
		}
	})
}
