package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyHouses creates houses or brings them up to date, by normalised address. Outcomes stand in
// the order of rows.
func (t *Tx) ApplyHouses(ctx context.Context, organisation, source int64, rows []housing.House) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[])
        WITH ORDINALITY AS t(key, address, fias, kind, area, common, pos, ord)),
changed AS (
    INSERT INTO houses AS h (organisation_id, key, address, fias, kind, area, common, source_id, source_pos)
    SELECT $1, key, address, fias, kind, area::numeric, common::numeric, $2, pos FROM incoming
    ON CONFLICT (organisation_id, key) DO UPDATE
    SET address = EXCLUDED.address, fias = EXCLUDED.fias, kind = EXCLUDED.kind, area = EXCLUDED.area,
        common = EXCLUDED.common, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (h.address, h.fias, h.kind, h.area, h.common)
        IS DISTINCT FROM (EXCLUDED.address, EXCLUDED.fias, EXCLUDED.kind, EXCLUDED.area, EXCLUDED.common)
    RETURNING key)
SELECT ord FROM incoming JOIN changed USING (key)`
	outcomes := make([]housing.Outcome, len(rows))
	rows, err := t.withKnown(ctx, organisation, rows)
	if err != nil {
		return nil, err
	}
	rejectRepeats(rows, outcomes, func(h housing.House) string { return h.Key }, "Адрес")
	kept, indexes := standing(rows, outcomes)
	err = t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(kept, func(h housing.House) string { return h.Key }),
		column(kept, func(h housing.House) string { return h.Address }),
		column(kept, func(h housing.House) string { return h.FIAS }),
		column(kept, func(h housing.House) string { return string(h.Kind) }),
		textColumn(kept, func(h housing.House) fmt.Stringer { return h.Area }),
		textColumn(kept, func(h housing.House) fmt.Stringer { return h.Common }),
		column(kept, func(h housing.House) int64 { return h.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store houses: %w", err)
	}
	return outcomes, nil
}

// HouseRef is a house by id and normalised address.
type HouseRef struct {
	ID      int64
	Key     string
	Address string
}

// HouseRefs returns the houses of an organisation in order of address.
func (q Queries) HouseRefs(ctx context.Context, organisation int64) ([]HouseRef, error) {
	const sql = `SELECT id, key, address FROM houses WHERE organisation_id = $1 ORDER BY address COLLATE natural_ru, id`
	return collectStructs[HouseRef](ctx, q, "read the houses", sql, organisation)
}

func (q Queries) houseIDs(ctx context.Context, organisation int64) (map[string]int64, error) {
	ids, err := q.lookup(ctx, "SELECT key, id FROM houses WHERE organisation_id = $1", organisation)
	if err != nil {
		return nil, fmt.Errorf("look for houses: %w", err)
	}
	return ids, nil
}

const unknownHouse = "дом с таким адресом не найден: загрузите сначала список домов или исправьте адрес"

// ApplyHouseVolumes stores the month's volumes of house meters. A volume that differs replaces the
// one known; what a closed month has to do with it is not decided here.
func (t *Tx) ApplyHouseVolumes(ctx context.Context, organisation, source int64, rows []housing.HouseVolume) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        WITH ORDINALITY AS t(house_id, period, service, serial, volume, pos, ord)),
changed AS (
    INSERT INTO house_volumes AS v (period, house_id, service, serial, volume, source_id, source_pos)
    SELECT period::date, house_id, service, serial, volume::numeric, $1, pos FROM incoming
    ON CONFLICT (house_id, period, service, serial) DO UPDATE
    SET volume = EXCLUDED.volume, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE v.volume <> EXCLUDED.volume
    RETURNING period, house_id, service, serial)
SELECT ord FROM incoming i JOIN changed c
    ON (c.period, c.house_id, c.service, c.serial) = (i.period::date, i.house_id, i.service, i.serial)`
	outcomes := make([]housing.Outcome, len(rows))
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		if houses[r.Key] == 0 {
			reject(&outcomes[i], "unknown_house", "Адрес дома", r.House, unknownHouse)
		}
	}
	rejectRepeats(rows, outcomes, func(r housing.HouseVolume) string {
		return fmt.Sprint(r.Key, r.Period, r.Service, r.Serial)
	}, "дом, месяц, ресурс, номер ОДПУ")
	kept, indexes := standing(rows, outcomes)
	err = t.markAccepted(ctx, outcomes, indexes, sql, source,
		column(kept, func(r housing.HouseVolume) int64 { return houses[r.Key] }),
		textColumn(kept, func(r housing.HouseVolume) fmt.Stringer { return r.Period.First() }),
		column(kept, func(r housing.HouseVolume) string { return string(r.Service) }),
		column(kept, func(r housing.HouseVolume) string { return r.Serial }),
		textColumn(kept, func(r housing.HouseVolume) fmt.Stringer { return r.Volume }),
		column(kept, func(r housing.HouseVolume) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store volumes of house meters: %w", err)
	}
	return outcomes, nil
}
