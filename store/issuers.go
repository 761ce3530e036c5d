package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Issuers returns the organisations that keep accounts in this database, by name.
func (q Queries) Issuers(ctx context.Context) ([]housing.Organisation, error) {
	const sql = `
SELECT ` + organisationColumns + ` FROM organisations o WHERE EXISTS (SELECT FROM houses h WHERE h.organisation_id = o.id)
ORDER BY COALESCE(NULLIF(short_name, ''), name) COLLATE natural_ru, id`
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("read the issuers: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanOrganisation)
	if err != nil {
		return nil, fmt.Errorf("read the issuers: %w", err)
	}
	return list, nil
}

// ChargedMonths returns the months that an organisation charged, newest first.
func (q Queries) ChargedMonths(ctx context.Context, organisation int64) ([]housing.Period, error) {
	const sql = `SELECT DISTINCT period FROM runs WHERE organisation_id = $1 ORDER BY period DESC`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("read the months charged: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[housing.Period])
	if err != nil {
		return nil, fmt.Errorf("read the months charged: %w", err)
	}
	return list, nil
}
