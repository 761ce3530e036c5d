package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// settleClaims makes claims of one name with another phone each and links the first ones.
func (w *world) settleClaims(t *testing.T, account int64, n, linked int) []int64 {
	t.Helper()
	for i := range n {
		c := claim("Иванов Иван")
		c.Phone = "+7900000000" + string(rune('0'+i))
		want(t, "claim", apply(t, w, (*store.Tx).ApplyClaims, c), "accepted")
	}
	open, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 10)
	if err != nil || len(open) != n {
		t.Fatalf("open claims %v, %v", open, err)
	}
	ids := make([]int64, n)
	decisions := make([]store.Decision, 0, n)
	for i, c := range open {
		ids[i] = c.ID
		if i < linked {
			decisions = append(decisions, store.Decision{Claim: c.ID, Account: account, Status: "linked", Reason: "number", By: "kvitok", Score: 75, Rules: 4})
		}
	}
	w.tx(t, func(tx *store.Tx) error {
		_, err := tx.DecideAll(t.Context(), decisions, instant(t, "2026-10-20T10:00:00Z"))
		return err
	})
	return ids
}

func (w *world) standing(t *testing.T) []string {
	t.Helper()
	list, err := w.ClaimStates(t.Context(), w.issuer.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	states := make([]string, 0, len(list))
	for _, s := range list {
		states = append(states, s.Status+" "+s.Account)
	}
	return states
}

// A double takes no part while it is joined; apart, both claims stand as before, with all history.
func TestMergeClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	ids := w.settleClaims(t, accounts["0001"], 3, 1)
	linked, open, third := ids[0], ids[1], ids[2]
	now := instant(t, "2026-10-21T10:00:00Z")
	merge := func(doubled, kept int64) (err error) {
		w.tx(t, func(tx *store.Tx) error {
			err = tx.MergeClaims(t.Context(), w.issuer.ID, store.Join{Kept: kept, Doubled: doubled, Reason: "одно лицо", By: "ivanova"}, now)
			return nil
		})
		return err
	}
	if err := merge(linked, open); err != nil { // the link passes to the claim that is kept
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"merged ", "linked 0001", "submitted "}, w.standing(t)); diff != "" {
		t.Errorf("joined (-want +got):\n%s", diff)
	}
	if n, err := w.CountMatches(t.Context(), w.issuer.ID); err != nil || n != (store.MatchCounts{Open: 1, Linked: 1}) {
		t.Errorf("counts %+v, %v", n, err)
	}
	if undone, err := w.UndoneLinks(t.Context(), w.issuer.ID); err != nil || len(undone) != 0 {
		t.Errorf("a joined claim counts as a link taken back: %+v, %v", undone, err)
	}
	for name, pair := range map[string][2]int64{"itself": {open, open}, "twice": {linked, third}, "a chain": {open, third}, "onto a double": {third, linked}} {
		if err := merge(pair[0], pair[1]); !errors.Is(err, store.ErrCannotMerge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := merge(999, open); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown claim: %v", err)
	}
	split := func() (err error) {
		w.tx(t, func(tx *store.Tx) error {
			err = tx.SplitClaim(t.Context(), w.issuer.ID, linked, "petrova", "разные люди", now)
			return nil
		})
		return err
	}
	if err := split(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"linked 0001", "review ", "submitted "}, w.standing(t)); diff != "" {
		t.Errorf("apart (-want +got):\n%s", diff)
	}
	if err := split(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("apart twice: %v", err)
	}
	history, err := w.ClaimHistory(t.Context(), w.issuer.ID, linked)
	if err != nil || len(history) != 4 || history[1].Status != "merged" || history[3].Status != "linked" {
		t.Errorf("history %+v, %v", history, err)
	}
	list, err := w.Merges(t.Context(), w.issuer.ID)
	if err != nil || len(list) != 1 || list[0].SplitBy != "petrova" || list[0].By != "ivanova" {
		t.Errorf("merges %+v, %v", list, err)
	}
	if got := w.texts(t, "SELECT action || ' ' || actor FROM audit WHERE action LIKE 'claim.%' ORDER BY id"); !cmp.Equal(got, []string{"claim.merge ivanova", "claim.split petrova"}) {
		t.Errorf("audit %v", got)
	}
}

// A double account closes, its links and later payments go to the account that is kept; apart, all is as before.
func TestMergeAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001", "0002")
	ids := w.settleClaims(t, accounts["0002"], 1, 1)
	now := instant(t, "2026-10-21T10:00:00Z")
	join := store.Join{Kept: accounts["0001"], Doubled: accounts["0002"], Since: day(t, "2026-10-01"), Reason: "заведён дважды", By: "ivanova"}
	w.tx(t, func(tx *store.Tx) error { return tx.MergeAccounts(t.Context(), w.issuer.ID, join, now) })
	if diff := cmp.Diff([]string{"linked 0001"}, w.standing(t)); diff != "" {
		t.Errorf("joined (-want +got):\n%s", diff)
	}
	closed := func() []string {
		return w.texts(t, "SELECT COALESCE(closed::text, '-') FROM accounts WHERE number = '0002'")
	}
	if got := closed(); !cmp.Equal(got, []string{"2026-10-01"}) {
		t.Errorf("closed %v", got)
	}
	if kept, err := w.MergedInto(t.Context(), w.issuer.ID, "0002"); err != nil || kept != "0001" {
		t.Errorf("joined to %q, %v", kept, err)
	}
	elsewhere := map[string][]string{}
	err := w.AllAccounts(t.Context(), w.issuer.ID, func(a store.HouseAccounts) error {
		elsewhere[a.Number] = a.Elsewhere
		return nil
	})
	if diff := cmp.Diff(map[string][]string{"0001": {"0002"}}, elsewhere); err != nil || diff != "" {
		t.Errorf("accounts for matching (%v, -want +got):\n%s", err, diff)
	}
	w.tx(t, func(tx *store.Tx) error {
		return tx.SplitAccount(t.Context(), w.issuer.ID, accounts["0002"], "petrova", "два хозяина", now)
	})
	if diff := cmp.Diff([]string{"linked 0002"}, w.standing(t)); diff != "" {
		t.Errorf("apart (-want +got):\n%s", diff)
	}
	if got := closed(); !cmp.Equal(got, []string{"-"}) {
		t.Errorf("still closed: %v", got)
	}
	if got := w.texts(t, "SELECT reason || ' ' || COALESCE(undone_by, '-') FROM matches WHERE claim_id = $1 ORDER BY id", ids[0]); len(got) != 3 {
		t.Errorf("decisions %v: none is deleted", got)
	}
}

// Without a consent nobody is written to; it is dated, and may be taken back. A power of attorney that ended ends it too.
func TestConsents(t *testing.T) { //nolint:funlen // one story, told in order
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	c := claim("Иванов Иван")
	c.Right = housing.Right{Ground: housing.ByProxy, Proxy: "77-1", ProxyUntil: day(t, "2026-11-30")}
	c.Share = ""
	want(t, "claim", apply(t, w, (*store.Tx).ApplyClaims, c), "accepted")
	c.Data = housing.DataConsent{Answer: housing.ConsentGiven, Since: day(t, "2026-10-05")}
	want(t, "consent", apply(t, w, (*store.Tx).ApplyClaims, c), "accepted")
	want(t, "again", apply(t, w, (*store.Tx).ApplyClaims, c), "unchanged")
	open, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 10)
	if err != nil || len(open) != 1 || open[0].Data != c.Data {
		t.Fatalf("open claims %+v, %v", open, err)
	}
	reached := func(on string) int {
		t.Helper()
		list, err := w.Contacts(t.Context(), w.issuer.ID, day(t, on))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := reached("2026-10-10"); n != 0 {
		t.Errorf("%d written to without a link", n)
	}
	now := instant(t, "2026-10-20T10:00:00Z")
	w.tx(t, func(tx *store.Tx) error {
		_, err := tx.DecideAll(t.Context(), []store.Decision{{Claim: open[0].ID, Account: accounts["0001"], Status: "linked", Reason: "number", By: "kvitok"}}, now)
		return err
	})
	w.tx(t, func(tx *store.Tx) error {
		news, err := tx.SetConsent(t.Context(), w.issuer.ID, open[0].ID, housing.DataConsent{Answer: housing.ConsentRefused, Since: day(t, "2026-11-10")}, "ivanova", now)
		if !news {
			t.Error("a consent taken back is no news")
		}
		return err
	})
	for on, want := range map[string]int{"2026-10-04": 0, "2026-10-05": 1, "2026-11-09": 1, "2026-11-10": 0} {
		if got := reached(on); got != want {
			t.Errorf("%s: %d written to, want %d", on, got, want)
		}
	}
	w.tx(t, func(tx *store.Tx) error {
		_, err := tx.SetConsent(t.Context(), w.issuer.ID, open[0].ID, housing.DataConsent{Answer: housing.ConsentGiven, Since: day(t, "2026-11-20")}, "ivanova", now)
		return err
	})
	for on, want := range map[string]int{"2026-11-30": 1, "2026-12-01": 0} { // the last day of the power of attorney
		if got := reached(on); got != want {
			t.Errorf("%s: %d written to, want %d", on, got, want)
		}
	}
	ends := func(today string) (n int) {
		t.Helper()
		w.tx(t, func(tx *store.Tx) (err error) {
			n, err = tx.EndProxies(t.Context(), w.issuer.ID, day(t, today), "kvitok", now)
			return err
		})
		return n
	}
	if got := [...]int{ends("2026-11-30"), ends("2026-12-01"), ends("2026-12-01")}; got != [...]int{0, 1, 0} {
		t.Errorf("links ended: %v, want one, once, after the last day", got)
	}
	list, err := w.Proxies(t.Context(), w.issuer.ID, day(t, "2026-12-31"))
	if err != nil || len(list) != 1 || list[0].Status != "blocked" || list[0].Proxy != "77-1" {
		t.Errorf("powers of attorney %+v, %v", list, err)
	}
	consents, err := w.Consents(t.Context(), w.issuer.ID, day(t, "2026-11-25"))
	if err != nil || len(consents) != 1 || !consents[0].Given || consents[0].Reach != "blocked" {
		t.Errorf("consents %+v, %v", consents, err)
	}
}
