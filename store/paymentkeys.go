package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// takeKeys stores the keys of payments that nobody has taken yet and returns the others. Those of a month's registry are
// all new: they are copied, which costs a third. Where one of them is known after all, or somebody takes it
// at the same moment, the unique index says so, and they are stored one by one.
func (t *Tx) takeKeys(ctx context.Context, batch paymentBatch, rows []housing.Payment) (known []string, err error) {
	if came, err := t.cameBefore(ctx, batch.Organisation, rows); err != nil {
		return nil, err
	} else if !came {
		err := pgx.BeginFunc(ctx, t.tx, func(tx pgx.Tx) error {
			inner := &Tx{Queries: Queries{tx}, tx: tx, sources: t.sources}
			return inner.copyTo(ctx, "payment_keys", batch.keys(rows))
		})
		if !IsUnique(err, "payment_keys_pkey") {
			return nil, err //nolint:wrapcheck // the caller says what it wrote
		}
	}
	const sql = `
WITH made AS (
    INSERT INTO payment_keys (organisation_id, period, source_id, key, amount, account, source_pos)
    SELECT $1, $5, $6, * FROM unnest($2::text[], $3::bigint[], $4::text[], $7::bigint[])
    ON CONFLICT DO NOTHING RETURNING key)
SELECT t.key FROM unnest($2::text[]) AS t(key) WHERE NOT EXISTS (SELECT FROM made m WHERE m.key = t.key)`
	told, err := t.Query(ctx, sql, batch.Organisation,
		column(rows, func(p housing.Payment) string { return p.Key }),
		column(rows, func(p housing.Payment) int64 { return int64(p.Amount) }),
		column(rows, func(p housing.Payment) string { return p.Account }), batch.Period, batch.Source,
		column(rows, func(p housing.Payment) int64 { return p.Source.Position }))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(told, pgx.RowTo[string]) //nolint:wrapcheck // the caller says what it wrote
}

// cameBefore looks at a few of the keys: a registry that comes again is known by them.
func (t *Tx) cameBefore(ctx context.Context, organisation int64, rows []housing.Payment) (known bool, err error) {
	const looks = 16
	var keys []string
	for i := 0; i < len(rows); i += max(1, len(rows)/looks) {
		keys = append(keys, rows[i].Key)
	}
	const sql = "SELECT EXISTS (SELECT FROM payment_keys WHERE organisation_id = $1 AND key = ANY($2))"
	err = t.QueryRow(ctx, sql, organisation, keys).Scan(&known)
	return known, err //nolint:wrapcheck // the caller says what it looked for
}

func (b *paymentBatch) keys(rows []housing.Payment) *copyBuffer {
	const rowSize = 110 // usual
	data := newCopyBuffer([]string{"organisation_id", "period", "source_id", "key", "amount", "account", "source_pos"}, len(rows), rowSize)
	for i := range rows {
		p := &rows[i]
		data.row()
		data.bigint(b.Organisation)
		data.period(b.Period)
		data.bigint(b.Source)
		data.text(p.Key)
		data.bigint(int64(p.Amount))
		data.text(p.Account)
		data.bigint(p.Source.Position)
	}
	return data
}
