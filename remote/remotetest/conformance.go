// Package remotetest proves that a driver of package remote keeps its contract, and that remote.Place
// keeps its promises on top of it, also when the connection is cut in the middle.
//
// It owns the suite (Run, RunCuts), the in-memory driver and the proxy that cuts. It does not own
// servers: the tests of each driver start theirs.
package remotetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Run checks the contract of a driver, call by call, and the plain paths of Place on top of it. open
// returns a new driver over an empty place; Run closes it.
func Run(t *testing.T, open func(t *testing.T) remote.Driver) {
	t.Helper()
	tests := []struct {
		name string
		run  func(t *testing.T, d remote.Driver)
	}{
		{"empty place", emptyPlace},
		{"written bytes come back", bytesComeBack},
		{"names", names},
		{"unsafe names are refused", unsafeNames},
		{"put replaces", putReplaces},
		{"rename and remove", renameAndRemove},
		{"missing files are ErrNotFound", missingFiles},
		{"a failing source", failingSource},
		{"ended context", endedContext},
		{"a stream closed early", closedEarly},
		{"close is idempotent", closeTwice},
		{"inbox", inbox},
		{"inbox: a name in windows-1251", inboxOldName},
		{"inbox: where a file came from", inboxOrigin},
		{"inbox: changed after fetch", inboxChanged},
		{"outbox", outbox},
		{"outbox: name taken", outboxTaken},
		{"outbox: check", outboxCheck},
		{"outbox: read back", outboxReadBack},
		{"inbox: flags and checksums", inboxCompanions},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Errorf("close driver: %v", err)
				}
			})
			tt.run(t, d)
		})
	}
}

func emptyPlace(t *testing.T, d remote.Driver) {
	t.Helper()
	entries, err := d.List(t.Context())
	if err != nil || len(entries) != 0 {
		t.Fatalf("List of an empty place: %v, %v", entries, err)
	}
}

func bytesComeBack(t *testing.T, d remote.Driver) {
	t.Helper()
	for _, size := range []int{0, 1, 511, 70_000, 3 << 20} {
		name := fmt.Sprintf("f%d.bin", size)
		want := Pattern(size)
		put(t, d, name, want)
		if got := get(t, d, name); !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes came back, not the %d written", name, len(got), size)
		}
		if got := stat(t, d, name); got.Size != int64(size) {
			t.Errorf("%s: size %d, want %d", name, got.Size, size)
		}
	}
}

func names(t *testing.T, d remote.Driver) {
	t.Helper()
	want := []string{
		"-dash.csv", "8_7707083893_40702810000000000001_001_202610.txt", "UPPER.XLSX",
		"a name with spaces.csv", "reestr (1).txt", "Реестр начислений за октябрь №7.xlsx", "б.csv",
	}
	for _, name := range want {
		put(t, d, name, []byte(name))
	}
	entries, err := d.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	for _, name := range want {
		if got := string(get(t, d, name)); got != name {
			t.Errorf("%s holds %q", name, got)
		}
		if err := d.Remove(t.Context(), name); err != nil {
			t.Errorf("remove %s: %v", name, err)
		}
	}
}

func unsafeNames(t *testing.T, d remote.Driver) {
	t.Helper()
	for _, name := range []string{
		"", ".", "..", "../x", "a/b", "/etc/passwd", `a\b`, "a\r\nDELE b", "nul\x00", " x", strings.Repeat("x", 300),
	} {
		_, openErr := d.Open(t.Context(), name)
		for what, err := range map[string]error{
			"open": openErr,
			"put":  d.Put(t.Context(), name, strings.NewReader("x")),
			"from": d.Rename(t.Context(), name, "ok"), "to": d.Rename(t.Context(), "ok", name),
			"remove": d.Remove(t.Context(), name),
		} {
			if !errors.Is(err, remote.ErrName) {
				t.Errorf("%s %q: %v, want ErrName", what, name, err)
			}
		}
	}
}

func putReplaces(t *testing.T, d remote.Driver) {
	t.Helper()
	put(t, d, "x.part", Pattern(50_000))
	put(t, d, "x.part", []byte("short"))
	if got := string(get(t, d, "x.part")); got != "short" {
		t.Errorf("%d bytes after the second Put, want 5", len(got))
	}
}

func renameAndRemove(t *testing.T, d remote.Driver) {
	t.Helper()
	put(t, d, "a", []byte("one"))
	if err := d.Rename(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	if got := list(t, d); !slices.Equal(got, []string{"b"}) {
		t.Errorf("after rename: %q", got)
	}
	if got := string(get(t, d, "b")); got != "one" {
		t.Errorf("b holds %q", got)
	}
	if err := d.Remove(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if got := list(t, d); len(got) != 0 {
		t.Errorf("after remove: %q", got)
	}
}

func missingFiles(t *testing.T, d remote.Driver) {
	t.Helper()
	_, openErr := d.Open(t.Context(), "none")
	errs := map[string]error{
		"open":   openErr,
		"rename": d.Rename(t.Context(), "none", "other"),
		"remove": d.Remove(t.Context(), "none"),
	}
	if s, ok := d.(remote.Stater); ok {
		_, errs["stat"] = s.Stat(t.Context(), "none")
	}
	for what, err := range errs {
		if !errors.Is(err, remote.ErrNotFound) || errors.Is(err, remote.ErrTemporary) {
			t.Errorf("%s: %v, want ErrNotFound and not temporary", what, err)
		}
	}
	put(t, d, "afterwards", []byte("works"))
}

var errSource = errors.New("the disk is broken")

func failingSource(t *testing.T, d remote.Driver) {
	t.Helper()
	src := io.MultiReader(bytes.NewReader(Pattern(100_000)), failingReader{})
	if err := d.Put(t.Context(), "x.part", src); !errors.Is(err, errSource) {
		t.Errorf("Put: %v, want the source's error", err)
	}
	put(t, d, "x.part", []byte("works"))
	if got := string(get(t, d, "x.part")); got != "works" {
		t.Errorf("afterwards: %q", got)
	}
}

func endedContext(t *testing.T, d remote.Driver) {
	t.Helper()
	put(t, d, "x", []byte("x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, listErr := d.List(ctx)
	_, openErr := d.Open(ctx, "x")
	for what, err := range map[string]error{
		"list": listErr, "open": openErr,
		"put":    d.Put(ctx, "y", strings.NewReader("y")),
		"rename": d.Rename(ctx, "x", "z"),
		"remove": d.Remove(ctx, "x"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", what, err)
		}
	}
	// In the middle of an upload.
	ctx, cancel = context.WithCancel(t.Context())
	err := d.Put(ctx, "big.part", &cancellingReader{cancel: cancel})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v, want context.Canceled", err)
	}
	if got := list(t, d); !slices.Contains(got, "x") {
		t.Errorf("place holds %q, want x still there", got)
	}
}

func closedEarly(t *testing.T, d remote.Driver) {
	t.Helper()
	put(t, d, "big", Pattern(4<<20))
	r, err := d.Open(t.Context(), "big")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	_ = r.Close() // a broken transfer: some protocols complain here, and may
	if got := stat(t, d, "big"); got.Size != 4<<20 {
		t.Errorf("afterwards size %d", got.Size)
	}
}

func closeTwice(t *testing.T, d remote.Driver) {
	t.Helper()
	put(t, d, "x", []byte("x"))
	for range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

func inbox(t *testing.T, d remote.Driver) {
	t.Helper()
	p := NewPlace(t, d)
	want := Pattern(300_000)
	put(t, d, "accounts.csv", want)
	put(t, d, "empty.csv", nil)
	for _, name := range []string{"a.tmp", "b.PART", "c.filepart", ".hidden"} {
		put(t, d, name, []byte("not yet"))
	}
	var watch remote.Watch
	if got := ready(t, p, &watch); len(got) != 0 {
		t.Fatalf("first poll reports %v", got)
	}
	put(t, d, "empty.csv", []byte("grown"))
	got := ready(t, p, &watch)
	if len(got) != 1 || got[0].Name != "accounts.csv" {
		t.Fatalf("second poll: %v, want accounts.csv only", got)
	}
	var sink Sink
	fetched, err := p.Fetch(t.Context(), got[0], sink.Create)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sink.Bytes(), want) || fetched.SHA256 != sha256.Sum256(want) || fetched.Entry.Size != int64(len(want)) {
		t.Errorf("fetched %d bytes, %+v", len(sink.Bytes()), fetched)
	}
	if got := list(t, d); !slices.Contains(got, "accounts.csv") {
		t.Errorf("the original is gone before Done: %q", got)
	}
	for range 2 { // the second is the repetition after a crash
		if err := p.Done(t.Context(), fetched); err != nil {
			t.Error(err)
		}
	}
	if got := list(t, d); slices.Contains(got, "accounts.csv") {
		t.Errorf("after Done: %q", got)
	}
	if got := ready(t, p, &watch); len(got) != 1 || got[0].Name != "empty.csv" {
		t.Errorf("third poll: %v, want empty.csv only", got)
	}
}

func inboxChanged(t *testing.T, d remote.Driver) {
	t.Helper()
	p := NewPlace(t, d)
	put(t, d, "x.csv", []byte("first"))
	var watch remote.Watch
	ready(t, p, &watch)
	listed := ready(t, p, &watch)
	var sink Sink
	fetched, err := p.Fetch(t.Context(), listed[0], sink.Create)
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, "x.csv", []byte("second, longer"))
	if err := p.Done(t.Context(), fetched); !errors.Is(err, remote.ErrChanged) {
		t.Errorf("Done: %v, want ErrChanged", err)
	}
	if _, err := p.Fetch(t.Context(), listed[0], sink.Create); !errors.Is(err, remote.ErrChanged) {
		t.Errorf("Fetch of the old listing: %v, want ErrChanged", err)
	}
	if got := list(t, d); !slices.Equal(got, []string{"x.csv"}) {
		t.Errorf("place holds %q", got)
	}
}

func outbox(t *testing.T, d remote.Driver) {
	t.Helper()
	p := NewPlace(t, d)
	for _, size := range []int{0, 5, 300_000} {
		name := fmt.Sprintf("protocol%d.xlsx", size)
		want := Pattern(size)
		got, err := p.Deliver(t.Context(), name, int64(size), Source(want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(remote.Delivered{Name: name}, got); diff != "" {
			t.Errorf("first (-want +got):\n%s", diff)
		}
		if !bytes.Equal(get(t, d, name), want) {
			t.Errorf("%s: other bytes", name)
		}
	}
	if got := list(t, d); len(got) != 3 {
		t.Errorf("place holds %q", got)
	}
}

func outboxTaken(t *testing.T, d remote.Driver) {
	t.Helper()
	p := NewPlace(t, d)
	steps := []struct {
		data string
		want remote.Delivered
	}{
		{"october", remote.Delivered{Name: "r.csv"}},
		{"october", remote.Delivered{Name: "r.csv", Already: true}},
		{"octobeR", remote.Delivered{Name: "r_2.csv"}},
		{"november!", remote.Delivered{Name: "r_3.csv"}},
		{"octobeR", remote.Delivered{Name: "r_2.csv", Already: true}},
	}
	for _, step := range steps {
		got, err := p.Deliver(t.Context(), "r.csv", int64(len(step.data)), Source([]byte(step.data)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.data, diff)
		}
	}
	if got := string(get(t, d, "r.csv")); got != "october" {
		t.Errorf("r.csv was overwritten: %q", got)
	}
	if got := list(t, d); !slices.Equal(got, []string{"r.csv", "r_2.csv", "r_3.csv"}) {
		t.Errorf("place holds %q", got)
	}
}

// NewPlace makes a Place over a driver with short waits, for tests. The driver stays the test's to close.
func NewPlace(t *testing.T, d remote.Driver) *remote.Place {
	t.Helper()
	return place(t, d, 5)
}
