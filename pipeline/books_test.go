package pipeline_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// broken finds what must never be in the books, each with how to say it.
func broken() map[string]string {
	return map[string]string{
		"payments whose parts do not add up to them": `
SELECT count(*)::int FROM payments p LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM payment_parts GROUP BY payment_id) s ON s.payment_id = p.id
WHERE p.account_id IS NOT NULL AND s.amount IS DISTINCT FROM p.amount`,
		"parts of another account or payee than their payment": `
SELECT count(*)::int FROM payment_parts s JOIN payments p ON p.id = s.payment_id AND p.period = s.period
WHERE s.account_id <> p.account_id OR s.payee_id <> p.payee_id OR s.amount <= 0`,
		"rows of the ledger whose charges are not those of the month": `
SELECT count(*)::int FROM (SELECT period, account_id, service, payee_id, charged + corrected AS amount FROM balances) b
FULL JOIN (SELECT period, account_id, service, payee_id, sum(amount)::bigint AS amount FROM charges GROUP BY 1, 2, 3, 4) c
    USING (period, account_id, service, payee_id)
WHERE COALESCE(b.amount, 0) <> COALESCE(c.amount, 0)`,
		"rows of the ledger whose payments are not those distributed": `
SELECT count(*)::int FROM (SELECT period, account_id, service, payee_id, paid FROM balances) b
FULL JOIN (SELECT period, account_id, service, payee_id, sum(amount)::bigint AS paid FROM payment_parts GROUP BY 1, 2, 3, 4) s
    USING (period, account_id, service, payee_id)
WHERE COALESCE(b.paid, 0) <> COALESCE(s.paid, 0)`,
		"rows of the ledger that do not close": "SELECT count(*)::int FROM balances WHERE closing <> opening + charged + corrected + penalty - paid",
	}
}

func (w *world) checkBooks(t *testing.T) (sound bool) {
	t.Helper()
	sound = true
	for what, sql := range broken() {
		if n := one[int](t, w.store, sql); n > 0 {
			t.Errorf("%d %s", n, what)
			sound = false
		}
	}
	return sound
}

// Whatever comes in whatever order, the books stay right to the kopeck.
func TestBooksStayRight(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	accounts := one[int](t, w.store, "SELECT count(*)::int FROM accounts")
	other := w.another(t)
	charged := 0
	rapid.Check(t, func(r *rapid.T) { // every draw goes on where the one before it ended
		switch rapid.SampledFrom([]string{"pay", "pay", "pay", "together", "recompute"}).Draw(r, "what") {
		case "pay":
			for range rapid.IntRange(1, 4).Draw(r, "payments") {
				w.pay(t, rapid.IntRange(1, accounts).Draw(r, "account"), housing.Money(rapid.Int64Range(1, 1e6).Draw(r, "amount")).RussianPlain())
			}
		case "together":
			w.pay(t, rapid.IntRange(1, accounts).Draw(r, "account"), "0.01")
			together(t, w, func(p *pipeline.Pipeline) error {
				_, err := p.Ledger(t.Context(), w.period)
				return err
			})
		case "recompute":
			if charged++; charged > 8 { // charging takes longest
				return
			}
			const grow = "UPDATE occupancies SET area = area + 1 WHERE account_id = (SELECT id FROM accounts ORDER BY id OFFSET $1 - 1 LIMIT 1)"
			if _, err := w.store.Exec(t.Context(), grow, rapid.IntRange(1, accounts).Draw(r, "account")); err != nil {
				r.Fatal(err)
			}
			if result, err := other.Charge(t.Context(), w.period); err != nil || result.Changed != 1 {
				r.Fatalf("%d houses changed, %v", result.Changed, err)
			}
		}
		if _, err := w.Ledger(t.Context(), w.period); err != nil {
			r.Fatal(err)
		}
		if !w.checkBooks(t) {
			r.Fatal("the books are wrong")
		}
	})
}

// Two processes that distribute at once, several lanes each, use every payment once.
func TestDistributeTogether(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	w.config.LedgerBatch, w.LedgerBatch = 1, 1 // every house by itself
	for n := range 40 {
		w.pay(t, n%60+1, "33.33")
	}
	var sum int
	together(t, w, func(p *pipeline.Pipeline) error {
		result, err := p.Ledger(t.Context(), w.period)
		w.mu.Lock()
		defer w.mu.Unlock()
		sum += result.Distributed
		return err
	})
	if sum != 40 {
		t.Errorf("%d payments are distributed, want 40", sum)
	}
	w.checkBooks(t)
}

// November opens with what October closed with, also when October changes after November was drawn up.
func TestChainOfMonths(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	november := w.period.Next()
	if _, err := w.Charge(t.Context(), november); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if _, err := w.Ledger(t.Context(), november); err != nil {
			t.Fatal(err)
		}
		const chain = `
SELECT count(*)::int FROM (SELECT * FROM balances WHERE period = '2026-10-01') o
FULL JOIN (SELECT * FROM balances WHERE period = '2026-11-01') n USING (account_id, service, payee_id)
WHERE COALESCE(o.closing, 0) <> COALESCE(n.opening, 0)`
		if n := one[int](t, w.store, chain); n > 0 {
			t.Errorf("%d rows of November do not open with what October closed with", n)
		}
		w.checkBooks(t)
	}
	check()
	if n := one[int](t, w.store, "SELECT count(*)::int FROM balances WHERE period = '2026-11-01' AND charged <> 0"); n == 0 {
		t.Error("nothing was charged in November")
	}
	w.pay(t, 3, "500.05")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	check()
}
