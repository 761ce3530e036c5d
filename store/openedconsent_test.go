package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// News of an account since a later day leaves the day on which it was opened; an earlier day corrects it.
func TestOpenedStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want(t, "house", apply(t, w, (*store.Tx).ApplyHouses, block(t, "дом 2")), "accepted")
	opened := func(since string, people int) []string {
		t.Helper()
		e := entry(t, "дом 2", "0001", "1")
		e.Account.Opened, e.Occupancy.Valid = day(t, since), span(t, since, "")
		e.Occupancy.People = people
		want(t, since, apply(t, w, (*store.Tx).ApplyAccounts, e), "accepted")
		return w.texts(t, "SELECT opened::text FROM accounts")
	}
	for _, step := range []struct {
		since  string
		people int
		want   string
	}{{"2020-03-01", 2, "2020-03-01"}, {"2026-10-01", 3, "2020-03-01"}} {
		if got := opened(step.since, step.people); !cmp.Equal(got, []string{step.want}) {
			t.Errorf("after a row since %s: opened %v, want %s", step.since, got, step.want)
		}
	}
}

// Whoever takes his consent back after he asked for letters gets none; one who consents anew gets them again.
func TestNoLettersWithoutConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	ids := w.settleClaims(t, accounts["0001"], 1, 1)
	const wish = `
INSERT INTO delivery_wishes (account_id, wish, email, confirmed_on, consented_on, source_id, source_pos)
VALUES ($1, 'email', 'a@example.org', '2026-10-01', '2026-10-01', $2, 1)`
	if _, err := w.Exec(t.Context(), wish, accounts["0001"], w.source); err != nil {
		t.Fatal(err)
	}
	recipients := func() int { return len(w.texts(t, "SELECT email FROM letter_recipients")) }
	if n := recipients(); n != 1 {
		t.Fatalf("%d recipients, want one", n)
	}
	said := func(answer housing.Consent, since string, want int) {
		t.Helper()
		w.tx(t, func(tx *store.Tx) error {
			_, err := tx.SetConsent(t.Context(), w.issuer.ID, ids[0], housing.DataConsent{Answer: answer, Since: day(t, since)}, "ivanova", instant(t, "2026-10-20T10:00:00Z"))
			return err
		})
		if n := recipients(); n != want {
			t.Errorf("after %s since %s: %d recipients, want %d", answer, since, n, want)
		}
	}
	said(housing.ConsentRefused, "2026-09-01", 1) // before he asked for letters
	said(housing.ConsentRefused, "2026-10-05", 0)
	said(housing.ConsentGiven, "2026-10-06", 1)
	said(housing.ConsentRefused, "2099-01-01", 1) // not yet
}
