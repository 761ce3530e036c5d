package pipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// stood is the money and the pairs that stand, in one line.
func (w *world) stood(tb testing.TB) string {
	tb.Helper()
	return one[string](tb, w.store, `SELECT format('%s booked, %s held, %s pairs, %s same, %s keys',
(SELECT COALESCE(sum(amount), 0) FROM payments WHERE account_id IS NOT NULL), (SELECT COALESCE(sum(amount), 0) FROM payments WHERE account_id IS NULL),
(SELECT count(*) FROM payment_twins), (SELECT count(*) FROM payment_twins WHERE same), (SELECT count(*) FROM payment_keys))`)
}

// Killed at any request, a file with payments like those of another one is in whole or not at all: what is held is held with its pair,
// what came again is taken off with its key, and nothing is booked twice.
func TestTwinsKilledAnywhere(t *testing.T) {
	t.Parallel()
	calm := settled(t, 30)
	accounts := strings.Fields(one[string](t, calm.store, "SELECT string_agg(number, ' ' ORDER BY number) FROM accounts"))
	first := []paidRow{{accounts[0], "02", "10.2026", "100.00"}, {accounts[1], "02", "10.2026", "200.00"}, {accounts[2], "02", "10.2026", "300.00"}}
	for name, second := range map[string][]paidRow{
		"held":      {first[0], {accounts[3], "02", "10.2026", "400.00"}},
		"withdrawn": append(first[:3:3], paidRow{accounts[3], "02", "10.2026", "400.00"}),
	} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s late=%t", name, late), func(t *testing.T) {
				t.Parallel()
				w := settled(t, 30)
				w.take(t, town.Bank, "post-1.txt", postRows(t, first))
				before := w.stood(t)
				w.inbox[town.Bank].Write("post-2.txt", postRows(t, second))
				w.killedUntilWhole(t, late, before)
				after := w.stood(t)
				if f := w.take(t, town.Bank, "post-2.txt", postRows(t, second)); f.Status != housing.FileRepeated || w.stood(t) != after {
					t.Errorf("the file again: %s, %s, was %s", f.Status, w.stood(t), after)
				}
			})
		}
	}
}

// killedUntilWhole takes in what lies in the inbox, cut at one request after another, until a process lives to the end: all the while
// there stands what stood before or what stands in the end.
func (w *world) killedUntilWhole(t *testing.T, late bool, before string) {
	t.Helper()
	in := map[string]int{}
	for n := 1; ; n += 2 {
		lived := w.killed(t, n, late, func(ctx context.Context, p *pipeline.Pipeline) error {
			_, err := p.Receive(ctx, w.partner(town.Bank), w.period)
			return err
		})
		now := w.stood(t)
		if now != before {
			in[now] = n
		}
		if _, there := w.inbox[town.Bank].Bytes("post-2.txt"); !there && now == before {
			t.Fatalf("cut at request %d: the original is gone and nothing is in", n)
		}
		if len(in) > 1 || len(in) == 1 && now == before {
			t.Fatalf("cut at request %d: half of a file was in: %v, now %s", n, in, now)
		}
		if lived {
			if n < 10 || len(in) != 1 {
				t.Fatalf("%d requests, %v", n, in)
			}
			return
		}
	}
}

// Killed at any request, the word that a payment is the one of another file takes the money back with the pair, or leaves both; told
// again it takes nothing back twice.
func TestSameAsTwinKilledAnywhere(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprintf("late=%t", late), func(t *testing.T) {
			t.Parallel()
			w := balanced(t, 30)
			account := one[string](t, w.store, "SELECT min(number) FROM accounts")
			rows := []paidRow{{account, "02", "10.2026", "100.00"}}
			w.take(t, town.Bank, "post-1.txt", postRows(t, rows))
			w.take(t, town.Office, "load-1.txt", sectionedRows(t, rows))
			key := one[string](t, w.store, "SELECT key FROM payment_twins")
			for n := 1; ; n++ {
				lived := w.killed(t, n, late, func(ctx context.Context, p *pipeline.Pipeline) error {
					_, err := p.ChangePayment(ctx, pipeline.PaymentChange{Key: key, Same: true, Reason: "звонок", By: "Бухгалтер"})
					return err
				})
				got := one[string](t, w.store, `SELECT format('%s same, %s decisions, %s back',
(SELECT count(*) FROM payment_twins WHERE same), (SELECT count(*) FROM payment_decisions WHERE kind = 'reverse'),
(SELECT COALESCE(sum(-amount), 0) FROM payment_decisions WHERE kind = 'reverse'))`)
				whole := strings.HasPrefix(got, "1 same, 1 decisions, ")
				if !whole && !strings.HasPrefix(got, "0 same, 0 decisions, ") {
					t.Fatalf("cut at request %d: %s", n, got)
				}
				if lived || whole {
					if !whole || n < 5 {
						t.Fatalf("after %d requests: %s", n, got)
					}
					break
				}
			}
			w.wholeMoney(t, "after the decision")
		})
	}
}
