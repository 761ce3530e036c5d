package pipeline_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// penalised is a town whose first account owed 1000 roubles for May 2026 (due on 15 June) when our records
// began, and nothing else; so do others who are none of the test's business.
func penalised(t *testing.T) (w *world, account int64) {
	t.Helper()
	w = settled(t, 20)
	if _, err := w.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	account = one[int64](t, w.store, "SELECT min(id) FROM accounts")
	w.exec(t, "DELETE FROM opening_balances")
	w.exec(t, "DELETE FROM payments WHERE account_id = $1", account)
	w.exec(t, `
INSERT INTO opening_balances (period, account_id, service, payee_id, month, amount, source_id, source_pos)
SELECT '2026-10-01', $1, 'maintenance', min(o.id), '2026-05-01', 100000, min(s.id), 1 FROM organisations o, sources s
WHERE o.inn = $2`, account, w.config.Organisation.INN)
	return w, account
}

func (w *world) exec(tb testing.TB, sql string, args ...any) {
	tb.Helper()
	if _, err := w.store.Exec(tb.Context(), sql, args...); err != nil {
		tb.Fatal(err)
	}
}

func (w *world) ledger(t *testing.T, period housing.Period) pipeline.LedgerResult {
	t.Helper()
	if err := w.store.EnsureMonth(t.Context(), period); err != nil {
		t.Fatal(err)
	}
	result, err := w.Ledger(t.Context(), period)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (w *world) penalty(t *testing.T, account int64, period housing.Period) housing.Money {
	t.Helper()
	return housing.Money(one[int64](t, w.store, "SELECT COALESCE(sum(penalty), 0)::bigint FROM balances WHERE account_id = $1 AND period = $2",
		account, period.First()))
}

// A month books what the debt grew by in it: days 108 to 138 bear 1/130 of 9.5 %.
func TestPenaltyGrows(t *testing.T) {
	t.Parallel()
	w, account := penalised(t)
	first := w.ledger(t, w.period)
	if got := w.penalty(t, account, w.period); got != 2266 || first.Penalty.Charged != 2266 { // 1000 × 31 × 9.5 % / 130 = 22.6538, of two rounded totals
		t.Errorf("October: %s, all %s, want 22.66", got, first.Penalty.Charged)
	}
	again := w.ledger(t, w.period)
	if again.Changed != 0 || again.Penalty.Changed != 0 || again.Penalty.Charged != first.Penalty.Charged {
		t.Errorf("the second time: %+v", again)
	}
	november := w.period.Next()
	w.ledger(t, november)
	if got := w.penalty(t, account, november); got != 2192 { // 30 days; October's own charges are not late yet
		t.Errorf("November: %s, want 21.92", got)
	}
}

// A payment of 13 October pays October's part of May's debt off: its share bears no more from the 14th on.
// One registered in October that was made in June takes back what would have been charged since.
func TestPenaltyAndPayments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		on   string
		want housing.Money
	}{
		"in the month":     {"2026-10-13", 1740}, // (400 × 13 + 600 × 31) × 9.5 % / 130 = 17.3923, of two rounded totals
		"registered late":  {"2026-06-10", 103},  // 600 by 31 October is 32.4462, 1000 by 30 September was 31.4231
		"after the period": {"2026-11-02", 2266}, // booked in October, paid later: still owed
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, account := penalised(t)
			w.exec(t, `
INSERT INTO payments (period, organisation_id, account_id, house_id, key, account, payee_id, paid_on, for_period, amount, transfer, fee, source_id, source_pos)
SELECT '2026-10-01', a.organisation_id, a.id, a.house_id, 'test', a.number, a.organisation_id, $2::date, '2026-05-01', 40000, 40000, 0, a.source_id, 1
FROM accounts a WHERE a.id = $1`, account, test.on)
			w.ledger(t, w.period)
			if got := w.penalty(t, account, w.period); got != test.want {
				t.Errorf("penalty %s, want %s", got, test.want)
			}
		})
	}
}

// From 2027 on the cap of the rate is not confirmed: penalties are shown and not booked.
func TestPenaltyThatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	w, account := penalised(t)
	w.ledger(t, w.period)
	var result pipeline.LedgerResult
	period := w.period
	for range 3 {
		period = period.Next()
		result = w.ledger(t, period)
	}
	if got := w.penalty(t, account, period); got != 0 || result.Penalty.Shown <= 0 || len(result.Penalty.Notes) != 1 {
		t.Errorf("January 2027: booked %s, %+v", got, result.Penalty)
	}
}

// An office may forgo penalties.
func TestPenaltySwitchedOff(t *testing.T) {
	t.Parallel()
	w, account := penalised(t)
	w.ledger(t, w.period)
	config := w.config
	for i := range config.Parameters {
		if config.Parameters[i].Name == "penalty.mode" {
			config.Parameters[i].Value = "none"
		}
	}
	p, err := pipeline.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w.Pipeline = p
	november := w.period.Next()
	w.ledger(t, november)
	if got := w.penalty(t, account, november); got != 0 {
		t.Errorf("booked %s", got)
	}
}

// The day table comes to what the months booked, but for a kopeck a rounded total; a debt that the month of
// the first record brought in was not booked before it.
func TestPenaltySheet(t *testing.T) {
	t.Parallel()
	w, account := penalised(t)
	number := one[string](t, w.store, "SELECT number FROM accounts WHERE id = $1", account)
	w.ledger(t, w.period)
	sheet, err := w.PenaltySheet(t.Context(), number, w.period)
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet.Claims) != 1 || sheet.Total != 5408 || sheet.Booked != 2266 { // 1000 × (60 / 300 + 48 / 130) × 9.5 % = 54.0769
		t.Errorf("sheet of %d claims, %s, booked %s", len(sheet.Claims), sheet.Total, sheet.Booked)
	}
	rows := make([]string, 0, len(sheet.Claims[0].Rows))
	for _, r := range sheet.Claims[0].Rows {
		rows = append(rows, fmt.Sprintf("%s %s–%s %d %s %s %s", r.Kind, r.Days.From, r.Days.To, r.Days.Days(), r.Debt, r.Share(), r.Amount))
	}
	want := []string{
		"без пеней 2026-06-16–2026-07-16 30 1000.00  0.00", "начислено 2026-07-16–2026-09-14 60 1000.00 1/300 19.00",
		"начислено 2026-09-14–2026-11-01 48 1000.00 1/130 35.08",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var pdf, xlsx bytes.Buffer
	if err := errors.Join(w.Printer.Penalties(&pdf, sheet), w.WritePenalties(t.Context(), &xlsx, w.period, sheet)); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF")) || !bytes.HasPrefix(xlsx.Bytes(), []byte("PK")) {
		t.Error("the papers are none")
	}
	if _, err := w.PenaltySheet(t.Context(), "none", w.period); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an account that is not there: %v", err)
	}
}
