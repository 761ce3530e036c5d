package remotetest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
)

// inboxCompanions: files wait for their flag and their checksum, and take both along.
func inboxCompanions(t *testing.T, d remote.Driver) {
	t.Helper()
	p := arriving(t, d, remote.Arrival{ReadyFlags: []string{".ready", ".ok"}, Checksums: []string{".sha256"}})
	good, bad := []byte("good"), []byte("bad")
	put(t, d, "good.csv", good)
	put(t, d, "bad.csv", bad)
	put(t, d, "flagless.csv", good)
	put(t, d, "flagless.csv.sha256", fmt.Appendf(nil, "%x", sha256.Sum256(good)))
	put(t, d, "sumless.csv", good)
	put(t, d, "sumless.ok", nil)
	put(t, d, "good.csv.sha256", fmt.Appendf(nil, "%X *good.csv\r\n", sha256.Sum256(good)))
	put(t, d, "good.ready", nil)
	put(t, d, "bad.csv.sha256", fmt.Appendf(nil, "%x  bad.csv\n", sha256.Sum256(good)))
	put(t, d, "bad.csv.ok", nil)
	var watch remote.Watch
	ready(t, p, &watch)
	listed := ready(t, p, &watch)
	slices.SortFunc(listed, func(a, b remote.Entry) int { return strings.Compare(a.Name, b.Name) })
	if len(listed) != 2 || listed[0].Name != "bad.csv" || listed[1].Name != "good.csv" {
		t.Fatalf("ready: %v, want bad.csv and good.csv", listed)
	}
	var sink Sink
	if _, err := p.Fetch(t.Context(), listed[0], sink.Create); err == nil {
		t.Error("bytes that do not agree with their checksum were taken")
	}
	fetched, err := p.Fetch(t.Context(), listed[1], sink.Create)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sink.Bytes(), good) {
		t.Errorf("fetched %q", sink.Bytes())
	}
	if err := p.Done(t.Context(), fetched); err != nil {
		t.Fatal(err)
	}
	want := []string{"bad.csv", "bad.csv.ok", "bad.csv.sha256", "flagless.csv", "flagless.csv.sha256", "sumless.csv", "sumless.ok"}
	if got := list(t, d); !slices.Equal(got, want) {
		t.Errorf("place holds %q, want %q", got, want)
	}
}

// outboxCheck: the check of an outbox leaves nothing behind.
func outboxCheck(t *testing.T, d remote.Driver) {
	t.Helper()
	p := NewPlace(t, d)
	put(t, d, "theirs.csv", []byte("x"))
	for range 2 {
		if err := p.CheckOutbox(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := list(t, d); !slices.Equal(got, []string{"theirs.csv"}) {
		t.Errorf("place holds %q", got)
	}
}
