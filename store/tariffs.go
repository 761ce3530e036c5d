package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyTariffs stores tariffs. One that begins while another of its kind is open ends that one; a
// tariff whose span is known with another price is rejected, not rewritten.
func (t *Tx) ApplyTariffs(ctx context.Context, organisation, source int64, rows []housing.Tariff) ([]housing.Outcome, error) {
	const same = `
SELECT EXISTS (SELECT FROM tariffs WHERE organisation_id = $1 AND COALESCE(house_id, 0) = $2 AND service = $3 AND zone = $4
    AND price = $7::numeric AND lower(valid) = $5::date AND (NULLIF($6, '') IS NULL OR upper(valid) = NULLIF($6, '')::date))`
	const end = `
UPDATE tariffs SET valid = daterange(lower(valid), $5::date)
WHERE organisation_id = $1 AND COALESCE(house_id, 0) = $2 AND service = $3 AND zone = $4
    AND lower(valid) < $5::date AND upper(valid) IS NULL`
	const insert = `
INSERT INTO tariffs (organisation_id, house_id, service, zone, valid, price, document, source_id, source_pos)
VALUES ($1, NULLIF($2::bigint, 0), $3, $4, daterange($5::date, NULLIF($6, '')::date), $7::numeric, $8, $9, $10)`
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, err
	}
	outcomes := make([]housing.Outcome, len(rows))
	for i, r := range rows {
		if r.House != "" && houses[r.House] == 0 {
			reject(&outcomes[i], "unknown_house", "Дом", r.House, unknownHouse)
			continue
		}
		key := []any{organisation, houses[r.House], string(r.Service), string(r.Zone), r.Valid.From.String()}
		err := t.putDated(ctx, &outcomes[i], datedRow{
			same: same, sameArgs: append(key[:5:5], r.Valid.To.String(), r.Price.String()),
			end: end, endArgs: key,
			insert:     insert,
			insertArgs: append(key[:5:5], r.Valid.To.String(), r.Price.String(), r.Document, source, r.Source.Position),
		})
		if err != nil {
			return nil, fmt.Errorf("store tariff of %s since %s: %w", r.Service, r.Valid.From, err)
		}
	}
	return outcomes, nil
}

// ApplyNorms stores norms of consumption, as ApplyTariffs does tariffs.
func (t *Tx) ApplyNorms(ctx context.Context, organisation, source int64, rows []housing.Norm) ([]housing.Outcome, error) {
	const same = `
SELECT EXISTS (SELECT FROM norms WHERE organisation_id = $1 AND COALESCE(house_id, 0) = $2 AND service = $3
    AND base = $6 AND value = $7::numeric AND lower(valid) = $4::date AND (NULLIF($5, '') IS NULL OR upper(valid) = NULLIF($5, '')::date))`
	const end = `
UPDATE norms SET valid = daterange(lower(valid), $4::date)
WHERE organisation_id = $1 AND COALESCE(house_id, 0) = $2 AND service = $3
    AND lower(valid) < $4::date AND upper(valid) IS NULL`
	const insert = `
INSERT INTO norms (organisation_id, house_id, service, valid, base, value, document, source_id, source_pos)
VALUES ($1, NULLIF($2::bigint, 0), $3, daterange($4::date, NULLIF($5, '')::date), $6, $7::numeric, $8, $9, $10)`
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, err
	}
	outcomes := make([]housing.Outcome, len(rows))
	for i, r := range rows {
		if r.House != "" && houses[r.House] == 0 {
			reject(&outcomes[i], "unknown_house", "Дом", r.House, unknownHouse)
			continue
		}
		key := []any{organisation, houses[r.House], string(r.Service), r.Valid.From.String()}
		values := append(key[:4:4], r.Valid.To.String(), string(r.Base), r.Value.String())
		err := t.putDated(ctx, &outcomes[i], datedRow{
			same: same, sameArgs: values, end: end, endArgs: key,
			insert: insert, insertArgs: append(values[:7:7], r.Document, source, r.Source.Position),
		})
		if err != nil {
			return nil, fmt.Errorf("store norm of %s since %s: %w", r.Service, r.Valid.From, err)
		}
	}
	return outcomes, nil
}

type datedRow struct {
	same, end, insert             string
	sameArgs, endArgs, insertArgs []any
}

func (t *Tx) putDated(ctx context.Context, outcome *housing.Outcome, r datedRow) error {
	var known bool
	if err := t.QueryRow(ctx, r.same, r.sameArgs...).Scan(&known); err != nil {
		return fmt.Errorf("look for the same: %w", err)
	}
	if known {
		outcome.Verdict = housing.Unchanged
		return nil
	}
	return t.dated(ctx, outcome, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, r.end, r.endArgs...); err != nil {
			return fmt.Errorf("end the earlier one: %w", err)
		}
		if _, err := tx.Exec(ctx, r.insert, r.insertArgs...); err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		return nil
	})
}
