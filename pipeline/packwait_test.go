package pipeline_test

import (
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// Payments that arrive before their pack wait in the inbox, for a day; then they are refused.
func TestPaymentsWaitForTheirPack(t *testing.T) {
	t.Parallel()
	const row = "03.10.2026|000042|02.10.2026|00138|00001|000001|0001500.00|1000017\r\n"
	const pack = "03.10.2026|000042|1500.00|000001\r\n"
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	placed := time.Date(2026, time.October, 1, 6, 0, 0, 0, time.UTC) // by the clock of the inbox
	at := func(now time.Time) *pipeline.Pipeline {
		config := w.config
		config.Now = func() time.Time { return now }
		p, err := pipeline.New(config)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	receive := func(p *pipeline.Pipeline) []pipeline.FileResult {
		files, err := p.Receive(t.Context(), w.partner(town.Bank), w.period)
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	inbox := w.inbox[town.Bank]
	inbox.Write("rows.txt", row)
	if _, there := inbox.Bytes("rows.txt"); !there {
		t.Fatal("nothing in the inbox")
	}
	early := at(placed.Add(23 * time.Hour))
	if files := receive(early); len(files) != 0 {
		t.Fatalf("payments without a pack ended as %+v", files)
	}
	if _, there := inbox.Bytes("rows.txt"); !there {
		t.Fatal("the waiting file left the inbox")
	}
	inbox.Write("pack.txt", pack)
	if files := receive(early); len(files) != 2 || files[0].Status != housing.FileAccepted || files[1].Status != housing.FileAccepted {
		t.Fatalf("with their pack: %+v", files)
	}
	inbox.Write("other.txt", "05.10.2026|000043|02.10.2026|00138|00001|000002|0001500.00|1000017\r\n")
	late := at(placed.AddDate(0, 1, 0))
	if files := receive(late); len(files) != 1 || files[0].Status != housing.FileRefused {
		t.Errorf("after a day: %+v, want a refusal", files)
	}
}

// A payment without an account is told so once.
func TestNoAccountIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	content := "02-10-2026;09-15-00;9999/00138;9999999V;100000000001;;;г. Примерск;0926;1500,00;1478,40;21,60;2\r\n=1;1500,00;1478,40;21,60;411378;03-10-2026\r\n"
	got := w.take(t, town.Bank, "9900173450_40702810200000000777_099.txt", content)
	if got.Status != housing.FileAccepted || len(got.Problems) != 1 || got.Problems[0].Code != "empty" {
		t.Errorf("ended as %s: %+v", got.Status, got.Problems)
	}
}

// Readings in the row of somebody who pays nothing are taken; the registry is not refused for it.
func TestZeroPaymentKeepsReadings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.fill(t)
	w.receive(t)
	meter := all[string](t, w.store, "SELECT id::text FROM meters WHERE service = 'cold_water' ORDER BY id LIMIT 1")[0]
	before := one[int](t, w.store, "SELECT count(*)::int FROM payments")
	content := "1000000000017|0.00|02112600000000000000000001|411378|03.11.2026|" + meter + "|99999.000||||||||||\r\n"
	got := w.take(t, town.Bank, "17.txt", content)
	if got.Status != housing.FileAccepted || got.Counts.Rejected != 0 {
		t.Fatalf("ended as %s %+v: %+v", got.Status, got.Counts, got.Problems)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM payments"); n != before {
		t.Errorf("%d payments, want %d: nothing was paid", n, before)
	}
	codes := map[string]bool{}
	for _, p := range got.Problems {
		codes[p.Code] = true
	}
	if !codes["zero_payment"] {
		t.Errorf("problems %+v", got.Problems)
	}
}
