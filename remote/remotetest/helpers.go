package remotetest

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Pattern makes bytes in which any cut, gap or repetition shows.
func Pattern(size int) []byte {
	data := make([]byte, size)
	state := uint32(size) + 1 //nolint:gosec // sizes of tests are small
	for i := range data {
		state = state*1664525 + 1013904223
		data[i] = byte(state >> 24)
	}
	return data
}

// Source opens the same bytes again and again, as Deliver wants it.
func Source(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// Sink is a local copy as Fetch wants it: every Create starts from nothing.
type Sink struct {
	buf     bytes.Buffer
	Creates int
	Closes  int
}

// Create truncates.
func (s *Sink) Create() (io.WriteCloser, error) {
	s.Creates++
	s.buf.Reset()
	return s, nil
}

// Write appends to the current copy.
func (s *Sink) Write(b []byte) (int, error) { return s.buf.Write(b) } //nolint:wrapcheck // never fails

// Close counts.
func (s *Sink) Close() error {
	s.Closes++
	return nil
}

// Bytes returns the copy.
func (s *Sink) Bytes() []byte { return s.buf.Bytes() }

func put(t *testing.T, d remote.Driver, name string, data []byte) {
	t.Helper()
	if err := d.Put(t.Context(), name, bytes.NewReader(data)); err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
}

func get(t *testing.T, d remote.Driver, name string) []byte {
	t.Helper()
	r, err := d.Open(t.Context(), name)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	if err := r.Close(); err != nil {
		t.Fatalf("close %s: %v", name, err)
	}
	return data
}

func list(t *testing.T, d remote.Driver) []string {
	t.Helper()
	entries, err := d.List(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	found := make([]string, 0, len(entries))
	for _, e := range entries {
		found = append(found, e.Name)
	}
	slices.Sort(found)
	return found
}

// stat checks that Stat and List tell the same size, and returns the one of Stat where there is Stat.
func stat(t *testing.T, d remote.Driver, name string) remote.Entry {
	t.Helper()
	entries, err := d.List(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	i := slices.IndexFunc(entries, func(e remote.Entry) bool { return e.Name == name })
	if i < 0 {
		t.Fatalf("%s is not listed", name)
	}
	s, ok := d.(remote.Stater)
	if !ok {
		return entries[i]
	}
	e, err := s.Stat(t.Context(), name)
	if err != nil {
		t.Fatalf("stat %s: %v", name, err)
	}
	if e.Name != name || e.Size != entries[i].Size {
		t.Errorf("Stat says %+v, List says %+v", e, entries[i])
	}
	return e
}

func ready(t *testing.T, p *remote.Place, w *remote.Watch) []remote.Entry {
	t.Helper()
	entries, err := p.Ready(t.Context(), w)
	if err != nil {
		t.Fatalf("ready: %v", err)
	}
	return entries
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errSource }

// cancellingReader is endless and cancels after a while.
type cancellingReader struct {
	cancel context.CancelFunc
	n      int
}

func (c *cancellingReader) Read(b []byte) (int, error) {
	c.n++
	if c.n == 5 {
		c.cancel()
	}
	return len(b), nil
}

// Silence is the address of a server that accepts connections and says nothing.
func Silence(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}
