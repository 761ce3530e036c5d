package store_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func TestOrganisations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	renamed := w.issuer
	renamed.Name, renamed.Bank.BIC = "ООО «УК Новая»", "044525226"
	again, err := w.PutOrganisation(t.Context(), renamed)
	if err != nil || again != w.issuer.ID {
		t.Fatalf("the same INN again: id %d, %v; want %d", again, err, w.issuer.ID)
	}
	got, err := w.OrganisationByINN(t.Context(), issuerINN)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(renamed, got); diff != "" {
		t.Errorf("by INN (-want +got):\n%s", diff)
	}
	if _, err := w.OrganisationByINN(t.Context(), "7700000000"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown INN: %v, want ErrNotFound", err)
	}
	byID, err := w.Organisations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(renamed, byID[w.issuer.ID]); diff != "" || len(byID) != 2 {
		t.Errorf("%d organisations (-want +got):\n%s", len(byID), diff)
	}
	ids, err := w.OrganisationIDs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int64{issuerINN: w.issuer.ID, supplierINN: w.supplier}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestPutSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	topic := housing.Source{Kind: housing.SourceStream, Name: "readings", Partition: 3}
	ids := make([]int64, 6)
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	for i := range ids { // consumers that meet a partition for the first time, at once
		wg.Go(func() { ids[i], errs[i] = w.PutSource(t.Context(), topic, 0) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if id != ids[0] || id == 0 {
			t.Errorf("ids %v, want one", ids)
		}
	}
	topic.Partition = 4
	other, err := w.PutSource(t.Context(), topic, 0)
	if err != nil || other == ids[0] {
		t.Errorf("another partition: id %d, %v", other, err)
	}
}
