package remotetest

import (
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
