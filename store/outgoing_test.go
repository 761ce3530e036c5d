package store_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/store"
)

func TestOutgoing(t *testing.T) { //nolint:funlen,gocognit // one story, told in order
	t.Parallel()
	w := newWorld(t)
	now := instant(t, "2026-10-20T10:00:00Z")
	put := func(name, content string) (queued bool) {
		queued, err := w.PutOutgoing(t.Context(), store.Outgoing{
			Destination: "bank", Name: name, Staged: "out/" + name, SHA256: strings.Repeat(content, 64), Size: 7,
		}, now)
		if err != nil {
			t.Fatal(err)
		}
		return queued
	}
	if !put("a.txt", "a") || put("a.txt", "a") || !put("a.txt", "b") || !put("b.txt", "a") {
		t.Error("the same content under the same name is queued once, all else each time")
	}
	take := func(ctx context.Context, tx *store.Tx) string {
		o, err := tx.TakeOutgoing(ctx, "bank")
		if errors.Is(err, store.ErrNotFound) {
			return ""
		}
		if err != nil {
			t.Fatal(err)
		}
		return o.Name + o.SHA256[:1]
	}
	w.tx(t, func(one *store.Tx) error {
		if _, err := one.TakeOutgoing(t.Context(), "fund"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("for somebody else: %v", err)
		}
		first := take(t.Context(), one)
		w.tx(t, func(two *store.Tx) error { // does not wait, takes the next
			want(t, "taken at once", []string{first, take(t.Context(), two)}, "a.txta", "a.txtb")
			return nil
		})
		return nil
	})
	pending := func(n int) {
		t.Helper()
		if got, err := w.PendingOutgoing(t.Context()); err != nil || got != n {
			t.Errorf("%d wait, want %d (%v)", got, n, err)
		}
	}
	pending(3)
	w.tx(t, func(tx *store.Tx) error {
		o, err := tx.TakeOutgoing(t.Context(), "bank")
		return errors.Join(err, tx.MarkDelivered(t.Context(), o.ID, now, store.Kept{Archived: "kept"}))
	})
	pending(2)
	// A file that was made long ago and fails is not due at once: the deliverer's loop must end.
	if _, err := w.Exec(t.Context(), "UPDATE outgoing SET created_at = now() - interval '3 days'"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.tx(t, func(tx *store.Tx) error {
			o, err := tx.TakeOutgoing(t.Context(), "bank")
			return errors.Join(err, tx.MarkFailed(t.Context(), o.ID, "550 no\x00 room"))
		})
	}
	w.tx(t, func(tx *store.Tx) error {
		if name := take(t.Context(), tx); name != "" {
			t.Errorf("%s is due right after it failed", name)
		}
		return nil
	})
	pending(2)
	for attempts, pause := range map[int]time.Duration{1: 40 * time.Second, 100: time.Hour} {
		if _, err := w.Exec(t.Context(), "UPDATE outgoing SET attempts = $1, retry_at = NULL WHERE delivered_at IS NULL", attempts); err != nil {
			t.Fatal(err)
		}
		w.tx(t, func(tx *store.Tx) error {
			o, err := tx.TakeOutgoing(t.Context(), "bank")
			if err != nil || o.Attempts != attempts {
				t.Errorf("%+v, %v", o, err)
			}
			if err := tx.MarkFailed(t.Context(), o.ID, "550"); err != nil {
				return err
			}
			var got time.Duration
			err = tx.QueryRow(t.Context(), "SELECT retry_at - now() FROM outgoing WHERE id = $1", o.ID).Scan(&got)
			if got != pause {
				t.Errorf("after attempt %d: a pause of %s, want %s", attempts+1, got, pause)
			}
			return err //nolint:wrapcheck // the test says what failed
		})
	}
}

func TestWindows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := instant(t, "2026-10-20T10:00:07Z")
	window := now.Truncate(time.Minute)
	if last, err := w.LastWindow(t.Context(), "poll"); err != nil || !last.IsZero() {
		t.Errorf("never run: %s, %v", last, err)
	}
	taken := make([]bool, 8)
	errs := make([]error, len(taken))
	var wg sync.WaitGroup
	for i := range taken {
		wg.Go(func() { taken[i], errs[i] = w.TakeWindow(t.Context(), "poll", window, now) })
	}
	wg.Wait()
	first := 0
	for _, got := range taken {
		if got {
			first++
		}
	}
	if err := errors.Join(errs...); err != nil || first != 1 {
		t.Errorf("%d processes took the window (%v)", first, err)
	}
	if got, err := w.TakeWindow(t.Context(), "poll", window.Add(time.Minute), now); err != nil || !got {
		t.Errorf("the next window: %v, %v", got, err)
	}
	if last, err := w.LastWindow(t.Context(), "poll"); err != nil || last != window.Add(time.Minute) {
		t.Errorf("last window %s, %v", last, err)
	}
}
