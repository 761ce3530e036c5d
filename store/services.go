package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyHouseServices stores which services houses and accounts receive and from whom. A service that
// changes its payee ends the earlier one on the day it begins; other overlaps are rejected.
func (t *Tx) ApplyHouseServices(ctx context.Context, organisation, source int64, rows []housing.HouseService) ([]housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, err
	}
	payees, err := t.OrganisationIDs(ctx)
	if err != nil {
		return nil, err
	}
	accounts, err := t.accountHouses(ctx, organisation, column(rows, func(r housing.HouseService) string { return r.Account }))
	if err != nil {
		return nil, err
	}
	var known []houseService
	var places []int
	for i, r := range rows {
		switch {
		case houses[r.Key] == 0:
			reject(&outcomes[i], "unknown_house", "Адрес дома", r.House, unknownHouse)
		case payees[r.Payee] == 0:
			reject(&outcomes[i], "unknown_payee", "ИНН получателя", r.Payee, unknownPayee)
		case r.Account != "" && accounts[r.Account].account == 0:
			reject(&outcomes[i], "unknown_account", "Лицевой счёт", r.Account, unknownAccount)
		case r.Account != "" && accounts[r.Account].house != houses[r.Key]:
			reject(&outcomes[i], "account_elsewhere", "Лицевой счёт", r.Account, "лицевой счёт открыт в другом доме")
		default:
			known = append(known, houseService{
				HouseService: r, house: houses[r.Key], account: accounts[r.Account].account, payee: payees[r.Payee],
			})
			places = append(places, i)
		}
	}
	if err := t.putFirstServices(ctx, source, known, outcomes, places); err != nil {
		return nil, err
	}
	for i, r := range known {
		if outcome := &outcomes[places[i]]; outcome.Verdict == "" {
			if err := t.putHouseService(ctx, source, r, outcome); err != nil {
				return nil, err
			}
		}
	}
	return outcomes, nil
}

// putFirstServices stores, in one statement, the services of which nothing is known yet: the bulk of a
// first load. Those that meet an earlier row, in the table or in the batch, are left for one by one.
func (t *Tx) putFirstServices(ctx context.Context, source int64, rows []houseService, outcomes []housing.Outcome, places []int) error {
	const sql = `
WITH incoming AS (
    SELECT *, count(*) OVER (PARTITION BY house, account, service) AS times
    FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[], $9::bigint[],
        $10::text[], $11::text[], $12::boolean[], $13::text[], $14::text[])
        WITH ORDINALITY AS t(house, account, service, since, until, payee, meter_possible, pos,
            category, equipment, own_source, quality, correspondence, ord)),
made AS (
    INSERT INTO house_services (house_id, account_id, service, valid, payee_id, meter_possible, source_id, source_pos,
        category, equipment, own_source, quality, correspondence)
    SELECT house, NULLIF(account, 0), service, daterange(since::date, NULLIF(until, '')::date), payee, meter_possible, $1, pos,
        category, equipment, own_source, quality::numeric, correspondence::numeric
    FROM incoming i WHERE times = 1 AND NOT EXISTS (
        SELECT FROM house_services h
        WHERE h.house_id = i.house AND COALESCE(h.account_id, 0) = i.account AND h.service = i.service)
    RETURNING house_id AS house, COALESCE(account_id, 0) AS account, service)
SELECT ord FROM incoming JOIN made USING (house, account, service)`
	made, err := t.Query(ctx, sql, source,
		column(rows, func(r houseService) int64 { return r.house }),
		column(rows, func(r houseService) int64 { return r.account }),
		column(rows, func(r houseService) string { return string(r.Service) }),
		textColumn(rows, func(r houseService) fmt.Stringer { return r.Valid.From }),
		textColumn(rows, func(r houseService) fmt.Stringer { return r.Valid.To }),
		column(rows, func(r houseService) int64 { return r.payee }),
		column(rows, func(r houseService) bool { return r.MeterPossible }),
		column(rows, func(r houseService) int64 { return r.Source.Position }),
		column(rows, func(r houseService) string { return r.Category }),
		column(rows, func(r houseService) string { return r.Equipment }),
		column(rows, func(r houseService) bool { return r.OwnSource }),
		textColumn(rows, func(r houseService) fmt.Stringer { return r.Quality }),
		textColumn(rows, func(r houseService) fmt.Stringer { return r.Correspondence }))
	if err != nil {
		return fmt.Errorf("store services: %w", err)
	}
	ordinals, err := pgx.CollectRows(made, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("store services: %w", err)
	}
	for _, ordinal := range ordinals {
		outcomes[places[ordinal-1]].Verdict = housing.Accepted
	}
	return nil
}

const unknownPayee = "получатель с таким ИНН не описан в настройках (раздел organisations)"

type houseService struct {
	housing.HouseService
	house, account, payee int64
}

func (t *Tx) putHouseService(ctx context.Context, source int64, r houseService, outcome *housing.Outcome) error {
	const key = `house_id = $1 AND COALESCE(account_id, 0) = $2 AND service = $3`
	const equal = `payee_id = $6 AND meter_possible = $7 AND category = $8 AND equipment = $9 AND own_source = $10
    AND quality = $11::numeric AND correspondence = $12::numeric`
	const same = `
SELECT EXISTS (SELECT FROM house_services WHERE ` + key + ` AND ` + equal + `
    AND (lower(valid) = $4::date AND (NULLIF($5, '') IS NULL OR upper(valid) = NULLIF($5, '')::date)
        OR NULLIF($5, '') IS NULL AND valid @> daterange($4::date, NULL)))`
	const closing = `
UPDATE house_services SET valid = daterange(lower(valid), $5::date)
WHERE ` + key + ` AND ` + equal + ` AND lower(valid) = $4::date AND upper(valid) IS NULL`
	const end = `
UPDATE house_services SET valid = daterange(lower(valid), $4::date)
WHERE ` + key + ` AND lower(valid) < $4::date AND upper(valid) IS NULL`
	const insert = `
INSERT INTO house_services (house_id, account_id, service, valid, payee_id, meter_possible, category, equipment, own_source,
    quality, correspondence, source_id, source_pos)
VALUES ($1, NULLIF($2::bigint, 0), $3, daterange($4::date, NULLIF($5, '')::date), $6, $7, $8, $9, $10, $11::numeric, $12::numeric, $13, $14)`
	err := t.putDated(ctx, outcome, datedRow{
		same: same, closing: closing, end: end, insert: insert, valid: r.Valid,
		key: []any{r.house, r.account, string(r.Service), r.Valid.From.String()},
		values: []any{
			r.payee, r.MeterPossible, r.Category, r.Equipment, r.OwnSource, r.Quality.String(), r.Correspondence.String(),
		},
		more: []any{source, r.Source.Position},
	})
	if err != nil {
		return fmt.Errorf("store service %s: %w", r.Service, err)
	}
	return nil
}
