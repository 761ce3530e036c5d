package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// FactNames are the names of what rows refer to, by id.
type FactNames struct {
	Houses        map[int64]string // address
	Premises      map[int64]NamedPremises
	Accounts      map[int64]NamedAccount
	Meters        map[int64]NamedMeter
	Organisations map[int64]string // name
	Sources       map[int64]string
}

// NamedPremises is a premises of a house.
type NamedPremises struct {
	House      int64
	Flat, Room string
	Kind       string
}

// NamedAccount is an account with its house.
type NamedAccount struct {
	House    int64
	Premises int64
	Number   string
}

// NamedMeter is a meter with its account.
type NamedMeter struct {
	Account int64
	Serial  string
	Service string
}

// FactNames reads the names of all that the rows refer to.
func (q Queries) FactNames(ctx context.Context, changes []FactChange) (names FactNames, err error) {
	names = FactNames{
		Houses: map[int64]string{}, Premises: map[int64]NamedPremises{}, Accounts: map[int64]NamedAccount{},
		Meters: map[int64]NamedMeter{}, Organisations: map[int64]string{}, Sources: map[int64]string{},
	}
	wanted := wantedNames{}
	wanted.ofRows(changes)
	steps := []struct {
		kind, sql string
		scan      func(row pgx.CollectableRow) error
	}{
		{"meter_id", "SELECT id, account_id, serial, service FROM meters WHERE id = ANY($1)", func(row pgx.CollectableRow) error {
			var m NamedMeter
			var id int64
			err := row.Scan(&id, &m.Account, &m.Serial, &m.Service)
			names.Meters[id] = m
			wanted.add("account_id", m.Account)
			return err //nolint:wrapcheck // wrapped below
		}},
		{"account_id", "SELECT id, house_id, premises_id, number FROM accounts WHERE id = ANY($1)", func(row pgx.CollectableRow) error {
			var a NamedAccount
			var id int64
			err := row.Scan(&id, &a.House, &a.Premises, &a.Number)
			names.Accounts[id] = a
			wanted.add("house_id", a.House)
			wanted.add("premises_id", a.Premises)
			return err //nolint:wrapcheck // wrapped below
		}},
		{"premises_id", "SELECT id, house_id, flat, room, kind FROM premises WHERE id = ANY($1)", func(row pgx.CollectableRow) error {
			var p NamedPremises
			var id int64
			err := row.Scan(&id, &p.House, &p.Flat, &p.Room, &p.Kind)
			names.Premises[id] = p
			wanted.add("house_id", p.House)
			return err //nolint:wrapcheck // wrapped below
		}},
		{"house_id", "SELECT id, address FROM houses WHERE id = ANY($1)", textOf(names.Houses)},
		{"payee_id", "SELECT id, CASE WHEN short_name <> '' THEN short_name ELSE name END FROM organisations WHERE id = ANY($1)", textOf(names.Organisations)},
		{"source_id", "SELECT id, name FROM sources WHERE id = ANY($1)", textOf(names.Sources)},
	}
	for _, step := range steps {
		list := make([]int64, 0, len(wanted[step.kind]))
		for id := range wanted[step.kind] {
			list = append(list, id)
		}
		if len(list) == 0 {
			continue
		}
		rows, err := q.Query(ctx, step.sql, list)
		if err != nil {
			return names, fmt.Errorf("read names: %w", err)
		}
		_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) { return struct{}{}, step.scan(row) })
		if err != nil {
			return names, fmt.Errorf("read names: %w", err)
		}
	}
	return names, nil
}

// wantedNames are the ids whose names are asked for, by the column that refers to them.
type wantedNames map[string]map[int64]bool

func (w wantedNames) add(kind string, id int64) {
	if w[kind] == nil {
		w[kind] = map[int64]bool{}
	}
	w[kind][id] = true
}

func (w wantedNames) ofRows(changes []FactChange) {
	for _, c := range changes {
		for _, row := range []FactRow{c.Before, c.After} {
			for _, kind := range []string{"house_id", "premises_id", "account_id", "meter_id", "payee_id", "source_id"} {
				if id := row.Number(kind); id != 0 {
					w.add(kind, id)
				}
			}
		}
	}
}

func textOf(into map[int64]string) func(pgx.CollectableRow) error {
	return func(row pgx.CollectableRow) error {
		var id int64
		var text string
		err := row.Scan(&id, &text)
		into[id] = text
		return err //nolint:wrapcheck // the caller wraps
	}
}
