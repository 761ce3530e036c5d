package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ErrNotFound says that there is no such row.
var ErrNotFound = errors.New("not found")

const organisationColumns = `id, inn, kpp, name, short_name, address, phone, email, site,
    bank_account, bank_name, bic, corr_account`

// PutOrganisation creates the organisation or brings its details up to date, by INN, and returns its id.
func (q Queries) PutOrganisation(ctx context.Context, o housing.Organisation) (id int64, err error) {
	// Every command puts the organisations of its configuration: details that stand are no change, for the
	// audit trail would note it.
	const sql = `
WITH put AS (
    INSERT INTO organisations AS o (inn, kpp, name, short_name, address, phone, email, site,
                                    bank_account, bank_name, bic, corr_account)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (inn) DO UPDATE SET kpp = EXCLUDED.kpp, name = EXCLUDED.name, short_name = EXCLUDED.short_name,
        address = EXCLUDED.address, phone = EXCLUDED.phone, email = EXCLUDED.email, site = EXCLUDED.site,
        bank_account = EXCLUDED.bank_account, bank_name = EXCLUDED.bank_name, bic = EXCLUDED.bic,
        corr_account = EXCLUDED.corr_account
    WHERE (o.kpp, o.name, o.short_name, o.address, o.phone, o.email, o.site, o.bank_account, o.bank_name, o.bic, o.corr_account) IS DISTINCT FROM
        (EXCLUDED.kpp, EXCLUDED.name, EXCLUDED.short_name, EXCLUDED.address, EXCLUDED.phone, EXCLUDED.email, EXCLUDED.site,
            EXCLUDED.bank_account, EXCLUDED.bank_name, EXCLUDED.bic, EXCLUDED.corr_account)
    RETURNING id)
SELECT id FROM put UNION ALL SELECT id FROM organisations WHERE inn = $1 LIMIT 1`
	err = q.QueryRow(ctx, sql, o.INN, o.KPP, o.Name, o.ShortName, o.Address, o.Phone, o.Email, o.Site,
		o.Bank.Account, o.Bank.Name, o.Bank.BIC, o.Bank.CorrAccount).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("store organisation %s: %w", o.INN, err)
	}
	return id, nil
}

// OrganisationByINN returns the organisation, or ErrNotFound.
func (q Queries) OrganisationByINN(ctx context.Context, inn string) (housing.Organisation, error) {
	rows, err := q.Query(ctx, "SELECT "+organisationColumns+" FROM organisations WHERE inn = $1", inn)
	if err != nil {
		return housing.Organisation{}, fmt.Errorf("read organisation %s: %w", inn, err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, scanOrganisation)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, fmt.Errorf("organisation %s: %w", inn, ErrNotFound)
	}
	if err != nil {
		return o, fmt.Errorf("read organisation %s: %w", inn, err)
	}
	return o, nil
}

// Organisations returns all organisations by id.
func (q Queries) Organisations(ctx context.Context) (map[int64]housing.Organisation, error) {
	rows, err := q.Query(ctx, "SELECT "+organisationColumns+" FROM organisations")
	if err != nil {
		return nil, fmt.Errorf("read the organisations: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanOrganisation)
	if err != nil {
		return nil, fmt.Errorf("read the organisations: %w", err)
	}
	byID := make(map[int64]housing.Organisation, len(list))
	for _, o := range list {
		byID[o.ID] = o
	}
	return byID, nil
}

// OrganisationIDs returns the ids of all organisations by INN.
func (q Queries) OrganisationIDs(ctx context.Context) (map[string]int64, error) {
	ids, err := q.lookup(ctx, "SELECT inn, id FROM organisations")
	if err != nil {
		return nil, fmt.Errorf("read the organisations: %w", err)
	}
	return ids, nil
}

func scanOrganisation(row pgx.CollectableRow) (o housing.Organisation, err error) {
	err = row.Scan(&o.ID, &o.INN, &o.KPP, &o.Name, &o.ShortName, &o.Address, &o.Phone, &o.Email, &o.Site,
		&o.Bank.Account, &o.Bank.Name, &o.Bank.BIC, &o.Bank.CorrAccount)
	return o, err //nolint:wrapcheck // the caller says what it read
}
