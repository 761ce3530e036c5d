package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// finished is a town whose month is charged, issued and published.
func finished(tb testing.TB) *world {
	tb.Helper()
	w := settled(tb, 30)
	if _, err := w.Match(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	for _, step := range []func(context.Context, housing.Period) error{
		func(ctx context.Context, m housing.Period) error { _, err := w.Charge(ctx, m); return err },
		func(ctx context.Context, m housing.Period) error { _, err := w.Ledger(ctx, m); return err },
		func(ctx context.Context, m housing.Period) error { _, err := w.Issue(ctx, m); return err },
		func(ctx context.Context, m housing.Period) error { _, err := w.Publish(ctx, m); return err },
	} {
		if err := step(tb.Context(), w.period); err != nil {
			tb.Fatal(err)
		}
	}
	return w
}

// everything is what a person who closes may allow.
func everything() pipeline.CloseRequest {
	return pipeline.CloseRequest{By: "Бухгалтер", Allow: pipeline.Allowances()}
}

func failedChecks(r pipeline.CloseResult) (names []string) {
	for _, c := range r.Checks {
		if !c.Good && !c.Waived {
			names = append(names, c.Name)
		}
	}
	return names
}

func TestCloseFreezesAndOpensTheNext(t *testing.T) {
	t.Parallel()
	w := finished(t)
	result, err := w.Close(t.Context(), w.period, everything())
	if err != nil || !result.Closed {
		t.Fatalf("close: %v, checks failed: %v", err, failedChecks(result))
	}
	next := w.period.Next()
	differs := one[int](t, w.store, `
SELECT count(*)::int FROM (SELECT house_id, account_id, service, payee_id, closing FROM balances WHERE period = $1 AND closing <> 0) AS o
FULL JOIN (SELECT house_id, account_id, service, payee_id, opening, closing AS last FROM balances WHERE period = $2) AS n
USING (house_id, account_id, service, payee_id) WHERE o.closing IS DISTINCT FROM n.opening AND (o.closing IS NOT NULL OR n.opening <> 0)`,
		w.period.First().Time(), next.First().Time())
	if differs != 0 {
		t.Errorf("%d openings of the next month are not the closings", differs)
	}
	first := w.period.First().String()
	for _, sql := range []string{
		"UPDATE balances SET charged = charged + 1, closing = closing + 1 WHERE period = '" + first + "'",
		"DELETE FROM charges WHERE period = '" + first + "'",
		"DELETE FROM " + store.PartitionName("charges", w.period),
		"TRUNCATE " + store.PartitionName("payment_parts", w.period),
		"UPDATE payments SET amount = amount + 1 WHERE period = '" + first + "'",
		"INSERT INTO balances SELECT period, house_id, account_id, 'gas', payee_id + 100, 0, 0, 0, 0, 0, 0 FROM balances WHERE period = '" + first + "' LIMIT 1",
		"UPDATE charged_houses SET amount = amount + 1 WHERE period = '" + first + "'",
		"UPDATE documents SET to_pay = 0 WHERE period = '" + first + "'",
	} {
		if _, err := w.store.Exec(t.Context(), sql); !store.IsClosed(err) {
			t.Errorf("%s: %v, want a refusal", sql, err)
		}
	}
	for name, step := range map[string]func() error{
		"charge": func() error { _, err := w.Charge(t.Context(), w.period); return err },
		"ledger": func() error { _, err := w.Ledger(t.Context(), w.period); return err },
		"issue":  func() error { _, err := w.Issue(t.Context(), w.period); return err },
	} {
		if err := step(); !errors.Is(err, pipeline.ErrClosed) {
			t.Errorf("%s of a closed month: %v", name, err)
		}
	}
	if again, err := w.Close(t.Context(), w.period, everything()); err != nil || !again.Already {
		t.Errorf("close again: %+v, %v", again, err)
	}
	if err := w.Reopen(t.Context(), w.period, "Бухгалтер", ""); !errors.Is(err, pipeline.ErrNotReopened) {
		t.Errorf("reopen without a reason: %v", err)
	}
	if err := w.Reopen(t.Context(), w.period, "Бухгалтер", "ошибка в тарифе"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Errorf("ledger of the month opened again: %v", err)
	}
	trail := all[string](t, w.store, "SELECT concat_ws(' ', actor, action, object, reason) FROM audit WHERE action LIKE 'month.%' ORDER BY id")
	if diff := cmp.Diff([]string{"Бухгалтер month.close " + w.period.String() + " ", "Бухгалтер month.reopen " + w.period.String() + " ошибка в тарифе"}, trail); diff != "" {
		t.Errorf("audit trail (-want +got):\n%s", diff)
	}
}

// A month whose books were tampered with is not closed, and stays open.
func TestCloseRefuses(t *testing.T) {
	t.Parallel()
	w := finished(t)
	first := w.period.First().String()
	for _, test := range []struct{ sql, undo, want string }{
		{
			"UPDATE charges SET amount = amount + 1 WHERE ctid = (SELECT min(ctid) FROM charges)", "UPDATE charges SET amount = amount - 1 WHERE ctid = (SELECT max(ctid) FROM charges)",
			"houses",
		},
		{
			"UPDATE documents SET to_pay = to_pay + 1 WHERE account_id = (SELECT min(account_id) FROM documents)",
			"UPDATE documents SET to_pay = to_pay - 1 WHERE account_id = (SELECT min(account_id) FROM documents)", "unissued",
		},
		{"UPDATE payment_parts SET amount = amount + 1 WHERE ctid = (SELECT min(ctid) FROM payment_parts)", "", "payments"},
	} {
		if _, err := w.store.Exec(t.Context(), test.sql); err != nil {
			t.Fatal(err)
		}
		result, err := w.Close(t.Context(), w.period, pipeline.CloseRequest{By: "x", Allow: []string{pipeline.AllowHeld}})
		if !errors.Is(err, pipeline.ErrNotClosable) || !strings.Contains(strings.Join(failedChecks(result), " "), test.want) {
			t.Errorf("%s: %v, failed %v, want %s", test.sql, err, failedChecks(result), test.want)
		}
		if n := one[int](t, w.store, "SELECT count(*)::int FROM closings"); n != 0 {
			t.Errorf("%d closings", n)
		}
		if test.undo == "" {
			continue
		}
		if _, err := w.store.Exec(t.Context(), test.undo); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.store.Exec(t.Context(), "UPDATE balances SET charged = charged WHERE period = '"+first+"'"); err != nil {
		t.Errorf("the month is frozen: %v", err)
	}
}

// What arrives after the closing is booked in the open month, and a month whose next one was given out
// stays closed.
func TestAfterClosing(t *testing.T) {
	t.Parallel()
	w := finished(t)
	if _, err := w.Close(t.Context(), w.period, everything()); err != nil {
		t.Fatal(err)
	}
	before := one[int64](t, w.store, "SELECT COALESCE(sum(amount), 0)::bigint FROM payments WHERE period > $1", w.period.First().Time())
	account := one[string](t, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 1")
	w.take(t, "bank", "late.txt", registryOf(w, account, "100000009001", "1500,00"))
	if sum := one[int64](t, w.store, "SELECT sum(amount)::bigint FROM payments WHERE period > $1", w.period.First().Time()); sum-before != 150000 {
		t.Errorf("%d kopecks booked in the open month, want 150000", sum-before)
	}
	next := w.period.Next()
	for _, step := range []func() error{
		func() error { _, err := w.Charge(t.Context(), next); return err },
		func() error { _, err := w.Ledger(t.Context(), next); return err },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	house := one[int64](t, w.store, "SELECT min(id) FROM houses")
	err := w.store.InTx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.IssueDocuments(ctx, store.DocumentBook{
			Organisation: w.Organisation.ID, House: house, Period: next, At: w.Now(), SHA256: strings.Repeat("0", 64), Body: []byte{0},
			Documents: []store.IssuedDocument{{Account: 1, Number: "1", PayBy: next.Last(), SHA256: strings.Repeat("0", 64), CheckCode: "1"}},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Reopen(t.Context(), w.period, "x", "y"); !errors.Is(err, pipeline.ErrNotReopened) {
		t.Errorf("reopened although the next month was given out: %v", err)
	}
}

// registryOf is a registry of one payment.
func registryOf(w *world, account, number, amount string) string {
	on := strings.ReplaceAll(w.period.First().AddDays(11).Russian(), ".", "-")
	return on + ";10-00-00;8618/00138;9999999V;" + number + ";" + account + ";;;;" + amount + ";" + amount + ";0,00;2\r\n=1;" + amount + ";" + amount + ";0,00;77;" + on + "\r\n"
}

// Reports of a past moment are the files given out then, to the byte, whatever happened since.
func TestReportAsOf(t *testing.T) {
	t.Parallel()
	w := finished(t)
	given := map[string][]byte{}
	published, err := w.Publish(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range published.Files {
		if given[f.Path], err = os.ReadFile(w.file(f.Path)); err != nil {
			t.Fatal(err)
		}
	}
	moment := one[time.Time](t, w.store, "SELECT clock_timestamp()")
	w.upset(t)
	changed, err := w.Publish(t.Context(), w.period)
	if err != nil || changed.Changed < 3 {
		t.Fatalf("after all that, %d files changed (%v)", changed.Changed, err)
	}
	differ(t, published, changed)
	result, err := w.ReportAsOf(t.Context(), w.period, moment)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range result.Files {
		content, err := os.ReadFile(w.file(f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if !f.Identical || !bytes.Equal(content, given[published.Files[i].Path]) {
			t.Errorf("%s is not the file given out then", f.Path)
		}
	}
	now, err := w.ReportAsOf(t.Context(), w.period, one[time.Time](t, w.store, "SELECT clock_timestamp()"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range now.Files {
		if !f.Identical || f.SHA256 != changed.Files[i].SHA256 {
			t.Errorf("%s as of now is not the last one given out", f.Path)
		}
	}
	early, err := w.ReportAsOf(t.Context(), w.period, moment.Add(-time.Hour))
	if err != nil || early.Files[0].Rows != 0 || early.Files[0].Identical {
		t.Errorf("an hour before anything was there: %+v, %v", early.Files[0], err)
	}
}

// differ checks that what was changed shows: else a report of the past proves nothing.
func differ(t *testing.T, was, is pipeline.PublishResult) {
	t.Helper()
	for _, title := range []string{"Сводная начислений и оплат", "Реестр поступлений", "Невыясненные платежи", "Баланс домов денежный", "Сверка с ГИС ЖКХ"} {
		for i, f := range is.Files {
			if strings.HasPrefix(filepath.Base(f.Path), title+" ") && f.SHA256 == was.Files[i].SHA256 {
				t.Errorf("%s is as it was", title)
			}
		}
	}
}

// upset changes whatever reports show: a payment more, one identified, one reversed, other names, charges
// of a house anew, a correction of a month before, meters and readings; then the month is closed and opened again.
func (w *world) upset(tb testing.TB) {
	tb.Helper()
	account := one[string](tb, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 1")
	w.take(tb, "bank", "late.txt", registryOf(w, account, "100000009001", "1500,00"))
	unknown := one[string](tb, w.store, "SELECT key FROM payments WHERE account_id IS NULL ORDER BY id LIMIT 1")
	known := one[string](tb, w.store, "SELECT key FROM payments WHERE account_id IS NOT NULL ORDER BY id LIMIT 1")
	for _, change := range []pipeline.PaymentChange{
		{Key: unknown, Account: account, Reason: "заявление", By: "Оператор"}, {Key: known, Reverse: true, Reason: "возврат", By: "Оператор"},
	} {
		if _, err := w.ChangePayment(tb.Context(), change); err != nil {
			tb.Fatal(err)
		}
	}
	for _, sql := range []string{
		"UPDATE accounts SET payer = 'ДРУГОЙ ПЛАТЕЛЬЩИК' WHERE number = '" + account + "'",
		"UPDATE tariffs SET price = price * 2",
		"UPDATE house_meters SET serial = serial || '-1'", "UPDATE benefit_entries SET recorded_at = now()", "UPDATE readings SET value = value + 1",
		"UPDATE account_references SET number = number || '9'", "DELETE FROM stated_amounts", "DELETE FROM house_volumes",
		`INSERT INTO ledger_lines (period, house_id, account_id, service, payee_id, kind, month, amount, reason, document, key)
SELECT c.period, c.house_id, c.account_id, c.service, c.payee_id, 'correction', (c.period - interval '1 month')::date, -777, 'перерасчёт', 'акт 1', 'upset'
FROM charges c ORDER BY c.account_id, c.line LIMIT 1`,
	} {
		if _, err := w.store.Exec(tb.Context(), sql); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := w.Charge(tb.Context(), w.period); err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Ledger(tb.Context(), w.period); err != nil {
		tb.Fatal(err)
	}
	if result, err := w.Close(tb.Context(), w.period, everything()); err != nil {
		tb.Fatalf("close: %v, failed %v", err, failedChecks(result))
	}
	if err := w.Reopen(tb.Context(), w.period, "Бухгалтер", "ещё одна правка"); err != nil {
		tb.Fatal(err)
	}
	w.exec(tb, "UPDATE accounts SET payer = 'ЕЩЁ ОДИН' WHERE number = '"+account+"'")
}
