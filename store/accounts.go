package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyAccounts creates accounts with their premises or brings them up to date, by number, and
// starts an occupancy where area, people, owners or right differ from those known on its first day.
// An entry older than what is known already is rejected. Outcomes stand in the order of rows.
func (t *Tx) ApplyAccounts(ctx context.Context, organisation, source int64, rows []housing.AccountEntry) ([]housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	houses, err := t.houseIDs(ctx, organisation)
	if err != nil {
		return nil, err
	}
	merged, err := t.mergedInto(ctx, organisation, column(rows, func(r housing.AccountEntry) string { return r.Account.Number }))
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		switch kept := merged[r.Account.Number]; {
		case houses[r.Key] == 0:
			reject(&outcomes[i], "unknown_house", "Адрес дома", r.House, unknownHouse)
		case kept != "":
			reject(&outcomes[i], "merged_account", "Лицевой счёт", r.Account.Number,
				"этот лицевой счёт объединён со счётом "+kept+": передавайте сведения по нему или отмените объединение")
		}
	}
	rejectRepeats(rows, outcomes, func(r housing.AccountEntry) string { return r.Account.Number }, "Лицевой счёт")
	if err := t.alone(ctx, "accounts", organisation); err != nil {
		return nil, err
	}
	states, err := t.accountStates(ctx, organisation, rows)
	if err != nil {
		return nil, err
	}
	kept, indexes := standing(rows, outcomes)
	settled, places := states.of(isSettled, kept, indexes)
	if err := t.rejectOlderOccupancies(ctx, organisation, settled, outcomes, places); err != nil {
		return nil, err
	}
	kept, indexes = standing(rows, outcomes)
	premises, err := t.putPremises(ctx, houses, kept, outcomes, indexes)
	if err != nil {
		return nil, err
	}
	fresh, places := states.of(isNew, kept, indexes)
	if err := t.copyAccounts(ctx, organisation, source, premises, fresh); err != nil {
		return nil, err
	}
	for _, i := range places {
		outcomes[i].Verdict = housing.Accepted
	}
	known, places := states.of(isKnown, kept, indexes)
	return outcomes, t.changeAccounts(ctx, organisation, source, houses, known, outcomes, places)
}

// changeAccounts brings known accounts up to date.
func (t *Tx) changeAccounts(ctx context.Context, organisation, source int64, houses map[string]int64,
	rows []housing.AccountEntry, outcomes []housing.Outcome, indexes []int,
) error {
	if len(rows) == 0 {
		return nil
	}
	if err := t.putAccounts(ctx, organisation, source, houses, rows, outcomes, indexes); err != nil {
		return err
	}
	return t.putOccupancies(ctx, organisation, source, rows, outcomes, indexes)
}

func (t *Tx) rejectOlderOccupancies(ctx context.Context, organisation int64, rows []housing.AccountEntry,
	outcomes []housing.Outcome, indexes []int,
) error {
	const sql = `
SELECT a.number, max(t.ord)
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
    WITH ORDINALITY AS t(number, since, area, people, owners, occupant, ord)
JOIN accounts a ON a.organisation_id = $1 AND a.number = t.number
JOIN occupancies o ON o.account_id = a.id AND lower(o.valid) > t.since::date
WHERE NOT EXISTS (
    SELECT FROM occupancies s WHERE s.account_id = a.id AND s.valid @> t.since::date
        AND (s.area, s.people, s.owners, s.occupant) = (t.area::numeric, t.people, t.owners, t.occupant))
GROUP BY a.number`
	if len(rows) == 0 {
		return nil
	}
	older, err := t.lookup(ctx, sql, append([]any{organisation}, occupancyColumns(rows)...)...)
	if err != nil {
		return fmt.Errorf("look for later facts of accounts: %w", err)
	}
	for _, ordinal := range older {
		row := rows[ordinal-1]
		reject(&outcomes[indexes[ordinal-1]], "older_than_known", "Действует с", row.Occupancy.Valid.From.Russian(),
			"по этому лицевому счёту уже есть более поздние сведения; изменение задним числом проводится перерасчётом")
	}
	return nil
}

func premisesColumns(houses map[string]int64, rows []housing.AccountEntry) []any {
	return []any{
		column(rows, func(r housing.AccountEntry) int64 { return houses[r.Key] }),
		column(rows, func(r housing.AccountEntry) string { return r.Account.Premises.Flat }),
		column(rows, func(r housing.AccountEntry) string { return r.Account.Premises.Room }),
		column(rows, func(r housing.AccountEntry) string { return string(r.Account.Premises.Kind) }),
	}
}

// firstOpened: a later row about an account brings news of it since a day; the account was open before. Only an
// earlier day says when it was opened.
const firstOpened = `CASE WHEN EXCLUDED.opened IS NULL OR a.opened <= EXCLUDED.opened THEN a.opened ELSE EXCLUDED.opened END`

func (t *Tx) putAccounts(ctx context.Context, organisation, source int64, houses map[string]int64,
	rows []housing.AccountEntry, outcomes []housing.Outcome, indexes []int,
) error {
	const sql = `
WITH incoming AS (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[],
                         $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[])
        WITH ORDINALITY AS t(house_id, flat, room, kind, number, unified, service_code, payer, opened, closed, pos, ord)),
changed AS (
    INSERT INTO accounts AS a (organisation_id, number, unified, service_code, house_id, premises_id, payer, opened, closed,
                               source_id, source_pos)
    SELECT $1, i.number, i.unified, i.service_code, i.house_id, p.id, i.payer,
           NULLIF(i.opened, '')::date, NULLIF(i.closed, '')::date, $2, i.pos
    FROM incoming i JOIN premises p ON (p.house_id, p.flat, p.room) = (i.house_id, i.flat, i.room)
    ON CONFLICT (organisation_id, number) DO UPDATE
    SET unified = EXCLUDED.unified, service_code = EXCLUDED.service_code, house_id = EXCLUDED.house_id,
        premises_id = EXCLUDED.premises_id, payer = EXCLUDED.payer, opened = ` + firstOpened + `, closed = EXCLUDED.closed,
        source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (a.unified, a.service_code, a.premises_id, a.payer, a.opened, a.closed) IS DISTINCT FROM
        (EXCLUDED.unified, EXCLUDED.service_code, EXCLUDED.premises_id, EXCLUDED.payer, ` + firstOpened + `, EXCLUDED.closed)
    RETURNING number)
SELECT ord FROM incoming JOIN changed USING (number)`
	args := append([]any{organisation, source}, premisesColumns(houses, rows)...)
	args = append(args,
		column(rows, func(r housing.AccountEntry) string { return r.Account.Number }),
		column(rows, func(r housing.AccountEntry) string { return r.Account.Unified }),
		column(rows, func(r housing.AccountEntry) string { return r.Account.ServiceID }),
		column(rows, func(r housing.AccountEntry) string { return r.Account.Payer }),
		textColumn(rows, func(r housing.AccountEntry) fmt.Stringer { return r.Account.Opened }),
		textColumn(rows, func(r housing.AccountEntry) fmt.Stringer { return r.Account.Closed }),
		column(rows, func(r housing.AccountEntry) int64 { return r.Account.Source.Position }))
	if err := t.markAccepted(ctx, outcomes, indexes, sql, args...); err != nil {
		return fmt.Errorf("store accounts: %w", err)
	}
	return nil
}

const incomingOccupancies = `
WITH incoming AS (
    SELECT a.id AS account_id, t.since::date AS since, t.area::numeric AS area, t.people::integer AS people,
           t.owners::integer AS owners, t.occupant, t.pos, t.ord
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[])
        WITH ORDINALITY AS t(number, since, area, people, owners, occupant, pos, ord)
    JOIN accounts a ON a.organisation_id = $1 AND a.number = t.number)`

// putOccupancies ends the occupancy known on the first day of a differing one, or corrects it where
// both begin on the same day, and inserts what is new.
func (t *Tx) putOccupancies(ctx context.Context, organisation, source int64,
	rows []housing.AccountEntry, outcomes []housing.Outcome, indexes []int,
) error {
	const correct = incomingOccupancies + `
UPDATE occupancies o SET area = i.area, people = i.people, owners = i.owners, occupant = i.occupant,
    source_id = $2, source_pos = i.pos
FROM incoming i WHERE o.account_id = i.account_id AND lower(o.valid) = i.since
    AND (o.area, o.people, o.owners, o.occupant) IS DISTINCT FROM (i.area, i.people, i.owners, i.occupant)
RETURNING i.ord`
	const end = incomingOccupancies + `
UPDATE occupancies o SET valid = daterange(lower(o.valid), i.since)
FROM incoming i WHERE o.account_id = i.account_id AND o.valid @> i.since AND lower(o.valid) < i.since AND $2::bigint > 0
    AND (o.area, o.people, o.owners, o.occupant) IS DISTINCT FROM (i.area, i.people, i.owners, i.occupant)
RETURNING i.ord`
	const insert = incomingOccupancies + `, made AS (
    INSERT INTO occupancies (account_id, valid, area, people, owners, occupant, source_id, source_pos)
    SELECT i.account_id, daterange(i.since, NULL), i.area, i.people, i.owners, i.occupant, $2, i.pos
    FROM incoming i
    WHERE NOT EXISTS (SELECT FROM occupancies o WHERE o.account_id = i.account_id AND o.valid @> i.since)
    RETURNING account_id)
SELECT ord FROM incoming JOIN made USING (account_id)`
	args := sourcedOccupancies(organisation, source, rows)
	for _, sql := range []string{correct, end, insert} {
		if err := t.markAccepted(ctx, outcomes, indexes, sql, args...); err != nil {
			return fmt.Errorf("store occupancies: %w", err)
		}
	}
	return nil
}

func sourcedOccupancies(organisation, source int64, rows []housing.AccountEntry) []any {
	return append(append([]any{organisation, source}, occupancyColumns(rows)...),
		column(rows, func(r housing.AccountEntry) int64 { return r.Occupancy.Source.Position }))
}

func occupancyColumns(rows []housing.AccountEntry) []any {
	return []any{
		column(rows, func(r housing.AccountEntry) string { return r.Account.Number }),
		textColumn(rows, func(r housing.AccountEntry) fmt.Stringer { return r.Occupancy.Valid.From }),
		textColumn(rows, func(r housing.AccountEntry) fmt.Stringer { return r.Occupancy.Area }),
		column(rows, func(r housing.AccountEntry) int64 { return int64(r.Occupancy.People) }),
		column(rows, func(r housing.AccountEntry) int64 { return int64(r.Occupancy.Owners) }),
		column(rows, func(r housing.AccountEntry) string { return string(r.Occupancy.Occupant) }),
	}
}

// AccountIDs returns the ids of the accounts with these numbers, by number.
func (q Queries) AccountIDs(ctx context.Context, organisation int64, numbers []string) (map[string]int64, error) {
	ids, err := q.lookup(ctx, "SELECT number, id FROM accounts WHERE organisation_id = $1 AND number = ANY($2)",
		organisation, slices.Compact(slices.Clone(numbers))) // rows of one account mostly follow each other
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	return ids, nil
}

const unknownAccount = "лицевой счёт не найден: проверьте номер или загрузите сначала список лицевых счетов"

// AccountHead returns an account by its number, with the house it stands in. ErrNotFound: there is none.
func (q Queries) AccountHead(ctx context.Context, organisation int64, number string) (house housing.House, account housing.Account, err error) {
	const sql = `
SELECT h.id, h.address, a.id, a.number, a.unified, a.service_code, a.payer, p.flat, p.room, p.kind
FROM accounts a JOIN houses h ON h.id = a.house_id JOIN premises p ON p.id = a.premises_id
WHERE a.organisation_id = $1 AND a.number = $2`
	err = q.QueryRow(ctx, sql, organisation, number).Scan(&house.ID, &house.Address, &account.ID, &account.Number, &account.Unified,
		&account.ServiceID, &account.Payer, &account.Premises.Flat, &account.Premises.Room, &account.Premises.Kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return house, account, fmt.Errorf("account %s: %w", number, ErrNotFound)
	}
	if err != nil {
		return house, account, fmt.Errorf("read account %s: %w", number, err)
	}
	return house, account, nil
}
