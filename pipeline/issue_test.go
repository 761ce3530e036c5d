package pipeline_test

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// balanced is a town with its month charged and its ledger drawn up.
func balanced(t *testing.T, accounts int) *world {
	t.Helper()
	w := settled(t, accounts)
	if _, err := w.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) issue(t *testing.T, p *pipeline.Pipeline) pipeline.IssueResult {
	t.Helper()
	result, err := p.Issue(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// drawn are the files below the receipts of the month, with their contents.
func (w *world) drawn(t *testing.T) map[string]string {
	t.Helper()
	return tree(t, w.file("receipts", w.period.String()))
}

// What stands on the documents is what stands in the ledger, and what is drawn is drawn once.
func TestIssueOnce(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	first := w.issue(t, w.Pipeline)
	closing := one[int64](t, w.store, "SELECT sum(closing)::bigint FROM balances WHERE period = '2026-10-01'")
	accounts := one[int](t, w.store, "SELECT count(*)::int FROM accounts")
	if first.ToPay != housing.Money(closing) || first.Documents != accounts || first.Changed != accounts || first.Pages < accounts {
		t.Errorf("issued %+v; the ledger closes with %d of %d accounts", first, closing, accounts)
	}
	const differ = `
SELECT count(*)::int FROM documents d FULL JOIN
    (SELECT account_id, sum(closing)::bigint AS closing FROM balances WHERE period = '2026-10-01' GROUP BY account_id) b USING (account_id)
WHERE d.to_pay IS DISTINCT FROM b.closing`
	if n := one[int](t, w.store, differ); n != 0 {
		t.Errorf("%d documents differ from the ledger", n)
	}
	files := w.drawn(t)
	again := w.issue(t, w.Pipeline)
	if again.Changed != 0 || again.Pages != 0 || again.ToPay != first.ToPay || again.Documents != first.Documents {
		t.Errorf("issued again: %+v", again)
	}
	name := slices.Sorted(maps.Keys(files))[0]
	if err := os.Remove(w.file("receipts", w.period.String(), name)); err != nil {
		t.Fatal(err)
	}
	if third := w.issue(t, w.Pipeline); third.Changed != 0 || third.Pages == 0 {
		t.Errorf("a file that was deleted is not drawn again: %+v", third)
	}
	if diff := cmp.Diff(files, w.drawn(t)); diff != "" {
		t.Error("the files differ when they are drawn again")
	}
}

// The pages of a print file follow the flats.
func TestPagesInFlatOrder(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	w.issue(t, w.Pipeline)
	const flats = `
SELECT a.number FROM accounts a JOIN premises p ON p.id = a.premises_id
WHERE a.house_id = (SELECT min(id) FROM houses) ORDER BY p.flat::int, p.room`
	want := all[string](t, w.store, flats)
	address := one[string](t, w.store, "SELECT address FROM houses ORDER BY id LIMIT 1")
	text := pdfText(t, w.file("receipts", w.period.String(), strings.ReplaceAll(address, "/", "_")+".pdf"))
	var got []string
	for _, number := range regexp.MustCompile(`\b0100\d{6}\b`).FindAllString(text, -1) {
		if len(got) == 0 || got[len(got)-1] != number {
			got = append(got, number)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("accounts in the order of pages (-want +got):\n%s", diff)
	}
}

func pdfText(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output() //nolint:gosec // a file of the test
	if err != nil {
		t.Fatalf("read %s with poppler: %v", path, err)
	}
	return string(out)
}

// Only the house of a new payment is drawn again.
func TestIssueAfterAPayment(t *testing.T) {
	t.Parallel()
	w := balanced(t, 120)
	w.issue(t, w.Pipeline)
	files := w.drawn(t)
	w.pay(t, 1, "123.45")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	if result := w.issue(t, w.Pipeline); result.Changed != 1 {
		t.Errorf("%d documents changed, want 1", result.Changed)
	}
	changed := 0
	for name, content := range w.drawn(t) {
		if files[name] != content {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d files changed, want 1", changed)
	}
}

// pay books a payment of the n-th account to the issuer.
func (w *world) pay(t *testing.T, n int, amount string) {
	t.Helper()
	money, err := housing.ParseMoney(amount)
	if err != nil {
		t.Fatal(err)
	}
	const sql = `
INSERT INTO payments (period, organisation_id, account_id, house_id, key, account, payee_id, payer, address, paid_on, amount, transfer, fee,
    order_no, source_id, source_pos)
SELECT '2026-10-01', a.organisation_id, a.id, a.house_id, 'test-' || nextval(pg_get_serial_sequence('payments', 'id')), a.number,
    a.organisation_id, '', '', '2026-10-25', $2, $2, 0, '', a.source_id, 1
FROM accounts a ORDER BY a.id OFFSET $1 - 1 LIMIT 1`
	if _, err := w.store.Exec(t.Context(), sql, n, int64(money)); err != nil {
		t.Fatal(err)
	}
}

// Documents that nobody could pay by are held with a reason that an accountant understands; what was
// drawn of them before is withdrawn.
func TestHeldDocuments(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	single := w.with(t, func(c *pipeline.Config) { c.SingleFiles = true })
	before := w.issue(t, single)
	if drawn := len(w.drawn(t)); drawn <= before.Documents {
		t.Fatalf("%d files for %d documents and their houses", drawn, before.Documents)
	}
	tests := []struct{ name, set, want string }{
		{"no bank", "bank_account = '', bic = ''", "не заполнены банковские реквизиты получателя"},
		{
			"a field of the code", "bank_account = '40603810100000000015', bic = '049900845', kpp = '12345'",
			"нельзя составить платёжный код (QR): проверьте реквизит «КПП получателя»",
		},
	}
	for _, test := range tests {
		if _, err := w.store.Exec(t.Context(), "UPDATE organisations SET "+test.set+" WHERE inn = '9900182110'"); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		result := w.issue(t, single)
		if len(result.Held) == 0 {
			t.Fatalf("%s: nothing is held", test.name)
		}
		w.checkHeld(t, result.Held, test.want)
		if n := one[int](t, w.store, "SELECT count(*)::int FROM documents"); n != before.Documents-len(result.Held) {
			t.Errorf("%s: %d documents in the register, want %d less %d", test.name, n, before.Documents, len(result.Held))
		}
		if again := w.issue(t, single); again.Changed != 0 || len(again.Held) != len(result.Held) {
			t.Errorf("%s: again %d changed, %d held", test.name, again.Changed, len(again.Held))
		}
	}
	if _, err := w.store.Exec(t.Context(), "UPDATE organisations SET kpp = '990001001' WHERE inn = '9900182110'"); err != nil {
		t.Fatal(err)
	}
	if after := w.issue(t, single); len(after.Held) > 0 || after.Documents != before.Documents || after.ToPay != before.ToPay {
		t.Errorf("put right: %d documents of %d", after.Documents, before.Documents)
	}
}

// checkHeld wants the reason in every held document, in Russian, and no receipt of any of them.
func (w *world) checkHeld(t *testing.T, held []pipeline.HeldDocument, reason string) {
	t.Helper()
	for _, h := range held {
		if !strings.Contains(h.Reason, reason) || regexp.MustCompile(`[a-z]{4,}`).MatchString(h.Reason) {
			t.Errorf("account %s is held: %s", h.Account, h.Reason)
		}
	}
	account := held[0].Account
	for name := range w.drawn(t) {
		if filepath.Base(name) == account+".pdf" {
			t.Errorf("the receipt of a held account stays: %s", name)
		}
		if strings.Count(name, "/") == 1 && strings.Contains(pdfText(t, w.file("receipts", w.period.String(), name)), account) {
			t.Errorf("%s has a page of account %s, which is held", name, account)
		}
	}
}

// Killed between the register and the print file, the next run draws what the register says.
func TestIssueKilledAfterAPayment(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	w.issue(t, w.Pipeline)
	stale := w.drawn(t)
	w.pay(t, 1, "77.70")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	for n := 1; !w.killed(t, n, n%2 == 0, func(ctx context.Context, p *pipeline.Pipeline) error {
		_, err := p.Issue(ctx, w.period)
		return err
	}); n++ {
		t.Logf("killed at request %d", n)
	}
	kept := w.drawn(t)
	if cmp.Equal(stale, kept) {
		t.Error("the payment is not on the print file")
	}
	if err := os.RemoveAll(w.file("receipts")); err != nil {
		t.Fatal(err)
	}
	w.issue(t, w.Pipeline)
	if !cmp.Equal(w.drawn(t), kept) {
		t.Error("the print files are not those of the register")
	}
}
