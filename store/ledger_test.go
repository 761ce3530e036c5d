package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func (w *world) rebuild(t *testing.T, p housing.Period) (changed int64) {
	t.Helper()
	w.tx(t, func(tx *store.Tx) error {
		saved, err := tx.Rebuild(t.Context(), w.issuer.ID, p)
		changed = saved.Balances
		return err
	})
	return changed
}

const balanceRows = `
SELECT concat_ws(' ', to_char(b.period, 'YYYY-MM'), a.number, b.service, b.opening, b.charged, b.corrected, b.paid, b.closing)
FROM balances b JOIN accounts a ON a.id = b.account_id ORDER BY b.period, a.number, b.service`

func TestRebuildBalances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001", "0002")
	september, next := period(t, "2026-09"), period(t, october)
	start := opening(t, housing.Maintenance, 300)
	start.Period = september
	want(t, "opening", apply(t, w, (*store.Tx).ApplyOpeningBalances, start), "accepted")
	w.charge(t, house, september, "a", line(t, "0001", housing.Maintenance, 1000), line(t, "0001", housing.Heating, 70))
	if n := w.rebuild(t, september); n != 2 {
		t.Errorf("the first rebuilding changed %d rows, want 2", n)
	}
	want(t, "payment", apply(t, w, booking(next), payment(t, "u1", "0001", 400)), "accepted")
	correction := line(t, "0001", housing.Maintenance, -20)
	correction.Kind = housing.Correction
	w.charge(t, house, next, "b", line(t, "0001", housing.Maintenance, 1000), correction, line(t, "0002", housing.Gas, 5))
	w.tx(t, func(tx *store.Tx) error {
		return tx.InsertParts(t.Context(), next, []store.PaymentPart{{
			Payment: 1, House: house, Account: accounts["0001"], Due: due(housing.Maintenance, september, 400),
		}})
	})
	if n := w.rebuild(t, next); n != 3 {
		t.Errorf("october changed %d rows, want 3", n)
	}
	want(t, "ledger", w.texts(t, balanceRows),
		"2026-09 0001 heating 0 70 0 0 70", "2026-09 0001 maintenance 300 1000 0 0 1300",
		"2026-10 0001 heating 70 0 0 0 70", "2026-10 0001 maintenance 1300 1000 -20 400 1880", "2026-10 0002 gas 0 5 0 0 5")
	if n := w.rebuild(t, next); n != 0 {
		t.Errorf("nothing new changed %d rows", n)
	}
	w.tx(t, func(tx *store.Tx) error { // twice in one transaction
		for range 2 {
			if _, err := tx.Rebuild(t.Context(), w.issuer.ID, next); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := w.Ledger(t.Context(), w.issuer.ID, next)
	expected := store.LedgerTotals{
		Balance:  housing.Balance{Opening: 1370, Charged: 1005, Corrected: -20, Paid: 400, Closing: 1955},
		Charges:  985,
		Payments: 400,
	}
	if diff := cmp.Diff(expected, got); err != nil || diff != "" {
		t.Errorf("totals: %v (-want +got):\n%s", err, diff)
	}
	// Gas is not charged any more, heating of September was another one.
	w.finish(t, next)
	w.charge(t, house, next, "c", line(t, "0001", housing.Maintenance, 1000), correction)
	if n := w.rebuild(t, next); n != 1 {
		t.Errorf("a vanished charge changed %d rows, want 1", n)
	}
	if other, err := w.Ledger(t.Context(), w.supplier, next); err != nil || other != (store.LedgerTotals{}) {
		t.Errorf("another organisation has a ledger %+v (%v)", other, err)
	}
}

func TestLedgerSeesBrokenChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, _ := w.settle(t, "дом 2", "0001")
	september, next := period(t, "2026-09"), period(t, october)
	w.charge(t, house, september, "a", line(t, "0001", housing.Maintenance, 1000), line(t, "0001", housing.Heating, 70))
	want(t, "brought in later", apply(t, w, (*store.Tx).ApplyOpeningBalances, opening(t, housing.Gas, 30)), "accepted")
	w.rebuild(t, september)
	w.rebuild(t, next)
	broken := func() int {
		l, err := w.Ledger(t.Context(), w.issuer.ID, next)
		if err != nil {
			t.Fatal(err)
		}
		return l.BrokenChain
	}
	if n := broken(); n != 0 {
		t.Errorf("%d breaks in a sound chain", n)
	}
	for i, sql := range []string{
		"UPDATE balances SET charged = charged + 1, closing = closing + 1 WHERE period = '2026-09-01' AND service = 'heating'",
		"DELETE FROM balances WHERE period = '2026-10-01' AND service = 'maintenance'",
		"UPDATE balances SET opening = 31, closing = 31 WHERE period = '2026-10-01' AND service = 'gas'",
	} {
		if _, err := w.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		if n := broken(); n != i+1 {
			t.Errorf("after %s: %d breaks, want %d", sql, n, i+1)
		}
	}
}

// What is left of older months is kept by month; what a month itself leaves is the balance less that.
func TestRebuildDebts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	house, accounts := w.settle(t, "дом 2", "0001")
	september, next := period(t, "2026-09"), period(t, october)
	debts := func(p housing.Period) (list []string) {
		w.rebuild(t, p)
		return w.texts(t, "SELECT concat_ws(' ', service, month, kind, amount) FROM debts WHERE period = $1 ORDER BY 1", p.First())
	}
	dated := opening(t, housing.Maintenance, 300)
	dated.Period, dated.Month = september, period(t, "2026-03")
	undated := opening(t, housing.Maintenance, 40)
	undated.Period = september
	late := dated
	late.Month = september
	want(t, "opening", apply(t, w, (*store.Tx).ApplyOpeningBalances, dated, undated, late), "accepted", "accepted", "late_debt_month")
	w.charge(t, house, september, "a", line(t, "0001", housing.Maintenance, 1000))
	want(t, "september", debts(september), "maintenance 1900-01-01 principal 40", "maintenance 2026-03-01 principal 300")
	part := func(payment int64, month housing.Period, amount housing.Money) store.PaymentPart {
		return store.PaymentPart{Payment: payment, House: house, Account: accounts["0001"], Due: due(housing.Maintenance, month, amount)}
	}
	w.tx(t, func(tx *store.Tx) error {
		if _, err := tx.AddLedgerLines(t.Context(), next, []store.LedgerLine{{
			Key: "p1", House: house, Account: accounts["0001"], Service: housing.Maintenance, Payee: issuerINN, Kind: "penalty",
			Month: september, Amount: 7, Reason: "пени",
		}}); err != nil {
			return err
		}
		return tx.InsertParts(t.Context(), next, []store.PaymentPart{
			part(1, housing.EarlierDebt, 40), part(1, dated.Month, 100), part(2, september, 950), part(2, next, 11),
		})
	})
	want(t, "october", debts(next), "maintenance 2026-03-01 principal 200", "maintenance 2026-09-01 penalty 7", "maintenance 2026-09-01 principal 50")
	want(t, "balance", w.texts(t, "SELECT concat_ws(' ', opening, penalty, paid, closing) FROM balances WHERE period = $1", next.First()), "1340 7 1101 246")
	if l, err := w.Ledger(t.Context(), w.issuer.ID, next); err != nil || l.Lines != 7 || l.BrokenChain != 0 {
		t.Errorf("totals %+v (%v)", l, err)
	}
	want(t, "again", debts(next), "maintenance 2026-03-01 principal 200", "maintenance 2026-09-01 penalty 7", "maintenance 2026-09-01 principal 50")
}
