package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// premisesKey names premises within the houses of an organisation.
type premisesKey struct {
	house      int64
	flat, room string
}

// premisesOf are the premises of rows.
type premisesOf struct {
	houses map[string]int64 // by the key of the address
	ids    map[premisesKey]int64
	kinds  map[premisesKey]housing.PremisesKind // as stored before
}

func (p premisesOf) key(r housing.AccountEntry) premisesKey {
	return premisesKey{p.houses[r.Key], r.Account.Premises.Flat, r.Account.Premises.Room}
}

// putPremises stores each premises once, however many accounts share it: the first row says its kind. Whoever
// stores accounts of the organisation is alone, so premises that are not found are not there.
func (t *Tx) putPremises(ctx context.Context, houses map[string]int64,
	rows []housing.AccountEntry, outcomes []housing.Outcome, indexes []int,
) (premisesOf, error) {
	const change = `UPDATE premises p SET kind = t.kind FROM unnest($1::bigint[], $2::text[]) AS t(id, kind) WHERE p.id = t.id`
	of, err := t.knownPremises(ctx, houses, rows)
	if err != nil {
		return of, err
	}
	var fresh []housing.AccountEntry
	var changed []int64
	var kinds []string
	seen := make(map[premisesKey]struct{}, len(rows))
	for i, r := range rows {
		outcome, key := &outcomes[indexes[i]], of.key(r)
		if outcome.Verdict == "" {
			outcome.Verdict = housing.Unchanged
		}
		if _, before := seen[key]; before {
			continue
		}
		seen[key] = struct{}{}
		kind, known := of.kinds[key]
		switch {
		case !known:
			fresh = append(fresh, r)
		case kind != r.Account.Premises.Kind:
			changed, kinds = append(changed, of.ids[key]), append(kinds, string(r.Account.Premises.Kind))
		default:
			continue
		}
		outcome.Verdict = housing.Accepted
	}
	if len(changed) > 0 {
		if _, err := t.Exec(ctx, change, changed, kinds); err != nil {
			return of, fmt.Errorf("change the kind of premises: %w", err)
		}
	}
	return of, t.copyPremises(ctx, of, fresh)
}

// knownPremises finds the premises of rows that are stored.
func (t *Tx) knownPremises(ctx context.Context, houses map[string]int64, rows []housing.AccountEntry) (premisesOf, error) {
	const sql = `
SELECT p.* FROM unnest($1::bigint[], $2::text[], $3::text[]) AS t(house_id, flat, room), LATERAL (
    SELECT p.house_id, p.flat, p.room, p.id, p.kind FROM premises p
    WHERE (p.house_id, p.flat, p.room) = (t.house_id, t.flat, t.room) OFFSET 0) p`
	of := premisesOf{
		houses: houses, ids: make(map[premisesKey]int64, len(rows)), kinds: map[premisesKey]housing.PremisesKind{},
	}
	if len(rows) == 0 {
		return of, nil
	}
	found, err := t.Query(ctx, sql, premisesColumns(houses, rows)[:3]...)
	if err != nil {
		return of, fmt.Errorf("look for premises: %w", err)
	}
	var key premisesKey
	var id int64
	var kind housing.PremisesKind
	_, err = pgx.ForEachRow(found, []any{&key.house, &key.flat, &key.room, &id, &kind}, func() error {
		of.ids[key], of.kinds[key] = id, kind
		return nil
	})
	if err != nil {
		return of, fmt.Errorf("look for premises: %w", err)
	}
	return of, nil
}

// copyPremises stores new premises and notes their ids.
func (t *Tx) copyPremises(ctx context.Context, of premisesOf, rows []housing.AccountEntry) error {
	if len(rows) == 0 {
		return nil
	}
	const rowSize = 70 // usual
	ids, err := t.newIDs(ctx, "premises", len(rows))
	if err != nil {
		return err
	}
	b := newCopyBuffer([]string{"id", "house_id", "flat", "room", "kind"}, len(rows), rowSize)
	for i, r := range rows {
		key := of.key(r)
		of.ids[key] = ids[i]
		b.row()
		b.bigint(ids[i])
		b.bigint(key.house)
		b.text(key.flat)
		b.text(key.room)
		b.text(string(r.Account.Premises.Kind))
	}
	if err := t.copyTo(ctx, "premises", b); err != nil {
		return fmt.Errorf("store premises: %w", err)
	}
	return nil
}
