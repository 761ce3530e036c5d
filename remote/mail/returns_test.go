package mail_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	kvitokmail "github.com/kvitok-gkh/kvitok/remote/mail"
)

// Each file of testdata/returns is a mail as a server or a person sends it.
func TestReadReturned(t *testing.T) {
	t.Parallel()
	about := token + "@office.example"
	wants := map[string]kvitokmail.Returned{
		"exim.eml": {About: about, Reports: []kvitokmail.Report{{
			Action: "failed", Status: "5.0.0", Diagnostic: "smtp; 550 5.1.1 <ivanov@bank.example>: Recipient address rejected: User unknown",
		}}},
		"postfix.eml": {About: about, Reports: []kvitokmail.Report{{
			Action: "failed", Status: "5.1.1", Diagnostic: "smtp; 550 5.1.1 <ivanov@bank.example>: user unknown",
		}}},
		"delayed.eml":        {About: about, Reports: []kvitokmail.Report{{Action: "delayed", Status: "4.4.1", Diagnostic: "smtp; 421 busy"}}},
		"without-letter.eml": {About: about, Reports: []kvitokmail.Report{{Action: "failed", Status: "5.2.1"}}},
		"unsubscribe.eml":    {Unsubscribe: token},
		"unsubscribe-re.eml": {Unsubscribe: token},
	}
	others := []string{"holiday.eml", "forged.eml", "question.eml"}
	for name, want := range wants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := kvitokmail.ReadReturned(returned(t, name))
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Errorf("understood %t (-want +got):\n%s", ok, diff)
			}
		})
	}
	for _, name := range others {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := kvitokmail.ReadReturned(returned(t, name)); ok {
				t.Errorf("understood as %+v", got)
			}
		})
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "returns"))
	if err != nil || len(entries) != len(wants)+len(others) {
		t.Errorf("%d files, %d tests, %v", len(entries), len(wants)+len(others), err)
	}
}

func returned(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "returns", name)) //nolint:gosec // a file of testdata
	if err != nil {
		tb.Fatal(err)
	}
	return []byte(strings.ReplaceAll(string(raw), "\n", "\r\n"))
}

func FuzzReadReturned(f *testing.F) {
	entries, err := os.ReadDir(filepath.Join("testdata", "returns"))
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		f.Add(returned(f, e.Name()))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, ok := kvitokmail.ReadReturned(raw)
		if ok && (r.Unsubscribe == "") == (r.About == "" || len(r.Reports) == 0) {
			t.Errorf("neither a report nor a wish: %+v", r)
		}
	})
}

// What is understood and known is put away after it was taken; all else is left unread for people, and is not read twice.
func TestReturns(t *testing.T) {
	t.Parallel()
	p := servePost(t, kvitokmail.TLSStart)
	box, err := kvitokmail.NewReturns(kvitokmail.ReturnsConfig{Server: p.Conf.Server}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	if err := box.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postfix.eml", "question.eml", "unsubscribe.eml", "exim.eml"} {
		p.Put(t, string(returned(t, name)))
	}
	failure := errors.New("the database is away")
	visit := func(end func(kvitokmail.Returned) (bool, error)) (seen []string, err error) {
		err = box.Each(t.Context(), func(_ context.Context, r kvitokmail.Returned) (bool, error) {
			status := r.Unsubscribe
			for _, report := range r.Reports {
				status = report.Status
			}
			seen = append(seen, status)
			return end(r)
		})
		return seen, err
	}
	// The first one is taken; the second cannot be.
	seen, err := visit(func(r kvitokmail.Returned) (bool, error) {
		if r.Unsubscribe != "" {
			return false, failure
		}
		return true, nil
	})
	if diff := cmp.Diff([]string{"5.1.1", token}, seen); !errors.Is(err, failure) || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	// It comes again; the third one is of somebody else.
	seen, err = visit(func(r kvitokmail.Returned) (bool, error) { return r.Unsubscribe != "", nil })
	if diff := cmp.Diff([]string{token, "5.0.0"}, seen); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	if seen, err = visit(func(kvitokmail.Returned) (bool, error) { return true, nil }); err != nil || len(seen) != 0 {
		t.Errorf("read again: %v, %v", seen, err)
	}
	if unread := p.Unread(t); unread != 2 {
		t.Errorf("%d mails are left unread, want 2", unread)
	}
}
