package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// wholeMoney checks what no kill may break: a payment lies nowhere, or whole where its last decision put
// it; none came in twice; the chain of the audit trail is whole.
func (w *world) wholeMoney(t *testing.T, when string) {
	t.Helper()
	for what, sql := range map[string]string{
		"payments distributed in part or twice": `
SELECT count(*)::int FROM (
    SELECT p.id FROM payments p JOIN payment_parts x ON x.payment_id = p.id AND x.entry = 0
    GROUP BY p.id, p.amount HAVING sum(x.amount) <> p.amount) AS bad`,
		"payments that do not lie where they were put": `
SELECT count(*)::int FROM (
    SELECT p.id FROM payments p JOIN payment_parts x ON x.payment_id = p.id
    GROUP BY p.id, p.amount, p.account_id
    HAVING sum(x.amount) <> CASE WHEN p.account_id IS NULL THEN 0 ELSE p.amount END
        + (SELECT COALESCE(sum(CASE WHEN to_account IS NULL THEN 0 ELSE amount END - CASE WHEN from_account IS NULL THEN 0 ELSE amount END), 0)
           FROM payment_decisions d WHERE d.payment_id = p.id)) AS bad`,
		"decisions without their parts": `
SELECT count(*)::int FROM payment_decisions d
WHERE (from_account IS NOT NULL OR to_account IS NOT NULL) AND NOT EXISTS (SELECT FROM payment_parts x WHERE x.entry = d.id AND x.payment_id = d.payment_id)`,
		"decisions that the audit trail does not have": `
SELECT (SELECT count(*) FROM payment_decisions)::int - (SELECT count(*) FROM audit WHERE action IN ('payment.assign', 'payment.move', 'payment.release', 'payment.reverse'))::int`,
		"offsets that do not add up to nothing": `
SELECT count(*)::int FROM (SELECT entry FROM payment_parts WHERE payment_id = 0 GROUP BY entry HAVING sum(amount) <> 0) AS bad`,
	} {
		if n := one[int](t, w.store, sql); n != 0 {
			t.Errorf("%s: %d %s", when, n, what)
		}
	}
	if _, broken, err := w.store.CheckAudit(t.Context()); err != nil || len(broken) > 0 {
		t.Errorf("%s: the audit trail is broken at %v (%v)", when, broken, err)
	}
}

// Killed at any request, a decision on a payment is there whole or not at all, and the second try either
// makes it or finds it made.
func TestPaymentDecisionKilledAnywhere(t *testing.T) {
	t.Parallel()
	w := balanced(t, 20)
	accounts := all[string](t, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 2")
	key := one[string](t, w.store, "SELECT min(key) FROM payments WHERE account_id IS NOT NULL")
	lived := 0
	for n := 1; lived < 2; n++ {
		change := pipeline.PaymentChange{Key: key, Account: accounts[n%2], Reason: "заявление", By: "Оператор"}
		decided := one[int](t, w.store, "SELECT count(*)::int FROM payment_decisions")
		if w.killed(t, n, n%4 < 2, func(ctx context.Context, p *pipeline.Pipeline) error {
			_, err := p.ChangePayment(ctx, change)
			if errors.Is(err, pipeline.ErrSamePlace) { // where it lay at first
				return nil
			}
			return err
		}) {
			lived++
		}
		when := fmt.Sprintf("cut at request %d", n)
		w.wholeMoney(t, when)
		if _, err := w.ChangePayment(t.Context(), change); err != nil && !errors.Is(err, pipeline.ErrSamePlace) {
			t.Fatalf("%s, again: %v", when, err)
		}
		if more := one[int](t, w.store, "SELECT count(*)::int FROM payment_decisions") - decided; more > 1 {
			t.Errorf("%s: %d decisions of one", when, more)
		}
		w.wholeMoney(t, when+", again")
	}
	if result, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Errorf("the ledger after all that: %v, %+v", err, result.Totals)
	}
}

// Killed at any commit, closing leaves the month open and as it was or closed with its next month drawn up;
// opening it again likewise. Run again, both come to what an undisturbed month comes to.
func TestCloseKilledAtEveryCommit(t *testing.T) { //nolint:gocognit,funlen // one story, told in order
	t.Parallel()
	w := finished(t)
	state := func() string {
		return one[string](t, w.store, `
SELECT format('closed %s, next month %s', (SELECT count(*) FROM closings WHERE reopened_at IS NULL AND period = $1),
    (SELECT CASE WHEN EXISTS (SELECT FROM balances WHERE period = $2) THEN 'drawn up' ELSE 'empty' END))`,
			w.period.First().Time(), w.period.Next().First().Time())
	}
	sums := func() map[string]string {
		got := w.totals(t)
		delete(got, "gate_houses")
		return got
	}
	closed := func(ctx context.Context, p *pipeline.Pipeline) error {
		_, err := p.Close(ctx, w.period, everything())
		return err
	}
	reopened := func(ctx context.Context, p *pipeline.Pipeline) error {
		err := p.Reopen(ctx, w.period, "Бухгалтер", "проверка")
		if errors.Is(err, pipeline.ErrNotReopened) { // it was, before the cut
			return nil
		}
		return err
	}
	cuts := 0
	for n := 1; ; n++ {
		lived := w.killedAtCommit(t, n, n%2 == 0, closed)
		w.wholeMoney(t, fmt.Sprintf("close cut at commit %d", n))
		if got := state(); got != "closed 0, next month empty" && got != "closed 1, next month drawn up" {
			t.Errorf("close cut at commit %d: %s", n, got)
		}
		if lived {
			break
		}
		cuts++
	}
	if cuts < 4 {
		t.Errorf("closing was cut at %d commits only", cuts)
	}
	if err := closed(t.Context(), w.Pipeline); err != nil {
		t.Fatal(err)
	}
	want := sums()
	for n := 1; ; n++ {
		lived := w.killed(t, n, n%2 == 0, reopened)
		standing := one[int](t, w.store, "SELECT count(*)::int FROM closings WHERE reopened_at IS NULL")
		trail := one[int](t, w.store, "SELECT count(*)::int FROM audit WHERE action = 'month.reopen'")
		if back := one[int](t, w.store, "SELECT count(*)::int FROM closings WHERE reopened_at IS NOT NULL"); back != trail {
			t.Errorf("reopen cut at request %d: %d reopened, %d lines in the audit trail", n, back, trail)
		}
		if lived && standing != 0 {
			t.Error("reopened, and still closed")
		}
		if standing == 0 {
			if err := closed(t.Context(), w.Pipeline); err != nil {
				t.Fatal(err)
			}
		}
		if lived {
			break
		}
	}
	if diff := cmp.Diff(want, sums()); diff != "" {
		t.Errorf("opened and closed again, the month came to something else (-want +got):\n%s", diff)
	}
}

// Killed at any request, booking penalties comes to the same kopecks when it is run again.
func TestPenaltiesKilledAnywhere(t *testing.T) {
	t.Parallel()
	w, account := penalised(t)
	const booked = "SELECT COALESCE(sum(amount), 0)::bigint FROM ledger_lines WHERE kind = 'penalty' AND account_id = $1"
	do := func(ctx context.Context, p *pipeline.Pipeline) error {
		_, err := p.Ledger(ctx, w.period)
		return err
	}
	var seen []int64
	for n := 1; ; n++ {
		lived := w.killed(t, n, n%2 == 0, do)
		if sum := one[int64](t, w.store, booked, account); len(seen) == 0 || seen[len(seen)-1] != sum {
			seen = append(seen, sum)
		}
		w.wholeMoney(t, fmt.Sprintf("cut at request %d", n))
		if lived {
			break
		}
	}
	if len(seen) != 2 || seen[0] != 0 || housing.Money(seen[1]) != w.penalty(t, account, w.period) {
		t.Errorf("penalties seen on the way: %v, in the ledger %s", seen, w.penalty(t, account, w.period))
	}
}

// A transaction of the ledger that the database gives up for another one is run again.
func TestLedgerOutlivesLostTransactions(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w := settled(t, 20)
			if _, err := w.Charge(t.Context(), w.period); err != nil {
				t.Fatal(err)
			}
			w.exec(t, "CREATE SEQUENCE lost_parts") // sequences count also what is rolled back
			w.exec(t, "CREATE SEQUENCE lost_balances")
			w.exec(t, `
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval(TG_ARGV[0]::regclass) <= 2 THEN
        RAISE EXCEPTION 'lost to another transaction' USING ERRCODE = '`+code+`';
    END IF;
    RETURN NULL;
END $$`)
			for table, sequence := range map[string]string{"payment_parts": "lost_parts", "balances": "lost_balances"} {
				w.exec(t, "CREATE TRIGGER lose AFTER INSERT ON "+store.PartitionName(table, w.period)+
					" FOR EACH STATEMENT EXECUTE FUNCTION lose('"+sequence+"')")
			}
			if _, err := w.Ledger(t.Context(), w.period); err != nil {
				t.Fatal(err)
			}
			if lost := one[int64](t, w.store, "SELECT least(lost_parts.last_value, lost_balances.last_value) FROM lost_parts, lost_balances"); lost < 3 {
				t.Errorf("only %d transactions were put to the test", lost)
			}
			w.wholeMoney(t, "after losses")
		})
	}
}
