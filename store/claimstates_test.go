package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/store"
)

func TestClaimStates(t *testing.T) { //nolint:funlen // one story, told in order
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	want(t, "claims", apply(t, w, (*store.Tx).ApplyClaims, claim("А"), claim("Б")), accepted(2)...)
	claims, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 1)
	if err != nil || len(claims) != 1 {
		t.Fatalf("a page of one: %v, %v", claims, err)
	}
	id := claims[0].ID
	now := instant(t, "2026-10-20T10:00:00Z")
	move := func(organisation int64, status string) (err error) {
		w.tx(t, func(tx *store.Tx) error {
			_, err = tx.MoveClaim(t.Context(), organisation, store.ClaimMove{Claim: id, Status: status, Reason: "звонок", Actor: "ivanova"}, now)
			return nil // a refused move changes nothing
		})
		return err
	}
	refused := func(status string) {
		t.Helper()
		if err := move(w.issuer.ID, status); !errors.Is(err, store.ErrNotAllowed) {
			t.Errorf("moved to %q: %v", status, err)
		}
	}
	moved := func(status string) {
		t.Helper()
		if err := move(w.issuer.ID, status); err != nil {
			t.Error(err)
		}
	}
	if err := move(w.supplier, "review"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("moved by another organisation: %v", err)
	}
	refused("linked") // without a decision
	refused("blocked")
	refused("nonsense")
	moved("contact_confirmed")
	refused("contact_confirmed")
	moved("review")
	w.tx(t, func(tx *store.Tx) error {
		_, err := tx.DecideAll(t.Context(), []store.Decision{
			{Claim: id, Account: accounts["0001"], Status: "linked", Reason: "number_and_address", By: "kvitok"},
		}, now)
		return err
	})
	refused("review") // the decision stands
	moved("blocked")
	moved("linked")
	moved("blocked")
	w.tx(t, func(tx *store.Tx) error {
		_, err := tx.UndoMatch(t.Context(), w.issuer.ID, id, "petrova", now)
		return err
	})
	history, err := w.ClaimHistory(t.Context(), w.issuer.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	ways := make([]string, 0, len(history))
	for _, e := range history {
		ways = append(ways, strings.Join([]string{e.Was, e.Status, e.Reason, e.Actor}, " "))
	}
	want(t, "history", ways, "submitted contact_confirmed звонок ivanova", "contact_confirmed review звонок ivanova",
		"review linked number_and_address kvitok", "linked blocked звонок ivanova", "blocked linked звонок ivanova",
		"linked blocked звонок ivanova", "blocked review undone petrova")
	states, err := w.ClaimStates(t.Context(), w.issuer.ID, "")
	if err != nil || len(states) != 2 || states[0].Status != "review" || states[1].Status != "submitted" {
		t.Errorf("states %+v, %v", states, err)
	}
	if one, err := w.ClaimStates(t.Context(), w.issuer.ID, "review"); err != nil || len(one) != 1 || one[0].Claim != id {
		t.Errorf("under review: %+v, %v", one, err)
	}
	links, err := w.UndoneLinks(t.Context(), w.issuer.ID)
	if err != nil {
		t.Fatal(err)
	}
	undone := []store.UndoneLink{{Account: "1", Unified: "10АБ000001", FullName: "А", Address: "дом 2, кв. 1", AccountID: accounts["0001"]}}
	if diff := cmp.Diff(undone, links); diff != "" {
		t.Errorf("links taken back (-want +got):\n%s", diff)
	}
	if _, err := w.Exec(t.Context(), "DELETE FROM claim_events"); err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("history deleted: %v", err)
	}
}
