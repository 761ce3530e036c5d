package pipeline_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// payingSource writes registries of one format. Numbers of its operations are those of a file, where it has any.
type payingSource struct {
	numbering string // whose numbers it has
	partner   string
	name      func(file int) string
	write     func(t *testing.T, file int, rows []paidRow) string
}

func payingSources() map[string]payingSource {
	named := func(form string) func(int) string { return func(file int) string { return fmt.Sprintf(form, file) } }
	// renumbered writes a registry whose numbers no other file has.
	renumbered := func(write func(*testing.T, []paidRow) string, number, form string) func(*testing.T, int, []paidRow) string {
		return func(t *testing.T, file int, rows []paidRow) string {
			t.Helper()
			return strings.ReplaceAll(write(t, rows), number, fmt.Sprintf(form, file))
		}
	}
	return map[string]payingSource{
		"sber-b": {"", town.Bank, named("9900173450_40702810800000000777_%03d.txt"), renumbered(sberRows, ";810000000", ";%09d")},
		"tochka": {"", town.Bank, named("tochka-%d.csv"), renumbered(tochkaRows, ";tb", ";tb-%d-")},
		"pipe":   {"sber-pipe/", town.Bank, named("pipe-%d.txt"), renumbered(pipeRows, "|000055|", "|%06d|")},
		"rc":     {"rc/", town.Bank, named("packs-%d.txt"), renumbered(rcRows, "|2000000", "|2%06d")},
		"load":   {"load:", town.Office, named("load-%d.txt"), renumbered(sectionedRows, "|91|9900", "|91|%04d")},
		"pochta": {"-", town.Bank, named("post-%d.txt"), func(t *testing.T, file int, rows []paidRow) string {
			t.Helper()
			return postRows(t, rows) + strings.Repeat("\r\n", file%2) // not the bytes of the file before
		}},
		"dbf": {
			"-", town.Bank, named("9900173450_40702810800000000777_77_%d_D02102026.dbf"),
			renumbered(dbfRows, "40702810800000000777", "407028108%011d"),
		},
	}
}

func postRows(t *testing.T, rows []paidRow) string {
	t.Helper()
	lines := append(make([]string, 0, len(rows)+1), fmt.Sprintf("%d;%s;02.10.2026;03.10.2026;", len(rows), total(t, rows)))
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf("%s;ТЕСТОВ ИВАН ПЕТРОВИЧ;ул. Садовая;;%s.;%s.%s;", r.account, r.sum, r.day, r.month))
	}
	return cp1251(t, lines...)
}

// paidIn is what payments of the town come to, those with an account and those without.
func (w *world) paidIn(tb testing.TB) (booked, held housing.Money) {
	tb.Helper()
	booked = housing.Money(one[int64](tb, w.store, "SELECT COALESCE(sum(amount), 0)::bigint FROM payments WHERE account_id IS NOT NULL"))
	return booked, housing.Money(one[int64](tb, w.store, "SELECT COALESCE(sum(amount), 0)::bigint FROM payments WHERE account_id IS NULL"))
}

// A payment that comes again through another file is never booked twice in silence, whatever the two sources are: it is
// held with the file and row of the first one, unless numbers of one numbering tell the two apart. No money is lost.
func TestEveryPairOfSources(t *testing.T) { //nolint:gocognit // a table of pairs
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	sources := payingSources()
	file := 100
	for _, first := range sortedKeys(sources) {
		for _, second := range sortedKeys(sources) {
			a, b := sources[first], sources[second]
			file += 2
			rows := []paidRow{{account, "02", "10.2026", fmt.Sprintf("%d.00", file)}}
			sum := total(t, rows)
			booked, held := w.paidIn(t)
			name := a.name(file)
			if f := w.take(t, a.partner, name, a.write(t, file, rows)); f.Counts.Accepted == 0 || strings.Contains(codesOf(f), "equal") {
				t.Fatalf("%s: %s %s %+v", first, f.Status, f.Reason, f.Problems)
			}
			f := w.take(t, b.partner, b.name(file+1), b.write(t, file+1, rows))
			nowBooked, nowHeld := w.paidIn(t)
			doubt := a.numbering != b.numbering || a.numbering == housing.NoNumber
			wantBooked, wantHeld := booked+2*sum, held
			if doubt {
				wantBooked, wantHeld = booked+sum, held+sum
			}
			if nowBooked != wantBooked || nowHeld != wantHeld {
				t.Errorf("%s, then %s: %s booked and %s held more, want %s and %s: %s %+v", first, second, nowBooked-booked, nowHeld-held,
					wantBooked-booked, wantHeld-held, f.Status, f.Problems)
			}
			at := slices.IndexFunc(f.Problems, func(p housing.Problem) bool { return p.Code == "equal_payment" })
			if doubt != (at >= 0) || doubt && (!strings.Contains(f.Problems[at].Text, "(файл «"+name+"», строка ") || f.Problems[at].Row == 0) {
				t.Errorf("%s, then %s: the row is told %+v", first, second, f.Problems)
			}
		}
	}
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// The number of the bank in another source is the number of the bank: the payment is known and not held.
func TestSameNumberOfOtherSource(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	rows := []paidRow{{account, "02", "10.2026", "100.00"}}
	wantFile(t, w.take(t, town.Bank, "9900173450_40702810800000000777_811.txt", sberRows(t, rows)), "sber-payments-b", housing.FileAccepted, 1)
	booked, held := w.paidIn(t)
	load := w.take(t, town.Office, "load-1.txt", strings.ReplaceAll(sectionedRows(t, rows), "|91|990001|", "|91|810000000000|"))
	if load.Counts.Unchanged != 1 || load.Counts.Accepted != 0 || !strings.HasPrefix(codesOf(load), "4 same_payment") {
		t.Errorf("the same number of another source: %+v %s", load.Counts, codesOf(load))
	}
	if nowBooked, nowHeld := w.paidIn(t); nowBooked != booked || nowHeld != held {
		t.Errorf("%s and %s, before %s and %s", nowBooked, nowHeld, booked, held)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM payment_keys WHERE key LIKE '%:810000000000'"); n != 0 {
		t.Error("the key of a payment that is none stands")
	}
}

// What was paid to somebody else is other money, whatever else is alike.
func TestEqualPaymentsOfTwoPayees(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	rows := []paidRow{{account, "02", "10.2026", "100.00"}}
	booked, held := w.paidIn(t)
	wantFile(t, w.take(t, town.Bank, "9900182110_40603810100000000015_811.txt", sberRows(t, rows)), "sber-payments-b", housing.FileAccepted, 1)
	wantFile(t, w.take(t, town.Bank, "post-1.txt", postRows(t, rows)), "pochta-payments", housing.FileAccepted, 1)
	if nowBooked, nowHeld := w.paidIn(t); nowBooked != booked+2*total(t, rows) || nowHeld != held {
		t.Errorf("%s booked and %s held, before %s and %s", nowBooked, nowHeld, booked, held)
	}
}

// A registry of which every payment has come in another file is that one again, whoever sends it and in whatever shape: nobody
// is asked about each row. Two rows alike within one file are two payments.
func TestWholeFileAgain(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	accounts := strings.Fields(one[string](t, w.store, "SELECT string_agg(number, ' ' ORDER BY number) FROM accounts"))
	rows := []paidRow{
		{accounts[0], "02", "10.2026", "100.00"},
		{accounts[0], "02", "10.2026", "100.00"},
		{accounts[1], "02", "10.2026", "200.00"},
		{accounts[2], "02", "10.2026", "300.00"},
	}
	wantFile(t, w.take(t, town.Bank, "post-1.txt", postRows(t, rows)), "pochta-payments", housing.FileAccepted, 4)
	booked, held := w.paidIn(t)
	more := append(slices.Clone(rows), paidRow{accounts[3], "02", "10.2026", "400.00"}, paidRow{accounts[3], "02", "10.2026", "400.00"})
	for _, c := range []struct {
		name, text, partner string
		accepted            int
		more                housing.Money
	}{
		{"post-2.txt", postRows(t, more), town.Bank, 2, 80000},                                    // the same and two new ones
		{"load-1.txt", sectionedRows(t, rows[1:]), town.Office, 0, 0},                             // a part of those
		{"9900173450_40702810800000000777_77_1_D02102026.dbf", dbfRows(t, rows), town.Bank, 0, 0}, // in another shape
		{"post-3.txt", postRows(t, rows[:2]), town.Bank, 2, 0},                                    // one family's: perhaps they paid again
	} {
		f := w.take(t, c.partner, c.name, c.text)
		if f.Counts.Accepted != c.accepted || f.Counts.Unchanged != f.Counts.Rows-c.accepted {
			t.Errorf("%s: %s %+v %+v", c.name, f.Reason, f.Counts, f.Problems)
		}
		if c.accepted == 0 && !strings.Contains(codesOf(f), "known_payments") {
			t.Errorf("%s: %+v", c.name, f.Problems)
		}
		booked += c.more
		if nowBooked, _ := w.paidIn(t); nowBooked != booked {
			t.Errorf("%s: %s is booked, want %s", c.name, nowBooked, booked)
		}
	}
	if _, nowHeld := w.paidIn(t); nowHeld != held+20000 {
		t.Errorf("%s more is held, want the two payments of one family", nowHeld-held)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM payment_twins"); n != 2 {
		t.Errorf("%d pairs are kept, want 2", n)
	}
	if again := w.take(t, town.Bank, "post-3.txt", postRows(t, rows[:2])); again.Status != housing.FileRepeated {
		t.Errorf("the very file again: %s", again.Status)
	}
}

// What is held goes out in the workbook and comes back: a second payment is put to its account, one that had come before
// is counted once. Each decision stands in the audit trail.
func TestDecideOnEqualPayments(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	rows := []paidRow{{account, "02", "10.2026", "100.00"}, {account, "03", "10.2026", "200.00"}}
	owed := w.debt(t, account)
	w.take(t, town.Bank, "post-1.txt", postRows(t, rows))
	w.take(t, town.Office, "load-1.txt", sectionedRows(t, rows))
	if got := w.debt(t, account); got != owed-30000 {
		t.Fatalf("the account owes %s less before a decision, want 300.00", owed-got)
	}
	var book bytes.Buffer
	if _, err := w.ExportUnidentified(t.Context(), &book, "Бухгалтер"); err != nil {
		t.Fatal(err)
	}
	result, err := w.ApplyPaymentAnswers(t.Context(), decidedTwins(t, book.Bytes(), account), "Бухгалтер")
	if err != nil || result.Assigned != 1 || result.Same != 1 || len(result.Problems) != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	if got := w.debt(t, account); got != owed-40000 {
		t.Errorf("the account owes %s less, want 400.00", owed-got)
	}
	w.wholeMoney(t, "after decisions on equal payments")
	want := "reverse тот же платёж, что № pochta/2026-10-03/" + account + "/2026-10-03/200.00//1 (файл «post-1.txt», строка 3): звонок"
	got := one[string](t, w.store, "SELECT kind || ' ' || reason FROM payment_decisions WHERE kind = 'reverse'")
	if got != want && !strings.HasPrefix(got, "reverse тот же платёж, что № pochta/") {
		t.Errorf("the decision reads %q", got)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM audit WHERE action IN ('payment.assign', 'payment.reverse') AND actor = 'Бухгалтер'"); n != 2 {
		t.Errorf("%d decisions in the audit trail, want 2", n)
	}
	states := map[string]int{}
	for _, r := range listed(t, w.store.PaymentRegister(t.Context(), w.Organisation.ID, w.period)) {
		states[r.State]++
	}
	if states[housing.PaymentRepeated] != 1 || states[housing.PaymentMoved] != 1 {
		t.Errorf("the register has %v", states)
	}
	key := one[string](t, w.store, "SELECT key FROM payments WHERE key LIKE 'pochta/%' LIMIT 1")
	if _, err := w.ChangePayment(t.Context(), pipeline.PaymentChange{Key: key, Same: true, By: "Бухгалтер"}); err == nil {
		t.Error("a payment that equals none is the same as none")
	}
}

// decidedTwins fills the workbook: the payment of 100.00 is a second one, that of 200.00 the same.
func decidedTwins(t *testing.T, content []byte, account string) []housing.PaymentAnswer {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(housing.PaymentSheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if i == 0 || !strings.Contains(row[8], "похож на платёж") {
			continue
		}
		answer := account
		if strings.HasPrefix(row[4], "200") {
			answer = housing.PaymentAnswerSame
		}
		for column, text := range map[string]string{"K": answer, "L": "звонок"} {
			if err := f.SetCellStr(housing.PaymentSheet, fmt.Sprintf("%s%d", column, i+1), text); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	list, problems, err := answers.ReadPayments(importers.Input{Name: "b.xlsx", Size: int64(out.Len()), Content: bytes.NewReader(out.Bytes()), Temp: t.TempDir()})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return list
}

// The partner's setting decides: equal payments are booked with a warning, or booked.
func TestEqualRowsOfPartner(t *testing.T) {
	t.Parallel()
	for law, code := range map[housing.EqualRows]string{housing.WarnEqual: "2 equal_payment_booked", housing.BookEqual: ""} {
		w := settled(t, 30)
		account := one[string](t, w.store, "SELECT min(number) FROM accounts")
		rows := []paidRow{{account, "02", "10.2026", "100.00"}}
		at := slices.IndexFunc(w.Partners, func(p pipeline.Partner) bool { return p.Name == town.Bank })
		w.Partners[at].EqualRows = law
		w.take(t, town.Bank, "post-1.txt", postRows(t, rows))
		booked, held := w.paidIn(t)
		f := w.take(t, town.Bank, "post-2.txt", postRows(t, rows)+"\r\n")
		nowBooked, nowHeld := w.paidIn(t)
		if codesOf(f) != code || nowBooked != booked+10000 || nowHeld != held {
			t.Errorf("%s: %s, %s booked, %s held", law, codesOf(f), nowBooked-booked, nowHeld-held)
		}
		list, err := w.BookedTwins(t.Context())
		if err != nil || len(list) != 1 || list[0].Row != 2 || list[0].Registry != "post-2.txt" || list[0].Left != 10000 {
			t.Fatalf("%s: booked though equal: %+v, %v", law, list, err)
		}
		if _, err := w.ChangePayment(t.Context(), pipeline.PaymentChange{Key: list[0].Payment.Key, Same: true, By: "Бухгалтер"}); err != nil {
			t.Errorf("%s: the same after all: %v", law, err)
		}
		if list, err := w.BookedTwins(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("%s: once it is decided: %+v, %v", law, list, err)
		}
	}
}

// The rehearsal shows what would be held, and writes nothing.
func TestRehearsalOfEqualPayments(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	rows := []paidRow{{account, "02", "10.2026", "100.00"}}
	w.take(t, town.Bank, "post-1.txt", postRows(t, rows))
	booked, held := w.paidIn(t)
	r, err := w.Rehearse(t.Context(), pipeline.RehearsalInput{
		Partner: town.Office, Files: []string{outFile(t, "load-1.txt", sectionedRows(t, rows))}, Period: w.period,
	})
	if err != nil || len(r.Files) != 1 || !strings.HasPrefix(codesOf(r.Files[0]), "4 equal_payment") {
		t.Errorf("the rehearsal tells %+v (%v)", r.Files, err)
	}
	for _, change := range r.Changes {
		if strings.Contains(fmt.Sprintf("%+v", change), "numbering") {
			t.Errorf("the accountant reads %+v", change)
		}
	}
	if nowBooked, nowHeld := w.paidIn(t); nowBooked != booked || nowHeld != held {
		t.Error("the rehearsal has written")
	}
}
