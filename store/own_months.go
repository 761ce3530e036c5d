package store

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// OwnMonths streams what a month came to by account and service, in the order of print.
func (q Queries) OwnMonths(ctx context.Context, organisation int64, period housing.Period) iter.Seq2[housing.OwnMonth, error] {
	const sql = `
WITH mine AS (SELECT id FROM houses WHERE organisation_id = $1),
book AS (SELECT house_id, account_id, service, sum(charged + corrected + penalty)::bigint AS charged, sum(paid)::bigint AS paid,
        sum(closing)::bigint AS closing
    FROM balances WHERE period = $2 AND house_id IN (SELECT id FROM mine) GROUP BY 1, 2, 3),
base AS (SELECT house_id, account_id, service, sum(volume) AS volume,
        CASE WHEN min(price) = max(price) THEN min(price) ELSE 0 END AS price
    FROM charges WHERE period = $2 AND kind = 'base' AND resource = '' AND house_id IN (SELECT id FROM mine) GROUP BY 1, 2, 3)
SELECT a.id, a.number, a.payer, p.flat, p.room, p.kind, h.address, b.service, b.charged, b.paid, b.closing,
    COALESCE(c.volume, 0)::text, COALESCE(c.price, 0)::text, COALESCE(o.area, 0)::text, COALESCE(o.people, 0)
FROM book b LEFT JOIN base c USING (house_id, account_id, service)
JOIN accounts a ON a.id = b.account_id JOIN premises p ON p.id = a.premises_id JOIN houses h ON h.id = a.house_id
LEFT JOIN occupancies o ON o.account_id = a.id AND o.valid @> ($2::date + interval '1 month' - interval '1 day')::date
ORDER BY ` + printOrder + `, b.service COLLATE "C"`
	return stream(ctx, q, sql, []any{organisation, period}, func(m *housing.OwnMonth) []any {
		return []any{
			&m.Account.ID, &m.Account.Number, &m.Account.Payer, &m.Account.Premises.Flat, &m.Account.Premises.Room, &m.Account.Premises.Kind,
			&m.House, &m.Service, &m.Charged, &m.Paid, &m.Closing, &m.Volume, &m.Price, &m.Area, &m.People,
		}
	})
}

// AccountHouseKeys returns the normalised addresses of the houses of accounts, by number.
func (q Queries) AccountHouseKeys(ctx context.Context, organisation int64, numbers []string) (map[string]string, error) {
	const sql = `SELECT a.number, h.key FROM accounts a JOIN houses h ON h.id = a.house_id WHERE a.organisation_id = $1 AND a.number = ANY($2)`
	rows, err := q.Query(ctx, sql, organisation, slices.Compact(slices.Clone(numbers))) // rows of one account mostly follow each other
	if err != nil {
		return nil, fmt.Errorf("find the houses of accounts: %w", err)
	}
	keys := map[string]string{}
	var number, key string
	_, err = pgx.ForEachRow(rows, []any{&number, &key}, func() error {
		keys[number] = key
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the houses of accounts: %w", err)
	}
	return keys, nil
}
