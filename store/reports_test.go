package store_test

import (
	"iter"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func collect[T any](t *testing.T, rows iter.Seq2[T, error]) (list []T) {
	t.Helper()
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

// printed is a month of two houses whose flats come in the order of print.
func printed(t *testing.T) (w *world, houses map[string]int64) {
	t.Helper()
	w = newWorld(t)
	want(t, "houses", apply(t, w, (*store.Tx).ApplyHouses, block(t, "д. 10"), block(t, "д. 2"), block(t, "д. 2а")), accepted(3)...)
	flats := []struct{ key, number, flat, room string }{
		{"д. 10", "0001", "1", ""},
		{"д. 2", "0002", "10а", ""},
		{"д. 2", "0003", "10", ""},
		{"д. 2", "0004", "2", ""},
		{"д. 2", "0005", "11", "10"},
		{"д. 2", "0006", "11", "2"},
		{"д. 2", "0008", "2", ""},
		{"д. 2а", "0007", "", ""},
	}
	entries := make([]housing.AccountEntry, len(flats))
	for i, f := range flats {
		entries[i] = entry(t, f.key, f.number, f.flat)
		entries[i].Account.Premises.Room = f.room
	}
	want(t, "accounts", apply(t, w, (*store.Tx).ApplyAccounts, entries...), accepted(len(flats))...)
	refs, err := w.HouseRefs(t.Context(), w.issuer.ID)
	if err != nil {
		t.Fatal(err)
	}
	houses = map[string]int64{}
	for _, r := range refs {
		houses[r.Key] = r.ID
		var lines []housing.Charge
		for _, f := range flats {
			if f.key == r.Key {
				uplift := line(t, f.number, housing.ColdWater, 30)
				uplift.Kind, uplift.Payee, uplift.Method, uplift.Zone = housing.Uplift, supplierINN, housing.ByNorm, housing.ZoneDay
				lines = append(lines, line(t, f.number, housing.Maintenance, 100), uplift)
			}
		}
		w.charge(t, r.ID, period(t, october), r.Key, lines...)
	}
	want(t, "payments", apply(t, w, booking(period(t, october)), payment(t, "u1", "0003", 40), payment(t, "u2", "9999", 1)),
		"accepted", "accepted unidentified_payment")
	w.rebuild(t, period(t, october))
	return w, houses
}

func TestReportsInOrderOfPrint(t *testing.T) {
	t.Parallel()
	w, houses := printed(t)
	p := period(t, october)
	order := []string{"0004", "0008", "0003", "0002", "0006", "0005", "0007", "0001"}
	turnovers := collect(t, w.AccountTurnovers(t.Context(), w.issuer.ID, p))
	numbers := make([]string, 0, len(turnovers))
	for _, row := range turnovers {
		numbers = append(numbers, row.Account.Number)
	}
	want(t, "turnovers", numbers, order...)
	expected := housing.AccountTurnover{
		Account: housing.Account{
			ID: turnovers[3].Account.ID, Number: "0002", Payer: "Иванова А. А.", Premises: housing.Premises{Flat: "10а", Kind: housing.Flat},
		},
		House:   "г. Примерск, д. 2",
		Balance: housing.Balance{Charged: 130, Closing: 130},
	}
	if diff := cmp.Diff(expected, turnovers[3], exact()); diff != "" {
		t.Errorf("a turnover (-want +got):\n%s", diff)
	}
	charges := collect(t, w.AccountCharges(t.Context(), w.issuer.ID, p))
	numbers = nil
	for i := 0; i < len(charges); i += 2 {
		numbers = append(numbers, charges[i].Account.Number)
		if charges[i+1].Account.Number != numbers[len(numbers)-1] || charges[i].Charge.Kind != housing.BaseCharge {
			t.Errorf("lines of %s out of order", numbers[len(numbers)-1])
		}
	}
	want(t, "charges", numbers, order...)
	uplift := line(t, "", housing.ColdWater, 30)
	uplift.Kind, uplift.Payee, uplift.Method, uplift.Zone = housing.Uplift, supplierINN, housing.ByNorm, housing.ZoneDay
	if diff := cmp.Diff(uplift, charges[1].Charge, exact()); diff != "" {
		t.Errorf("a charge (-want +got):\n%s", diff)
	}
	debts := make([]string, 0, len(order))
	for _, d := range collect(t, w.Debts(t.Context(), w.issuer.ID, supplierINN, p)) {
		debts = append(debts, d.Account.Number+" "+d.Amount.String()+" "+d.Period.String())
	}
	want(t, "debts", debts[:2], "0004 0.30 2026-10", "0008 0.30 2026-10")
	if rows := collect(t, w.Debts(t.Context(), w.issuer.ID, "7700000000", p)); len(rows) != 0 {
		t.Errorf("debts to an unknown payee: %v", rows)
	}
	for _, err := range w.AccountCharges(t.Context(), w.issuer.ID, p) {
		if err != nil {
			t.Fatal(err)
		}
		break // gives the connection back
	}
	want(t, "snapshots", standing(t, w, p), "д. 2", "д. 2а", "д. 10")
	if len(houses) != 3 {
		t.Errorf("houses %v", houses)
	}
}

func TestStreamYieldsItsError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Exec(t.Context(), "DROP TABLE balances"); err != nil {
		t.Fatal(err)
	}
	var errs []error
	for _, err := range w.AccountTurnovers(t.Context(), w.issuer.ID, period(t, october)) {
		errs = append(errs, err)
	}
	if len(errs) != 1 || errs[0] == nil {
		t.Errorf("errors %v, want one", errs)
	}
}

func TestLedgerOfHouse(t *testing.T) {
	t.Parallel()
	w, houses := printed(t)
	p := period(t, october)
	l, err := w.LedgerOfHouse(t.Context(), houses["д. 2"], p)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := w.AccountIDs(t.Context(), w.issuer.ID, []string{"0003"})
	if err != nil {
		t.Fatal(err)
	}
	id := ids["0003"]
	if len(l.Charges) != 6 || len(l.Balances) != 6 || len(l.Charges[id]) != 2 {
		t.Fatalf("%d accounts with charges, %d with balances, %d lines", len(l.Charges), len(l.Balances), len(l.Charges[id]))
	}
	if diff := cmp.Diff(map[int64]housing.Date{id: day(t, "2026-10-12")}, l.LastPaid, exact()); diff != "" {
		t.Errorf("last payments (-want +got):\n%s", diff)
	}
	expected := line(t, "", housing.Maintenance, 100)
	if diff := cmp.Diff(expected, l.Charges[id][0], exact()); diff != "" {
		t.Errorf("a charge (-want +got):\n%s", diff)
	}
	balances := []housing.Balance{
		{Service: housing.ColdWater, Payee: supplierINN, Charged: 30, Closing: 30},
		{Service: housing.Maintenance, Payee: issuerINN, Charged: 100, Closing: 100},
	}
	if diff := cmp.Diff(balances, l.Balances[id]); diff != "" {
		t.Errorf("balances (-want +got):\n%s", diff)
	}
}

func TestIssueDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001", "0002")
	p := period(t, october)
	rows := []store.IssuedDocument{
		{Account: accounts["0001"], Number: "1", PayBy: day(t, "2026-11-10"), ToPay: 100, SHA256: "a"},
		{Account: accounts["0002"], Number: "2", PayBy: day(t, "2026-11-10"), ToPay: -20, SHA256: "b"},
	}
	issue := func(rows []store.IssuedDocument, changed int) {
		t.Helper()
		w.tx(t, func(tx *store.Tx) error {
			n, err := tx.IssueDocuments(t.Context(), store.DocumentBook{
				Organisation: w.issuer.ID, House: house, Period: p, Documents: rows, SHA256: "book" + strconv.Itoa(changed) + rows[len(rows)-1].SHA256,
				Body: []byte("content"), At: time.Date(2026, 11, 1, 9, 0, len(rows), 0, time.UTC),
			})
			if n != changed {
				t.Errorf("%d documents changed, want %d", n, changed)
			}
			return err
		})
	}
	issue(rows, 2)
	issue(rows, 0)
	rows[1].SHA256, rows[1].ToPay = "c", 30
	issue(rows, 1)
	issue(rows[1:], 1) // the first is no longer given out
	totals, err := w.IssuedTotals(t.Context(), w.issuer.ID, p)
	if diff := cmp.Diff(store.DocumentTotals{Documents: 1, ToPay: 30}, totals); err != nil || diff != "" {
		t.Errorf("totals: %v (-want +got):\n%s", err, diff)
	}
	if totals, err := w.IssuedTotals(t.Context(), w.supplier, p); err != nil || totals != (store.DocumentTotals{}) {
		t.Errorf("of another organisation: %+v, %v", totals, err)
	}
}
