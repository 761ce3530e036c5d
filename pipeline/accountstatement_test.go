package pipeline_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// The statement and the certificate say what the ledger says, and are papers that can be opened.
func TestStatementAndCertificate(t *testing.T) {
	t.Parallel()
	w := balanced(t, 20)
	number := one[string](t, w.store, "SELECT min(number) FROM accounts")
	closing := housing.Money(one[int64](t, w.store,
		"SELECT sum(closing)::bigint FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.number = $1", number))
	s, err := w.Statement(t.Context(), number, w.period-11, w.period)
	if err != nil || len(s.Months) != 1 || s.Months[0].Closing != closing {
		t.Fatalf("statement %+v: %v; the ledger closes with %s", s, err, closing)
	}
	c, err := w.Certificate(t.Context(), number, w.period)
	if err != nil || c.Total != closing || len(c.Lines) == 0 {
		t.Fatalf("certificate %+v: %v; the ledger closes with %s", c, err, closing)
	}
	if d := c.Dues; d.Overdue+d.NotDue+d.Penalty < closing || d.NotDue <= 0 || s.Dues != d {
		t.Errorf("dues %+v, of the statement %+v; the ledger closes with %s", d, s.Dues, closing)
	}
	var xlsx, statement, certificate bytes.Buffer
	err = errors.Join(w.WriteStatement(t.Context(), &xlsx, w.period, s), w.Printer.Statement(&statement, s), w.Printer.Certificate(&certificate, c))
	if err != nil {
		t.Fatal(err)
	}
	for name, paper := range map[string]*bytes.Buffer{"statement": &statement, "certificate": &certificate} {
		if !bytes.HasPrefix(paper.Bytes(), []byte("%PDF")) {
			t.Errorf("the %s is no PDF", name)
		}
	}
	if _, err := w.Certificate(t.Context(), "none", w.period); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an account that is not there: %v", err)
	}
}

// A paper handed out has a number and a code by which the register proves it; printed again it is the same
// paper, of other data another one.
func TestPapersAreProved(t *testing.T) {
	t.Parallel()
	w := balanced(t, 20)
	number := one[string](t, w.store, "SELECT min(number) FROM accounts")
	issue := func() (housing.DebtCertificate, housing.Statement) {
		t.Helper()
		c, err := w.Certificate(t.Context(), number, w.period)
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.Statement(t.Context(), number, w.period-11, w.period)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.IssueCertificate(t.Context(), c, "petrova"), w.IssueStatement(t.Context(), s, "petrova")); err != nil {
			t.Fatal(err)
		}
		return *c, *s
	}
	c, s := issue()
	if c.Mark.Number != "2026-000001" || s.Mark.Number != "2026-000002" || c.Mark.CheckCode == s.Mark.CheckCode {
		t.Errorf("marks %+v and %+v", c.Mark, s.Mark)
	}
	if again, twice := issue(); again.Mark != c.Mark || twice.Mark != s.Mark {
		t.Errorf("printed again: %+v and %+v", again.Mark, twice.Mark)
	}
	var paper bytes.Buffer
	if err := w.Printer.Certificate(&paper, &c); err != nil {
		t.Fatal(err)
	}
	file := w.file("certificate.pdf")
	if err := os.WriteFile(file, paper.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := pdfText(t, file); !strings.Contains(text, "№ 2026-000001 · код проверки "+c.Mark.CheckCode) {
		t.Errorf("the certificate says:\n%s", text)
	}
	found, err := w.Verify(t.Context(), " "+strings.ReplaceAll(c.Mark.CheckCode, "-", " "))
	if err != nil || !found.Found || len(found.Papers) != 1 || found.Papers[0].Number != c.Mark.Number || found.Papers[0].Total != c.Total ||
		found.Papers[0].Account != number || found.Papers[0].IssuedBy != "petrova" {
		t.Errorf("the register says %+v, %v", found, err)
	}
	const change = "UPDATE issued_papers SET total = 0"
	if _, err := w.store.Exec(t.Context(), change); err == nil {
		t.Error("the register lets itself be changed")
	}
	w.pay(t, 1, "10.00")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	if other, _ := issue(); other.Mark.Number != "2026-000003" || other.Mark.CheckCode == c.Mark.CheckCode {
		t.Errorf("of other data: %+v", other.Mark)
	}
}

// Of the month that is certified nothing is due yet; of older ones all is.
func TestCertificatePartsWhatIsNotDue(t *testing.T) {
	t.Parallel()
	w := balanced(t, 20)
	const pick = `SELECT a.number FROM debts d JOIN accounts a ON a.id = d.account_id WHERE d.kind = 'principal' AND d.amount > 0 ORDER BY d.amount DESC LIMIT 1`
	number := one[string](t, w.store, pick)
	c, err := w.Certificate(t.Context(), number, w.period)
	if err != nil {
		t.Fatal(err)
	}
	older := housing.Money(one[int64](t, w.store,
		"SELECT sum(d.amount)::bigint FROM debts d JOIN accounts a ON a.id = d.account_id WHERE a.number = $1 AND d.kind = 'principal'", number))
	if c.Dues.Overdue != older || c.Dues.NotDue != c.Total-older-c.Dues.Penalty {
		t.Errorf("dues %+v of %s; older debts are %s", c.Dues, c.Total, older)
	}
	next, err := w.Certificate(t.Context(), number, w.period.Next())
	if err != nil || next.Total != 0 || len(next.Lines) != 0 {
		t.Errorf("of a month that did not begin: %+v, %v", next, err)
	}
}
