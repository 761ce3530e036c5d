package store_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func TestSpansOf(t *testing.T) {
	t.Parallel()
	first, last := store.SpansOf(30, 3, 1, 2, 6, 11, 32, 40)
	if diff := cmp.Diff([][]int64{{1, 11, 30, 40}, {6, 11, 32, 40}}, [][]int64{first, last}); diff != "" {
		t.Error(diff)
	}
	if first, last := store.SpansOf(); first == nil || last == nil || len(first)+len(last) != 0 {
		t.Errorf("of none: %v, %v, want empty lists, which are no NULL", first, last)
	}
}

// Accounts and meters of one house may lie between those of another, few of them or many.
func TestFactsBetweenAreThoseOfTheirHouse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []string{"дом 2", "дом 4", "дом 5"} {
		want(t, "house", apply(t, w, (*store.Tx).ApplyHouses, block(t, key)), "accepted")
	}
	const between = 9
	others := make([]housing.AccountEntry, 0, between)
	theirs := make([]housing.MeterEntry, 0, between)
	cold := housing.ColdWater
	for i := range between {
		others = append(others, entry(t, "дом 5", fmt.Sprint("1", i), strconv.Itoa(i)))
		theirs = append(theirs, meter(t, fmt.Sprint("1", i), fmt.Sprint("N-", i), cold))
	}
	settle := func(accounts ...housing.AccountEntry) {
		want(t, "accounts", apply(t, w, (*store.Tx).ApplyAccounts, accounts...), accepted(len(accounts))...)
	}
	settle(entry(t, "дом 2", "0001", "1"), entry(t, "дом 4", "0002", "1"), entry(t, "дом 2", "0003", "2"))
	settle(others...)
	settle(entry(t, "дом 2", "0004", "4"))
	install := func(meters ...housing.MeterEntry) {
		want(t, "meters", apply(t, w, (*store.Tx).ApplyMeters, meters...), accepted(len(meters))...)
	}
	install(meter(t, "0003", "M-0003-a", cold), meter(t, "0002", "M-0002-b", cold), meter(t, "0001", "M-0001-c", cold), meter(t, "0003", "M-0003-d", cold))
	install(theirs...)
	install(meter(t, "0004", "M-0004-e", cold))
	refs, err := w.HouseRefs(t.Context(), w.issuer.ID)
	if err != nil {
		t.Fatal(err)
	}
	refs = slices.DeleteFunc(refs, func(ref store.HouseRef) bool { return ref.Key == "дом 5" })
	got := map[string][]string{}
	for _, ref := range refs {
		s, err := w.LoadSnapshot(t.Context(), w.issuer, ref.ID, period(t, october))
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Accounts {
			a := &s.Accounts[i]
			for range a.Occupancy {
				got[ref.Key] = append(got[ref.Key], a.Number)
			}
			for j := range a.Meters {
				for range a.Meters[j].Readings {
					got[ref.Key] = append(got[ref.Key], a.Meters[j].Serial)
				}
			}
		}
	}
	if diff := cmp.Diff(map[string][]string{
		"дом 2": {"0001", "M-0001-c", "0003", "M-0003-a", "M-0003-d", "0004", "M-0004-e"}, "дом 4": {"0002", "M-0002-b"},
	}, got); diff != "" {
		t.Error(diff)
	}
}
