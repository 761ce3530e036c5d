package store

import (
	"context"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ServiceTurnovers streams the turnover of a month by service and payee.
func (q Queries) ServiceTurnovers(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.ServiceTurnover, error] {
	const sql = `
WITH mine AS (SELECT id FROM houses WHERE organisation_id = $1),
volumes AS (SELECT service, payee_id, sum(volume) AS volume FROM charges
    WHERE period = $2 AND kind = 'base' AND resource = '' AND house_id IN (SELECT id FROM mine) GROUP BY service, payee_id)
SELECT b.service, COALESCE(NULLIF(o.short_name, ''), o.name), COALESCE(max(v.volume), 0)::text, sum(b.opening)::bigint, sum(b.charged)::bigint,
    sum(b.corrected)::bigint, sum(b.penalty)::bigint, sum(b.paid)::bigint, sum(b.closing)::bigint
FROM balances b JOIN organisations o ON o.id = b.payee_id LEFT JOIN volumes v ON v.service = b.service AND v.payee_id = b.payee_id
WHERE b.period = $2 AND b.house_id IN (SELECT id FROM mine)
GROUP BY b.service, o.id, o.short_name, o.name ORDER BY o.id, b.service COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, period}, func(t *housing.ServiceTurnover) []any {
		return []any{&t.Service, &t.Payee, &t.Volume, &t.Opening, &t.Charged, &t.Corrected, &t.Penalty, &t.Paid, &t.Closing}
	})
}

// HouseTurnovers streams the turnover of a month by house.
func (q Queries) HouseTurnovers(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.HouseTurnover, error] {
	const sql = `
SELECT h.address, COALESCE(h.area, 0)::text, count(DISTINCT b.account_id), sum(b.opening)::bigint, sum(b.charged)::bigint,
    sum(b.corrected)::bigint, sum(b.penalty)::bigint, sum(b.paid)::bigint, sum(b.closing)::bigint
FROM balances b JOIN houses h ON h.id = b.house_id
WHERE b.period = $2 AND h.organisation_id = $1 GROUP BY h.id, h.address, h.area ORDER BY h.address COLLATE natural_ru, h.id`
	return stream(ctx, q, sql, []any{organisation, period}, func(t *housing.HouseTurnover) []any {
		return []any{&t.House, &t.Area, &t.Accounts, &t.Opening, &t.Charged, &t.Corrected, &t.Penalty, &t.Paid, &t.Closing}
	})
}

// AccountMonths streams the months of an account up to one, oldest first, over all services and payees.
func (q Queries) AccountMonths(ctx context.Context, house, account int64, from, upTo housing.Period) iter.Seq2[housing.AccountMonth, error] {
	const sql = `
SELECT period, sum(opening)::bigint, sum(charged)::bigint, sum(corrected)::bigint, sum(penalty)::bigint, sum(paid)::bigint, sum(closing)::bigint
FROM balances WHERE house_id = $1 AND account_id = $2 AND period >= $3 AND period <= $4 GROUP BY period ORDER BY period`
	return stream(ctx, q, sql, []any{house, account, from, upTo}, func(m *housing.AccountMonth) []any {
		return []any{&m.Period, &m.Opening, &m.Charged, &m.Corrected, &m.Penalty, &m.Paid, &m.Closing}
	})
}

// OwedLine is what an account owes at the end of a month for one service of one payee.
type OwedLine struct {
	housing.DebtLine
	Months  []string // older ones of which something is owed, such as 2026-09
	Amounts []int64  // of each, in kopecks
}

// DebtLines streams what an account owes at the end of a month, by payee and service; those that come to
// nothing are left out. Of the dues only penalties are known here.
func (q Queries) DebtLines(ctx context.Context, house, account int64, period housing.Period) iter.Seq2[OwedLine, error] {
	const sql = `
SELECT COALESCE(NULLIF(o.short_name, ''), o.name), b.service, COALESCE(d.penalty, 0)::bigint, b.closing, d.months, d.amounts
FROM balances b JOIN organisations o ON o.id = b.payee_id
LEFT JOIN LATERAL (SELECT sum(amount) FILTER (WHERE kind = 'penalty') AS penalty,
        array_agg(to_char(month, 'YYYY-MM') ORDER BY month) FILTER (WHERE kind = 'principal') AS months,
        array_agg(amount ORDER BY month) FILTER (WHERE kind = 'principal') AS amounts
    FROM debts WHERE (house_id, account_id, service, payee_id, period) = (b.house_id, b.account_id, b.service, b.payee_id, b.period)) d ON true
WHERE b.house_id = $1 AND b.account_id = $2 AND b.period = $3 AND b.closing <> 0 ORDER BY o.id, b.service COLLATE "C"`
	return stream(ctx, q, sql, []any{house, account, period}, func(l *OwedLine) []any {
		return []any{&l.Payee, &l.Service, &l.Dues.Penalty, &l.Closing, &l.Months, &l.Amounts}
	})
}
