package pipeline_test

import (
	"bytes"
	"errors"
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
