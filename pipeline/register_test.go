package pipeline_test

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// A receipt drawn again from the register has the bytes of the one that was issued, also after the
// document was replaced; the register knows both by their codes.
func TestReceiptAgain(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	config := w.config
	config.SingleFiles = true
	p, err := pipeline.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w.issue(t, p)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	address := one[string](t, w.store, "SELECT h.address FROM accounts a JOIN houses h ON h.id = a.house_id ORDER BY a.number LIMIT 1")
	file := w.file("receipts", w.period.String(), address, account+".pdf")
	issued, err := os.ReadFile(file) //nolint:gosec // drawn by the test
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	first, err := p.Receipt(t.Context(), &again, account, w.period, time.Time{})
	if err != nil || !bytes.Equal(again.Bytes(), issued) || first.Version != 1 || first.EndedAt != nil {
		t.Fatalf("drawn again: %+v, %d bytes of %d: %v", first, again.Len(), len(issued), err)
	}

	// A payment arrives: the document is replaced.
	later := config
	later.Now = func() time.Time { return config.Now().Add(time.Hour) }
	if p, err = pipeline.New(later); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Exec(t.Context(), "UPDATE balances SET paid = paid + 100, closing = closing - 100 WHERE period = '2026-10-01'"); err != nil {
		t.Fatal(err)
	}
	w.issue(t, p)
	again.Reset()
	if _, err := p.Receipt(t.Context(), &again, account, w.period, first.IssuedAt); err != nil || !bytes.Equal(again.Bytes(), issued) {
		t.Errorf("the receipt as it stood has %d bytes, issued %d: %v", again.Len(), len(issued), err)
	}
	again.Reset()
	second, err := p.Receipt(t.Context(), &again, account, w.period, time.Time{})
	if err != nil || second.Version != 2 || second.ToPay >= first.ToPay || bytes.Equal(again.Bytes(), issued) {
		t.Errorf("the new version is %+v: %v", second, err)
	}
	verifyVersions(t, p, first.CheckCode, second.CheckCode)
	_, err = p.Receipt(t.Context(), &again, account, w.period.Next(), time.Time{})
	if _, ok := errors.AsType[*pipeline.NoDocumentError](err); !ok {
		t.Errorf("a month that was not issued: %v", err)
	}
}

// verifyVersions checks that the register knows the replaced version and the standing one, and no code
// that was never issued.
func verifyVersions(t *testing.T, p *pipeline.Pipeline, replaced, standing string) {
	t.Helper()
	for _, code := range []string{replaced, standing} {
		found, err := p.Verify(t.Context(), code)
		if err != nil || !found.Found || len(found.Versions) != 1 || (found.Versions[0].EndedAt == nil) != (code == standing) {
			t.Errorf("code %s: %+v, %v", code, found, err)
		}
	}
	if found, err := p.Verify(t.Context(), "0000-0000-00"); err != nil || found.Found {
		t.Errorf("a code that was never issued: %+v, %v", found, err)
	}
}
