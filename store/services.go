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
	accounts, err := t.AccountIDs(ctx, organisation, column(rows, func(r housing.HouseService) string { return r.Account }))
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		switch {
		case houses[r.Key] == 0:
			reject(&outcomes[i], "unknown_house", "Адрес дома", r.House, unknownHouse)
		case payees[r.Payee] == 0:
			reject(&outcomes[i], "unknown_payee", "ИНН получателя", r.Payee, unknownPayee)
		case r.Account != "" && accounts[r.Account] == 0:
			reject(&outcomes[i], "unknown_account", "Лицевой счёт", r.Account, unknownAccount)
		default:
			err = t.putHouseService(ctx, source, houseService{
				HouseService: r, house: houses[r.Key], account: accounts[r.Account], payee: payees[r.Payee],
			}, &outcomes[i])
			if err != nil {
				return nil, err
			}
		}
	}
	return outcomes, nil
}

const unknownPayee = "получатель с таким ИНН не описан в настройках (раздел organisations)"

type houseService struct {
	housing.HouseService
	house, account, payee int64
}

func (t *Tx) putHouseService(ctx context.Context, source int64, r houseService, outcome *housing.Outcome) error {
	const same = `
SELECT EXISTS (SELECT FROM house_services WHERE house_id = $1 AND COALESCE(account_id, 0) = $2 AND service = $3
    AND payee_id = $4 AND meter_possible = $5 AND valid @> daterange($6::date, NULLIF($7, '')::date))`
	const end = `
UPDATE house_services SET valid = daterange(lower(valid), $4::date)
WHERE house_id = $1 AND COALESCE(account_id, 0) = $2 AND service = $3 AND lower(valid) < $4::date AND valid @> $4::date
    AND upper(valid) IS NULL`
	const insert = `
INSERT INTO house_services (house_id, account_id, service, payee_id, meter_possible, valid, source_id, source_pos)
VALUES ($1, NULLIF($2::bigint, 0), $3, $4, $5, daterange($6::date, NULLIF($7, '')::date), $8, $9)`
	var known bool
	from, to := r.Valid.From.String(), r.Valid.To.String()
	err := t.QueryRow(ctx, same, r.house, r.account, string(r.Service), r.payee, r.MeterPossible, from, to).Scan(&known)
	if err != nil {
		return fmt.Errorf("look for a service: %w", err)
	}
	if known {
		outcome.Verdict = housing.Unchanged
		return nil
	}
	return t.dated(ctx, outcome, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, end, r.house, r.account, string(r.Service), from); err != nil {
			return fmt.Errorf("end a service: %w", err)
		}
		_, err := tx.Exec(ctx, insert, r.house, r.account, string(r.Service), r.payee, r.MeterPossible, from, to,
			source, r.Source.Position)
		if err != nil {
			return fmt.Errorf("store a service: %w", err)
		}
		return nil
	})
}

// dated runs the writing of one dated row in a savepoint: where it overlaps what is known, the row
// is rejected and the others go on.
func (t *Tx) dated(ctx context.Context, outcome *housing.Outcome, write func(context.Context, pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, t.tx, func(tx pgx.Tx) error { return write(ctx, tx) })
	if IsOverlap(err) {
		reject(outcome, "overlap", "Действует с", "",
			"срок действия пересекается с уже загруженным; закройте прежний срок или исправьте даты")
		return nil
	}
	if err != nil {
		return err //nolint:wrapcheck // wrapped by write
	}
	outcome.Verdict = housing.Accepted
	return nil
}
