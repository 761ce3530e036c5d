package store_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func TestApplyHouses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := block(t, "дом 2"), block(t, "дом 10")
	want(t, "new and repeated", apply(t, w, (*store.Tx).ApplyHouses, a, b, a), "accepted", "accepted", "repeated_row")
	want(t, "again", apply(t, w, (*store.Tx).ApplyHouses, b, a), "unchanged", "unchanged")
	b.Area = dec(t, "3000.6")
	want(t, "one changed", apply(t, w, (*store.Tx).ApplyHouses, a, b), "unchanged", "accepted")
	want(t, "no rows", apply(t, w, (*store.Tx).ApplyHouses))
	refs, err := w.HouseRefs(t.Context(), w.issuer.ID)
	if err != nil || len(refs) != 2 || refs[0].Key != "дом 2" || refs[1].Key != "дом 10" || refs[0].Address != a.Address {
		t.Errorf("houses %v, %v: want 2 before 10", refs, err)
	}
	if refs, err := w.HouseRefs(t.Context(), w.supplier); err != nil || len(refs) != 0 {
		t.Errorf("another organisation sees houses %v (%v)", refs, err)
	}
}

func TestApplyHouseVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2")
	v := housing.HouseVolume{Key: "дом 2", House: "дом 2", Period: period(t, october), CollectiveMeter: housing.CollectiveMeter{
		Serial: "77", Service: housing.Heating, Volume: dec(t, "120.500"),
	}}
	unknown, second := v, v
	unknown.Key, second.Serial = "дом 3", "78"
	want(t, "first", apply(t, w, (*store.Tx).ApplyHouseVolumes, v, unknown, second, v),
		"accepted", "unknown_house", "accepted", "repeated_row")
	want(t, "again", apply(t, w, (*store.Tx).ApplyHouseVolumes, v), "unchanged")
	v.Volume = dec(t, "121")
	want(t, "corrected", apply(t, w, (*store.Tx).ApplyHouseVolumes, v, second), "accepted", "unchanged")
}

func TestApplyAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want(t, "house", apply(t, w, (*store.Tx).ApplyHouses, block(t, "дом 2")), "accepted")
	one, two, nowhere := entry(t, "дом 2", "0001", "1"), entry(t, "дом 2", "0002", "2"), entry(t, "дом 9", "0003", "3")
	shared := entry(t, "дом 2", "0004", "2") // two accounts of one flat
	want(t, "new", apply(t, w, (*store.Tx).ApplyAccounts, one, nowhere, two, one, shared),
		"accepted", "unknown_house", "accepted", "repeated_row", "accepted")
	want(t, "again", apply(t, w, (*store.Tx).ApplyAccounts, two, one), "unchanged", "unchanged")
	two.Account.Closed = day(t, "2026-12-01")
	want(t, "closed", apply(t, w, (*store.Tx).ApplyAccounts, one, two), "unchanged", "accepted")
	one.Account.Premises.Kind = housing.NonResidential
	want(t, "another kind of premises", apply(t, w, (*store.Tx).ApplyAccounts, one, two), "accepted", "unchanged")
	one.Account.Premises.Flat = "7"
	want(t, "another flat", apply(t, w, (*store.Tx).ApplyAccounts, one), "accepted")
	want(t, "another flat again", apply(t, w, (*store.Tx).ApplyAccounts, one), "unchanged")
	want(t, "stored", w.texts(t, `
SELECT concat_ws(' ', a.number, p.flat, p.kind, a.closed) FROM accounts a JOIN premises p ON p.id = a.premises_id ORDER BY a.number`),
		"0001 7 nonresidential", "0002 2 flat 2026-12-01", "0004 2 flat")
}

func TestOccupancies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	at := func(from, area string, people int) housing.AccountEntry {
		e := entry(t, "дом 2", "0001", "1")
		e.Occupancy.Valid.From, e.Occupancy.Area, e.Occupancy.People = day(t, from), dec(t, area), people
		return e
	}
	steps := []struct {
		what  string
		entry housing.AccountEntry
		end   string
		known []string
	}{
		{"corrected on the same day", at("2026-01-01", "54.3", 3), "accepted", []string{"[2026-01-01,) 54.3 3"}},
		{"of the same value, other digits", at("2026-01-01", "54.300", 3), "unchanged", []string{"[2026-01-01,) 54.3 3"}},
		{"later and equal", at("2026-05-01", "54.3", 3), "unchanged", []string{"[2026-01-01,) 54.3 3"}},
		{"later", at("2026-06-01", "54.3", 1), "accepted", []string{"[2026-01-01,2026-06-01) 54.3 3", "[2026-06-01,) 54.3 1"}},
		{"the former file again", at("2026-01-01", "54.3", 3), "unchanged", []string{"[2026-01-01,2026-06-01) 54.3 3", "[2026-06-01,) 54.3 1"}},
		{"older than known", at("2026-03-01", "54.3", 5), "older_than_known", []string{"[2026-01-01,2026-06-01) 54.3 3", "[2026-06-01,) 54.3 1"}},
		{"before all", at("2025-03-01", "54.3", 3), "older_than_known", []string{"[2026-01-01,2026-06-01) 54.3 3", "[2026-06-01,) 54.3 1"}},
		{
			"area mended", at("2026-06-01", "54.4", 1), "accepted",
			[]string{"[2026-01-01,2026-06-01) 54.3 3", "[2026-06-01,) 54.4 1"},
		},
	}
	for _, step := range steps {
		want(t, step.what, apply(t, w, (*store.Tx).ApplyAccounts, step.entry), step.end)
		want(t, step.what+": known then",
			w.texts(t, "SELECT concat_ws(' ', valid, area, people) FROM occupancies ORDER BY valid"), step.known...)
	}
	// An older row and a repeated one of the same account: each has its own reason.
	want(t, "older and repeated", apply(t, w, (*store.Tx).ApplyAccounts, at("2026-02-01", "1", 1), at("2026-07-01", "1", 1)),
		"older_than_known", "repeated_row")
}

func TestApplyHouseServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settle(t, "дом 2", "0001")
	w.settle(t, "дом 3", "0002")
	row := func(from, to, payee, account string) housing.HouseService {
		return housing.HouseService{House: "дом 2", Key: "дом 2", Account: account, AccountService: housing.AccountService{
			Service: housing.ColdWater, Payee: payee, MeterPossible: true, Valid: span(t, from, to),
		}}
	}
	nowhere := row(since, "", issuerINN, "")
	nowhere.Key = "дом 9"
	want(t, "first", apply(t, w, (*store.Tx).ApplyHouseServices,
		row(since, "", issuerINN, ""), nowhere, row(since, "", "7700000000", ""), row(since, "", issuerINN, "0009"),
		row(since, "", issuerINN, "0002"), row(since, "", supplierINN, "0001")),
		"accepted", "unknown_house", "unknown_payee", "unknown_account", "account_elsewhere", "accepted")
	want(t, "again", apply(t, w, (*store.Tx).ApplyHouseServices, row(since, "", issuerINN, ""), row("2026-04-01", "", issuerINN, "")),
		"unchanged", "unchanged")
	want(t, "another payee", apply(t, w, (*store.Tx).ApplyHouseServices, row("2026-06-01", "", supplierINN, "")), "accepted")
	want(t, "the first file again", apply(t, w, (*store.Tx).ApplyHouseServices, row(since, "", issuerINN, "")), "unchanged")
	want(t, "a contradiction", apply(t, w, (*store.Tx).ApplyHouseServices, row("2026-06-01", "", issuerINN, "")), "overlap")
	want(t, "closed", apply(t, w, (*store.Tx).ApplyHouseServices, row("2026-06-01", "2026-09-01", supplierINN, "")), "accepted")
	want(t, "closed again", apply(t, w, (*store.Tx).ApplyHouseServices,
		row("2026-06-01", "2026-09-01", supplierINN, ""), row("2026-06-01", "", supplierINN, "")), "unchanged", "unchanged")
	want(t, "known of the house", w.texts(t, `
SELECT concat_ws(' ', v.valid, o.inn) FROM house_services v JOIN organisations o ON o.id = v.payee_id
WHERE account_id IS NULL ORDER BY valid`),
		"[2026-01-01,2026-06-01) "+issuerINN, "[2026-06-01,2026-09-01) "+supplierINN)
}
