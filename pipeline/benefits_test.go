package pipeline_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/town"
)

// A table of an authority is stored person by person, and goes back as the same table with the ends of
// its rows.
func TestSocialTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	content := goldenInput(t, "benefits/testdata/social-uslugi-dbf/good/input.dbf")
	got := w.take(t, town.Office, "USLUGA1.DBF", content)
	if got.Status != housing.FileAccepted || got.Counts != (housing.Counts{Rows: 2, Accepted: 2}) {
		t.Fatalf("ended as %+v", got)
	}
	name := one[string](t, w.store, "SELECT staged FROM outgoing WHERE name = 'USLUGA1.protocol.dbf'")
	file, err := os.Open(w.file(name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()                    //nolint:errcheck // only read
	header, err := dbase.ReadHeader(file) // two people, a note of what is not read, the totals
	if err != nil || header.Records != 4 || len(header.Fields) != 32 || header.CodePage != dbase.CodePage866 {
		t.Errorf("the answer is %+v, %v", header, err)
	}
	// The same rows from another encoding: known already. A debt that grew: the last word counts.
	again := w.take(t, town.Office, "USLUGA2.DBF", goldenInput(t, "benefits/testdata/social-uslugi-dbf/lying-code-page/input.dbf"))
	if again.Counts != (housing.Counts{Rows: 2, Unchanged: 2}) {
		t.Errorf("the same rows again ended as %+v", again.Counts)
	}
	changed := w.take(t, town.Office, "USLUGA3.DBF", strings.Replace(content, "5400.10", "6400.10", 1))
	if changed.Counts != (housing.Counts{Rows: 2, Accepted: 1, Unchanged: 1}) {
		t.Errorf("a changed row ended as %+v", changed.Counts)
	}
	if debt := one[int](t, w.store, "SELECT debt::int FROM benefit_entries WHERE last_name = 'ОБРАЗЦОВА'"); debt != 640010 {
		t.Errorf("a debt of %d kopecks", debt)
	}
	cut := w.take(t, town.Office, "cut.dbf", content[:len(content)-400])
	if cut.Status != housing.FileRefused || !strings.Contains(cut.Reason, "передан не полностью") {
		t.Errorf("a table cut short ended as %s: %s", cut.Status, cut.Reason)
	}
}

// Payments that come as a table of dBase in a zip are booked; two equal ones are two, and neither is booked
// again when the registry comes under another name.
func TestObninskPayments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	content := goldenInput(t, "payments/testdata/obninsk-payments-dbf/good/input.zip")
	got := w.take(t, town.Bank, "7701234567_40702810900000000001_01_5_D03102026.zip", content)
	if got.Counts != (housing.Counts{Rows: 3, Accepted: 3}) || got.Subject != "payments" {
		t.Errorf("ended as %+v: %v", got.Counts, got.Problems)
	}
	// The same registry, packed anew: other bytes.
	again := w.take(t, town.Bank, "7701234567_40702810900000000001_01_5_D04102026.zip", content+"\x00")
	if sum := one[int](t, w.store, "SELECT count(*)::int FROM payment_twins WHERE held"); again.Status != housing.FileRefused && sum != again.Counts.Accepted {
		t.Errorf("again: %+v, %d held", again.Counts, sum)
	}
	if sum := one[int](t, w.store, "SELECT sum(amount)::int FROM payments p WHERE NOT EXISTS (SELECT FROM payment_twins t WHERE t.key = p.key)"); sum != 300001 {
		t.Errorf("%d kopecks booked", sum)
	}
	bad := w.take(t, town.Bank, "7701234567_40702810900000000001_01_6_D05102026.dbf", goldenInput(t, "payments/testdata/obninsk-payments-dbf/bad-values/input.dbf"))
	if want := (housing.Counts{Rows: 5, Accepted: 1, Rejected: 4}); bad.Status != housing.FilePartly || bad.Counts != want {
		t.Errorf("a registry with bad rows ended as %s: %+v", bad.Status, bad.Counts)
	}
}

// A request of social protection goes back as the same table with the organisation's columns filled in.
func TestPublishSocial(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	const billed = `
SELECT a.number || ' ' || to_char(sum(c.amount) / 100.0, 'FM99990.00') FROM charges c JOIN accounts a ON a.id = c.account_id
WHERE c.service = 'cold_water' AND length(a.number) = 10 GROUP BY a.number HAVING sum(c.amount) > 0 ORDER BY a.number LIMIT 1`
	number, amount, _ := strings.Cut(one[string](t, w.store, billed), " ")
	request := goldenInput(t, "benefits/testdata/social-uslugi-dbf/good/input.dbf")
	w.take(t, town.Office, "USLUGA1.DBF", strings.Replace(request, "0100000017", number, 1))
	result, err := w.PublishSocial(t.Context(), w.period)
	if err != nil || len(result.Files) != 2 || result.Files[1].Rows != 2 { // the registry of benefits is the first
		t.Fatalf("published %+v, %v", result, err)
	}
	content, err := os.ReadFile(w.file(result.Files[1].Path))
	if err != nil {
		t.Fatal(err)
	}
	if len(content) >= len(request) || !strings.Contains(string(content), number) || !strings.Contains(string(content), " "+amount+" ") {
		t.Errorf("the answer of %d bytes lacks %s of account %s", len(content), amount, number)
	}
	if again, err := w.PublishSocial(t.Context(), w.period); err != nil || again.Changed != 0 {
		t.Errorf("published again: %+v, %v", again, err)
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM outgoing WHERE name = 'USLUGA1.DBF'"); n != 1 {
		t.Errorf("%d answers are queued", n)
	}
}
