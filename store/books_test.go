package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// A penalty line stays as it is while sum and reason do, and is booked anew where one of them changed.
func TestPenaltiesOfBooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001")
	p := period(t, october)
	w.charge(t, house, p, "a", line(t, "0001", housing.Maintenance, 1000))
	key := store.AccountKey{House: house, Account: accounts["0001"]}
	for _, test := range []struct {
		amount  housing.Money
		reason  string
		changed int64
	}{
		{70, "пени за август", 1},
		{70, "пени за август", 0},
		{70, "пени за август и сентябрь", 2},
		{75, "пени за август и сентябрь", 2},
	} {
		w.tx(t, func(tx *store.Tx) error {
			books, err := tx.OpenBooks(t.Context(), p, store.BooksScope{Houses: []int64{house}})
			if err != nil {
				return err
			}
			changed, err := books.PutPenalties(books.Account(key), []store.LedgerLine{{
				Key: "penalty/1", House: house, Account: key.Account, Service: housing.Maintenance, Payee: issuerINN, Kind: "penalty",
				Month: p.Prev(), Amount: test.amount, Reason: test.reason,
			}})
			if err != nil {
				return err
			}
			if changed != test.changed {
				t.Errorf("%d for %q changed %d lines, want %d", test.amount, test.reason, changed, test.changed)
			}
			_, err = books.Save(t.Context())
			return err
		})
		type booked struct {
			Amount, Closing int64
			Reason          string
		}
		var got booked
		const sql = `
SELECT l.amount, b.closing, l.reason FROM ledger_lines l JOIN balances b ON b.account_id = l.account_id AND b.period = l.period AND b.service = l.service`
		if err := w.QueryRow(t.Context(), sql).Scan(&got.Amount, &got.Closing, &got.Reason); err != nil {
			t.Fatal(err)
		}
		want := booked{int64(test.amount), 1000 + int64(test.amount), test.reason}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("booked (-want +got):\n%s", diff)
		}
	}
}
