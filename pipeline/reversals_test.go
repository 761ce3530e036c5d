package pipeline_test

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/profiles"
	"github.com/kvitok-gkh/kvitok/town"
)

const tochkaHead = "TRANS_DATE;TRANSACTION_ID;SUM;COMMISSION;PARENT_TRANSACTION_ID;TRANSACTION_TYPE;ORDER_UID"

// tochka writes a registry of Tochka: day;number;sum;parent;type;account.
func tochka(rows ...string) string {
	lines := append(make([]string, 0, len(rows)+1), tochkaHead)
	for _, row := range rows {
		c := strings.Split(row, ";")
		lines = append(lines, fmt.Sprintf("%s.10.2026;%s;%s;0,00;%s;%s;%s", c[0], c[1], c[2], c[3], c[4], c[5]))
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// debt is what an account owes at the end of the open month, once the ledger agrees.
func (w *world) debt(t *testing.T, account string) housing.Money {
	t.Helper()
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	return housing.Money(one[int64](t, w.store, `
SELECT COALESCE(sum(b.closing), 0)::bigint FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.number = $1 AND b.period = $2`,
		account, w.period.First().Time()))
}

func codesOf(f pipeline.FileResult) string {
	codes := make([]string, 0, len(f.Problems))
	for _, p := range f.Problems {
		codes = append(codes, fmt.Sprintf("%d %s", p.Row, p.Code))
	}
	return strings.Join(codes, ", ")
}

// A refund names the operation that it takes back: the debts which that had paid are owed again to the kopeck, once, whatever
// file brings the refund. The register, the reconciliation and the trace show both rows.
func TestReversalByNumber(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	owed := w.debt(t, account)
	pay := w.take(t, town.Bank, "tochka-1.csv", tochka("02;t1;1500,00;;PAYMENT;"+account, "02;t2;700,00;;PAYMENT;"+account))
	wantFile(t, pay, "tochka-payments", housing.FileAccepted, 2)
	if got, want := w.debt(t, account), owed-220000; got != want {
		t.Fatalf("the account owes %s after two payments, want %s", got, want)
	}
	back := tochka("05;t3;1500,00;t1;REFUND;"+account, "06;t4;200,00;t2;REFUND;"+account)
	wantFile(t, w.take(t, town.Bank, "tochka-2.csv", back), "tochka-payments", housing.FileAccepted, 2)
	if got, want := w.debt(t, account), owed-50000; got != want {
		t.Errorf("the account owes %s after a whole and a partial refund, want %s", got, want)
	}
	again := w.take(t, town.Bank, "tochka-again.csv", back+"\r\n")
	if again.Counts.Accepted != 0 || again.Counts.Unchanged != 2 || w.debt(t, account) != owed-50000 {
		t.Errorf("the same refunds by another name: %+v", again.Counts)
	}
	other := w.take(t, town.Bank, "tochka-3.csv", tochka("05;t3;1400,00;t1;REFUND;"+account))
	if codesOf(other) != "2 payment_key_conflict" {
		t.Errorf("a refund of the same number with another sum: %s", codesOf(other))
	}
	w.wholeMoney(t, "after refunds")

	var register []string
	var sum housing.Money
	for _, r := range slices.Concat(listed(t, w.store.PaymentRegister(t.Context(), w.Organisation.ID, w.period)),
		listed(t, w.store.ReversalRegister(t.Context(), w.Organisation.ID, w.period))) {
		if strings.HasPrefix(r.Payment.Key, "t") {
			register = append(register, fmt.Sprintf("%s %s %s %s", r.Payment.Key, r.Payment.Amount, r.Left, r.State))
			sum += r.Payment.Amount
		}
	}
	slices.Sort(register)
	want := []string{"t1 1500.00 0.00 reversed", "t2 700.00 500.00 ", "t3 -1500.00 -1500.00 reversal", "t4 -200.00 -200.00 reversal"}
	if diff := cmp.Diff(want, register); diff != "" || sum != 50000 {
		t.Errorf("the register comes to %s (-want +got):\n%s", sum, diff)
	}
	reconciled, err := w.Reconcile(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(reconciled.Apart, func(r housing.Reconciliation) bool { return r.Registry == "tochka-2.csv" })
	if at < 0 || reconciled.Apart[at].Amount != -170000 || reconciled.Apart[at].Rows != 2 {
		t.Errorf("the reconciliation does not show the refunds with their sign: %+v", reconciled.Apart)
	}
	trace, err := w.Trace(t.Context(), pipeline.TraceInput{Source: housing.Source{Kind: housing.SourceFile, Name: "tochka-2.csv", Position: 2}, Limit: 9})
	if err != nil || len(trace.Payments) != 1 || trace.Payments[0].Amount != 150000 || len(trace.Payments[0].Decisions) != 1 ||
		trace.Payments[0].Decisions[0].Reason != "сторно по реестру tochka-2.csv, строка 2" {
		t.Errorf("the row of the refund leads to %+v (%v)", trace.Payments, err)
	}
}

// A refund whose payment is not known stays among the unidentified with its reason, and is settled as soon as the payment comes.
// It is money that left: it lessens what belongs to no account.
func TestReversalBeforeItsPayment(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	owed := w.debt(t, account)
	unknown := w.unknown(t)
	early := w.take(t, town.Bank, "tochka-1.csv", tochka("05;t3;1500,00;t1;REFUND;"+account))
	wantFile(t, early, "tochka-payments", housing.FileAccepted, 1)
	if codesOf(early) != "2 unidentified_reversal" || !strings.Contains(early.Problems[0].Text, "платёж, который отменяет эта строка, не найден; сторно учтено в невыясненных") {
		t.Errorf("the row is told %+v", early.Problems)
	}
	if got := w.unknown(t); got != unknown-150000 || w.debt(t, account) != owed {
		t.Errorf("belongs to no account: %s, was %s; the account owes %s, want %s", got, unknown, w.debt(t, account), owed)
	}
	open := w.openReversals(t)
	if len(open) != 1 || open[0].Left != -150000 || open[0].Reason != "сторно: платёж, который отменяет эта строка, не найден" {
		t.Fatalf("among the unidentified: %+v", open)
	}
	late := w.take(t, town.Bank, "tochka-2.csv", tochka("02;t1;1500,00;;PAYMENT;"+account))
	wantFile(t, late, "tochka-payments", housing.FileAccepted, 1)
	if got := w.unknown(t); len(w.openReversals(t)) != 0 || got != unknown || w.debt(t, account) != owed {
		t.Errorf("once the payment came: %d open, %s belong to no account, the account owes %s", len(w.openReversals(t)), got, w.debt(t, account))
	}
	w.wholeMoney(t, "after a refund that came first")
}

// What speaks against a reversal is told with its row; the accountant decides in the workbook, and the sums agree after it.
func TestReversalsDoubted(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	numbers := all[string](t, w.store, "SELECT number FROM accounts ORDER BY number LIMIT 2")
	mine, other := numbers[0], numbers[1]
	owed := w.debt(t, mine)
	w.take(t, town.Bank, "tochka-1.csv", tochka("02;t1;100,00;;PAYMENT;"+mine, "02;t2;100,00;;PAYMENT;"+mine, "02;t3;50,00;;PAYMENT;"+mine, "02;t4;60,00;;PAYMENT;"+mine))
	for _, test := range []struct{ row, why string }{
		{"05;r1;100,00;t1;REFUND;" + other, "платёж № t1 пришёл по другому лицевому счёту (" + mine + ")"},
		{"05;r2;100,01;t1;REFUND;" + mine, "сумма сторно 100,01 больше остатка платежа № t1 (100,00)"},
		{"05;r3;100,00;;REFUND;" + mine, "подходят несколько платежей: № t1, № t2"},
		{"01;r4;50,00;;REFUND;" + mine, "платёж, который отменяет эта строка, не найден"}, // the payment is of a later day
		{"05;r5;50,00;;REFUND;" + mine, ""}, // the only one of that sum
		{"05;r6;50,00;t3;REFUND;" + mine, "платёж № t3 уже возвращён полностью"},
	} {
		f := w.take(t, town.Bank, "tochka-"+test.row[3:5]+".csv", tochka(test.row))
		switch {
		case test.why == "" && len(f.Problems) > 0:
			t.Errorf("%s: %+v", test.row, f.Problems)
		case test.why != "" && (codesOf(f) != "2 unidentified_reversal" || !strings.HasPrefix(f.Problems[0].Text, test.why+";")):
			t.Errorf("%s: %+v, want %s", test.row, f.Problems, test.why)
		}
	}
	if got := w.debt(t, mine); got != owed-26000 {
		t.Errorf("the account owes %s, want %s", got, owed-26000)
	}
	rows := map[string]int{}
	for i, a := range w.filledPayments(t, nil) {
		if a.Reversal {
			rows[a.Key] = i + 2
		}
	}
	result, err := w.ApplyPaymentAnswers(t.Context(), w.filledPayments(t, map[int][2]string{
		rows["r3"]: {"t2", "звонок банка"}, rows["r6"]: {housing.PaymentAnswerDone, "учтено строкой r5"}, rows["r2"]: {"t1", "ошибка"}, rows["r4"]: {"t9", "нет такого"},
	}), "Петрова")
	if err != nil || result.Reversed != 1 || result.Set != 1 || len(result.Problems) != 2 {
		t.Errorf("applied %+v: %v", result, err)
	}
	if got, open := w.debt(t, mine), len(w.openReversals(t)); got != owed-16000 || open != 3 {
		t.Errorf("the account owes %s, want %s; %d are open, want r1, r2 and r4", got, owed-16000, open)
	}
	trail := all[string](t, w.store, "SELECT concat_ws(' ', actor, action, object, reason) FROM audit WHERE action IN ('payment.reverse', 'payment.dismiss') ORDER BY id")
	want := []string{
		"реестр payment.reverse payment t3 сторно по реестру tochka-r5.csv, строка 2", "Петрова payment.reverse payment t2 звонок банка",
		"Петрова payment.dismiss reversal r6 учтено строкой r5",
	}
	slices.Sort(trail)
	slices.Sort(want)
	if diff := cmp.Diff(want, trail); diff != "" {
		t.Errorf("audit trail (-want +got):\n%s", diff)
	}
	w.wholeMoney(t, "after the workbook")
}

// A profile of a bank that writes a reversal as a negative row of the payment's own number: the totals count it with its sign,
// and a registry whose totals forget it is refused whole.
func TestReversalByNegativeAmount(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	owed := w.debt(t, account)
	own, err := profiles.Parse([]byte(`
name: our-bank
version: 1
title: Наш банк
subject: payments
kind: text
delimiter: "|"
dates: [dd.mm.yyyy]
reversal: {negative: true}
lines:
  - {prefix: "=", is: total, last: true, required: true, columns: [{at: 1, name: Количество, counts: rows}, {at: 2, name: Итого, sums: amount}]}
  - columns:
      - {at: 1, name: № операции, field: key, type: digits, required: true, unique: true}
      - {at: 2, name: Лицевой счёт, field: account}
      - {at: 3, name: Дата, field: paid_on, required: true}
      - {at: 4, name: Сумма, field: amount, required: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	formats, err := catalogue.Load([]*profiles.Profile{own})
	if err != nil {
		t.Fatal(err)
	}
	w.Pipeline = w.with(t, func(c *pipeline.Config) { c.Formats = formats.Catalogue })
	rows := "8001|" + account + "|02.10.2026|300,00\r\n8001|" + account + "|03.10.2026|-300,00\r\n8002|" + account + "|03.10.2026|40,00\r\n"
	wrong := w.take(t, town.Bank, "our-1.txt", rows+"=3|640,00\r\n")
	if wrong.Status != housing.FileRefused || !strings.Contains(wrong.Reason, "сумма по строкам 40,00") && !strings.Contains(wrong.Reason, "итого по строкам 40,00") {
		t.Errorf("totals without the sign: %s %s", wrong.Status, wrong.Reason)
	}
	wantFile(t, w.take(t, town.Bank, "our-2.txt", rows+"=3|40,00\r\n"), "our-bank", housing.FileAccepted, 3)
	if got := w.debt(t, account); got != owed-4000 {
		t.Errorf("the account owes %s, want %s", got, owed-4000)
	}
	w.wholeMoney(t, "after a negative row")
}

// Operation 2 of the sectioned load takes back a payment of a month that is closed: in the open month.
func TestReversalOfClosedMonth(t *testing.T) {
	t.Parallel()
	w := finished(t)
	account := one[string](t, w.store, "SELECT min(a.number) FROM accounts a JOIN payments p ON p.account_id = a.id")
	key := one[string](t, w.store, "SELECT min(p.key) FROM payments p JOIN accounts a ON a.id = p.account_id WHERE a.number = $1", account)
	amount := housing.Money(one[int64](t, w.store, "SELECT amount FROM payments WHERE key = $1", key))
	if _, err := w.Close(t.Context(), w.period, pipeline.CloseRequest{By: "x", Allow: []string{pipeline.AllowHeld}}); err != nil {
		t.Fatal(err)
	}
	closed := w.ledgerOf(t, w.period)
	w.take(t, town.Bank, "tochka.csv", tochka("28;r1;"+amount.RussianPlain()+";"+key+";REFUND;"+account))
	next := w.period.Next()
	parts := one[int64](t, w.store, "SELECT COALESCE(sum(amount), 0)::bigint FROM payment_parts WHERE period = $1 AND amount < 0", next.First().Time())
	if housing.Money(parts) != -amount {
		t.Errorf("%s is taken back in %s, want %s", housing.Money(parts), next, -amount)
	}
	if diff := cmp.Diff(closed, w.ledgerOf(t, w.period)); diff != "" {
		t.Errorf("the closed month has changed (-before +after):\n%s", diff)
	}
	w.wholeMoney(t, "after a reversal of a closed month")
}

func listed[T any](t *testing.T, rows iter.Seq2[T, error]) (list []T) {
	t.Helper()
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

func (w *world) ledgerOf(t *testing.T, period housing.Period) []string {
	t.Helper()
	return all[string](t, w.store, "SELECT b::text FROM balances b WHERE period = $1 ORDER BY 1", period.First().Time())
}

func (w *world) unknown(t *testing.T) housing.Money {
	t.Helper()
	totals, err := w.store.Ledger(t.Context(), w.Organisation.ID, w.period)
	if err != nil {
		t.Fatal(err)
	}
	return totals.Unknown
}

func (w *world) openReversals(t *testing.T) []housing.PaymentQuestion {
	t.Helper()
	list, err := w.Unidentified(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(q housing.PaymentQuestion) bool { return !q.Reversal })
}
