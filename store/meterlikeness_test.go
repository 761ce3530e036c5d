package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/store"
)

const putMeter = `INSERT INTO meters (organisation_id, account_id, service, serial, zones, digits, source_id, source_pos)
VALUES ($1, $2, 'cold_water', $3, 1, 5, $4, 1)`

// like asks for what looks like a serial number in a transaction of its own.
func (w *world) like(tb testing.TB, text string) (found []string) {
	tb.Helper()
	w.tx(tb, func(tx *store.Tx) error {
		all, err := tx.MetersLike(tb.Context(), w.issuer.ID, []string{text, text})
		found = all[text]
		return err
	})
	return found
}

// A meter that looks like the one asked for is found by each search, whether it is listed yet or not; a renamed
// one under its new number only, a deleted one no more.
func TestMetersLikeAreNeverMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	for i := range 12 {
		serial := fmt.Sprintf("0-%dABC", i)
		if _, err := w.Exec(t.Context(), putMeter, w.issuer.ID, accounts["0001"], serial, w.source); err != nil {
			t.Fatal(err)
		}
		for j := range i + 1 {
			want(t, fmt.Sprintf("meter %d of %d", j, i+1), w.like(t, fmt.Sprintf("%dавс", j)), fmt.Sprintf("0-%dABC", j))
		}
		want(t, "itself", w.like(t, serial))
	}
	want(t, "listed", w.texts(t, "SELECT count(*)::text FROM meter_likenesses"), "12")
	if _, err := w.Exec(t.Context(), "UPDATE meters SET serial = 'КП-7' WHERE serial = '0-7ABC'"); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		want(t, "the old number", w.like(t, "7ABC"))
		want(t, "the new number", w.like(t, "kп7"), "КП-7")
	}
	if _, err := w.Exec(t.Context(), "DELETE FROM meters WHERE serial = 'КП-7'"); err != nil {
		t.Fatal(err)
	}
	want(t, "deleted", w.like(t, "kп7"))
}

// While one transaction lists meters, another neither waits for it nor misses what it lists; meters that are stored
// beside them are found by whoever comes later.
func TestMetersAreListedBesideSearches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	put := func(ctx context.Context, db store.DBTX, serial string) {
		if _, err := db.Exec(ctx, putMeter, w.issuer.ID, accounts["0001"], serial, w.source); err != nil {
			t.Error(err)
		}
	}
	put(t.Context(), w.Store, "0-1A")
	for range 4 {
		want(t, "before", w.like(t, "1а"), "0-1A")
	}
	for what, given := range map[string]error{"gives up": errors.New("given up"), "is done": nil} {
		err := w.InTx(t.Context(), func(ctx context.Context, writer *store.Tx) error {
			put(ctx, writer, "0-2"+what)
			return w.InTx(ctx, func(ctx context.Context, lister *store.Tx) error {
				found, err := lister.MetersLike(ctx, w.issuer.ID, []string{"1а"})
				want(t, "the lister, who "+what, found["1а"], "0-1A")
				want(t, "beside the lister, who "+what, w.like(t, "1а"), "0-1A") //nolint:contextcheck // a transaction of its own, beside
				want(t, "of somebody who is not done", found["2"+what])
				return errors.Join(err, given)
			})
		})
		if !errors.Is(err, given) {
			t.Fatal(err)
		}
		want(t, "after the lister, who "+what, w.like(t, "1а"), "0-1A")
	}
	want(t, "written beside the lister", w.like(t, "2is done"), "0-2is done")
	want(t, "listed", w.texts(t, "SELECT alike FROM meter_likenesses ORDER BY 1"), "1A")
}
