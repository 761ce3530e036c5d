package remotetest

import (
	"errors"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
)

// inboxOrigin: what is fetched says where it lay, for the record that a court may ask for.
func inboxOrigin(t *testing.T, d remote.Driver) {
	t.Helper()
	p := NewPlace(t, d)
	put(t, d, "реестр 1.csv", []byte("x"))
	var watch remote.Watch
	ready(t, p, &watch)
	listed := ready(t, p, &watch)
	if len(listed) != 1 {
		t.Fatalf("ready: %v", listed)
	}
	var sink Sink
	fetched, err := p.Fetch(t.Context(), listed[0], sink.Create)
	if err != nil {
		t.Fatal(err)
	}
	kind, where, found := strings.Cut(fetched.Entry.Origin, " ")
	if scheme, path, is := strings.Cut(fetched.Entry.Origin, "://"); is {
		kind, where, found = scheme, path, strings.Contains(path, "/")
	}
	if !found || kind == "" || !strings.HasSuffix(where, "реестр 1.csv") || strings.Contains(where, "@") {
		t.Errorf("origin %q, want the kind of place, where it is and the name, without a user", fetched.Entry.Origin)
	}
}

// inboxOldName: a file whose name an old program wrote in windows-1251 is taken like any other, under a name that can be read, and
// leaves the place. Ours never go out under such a name.
func inboxOldName(t *testing.T, d remote.Driver) {
	t.Helper()
	const raw, name = "\xef\xeb\xe0\xf2\xe5\xe6\xe8 1.csv", "платежи 1.csv"
	p := NewPlace(t, d)
	put(t, d, raw, []byte("x"))
	var watch remote.Watch
	ready(t, p, &watch)
	listed := ready(t, p, &watch)
	if len(listed) != 1 || listed[0].FileName() != name {
		t.Fatalf("ready: %+v, want %s", listed, name)
	}
	var sink Sink
	fetched, err := p.Fetch(t.Context(), listed[0], sink.Create)
	if err != nil {
		t.Fatal(err)
	}
	if string(sink.Bytes()) != "x" || fetched.Entry.FileName() != name || !strings.HasSuffix(fetched.Entry.Origin, name) {
		t.Errorf("fetched %+v", fetched.Entry)
	}
	if err := p.Done(t.Context(), fetched); err != nil {
		t.Fatal(err)
	}
	if left := list(t, d); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if _, err := p.Deliver(t.Context(), raw, 1, Source([]byte("x"))); !errors.Is(err, remote.ErrName) {
		t.Errorf("deliver %q: %v, want ErrName", raw, err)
	}
}
