package pipeline_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// years is a town whose accountant does whatever comes to mind, and what the next step must know.
type years struct {
	*world
	open              housing.Period
	closings, reopens int
	corrections       int
}

// do takes one step. Closing takes longest, so there are few of it.
func (y *years) do(t *testing.T, r *rapid.T) {
	t.Helper()
	switch what := rapid.SampledFrom([]string{"pay", "pay", "pay", "reverse", "move", "release", "correct", "correct", "close", "reopen"}).Draw(r, "what"); what {
	case "pay":
		y.payment(t, rapid.IntRange(0, 22).Draw(r, "account"), rapid.Int64Range(1, 5e6).Draw(r, "kopecks"))
	case "reverse", "move", "release":
		y.decide(t, r, what)
	case "correct":
		y.correct(t, rapid.IntRange(0, 19).Draw(r, "account"), housing.Money(rapid.Int64Range(-3e5, 3e5).Filter(func(n int64) bool { return n != 0 }).Draw(r, "kopecks")))
	case "close":
		if y.closings == 3 || y.open > y.period.Next() {
			return
		}
		y.closings++
		if _, err := y.Charge(t.Context(), y.open); err != nil {
			r.Fatal(err)
		}
		if result, err := y.Close(t.Context(), y.open, everything()); err != nil {
			r.Fatalf("close %s: %v, failed %v", y.open, err, failedChecks(result))
		}
		y.open = y.open.Next()
	case "reopen":
		if y.reopens == 2 || y.open == y.period {
			return
		}
		y.reopens++
		if err := y.Reopen(t.Context(), y.open.Prev(), "Бухгалтер", "проверка"); err != nil {
			r.Fatal(err)
		}
		y.open = y.open.Prev()
	}
}

// payment comes in for the n-th account; there are fewer accounts, so some belong to none.
func (y *years) payment(t *testing.T, n int, kopecks int64) {
	t.Helper()
	y.exec(t, `
INSERT INTO payments (period, organisation_id, account_id, house_id, key, account, payee_id, paid_on, amount, transfer, fee, source_id, source_pos)
SELECT $2, o.id, a.id, a.house_id, 'seq-' || nextval(pg_get_serial_sequence('payments', 'id')), COALESCE(a.number, '?'), o.id, $2::date + 24, $3, $3, 0,
    (SELECT min(id) FROM sources), 1
FROM organisations o LEFT JOIN LATERAL (SELECT * FROM accounts ORDER BY id OFFSET $1 LIMIT 1) AS a ON true WHERE o.inn = $4`,
		n, y.open.First(), kopecks, y.config.Organisation.INN)
}

// decide changes the place of a payment; what cannot be done is refused and changes nothing.
func (y *years) decide(t *testing.T, r *rapid.T, what string) {
	t.Helper()
	keys := all[string](t, y.store, "SELECT key FROM payments WHERE period <= $1 ORDER BY id", y.open.First().Time())
	change := pipeline.PaymentChange{Key: rapid.SampledFrom(keys).Draw(r, "payment"), Reason: "по заявлению", By: "Оператор"}
	switch what {
	case "reverse":
		change.Reverse, change.Amount = true, housing.Money(rapid.Int64Range(0, 2e5).Draw(r, "of it")) // 0: all
	case "move":
		change.Account = rapid.SampledFrom(all[string](t, y.store, "SELECT number FROM accounts ORDER BY id")).Draw(r, "to")
	}
	_, err := y.ChangePayment(t.Context(), change)
	if err != nil && !errors.Is(err, pipeline.ErrNothingLeft) && !errors.Is(err, pipeline.ErrSamePlace) {
		r.Fatal(err)
	}
}

// correct books a line of a month before in the open one, twice under one key: it counts once.
func (y *years) correct(t *testing.T, n int, amount housing.Money) {
	t.Helper()
	y.corrections++
	number := one[string](t, y.store, "SELECT number FROM accounts ORDER BY id OFFSET $1 LIMIT 1", n)
	for range 2 {
		err := y.store.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			place, err := tx.AccountPlace(ctx, y.Organisation.ID, number)
			if err != nil {
				return err
			}
			_, err = tx.AddLedgerLines(ctx, y.open, []store.LedgerLine{{
				Key: "seq/" + strconv.Itoa(y.corrections), House: place.House, Account: place.Account, Service: "heating", Payee: y.config.Organisation.INN,
				Kind: "correction", Month: y.open.Prev(), Amount: amount, Reason: "перерасчёт", Document: "акт",
			}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Money is conserved: whatever payments, reversals, moves, corrections, closings and reopenings follow each
// other, the parts of a payment are the payment, and what was brought in and all lines since come to the closing
// balance, by account, service and payee.
func TestMoneyIsConserved(t *testing.T) {
	t.Parallel()
	y := &years{world: finished(t)}
	y.open = y.period
	rapid.Check(t, func(r *rapid.T) { // every draw goes on where the one before it ended
		y.do(t, r)
		if err := y.store.EnsureMonth(t.Context(), y.open); err != nil {
			r.Fatal(err)
		}
		if _, err := y.Ledger(t.Context(), y.open); err != nil {
			r.Fatal(err)
		}
		const flow = `
WITH flow AS (
    SELECT account_id, service, payee_id, amount FROM opening_balances WHERE period <= $1
    UNION ALL SELECT account_id, service, payee_id, amount FROM charges WHERE period <= $1
    UNION ALL SELECT account_id, service, payee_id, amount FROM ledger_lines WHERE period <= $1
    UNION ALL SELECT account_id, service, payee_id, -amount FROM payment_parts WHERE period <= $1)
SELECT count(*)::int FROM (SELECT account_id, service, payee_id, sum(amount) AS amount FROM flow GROUP BY 1, 2, 3) AS f
FULL JOIN (SELECT account_id, service, payee_id, closing FROM balances WHERE period = $1) AS b USING (account_id, service, payee_id)
WHERE COALESCE(f.amount, 0) <> COALESCE(b.closing, 0)`
		if n := one[int](t, y.store, flow, y.open.First().Time()); n != 0 {
			r.Fatalf("%d balances of %s are not what all lines come to", n, y.open)
		}
		y.wholeMoney(t, "in between")
		if t.Failed() {
			r.Fatal("money is lost")
		}
	})
	if y.closings == 0 || y.corrections == 0 {
		t.Errorf("only %d closings and %d corrections were drawn", y.closings, y.corrections)
	}
}
