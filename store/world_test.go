package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

const (
	issuerINN   = "7701234567"
	supplierINN = "7707654321"
	october     = "2026-10"
	since       = "2026-01-01"
)

// world is a database with an issuer, a supplier and the source that facts of a test come by.
type world struct {
	*store.Store
	issuer           housing.Organisation
	source, supplier int64
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{Store: storetest.New(tb)}
	w.issuer = organisation(issuerINN, "ООО «УК Примерск»")
	var err error
	if w.issuer.ID, err = w.PutOrganisation(tb.Context(), w.issuer); err != nil {
		tb.Fatal(err)
	}
	if w.supplier, err = w.PutOrganisation(tb.Context(), organisation(supplierINN, "АО «Водоканал»")); err != nil {
		tb.Fatal(err)
	}
	w.source, err = w.PutSource(tb.Context(), housing.Source{Kind: housing.SourceManual, Name: "тест"}, 0)
	if err != nil {
		tb.Fatal(err)
	}
	for _, m := range []string{since[:7], "2026-09", october} {
		if err := w.EnsureMonth(tb.Context(), period(tb, m)); err != nil {
			tb.Fatal(err)
		}
	}
	return w
}

func organisation(inn, name string) housing.Organisation {
	return housing.Organisation{
		INN: inn, KPP: "770101001", Name: name, ShortName: name, Address: "г. Примерск", Phone: "+74950000000",
		Email: "info@example.org", Site: "example.org", Bank: housing.Bank{
			Account: "40702810900000000001", Name: "ПАО Банк", BIC: "044525225", CorrAccount: "30101810400000000225",
		},
	}
}

// tx runs one transaction that must succeed.
func (w *world) tx(tb testing.TB, do func(tx *store.Tx) error) {
	tb.Helper()
	if err := w.InTx(tb.Context(), func(_ context.Context, tx *store.Tx) error { return do(tx) }); err != nil {
		tb.Fatal(err)
	}
}

type applyFunc[T any] = func(*store.Tx, context.Context, int64, int64, []T) ([]housing.Outcome, error)

// apply stores rows in one transaction and returns their ends as "accepted", "unchanged", "code of the
// rejection", with a "warning" beside them.
func apply[T any](tb testing.TB, w *world, f applyFunc[T], rows ...T) []string {
	tb.Helper()
	return ends(outcomes(tb, w, f, rows...))
}

func outcomes[T any](tb testing.TB, w *world, f applyFunc[T], rows ...T) (list []housing.Outcome) {
	tb.Helper()
	w.tx(tb, func(tx *store.Tx) (err error) {
		list, err = f(tx, tb.Context(), w.issuer.ID, w.source, rows)
		return err
	})
	return list
}

func ends(outcomes []housing.Outcome) []string {
	list := make([]string, len(outcomes))
	for i, o := range outcomes {
		list[i] = string(o.Verdict)
		for _, p := range o.Problems {
			list[i] += " " + p.Code
			if p.Text == "" || (o.Verdict == housing.Rejected) != p.IsError() {
				list[i] += " (wrong problem)"
			}
		}
		list[i] = strings.TrimPrefix(list[i], "rejected ")
	}
	return list
}

// want compares the ends of rows.
func want(tb testing.TB, what string, got []string, expected ...string) {
	tb.Helper()
	if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// accepted says that n rows were accepted.
func accepted(n int) []string {
	return slices.Repeat([]string{string(housing.Accepted)}, n)
}

func day(tb testing.TB, s string) housing.Date {
	tb.Helper()
	var d housing.Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		tb.Fatal(err)
	}
	return d
}

func span(tb testing.TB, from, to string) housing.Interval {
	tb.Helper()
	return housing.Interval{From: day(tb, from), To: day(tb, to)}
}

func dec(tb testing.TB, s string) housing.Decimal {
	tb.Helper()
	d, err := housing.ParseDecimal(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func period(tb testing.TB, s string) housing.Period {
	tb.Helper()
	p, err := housing.ParsePeriod(s)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func instant(tb testing.TB, s string) time.Time {
	tb.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

func block(tb testing.TB, key string) housing.House {
	tb.Helper()
	return housing.House{
		Address: "г. Примерск, " + key, Key: key, Kind: housing.BlockOfFlats, Area: dec(tb, "3000.50"), Common: dec(tb, "250.0"),
		Source: housing.Source{Position: 2},
	}
}

func entry(tb testing.TB, key, number, flat string) housing.AccountEntry {
	tb.Helper()
	return housing.AccountEntry{
		House: "г. Примерск, " + key, Key: key,
		Account: housing.Account{
			Number: number, Payer: "Иванова А. А.", Premises: housing.Premises{Flat: flat, Kind: housing.Flat},
			Source: housing.Source{Position: 3},
		},
		Occupancy: housing.Occupancy{
			Valid: span(tb, since, ""), Area: dec(tb, "54.30"), People: 2, Owners: 1, Occupant: housing.Owner,
			Source: housing.Source{Position: 3},
		},
	}
}

func meter(tb testing.TB, account, serial string, service housing.Service) housing.MeterEntry {
	tb.Helper()
	return housing.MeterEntry{Account: account, Meter: housing.Meter{
		Serial: serial, Service: service, Zones: []housing.Zone{housing.ZoneSingle}, Digits: 5,
		Commissioned: day(tb, "2026-01-15"), VerifyBy: day(tb, "2030-01-01"), Source: housing.Source{Position: 4},
	}, Initial: []housing.Reading{{On: day(tb, "2026-01-15"), Value: dec(tb, "0.500")}}}
}

// settle stores one house with accounts of flats 1, 2, … and returns their ids by number.
func (w *world) settle(tb testing.TB, key string, numbers ...string) (house int64, accounts map[string]int64) {
	tb.Helper()
	want(tb, "house", apply(tb, w, (*store.Tx).ApplyHouses, block(tb, key)), "accepted")
	entries := make([]housing.AccountEntry, len(numbers))
	for i, number := range numbers {
		entries[i] = entry(tb, key, number, string(rune('1'+i)))
	}
	want(tb, "accounts", apply(tb, w, (*store.Tx).ApplyAccounts, entries...), accepted(len(numbers))...)
	accounts, err := w.AccountIDs(tb.Context(), w.issuer.ID, numbers)
	if err != nil {
		tb.Fatal(err)
	}
	refs, err := w.HouseRefs(tb.Context(), w.issuer.ID)
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range refs {
		if r.Key == key {
			house = r.ID
		}
	}
	return house, accounts
}

// texts reads rows of one text column.
func (w *world) texts(tb testing.TB, sql string, args ...any) []string {
	tb.Helper()
	rows, err := w.Query(tb.Context(), sql, args...)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			tb.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return list
}

// exact compares dates and decimals, these with the digits they were written with.
func exact() cmp.Option {
	return cmp.Options{
		cmp.Comparer(func(a, b housing.Date) bool { return a == b }),
		cmp.Comparer(func(a, b housing.Decimal) bool { return a == b }),
	}
}
