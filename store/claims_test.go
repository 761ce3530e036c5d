package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func claim(name string) housing.Claim {
	return housing.Claim{
		Account: "1", Unified: "10АБ000001", FullName: name, Address: "дом 2, кв. 1", Phone: "+79000000000", Email: "a@example.org",
		Share: "1/2", Right: housing.Right{Ground: housing.ByOwnership, Origin: housing.AtOffice, Consent: housing.ConsentGiven}, Source: housing.Source{Kind: housing.SourceManual, Name: "тест", Position: 8},
	}
}

func names(claims []housing.Claim) (list []string) {
	for _, c := range claims {
		list = append(list, c.FullName)
	}
	return list
}

func TestClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := claim("Иванов Иван"), claim("Петров Пётр")
	want(t, "first", apply(t, w, (*store.Tx).ApplyClaims, a, b, a), "accepted", "accepted", "repeated_row")
	b.Source.Position = 9
	want(t, "again", apply(t, w, (*store.Tx).ApplyClaims, b, a), "unchanged", "unchanged")
	open, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 100)
	if err != nil || len(open) != 2 || open[0].ID == 0 {
		t.Fatalf("open claims %+v, %v", open, err)
	}
	a.ID = open[0].ID
	if diff := cmp.Diff(a, open[0], cmp.Comparer(func(a, b housing.Date) bool { return a == b })); diff != "" {
		t.Errorf("a claim (-want +got):\n%s", diff)
	}
	if foreign, err := w.OpenClaims(t.Context(), w.supplier, 0, 100); err != nil || len(foreign) != 0 {
		t.Errorf("another organisation sees %v (%v)", foreign, err)
	}
}

func TestDecisions(t *testing.T) { //nolint:funlen,gocognit // one story, told in order
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001")
	want(t, "claims", apply(t, w, (*store.Tx).ApplyClaims, claim("А"), claim("Б"), claim("В"), claim("Г")), accepted(4)...)
	claims, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	now := instant(t, "2026-10-20T10:00:00Z")
	decisions := []store.Decision{
		{Claim: claims[0].ID, Account: accounts["0001"], Status: "linked", Reason: "number", Evidence: map[string]string{"номер": "1"}, By: "kvitok"},
		{Claim: claims[1].ID, Status: "question", Reason: "several", By: "kvitok"},
		{Claim: claims[2].ID, Status: "question", Reason: "none", By: "kvitok"},
	}
	for _, n := range []int{3, 0} { // the second time somebody else has decided
		w.tx(t, func(tx *store.Tx) error {
			stored, err := tx.DecideAll(t.Context(), decisions, now)
			if stored != n {
				t.Errorf("%d decisions stored, want %d", stored, n)
			}
			return err
		})
	}
	lists := func(what string, open, questioned []string, counts store.MatchCounts) {
		t.Helper()
		o, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		q, err := w.QuestionedClaims(t.Context(), w.issuer.ID)
		if err != nil {
			t.Fatal(err)
		}
		n, err := w.CountMatches(t.Context(), w.issuer.ID)
		if err != nil {
			t.Fatal(err)
		}
		want(t, what+": open", names(o), open...)
		want(t, what+": questioned", names(q), questioned...)
		if n != counts {
			t.Errorf("%s: %+v, want %+v", what, n, counts)
		}
	}
	lists("decided", []string{"Г"}, []string{"Б", "В"}, store.MatchCounts{Open: 1, Linked: 1, Questions: 2})

	answer := func(organisation int64, d store.Decision) (stored bool) {
		w.tx(t, func(tx *store.Tx) (err error) {
			stored, err = tx.AnswerQuestion(t.Context(), organisation, d, now)
			return err
		})
		return stored
	}
	linked := store.Decision{Claim: claims[1].ID, Account: accounts["0001"], Status: "linked", Reason: "operator", By: "ivanova"}
	refused := store.Decision{Claim: claims[2].ID, Status: "refused", Reason: "operator", By: "ivanova"}
	if answer(w.supplier, linked) {
		t.Error("another organisation answered")
	}
	if !answer(w.issuer.ID, linked) || !answer(w.issuer.ID, refused) {
		t.Error("an answer was not stored")
	}
	if answer(w.issuer.ID, linked) || answer(w.issuer.ID, store.Decision{Claim: claims[3].ID, Status: "refused", By: "ivanova"}) {
		t.Error("an answer without a question was stored")
	}
	lists("answered", []string{"Г"}, nil, store.MatchCounts{Open: 1, Linked: 2, Refused: 1})

	w.tx(t, func(tx *store.Tx) error {
		status, err := tx.UndoMatch(t.Context(), w.issuer.ID, claims[0].ID, "ivanova", now)
		if status != "linked" {
			t.Errorf("undone %q", status)
		}
		return err
	})
	w.tx(t, func(tx *store.Tx) error {
		for organisation, id := range map[int64]int64{w.issuer.ID: claims[0].ID, w.supplier: claims[1].ID} {
			if _, err := tx.UndoMatch(t.Context(), organisation, id, "ivanova", now); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("undone twice, or by another organisation: %v", err)
			}
		}
		return nil
	})
	lists("undone", []string{"А", "Г"}, nil, store.MatchCounts{Open: 2, Linked: 1, Refused: 1})
	want(t, "history", w.texts(t, `
SELECT concat_ws(' ', c.full_name, m.status, m.reason, m.evidence, m.decided_by, m.undone_by) FROM matches m JOIN claims c ON c.id = m.claim_id ORDER BY m.id`),
		`А linked number {"номер": "1"} kvitok ivanova`, "Б question several null kvitok ivanova", "В question none null kvitok ivanova",
		"Б linked operator null ivanova", "В refused operator null ivanova")
}

func TestAllAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0010", "0009")
	var got []store.HouseAccounts
	err := w.AllAccounts(t.Context(), w.issuer.ID, func(a store.HouseAccounts) error { got = append(got, a); return nil })
	if err != nil || len(got) != 2 || got[0].Number != "0009" {
		t.Fatalf("accounts %+v, %v", got, err)
	}
	expected := store.HouseAccounts{
		House: housing.House{ID: house, Key: "дом 2", Address: "г. Примерск, дом 2", Kind: housing.BlockOfFlats},
		Account: housing.Account{
			ID: accounts["0009"], Number: "0009", Payer: "Иванова А. А.", Premises: housing.Premises{Flat: "2", Kind: housing.Flat},
		},
	}
	if diff := cmp.Diff(expected, got[0], exact()); diff != "" {
		t.Errorf("an account (-want +got):\n%s", diff)
	}
}

// Renames are in force from their day on; the same one sent again corrects the day.
func TestStreetRenames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	source := housing.Source{Kind: housing.SourceManual, Name: "тест", Position: 1}
	old := housing.StreetRename{Was: "ул. Красная", Now: "ул. Садовая", Since: day(t, "2026-03-01"), Source: source}
	want(t, "first", apply(t, w, (*store.Tx).ApplyStreetRenames, old, old), "accepted", "repeated_row")
	want(t, "again", apply(t, w, (*store.Tx).ApplyStreetRenames, old), "unchanged")
	old.Since = day(t, "2026-04-01")
	want(t, "corrected", apply(t, w, (*store.Tx).ApplyStreetRenames, old), "accepted")
	for day, n := range map[housing.Date]int{day(t, "2026-03-31"): 0, day(t, "2026-04-01"): 1} {
		list, err := w.StreetRenames(t.Context(), w.issuer.ID, day)
		if err != nil || len(list) != n {
			t.Errorf("on %s: %v, want %d (%v)", day, list, n, err)
		}
	}
	if foreign, err := w.StreetRenames(t.Context(), w.supplier, day(t, "2026-05-01")); err != nil || len(foreign) != 0 {
		t.Errorf("another organisation sees %v (%v)", foreign, err)
	}
}

// Shares are summed exactly; a person who claims twice counts once, a tenant does not count.
func TestWrongShares(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, accounts := w.settle(t, "дом 2", "0001", "0002")
	type owner struct {
		account, name, share string
		ground               housing.Ground
	}
	for i, o := range []owner{
		{"0001", "А", "1/3", housing.ByOwnership},
		{"0001", "Б", "1/3", ""},
		{"0001", "В", "1/3", housing.ByOwnership},
		{"0001", "а", "1/3", housing.ByOwnership},
		{"0001", "Г", "1/2", housing.ByTenancy},
		{"0002", "Д", "1/2", housing.ByOwnership},
		{"0002", "Е", "1/3", housing.ByOwnership},
	} {
		c := claim(o.name)
		c.Share, c.Right.Ground, c.Source.Position = o.share, o.ground, int64(i)
		want(t, o.name, apply(t, w, (*store.Tx).ApplyClaims, c), "accepted")
		open, err := w.OpenClaims(t.Context(), w.issuer.ID, 0, 10)
		if err != nil || len(open) != 1 {
			t.Fatalf("open claims %v, %v", open, err)
		}
		err = w.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.DecideAll(ctx, []store.Decision{{Claim: open[0].ID, Account: accounts[o.account], Status: "linked", Reason: "number", By: "kvitok"}}, instant(t, "2026-10-20T10:00:00Z"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.WrongShares(t.Context(), w.issuer.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.ShareSum{{Account: "0002", Owners: 2, Sum: "5/6"}}, got); diff != "" {
		t.Errorf("wrong shares (-want +got):\n%s", diff)
	}
	states, err := w.ClaimStates(t.Context(), w.issuer.ID, "linked")
	if err != nil || len(states) != 7 || states[4].Ground != "tenant" || states[4].Share != "1/2" || states[4].Origin != "office" {
		t.Errorf("states %+v (%v)", states, err)
	}
}
