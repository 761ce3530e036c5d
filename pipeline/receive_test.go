package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// Files of all partners taken at once end as those of one partner after another, whoever is named first; payments find the
// accounts that came with them, and a spoilt number in a registry of residents finds the one that was meant.
func TestAllInboxesAtOnce(t *testing.T) {
	t.Parallel()
	spoilt := table(t, []any{"Лицевой счёт", "ФИО", "Телефон", "Адрес"},
		[]any{"0100001О02", "Тестов Иван Петрович", "", "г. Примерск, ул. Садовая, д. 1, кв. 1"})
	offer := func(w *world) *world {
		w.inbox[town.Office].Write("spoilt.xlsx", spoilt) // the oldest: its turn comes before the accounts are in
		w.fill(t)
		return w
	}
	ends := func(files []pipeline.FileResult) map[string]pipeline.FileResult {
		byName := map[string]pipeline.FileResult{}
		for _, f := range files {
			byName[f.Name] = pipeline.FileResult{
				ReceivedFile: housing.ReceivedFile{Status: f.Status, Counts: f.Counts, Reason: f.Reason}, Problems: f.Problems,
			}
		}
		return byName
	}
	want := ends(offer(newWorld(t, 60)).receive(t))
	if spoilt := want["spoilt.xlsx"]; len(spoilt.Problems) == 0 || !strings.Contains(spoilt.Problems[0].Text, "похоже на") {
		t.Fatalf("no account was named for the spoilt number: %+v", spoilt)
	}

	w := offer(newWorld(t, 60))
	slices.Reverse(w.config.Partners)
	p, err := pipeline.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.ReceiveAll(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, ends(files)); diff != "" {
		t.Errorf("one after another and at once (-want +got):\n%s", diff)
	}
	for name, inbox := range w.inbox {
		if left := inbox.Names(); len(left) != 0 {
			t.Errorf("left in the inbox of %s: %v", name, left)
		}
	}
}
