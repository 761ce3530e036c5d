package pipeline_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// Killed at any request, taking in a file leaves all of it or nothing, and the original until all of
// it is in. The next poll finishes it.
func TestIngestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprintf("late=%t", late), func(t *testing.T) {
			t.Parallel()
			w, name := readyForPayments(t)
			whole := false
			for n := 1; ; n++ {
				lived := w.killed(t, n, late, func(ctx context.Context, p *pipeline.Pipeline) error {
					_, err := p.Receive(ctx, w.partner(town.Bank), w.period)
					return err
				})
				_, there := w.inbox[town.Bank].Bytes(name)
				was := whole
				whole = w.wholeOrNothing(t, name)
				switch {
				case was && !whole:
					t.Fatalf("cut at request %d: what was committed is gone", n)
				case !whole && !there:
					t.Fatalf("cut at request %d: the original is gone and nothing is in", n)
				case lived && (there || !whole):
					t.Fatalf("after a whole poll: original there %t, all in %t", there, whole)
				case lived && n < 10:
					t.Fatalf("only %d requests", n)
				case lived:
					return
				}
			}
		})
	}
}

// readyForPayments is a town with a registry of payments in the inbox and all that it refers to taken in.
func readyForPayments(t *testing.T) (w *world, name string) {
	t.Helper()
	w = newWorld(t, 30)
	contents := w.files(t)
	for _, f := range w.town.Files() {
		if f.Partner == town.Office {
			w.inbox[town.Office].Write(f.Name, contents[f.Name])
		} else if f.Partner == town.Bank && name == "" {
			name = f.Name
		}
	}
	w.receive(t)
	w.inbox[town.Bank].Write(name, contents[name])
	return w, name
}

// wholeOrNothing reports whether the registry is in; a part of it is an error.
func (w *world) wholeOrNothing(t *testing.T, name string) bool {
	t.Helper()
	got := one[string](t, w.store, `SELECT format('%s files, %s payments, %s keys, %s answers',
(SELECT count(*) FROM files WHERE partner = 'bank'), (SELECT count(*) FROM payments), (SELECT count(*) FROM payment_keys),
(SELECT count(*) FROM outgoing WHERE destination = 'bank'))`)
	none, full := "0 files, 0 payments, 0 keys, 0 answers", fmt.Sprintf("1 files, %[1]d payments, %[1]d keys, 1 answers", w.expected(name).Counts.Rows)
	if got != none && got != full {
		t.Fatalf("half of a file is in: %s", got)
	}
	return got == full
}

func (w *world) expected(name string) town.ExpectedFile {
	for _, f := range w.town.Expected().Files {
		if f.Name == name {
			return f
		}
	}
	return town.ExpectedFile{}
}

// totals is what must be the same however often a month was killed on its way.
func (w *world) totals(tb testing.TB) map[string]string {
	tb.Helper()
	got := map[string]string{}
	for table, columns := range map[string]string{
		"charges":        "house_id, account_id, line, service, kind, zone, seg_from, amount",
		"charged_houses": "house_id, sha256, accounts, held, lines, amount",
		"payment_parts":  "payment_id, account_id, service, payee_id, amount",
		"balances":       "account_id, service, payee_id, opening, charged, corrected, paid, closing",
		"documents":      "account_id, number, to_pay, sha256",
		"gate_houses":    "house_id, compared, accounts",
	} {
		got[table] = one[string](tb, w.store, "SELECT count(*) || ' ' || md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM (SELECT "+
			columns+" FROM "+table+") AS t")
	}
	return got
}

// Killed at any request, the steps of a month come to the same kopecks when they are run again.
func TestMonthKilledAnywhere(t *testing.T) {
	t.Parallel()
	calm := settled(t, 30)
	steps := []struct {
		name string
		cuts []int // where cut; nil: everywhere
		do   func(context.Context, *pipeline.Pipeline, housing.Period) error
	}{
		{"charge", []int{5, 30, 44, 58, 75}, func(ctx context.Context, p *pipeline.Pipeline, m housing.Period) error {
			_, err := p.Charge(ctx, m)
			return err
		}},
		{"ledger", nil, func(ctx context.Context, p *pipeline.Pipeline, m housing.Period) error {
			_, err := p.Ledger(ctx, m)
			return err
		}},
		{"issue", nil, func(ctx context.Context, p *pipeline.Pipeline, m housing.Period) error {
			_, err := p.Issue(ctx, m)
			return err
		}},
	}
	for _, step := range steps {
		if err := step.do(t.Context(), calm.Pipeline, calm.period); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
	}
	want := calm.totals(t)
	w := settled(t, 30)
	for _, step := range steps {
		do := func(ctx context.Context, p *pipeline.Pipeline) error { return step.do(ctx, p, w.period) }
		cuts := 0
		if step.cuts != nil { // the queue of a dead process takes seconds to give up
			for _, n := range step.cuts {
				if !w.killed(t, n, n%2 == 0, do) {
					cuts++
				}
			}
			w.killed(t, 1<<20, false, do)
		} else {
			for !w.killed(t, cuts+1, cuts%2 == 0, do) {
				cuts++
			}
		}
		if cuts < 5 {
			t.Errorf("%s was killed %d times only", step.name, cuts)
		}
	}
	if diff := cmp.Diff(want, w.totals(t)); diff != "" {
		t.Errorf("the month came to something else (-want +got):\n%s", diff)
	}
}
