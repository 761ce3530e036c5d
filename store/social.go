package store

import (
	"context"

	"github.com/kvitok-gkh/kvitok/housing"
)

// SocialFacts is what an authority of social protection asks of an account and a service in a month.
type SocialFacts struct {
	Account string
	Service string // "" where the account is billed for nothing
	Area    housing.Decimal
	People  int
	Price   housing.Decimal
	Volume  housing.Decimal
	Charged housing.Money
}

// SocialFacts returns what accounts are billed in a month, by account and service; an account that is billed
// for nothing has one row without a service.
func (q Queries) SocialFacts(ctx context.Context, organisation int64, period housing.Period, numbers []string) ([]SocialFacts, error) {
	const sql = `
WITH asked AS (SELECT id, house_id, number FROM accounts WHERE organisation_id = $1 AND number = ANY($3)),
charged AS (
    SELECT c.account_id, c.service, max(c.price) AS price, COALESCE(sum(c.volume) FILTER (WHERE c.kind = 'base'), 0) AS volume,
        COALESCE(sum(c.amount) FILTER (WHERE c.kind <> 'benefit'), 0)::bigint AS amount
    FROM asked a JOIN charges c ON c.house_id = a.house_id AND c.account_id = a.id AND c.period = $2 GROUP BY 1, 2)
SELECT a.number, COALESCE(s.service, ''), COALESCE(o.area, 0)::text, COALESCE(o.people, 0), COALESCE(s.price, 0)::text,
    COALESCE(s.volume, 0)::text, COALESCE(s.amount, 0)
FROM asked a
LEFT JOIN occupancies o ON o.account_id = a.id AND o.valid @> ($2::date + interval '1 month' - interval '1 day')::date
LEFT JOIN charged s ON s.account_id = a.id`
	return collectStructs[SocialFacts](ctx, q, "read what accounts are billed", sql, organisation, period, numbers)
}
