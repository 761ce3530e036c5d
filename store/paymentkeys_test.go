package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// registry makes payments whose keys bear these numbers, from one up to but not including the other.
func registry(tb testing.TB, from, to int) []housing.Payment {
	tb.Helper()
	rows := make([]housing.Payment, 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, payment(tb, fmt.Sprintf("u%d", i), "0001", 500))
	}
	return rows
}

// countOf tells how many rows ended so.
func countOf(ends []housing.Outcome, verdict housing.Verdict) (n int) {
	for _, end := range ends {
		if end.Verdict == verdict {
			n++
		}
	}
	return n
}

// A key that is known is found wherever it stands among new ones.
func TestOneKnownKeyAmongNewOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	book := booking(period(t, october))
	const rows = 40
	want(t, "the first payment", apply(t, w, book, registry(t, 0, 1)...), "accepted")
	for at := range rows {
		made := registry(t, rows*(at+1), rows*(at+2))
		made[at] = payment(t, "u0", "0001", 500)
		ends := outcomes(t, w, book, made...)
		if countOf(ends, housing.Accepted) != rows-1 || ends[at].Verdict != housing.Unchanged {
			t.Errorf("known at %d: %v", at, ends)
		}
	}
	want(t, "booked", w.texts(t, "SELECT count(*)::text FROM payments"), strconv.Itoa(1+rows*(rows-1)))
}

// Of two registries that come at the same moment with some of the same payments the second waits, and books those only
// which the first did not.
func TestRegistriesOfTheSamePaymentsAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		given  error
		booked int
	}{"the first is booked": {nil, 10}, "the first gives up": {errors.New("given up"), 30}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.settle(t, "дом 2", "0001")
			book := booking(period(t, october))
			second := make(chan []housing.Outcome, 1)
			failed := make(chan error, 1)
			err := w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if _, err := book(tx, ctx, w.issuer.ID, w.source, registry(t, 0, 30)); err != nil {
					return err
				}
				go func() {
					failed <- w.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
						ends, err := book(tx, ctx, w.issuer.ID, w.source, registry(t, 10, 40))
						second <- ends
						return err
					})
				}()
				return errors.Join(somebodyWaitsForKeys(ctx, tx), test.given)
			})
			if !errors.Is(err, test.given) {
				t.Fatal(err)
			}
			ends := <-second
			if err := <-failed; err != nil {
				t.Fatal(err)
			}
			if booked := countOf(ends, housing.Accepted); booked != test.booked {
				t.Errorf("the second registry: %d payments are booked, want %d", booked, test.booked)
			}
			want(t, "keys without a payment", w.texts(t, "SELECT key FROM payment_keys EXCEPT SELECT key FROM payments"))
		})
	}
}

// somebodyWaitsForKeys returns when a session of this database waits for what the transaction has written.
func somebodyWaitsForKeys(ctx context.Context, tx *store.Tx) error {
	const waits = `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted AND transactionid = pg_current_xact_id()::xid)`
	for waiting := false; !waiting; {
		if err := tx.QueryRow(ctx, waits).Scan(&waiting); err != nil {
			return err //nolint:wrapcheck // the test says what it waited for
		}
	}
	return nil
}
