package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// BenefitRows streams what benefits came to in a month, by person, category and service, and what was corrected in it of
// closed months, in the order of print. A debt of more than so many months back is told apart; what courts confirmed is not
// filled in.
func (q Queries) BenefitRows(ctx context.Context, organisation int64, period housing.Period, debtMonths int) iter.Seq2[housing.BenefitRow, error] {
	const sql = `
WITH shares AS (
    SELECT x.house_id, x.account_id, x.person_id, x.category, x.service, x.payee_id, x.period AS month, sum(x.volume) AS volume, sum(x.covered) AS covered,
        max(x.price) AS price, max(x.percent) AS percent, sum(x.charged)::bigint AS charged,
        COALESCE(sum(x.amount) FILTER (WHERE x.mode = 'discount'), 0)::bigint AS discount,
        COALESCE(sum(x.amount) FILTER (WHERE x.mode = 'compensation'), 0)::bigint AS compensation,
        string_agg(DISTINCT x.document, '; ') AS document
    FROM benefit_shares x JOIN houses h ON h.id = x.house_id AND h.organisation_id = $1
    WHERE x.period = $2 GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT x.house_id, x.account_id, x.person_id, x.category, x.service, x.payee_id, x.month, 0, 0, 0, 0, 0,
        COALESCE(sum(x.amount) FILTER (WHERE x.mode = 'discount'), 0)::bigint,
        COALESCE(sum(x.amount) FILTER (WHERE x.mode = 'compensation'), 0)::bigint, string_agg(DISTINCT x.reason || ': ' || x.document, '; ')
    FROM benefit_corrections x JOIN houses h ON h.id = x.house_id AND h.organisation_id = $1
    WHERE x.period = $2 GROUP BY 1, 2, 3, 4, 5, 6, 7
    HAVING sum(x.amount) FILTER (WHERE x.mode = 'discount') <> 0 OR sum(x.amount) FILTER (WHERE x.mode = 'compensation') <> 0),
owed AS (
    SELECT b.account_id, GREATEST(sum(b.closing), 0)::bigint AS debt,
        GREATEST(COALESCE((SELECT sum(d.amount) FROM debts d WHERE d.period = $2 AND d.account_id = b.account_id
            AND d.house_id = b.house_id AND d.kind = 'principal' AND d.month < ($2::date - make_interval(months => $3))), 0), 0)::bigint AS old
    FROM balances b WHERE b.period = $2 AND (b.house_id, b.account_id) IN (SELECT house_id, account_id FROM shares)
    GROUP BY b.house_id, b.account_id)
SELECT a.id, a.number, a.payer, p.flat, p.room, p.kind, h.address, COALESCE(o.area, 0)::text, COALESCE(o.people, 0),
    w.last_name, w.first_name, w.patronymic, w.born, w.snils, s.category, s.service, COALESCE(NULLIF(r.short_name, ''), r.name), s.month,
    s.volume::text, s.covered::text, COALESCE(n.value, 0)::text, s.price::text, s.percent::text, s.charged,
    CASE WHEN s.month < $2 THEN COALESCE((SELECT sum(l.amount) FROM ledger_lines l WHERE l.period = $2 AND l.house_id = s.house_id
        AND l.account_id = s.account_id AND l.service = s.service AND l.payee_id = s.payee_id AND l.month = s.month AND l.kind = 'correction'), 0)
        + COALESCE((SELECT sum(x.amount) FROM benefit_corrections x WHERE x.period = $2 AND x.house_id = s.house_id AND x.account_id = s.account_id
        AND x.service = s.service AND x.payee_id = s.payee_id AND x.month = s.month AND x.mode = 'discount'), 0)
    ELSE COALESCE((SELECT sum(c.amount) FROM charges c WHERE c.period = $2 AND c.house_id = s.house_id AND c.account_id = s.account_id
        AND c.service = s.service AND c.payee_id = s.payee_id AND c.kind = 'correction'), 0) END::bigint,
    s.discount, s.compensation,
    COALESCE((SELECT sum(e.benefit) FROM benefit_entries e WHERE e.organisation_id = $1 AND e.kind = 'grant' AND e.account = a.number
        AND e.period = $2 AND s.month = $2 AND e.service = s.service AND lower(e.last_name) = lower(w.last_name)
        AND lower(e.first_name) = lower(w.first_name)), 0)::bigint,
    COALESCE(d.debt, 0), COALESCE(d.old, 0), s.document
FROM shares s JOIN accounts a ON a.id = s.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
JOIN beneficiaries w ON w.id = s.person_id JOIN organisations r ON r.id = s.payee_id
LEFT JOIN occupancies o ON o.account_id = a.id AND o.valid @> ($2::date + interval '1 month' - interval '1 day')::date
LEFT JOIN LATERAL (SELECT n.value FROM norms n WHERE n.organisation_id = $1 AND n.service = s.service AND n.part = '' AND n.base <> 'volume' AND s.month = $2
    AND n.valid @> $2::date AND (n.house_id IS NULL OR n.house_id = a.house_id) ORDER BY n.house_id NULLS LAST LIMIT 1) n ON true
LEFT JOIN owed d ON d.account_id = a.id
ORDER BY ` + printOrder + `, w.last_name, w.first_name, w.id, s.service COLLATE "C", s.payee_id, s.category, s.month`
	return stream(ctx, q, sql, []any{organisation, period, debtMonths}, func(b *housing.BenefitRow) []any {
		return []any{
			&b.Account.ID, &b.Account.Number, &b.Account.Payer, &b.Account.Premises.Flat, &b.Account.Premises.Room, &b.Account.Premises.Kind,
			&b.House, &b.Area, &b.People, &b.Person.Last, &b.Person.First, &b.Person.Patronymic, &b.Person.Born, &b.SNILS, &b.Category,
			&b.Service, &b.Payee, &b.Month, &b.Volume, &b.Covered, &b.Norm, &b.Price, &b.Percent, &b.Charged, &b.Recalculated, &b.Discount,
			&b.Compensation, &b.Stated, &b.Debt, &b.OldDebt, &b.Document,
		}
	})
}

// HasBenefits reports whether benefits came to anything in a month, or were corrected in it.
func (q Queries) HasBenefits(ctx context.Context, organisation int64, period housing.Period) (has bool, err error) {
	const sql = `
SELECT EXISTS (SELECT FROM benefit_shares x JOIN houses h ON h.id = x.house_id WHERE x.period = $2 AND h.organisation_id = $1)
    OR EXISTS (SELECT FROM benefit_corrections x JOIN houses h ON h.id = x.house_id WHERE x.period = $2 AND h.organisation_id = $1)`
	if err := q.QueryRow(ctx, sql, organisation, period).Scan(&has); err != nil {
		return false, fmt.Errorf("look for benefits in %s: %w", period, err)
	}
	return has, nil
}
