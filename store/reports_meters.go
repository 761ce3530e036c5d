package store

import (
	"context"
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// MeterMonths streams the registers of all meters that counted in a month, in the order of print, with the
// last reading before it and the last one in it.
func (q Queries) MeterMonths(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.MeterMonth, error] {
	const sql = `
WITH ` + placed + `
SELECT a.id, a.number, a.payer, p.flat, p.room, p.kind, h.address, m.service, m.serial, z.zone,
    b.taken_on, COALESCE(b.value, 0)::text, n.taken_on, COALESCE(n.value, 0)::text,
    COALESCE(s.kind, ''), COALESCE(s.name, ''), COALESCE(s.partition, 0), COALESCE(n.source_pos, 0), m.verify_by,
    CASE WHEN n.taken_on IS NOT NULL THEN 0 WHEN b.taken_on IS NULL THEN 999
        ELSE ((extract(year FROM $2::date) - extract(year FROM b.taken_on)) * 12
            + extract(month FROM $2::date) - extract(month FROM b.taken_on))::int END
FROM meters m JOIN placed ON placed.id = m.account_id JOIN accounts a ON a.id = m.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
CROSS JOIN LATERAL unnest(CASE m.zones WHEN 1 THEN ARRAY[''] WHEN 2 THEN ARRAY['day', 'night'] ELSE ARRAY['peak', 'half_peak', 'night'] END) AS z(zone)
LEFT JOIN LATERAL (SELECT taken_on, value FROM readings r WHERE r.meter_id = m.id AND r.zone = z.zone AND r.period <= $2 AND r.taken_on < $2
    ORDER BY r.taken_on DESC LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT taken_on, value, source_id, source_pos FROM readings r WHERE r.meter_id = m.id AND r.zone = z.zone
    AND r.taken_on >= $2 AND r.taken_on < ($2::date + interval '1 month')::date AND r.period >= $2 ORDER BY r.taken_on DESC LIMIT 1) n ON true
LEFT JOIN sources s ON s.id = n.source_id
WHERE a.organisation_id = $1 AND (m.closed IS NULL OR m.closed > $2)
ORDER BY placed.place, m.service COLLATE "C", m.serial COLLATE "C", z.zone COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, period}, func(m *housing.MeterMonth) []any {
		return []any{
			&m.Account.ID, &m.Account.Number, &m.Account.Payer, &m.Account.Premises.Flat, &m.Account.Premises.Room, &m.Account.Premises.Kind,
			&m.House, &m.Service, &m.Serial, &m.Zone, &m.PreviousOn, &m.Previous, &m.CurrentOn, &m.Current,
			&m.Source.Kind, &m.Source.Name, &m.Source.Partition, &m.Source.Position, &m.VerifyBy, &m.Months,
		}
	})
}

// ResourceBalances streams, by house and resource, what the house meter showed and what was charged of it.
func (q Queries) ResourceBalances(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.ResourceBalance, error] {
	const sql = `
WITH charged AS (
    SELECT house_id, CASE service WHEN 'common_cold_water' THEN 'cold_water' WHEN 'common_hot_water' THEN 'hot_water'
            WHEN 'common_electricity' THEN 'electricity' WHEN 'common_hot_water_heat' THEN 'hot_water_heat' WHEN 'common_sewage' THEN 'sewage'
            ELSE service END AS service,
        sum(volume) FILTER (WHERE method = 'meter' AND service NOT LIKE 'common%') AS metered,
        sum(volume) FILTER (WHERE method = 'norm' AND service NOT LIKE 'common%') AS norm,
        sum(volume) FILTER (WHERE method = 'average' AND service NOT LIKE 'common%') AS average,
        sum(volume) FILTER (WHERE method = 'house_meter' AND service NOT LIKE 'common%') AS by_house,
        sum(volume) FILTER (WHERE service LIKE 'common%') AS common, count(DISTINCT account_id) AS accounts
    FROM charges WHERE period = $2 AND kind = 'base' AND resource = ''
        AND service IN ('cold_water', 'hot_water', 'hot_water_heat', 'electricity', 'gas', 'heating', 'sewage',
            'common_cold_water', 'common_hot_water', 'common_hot_water_heat', 'common_electricity', 'common_sewage')
    GROUP BY 1, 2),
whole AS (SELECT house_id, service, sum(volume) AS volume FROM house_volumes WHERE period = $2 GROUP BY 1, 2)
SELECT h.address, c.service, COALESCE(w.volume, 0)::text, COALESCE(c.metered, 0)::text, COALESCE(c.norm, 0)::text,
    COALESCE(c.average, 0)::text, COALESCE(c.by_house, 0)::text, COALESCE(c.common, 0)::text, c.accounts
FROM charged c JOIN houses h ON h.id = c.house_id LEFT JOIN whole w ON w.house_id = c.house_id AND w.service = c.service
WHERE h.organisation_id = $1 ORDER BY h.address COLLATE natural_ru, h.id, c.service COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, period}, func(b *housing.ResourceBalance) []any {
		return []any{&b.House, &b.Service, &b.Whole, &b.Metered, &b.Norm, &b.Average, &b.ByHouse, &b.Common, &b.Accounts}
	})
}
