package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyTariffs stores tariffs. One that begins while another of its kind is open ends that one; a
// tariff whose span is known with another price is rejected, not rewritten.
func (t *Tx) ApplyTariffs(ctx context.Context, organisation, source int64, rows []housing.Tariff) ([]housing.Outcome, error) {
	const key = `organisation_id = $1 AND COALESCE(house_id, 0) = $2 AND service = $3 AND zone = $4 AND range_no = $5`
	const same = `
SELECT EXISTS (SELECT FROM tariffs WHERE ` + key + ` AND price = $8::numeric
    AND lower(valid) = $6::date AND (NULLIF($7, '') IS NULL OR upper(valid) = NULLIF($7, '')::date))`
	const closing = `
UPDATE tariffs SET valid = daterange(lower(valid), $7::date)
WHERE ` + key + ` AND price = $8::numeric AND lower(valid) = $6::date AND upper(valid) IS NULL`
	const end = `
UPDATE tariffs SET valid = daterange(lower(valid), $6::date)
WHERE ` + key + ` AND lower(valid) < $6::date AND upper(valid) IS NULL`
	const insert = `
INSERT INTO tariffs (organisation_id, house_id, service, zone, range_no, valid, price, document, source_id, source_pos)
VALUES ($1, NULLIF($2::bigint, 0), $3, $4, $5, daterange($6::date, NULLIF($7, '')::date), $8::numeric, $9, $10, $11)`
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
		err := t.putDated(ctx, &outcomes[i], datedRow{
			same: same, closing: closing, end: end, insert: insert, valid: r.Valid,
			key:    []any{organisation, houses[r.House], string(r.Service), string(r.Zone), int16(r.Range), r.Valid.From.String()}, //nolint:gosec // 0 to 9
			values: []any{r.Price.String()},
			more:   []any{r.Document, source, r.Source.Position},
		})
		if err != nil {
			return nil, fmt.Errorf("store tariff of %s since %s: %w", r.Service, r.Valid.From, err)
		}
	}
	return outcomes, nil
}

// ApplyNorms stores norms of consumption, as ApplyTariffs does tariffs.
func (t *Tx) ApplyNorms(ctx context.Context, organisation, source int64, rows []housing.Norm) ([]housing.Outcome, error) {
	const key = `organisation_id = $1 AND COALESCE(house_id, 0) = $2 AND service = $3 AND part = $4`
	const same = `
SELECT EXISTS (SELECT FROM norms WHERE ` + key + ` AND base = $7 AND value = $8::numeric
    AND lower(valid) = $5::date AND (NULLIF($6, '') IS NULL OR upper(valid) = NULLIF($6, '')::date))`
	const closing = `
UPDATE norms SET valid = daterange(lower(valid), $6::date)
WHERE ` + key + ` AND base = $7 AND value = $8::numeric AND lower(valid) = $5::date AND upper(valid) IS NULL`
	const end = `
UPDATE norms SET valid = daterange(lower(valid), $5::date)
WHERE ` + key + ` AND lower(valid) < $5::date AND upper(valid) IS NULL`
	const insert = `
INSERT INTO norms (organisation_id, house_id, service, part, valid, base, value, document, source_id, source_pos)
VALUES ($1, NULLIF($2::bigint, 0), $3, $4, daterange($5::date, NULLIF($6, '')::date), $7, $8::numeric, $9, $10, $11)`
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
		err := t.putDated(ctx, &outcomes[i], datedRow{
			same: same, closing: closing, end: end, insert: insert, valid: r.Valid,
			key:    []any{organisation, houses[r.House], string(r.Service), string(r.Part), r.Valid.From.String()},
			values: []any{string(r.Base), r.Value.String()},
			more:   []any{r.Document, source, r.Source.Position},
		})
		if err != nil {
			return nil, fmt.Errorf("store norm of %s since %s: %w", r.Service, r.Valid.From, err)
		}
	}
	return outcomes, nil
}
