package remotetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Deposit puts a file into a place as its partner does.
type Deposit func(t *testing.T, name string, data []byte)

// RunSource checks the contract of a place that only gives files, and the inbox of Place on top of it. open returns a new source over
// an empty place, and the partner's hand.
func RunSource(t *testing.T, open func(t *testing.T) (remote.Source, Deposit)) {
	t.Helper()
	tests := []struct {
		name string
		run  func(t *testing.T, s remote.Source, deposit Deposit)
	}{
		{"files come as they were put", sourceBytes},
		{"unsafe and missing names", sourceNames},
		{"ended context", sourceContext},
		{"inbox", sourceInbox},
		{"two files of one name", sourceTwins},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, deposit := open(t)
			t.Cleanup(func() {
				if err := errors.Join(s.Close(), s.Close()); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			if entries, err := s.List(t.Context()); err != nil || len(entries) != 0 {
				t.Fatalf("an empty place: %v, %v", entries, err)
			}
			tt.run(t, s, deposit)
		})
	}
}

func sourceBytes(t *testing.T, s remote.Source, deposit Deposit) {
	t.Helper()
	want := map[string][]byte{"1.csv": {}, "Реестр за октябрь №7 (копия).xlsx": Pattern(1), "a b.txt": Pattern(70_001), "big.bin": Pattern(3 << 20)}
	for name, data := range want {
		deposit(t, name, data)
	}
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != len(want) {
		t.Fatalf("%d files, %v, want %d", len(entries), err, len(want))
	}
	for _, e := range entries {
		if err := remote.CheckName(e.Name); err != nil {
			t.Errorf("listed as %v", err)
		}
		data, ok := want[e.FileName()]
		if !ok {
			t.Errorf("%q was never put there", e.FileName())
		}
		if got := readAll(t, s, e.Name); !bytes.Equal(got, data) || e.Size != int64(len(data)) {
			t.Errorf("%s: %d bytes, said to be %d, want %d", e.FileName(), len(got), e.Size, len(data))
		}
	}
}

func readAll(t *testing.T, s remote.Source, name string) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	data, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return data
}

func sourceNames(t *testing.T, s remote.Source, deposit Deposit) {
	t.Helper()
	for _, name := range []string{"", "..", "a/b", `a\b`, "a\r\nb", " x", strings.Repeat("x", 300)} {
		_, openErr := s.Open(t.Context(), name)
		for what, err := range map[string]error{"open": openErr, "remove": s.Remove(t.Context(), name)} {
			if !errors.Is(err, remote.ErrName) {
				t.Errorf("%s %q: %v, want ErrName", what, name, err)
			}
		}
	}
	_, openErr := s.Open(t.Context(), "none")
	for what, err := range map[string]error{"open": openErr, "remove": s.Remove(t.Context(), "none")} {
		if !errors.Is(err, remote.ErrNotFound) || errors.Is(err, remote.ErrTemporary) {
			t.Errorf("%s: %v, want ErrNotFound and not temporary", what, err)
		}
	}
	deposit(t, "afterwards", []byte("works"))
	if entries, err := s.List(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("afterwards: %v, %v", entries, err)
	}
}

func sourceContext(t *testing.T, s remote.Source, deposit Deposit) {
	t.Helper()
	deposit(t, "x.csv", []byte("x"))
	entries, err := s.List(t.Context())
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, listErr := s.List(ctx)
	_, openErr := s.Open(ctx, entries[0].Name)
	for what, err := range map[string]error{"list": listErr, "open": openErr, "remove": s.Remove(ctx, entries[0].Name)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", what, err)
		}
	}
	if again, err := s.List(t.Context()); err != nil || len(again) != 1 {
		t.Errorf("afterwards %v, %v", again, err)
	}
}

func sourceInbox(t *testing.T, s remote.Source, deposit Deposit) {
	t.Helper()
	p := newPlace(t, remote.Settings{Source: s, Backoff: remote.Backoff{Attempts: 5}})
	want := Pattern(300_000)
	deposit(t, "accounts.csv", want)
	deposit(t, "unfinished.csv.part", want)
	var watch remote.Watch
	if got := ready(t, p, &watch); len(got) != 0 {
		t.Fatalf("first poll reports %v", got)
	}
	got := ready(t, p, &watch)
	if len(got) != 1 || got[0].FileName() != "accounts.csv" {
		t.Fatalf("second poll: %v, want accounts.csv only", got)
	}
	var sink Sink
	fetched, err := p.Fetch(t.Context(), got[0], sink.Create)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sink.Bytes(), want) || fetched.SHA256 != sha256.Sum256(want) || fetched.Entry.FileName() != "accounts.csv" {
		t.Errorf("fetched %d bytes, %+v", len(sink.Bytes()), fetched)
	}
	if got := ready(t, p, &watch); len(got) != 1 {
		t.Errorf("before Done: %v", got)
	}
	for range 2 { // the second is the repetition after a crash
		if err := p.Done(t.Context(), fetched); err != nil {
			t.Error(err)
		}
	}
	if got := ready(t, p, &watch); len(got) != 0 {
		t.Errorf("after Done: %v", got)
	}
	if _, err := p.Deliver(t.Context(), "x.csv", 1, Source([]byte("x"))); err == nil {
		t.Error("a place without a way in took a file")
	}
}

func sourceTwins(t *testing.T, s remote.Source, deposit Deposit) {
	t.Helper()
	deposit(t, "reestr.txt", []byte("october"))
	deposit(t, "reestr.txt", []byte("november"))
	entries, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 0, len(entries))
	for _, e := range entries {
		got = append(got, e.FileName()+" "+string(readAll(t, s, e.Name)))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"reestr.txt november", "reestr.txt october"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Received tells what has reached the other side of a sender: the files by name.
type Received func(t *testing.T) map[string][]byte

// RunSender checks the contract of a place that only takes files.
func RunSender(t *testing.T, open func(t *testing.T) (remote.Sender, Received)) {
	t.Helper()
	s, received := open(t)
	p := newPlace(t, remote.Settings{Sender: s, Backoff: remote.Backoff{Attempts: 5}})
	t.Cleanup(func() {
		if err := errors.Join(p.Close(), p.Close()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := errors.Join(p.Check(t.Context()), p.CheckOutbox(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got := received(t); len(got) != 0 {
		t.Errorf("a check has sent %d files", len(got))
	}
	want := map[string][]byte{
		"Протокол за октябрь №7 «Ромашка» (копия) реестра платежей.xlsx": Pattern(300_000), "empty.csv": {}, "lines.csv": []byte("a;b\n.\r\n..\nc\r"),
	}
	for name, data := range want {
		got, err := p.Deliver(t.Context(), name, int64(len(data)), Source(data))
		if err != nil || got.Name != name {
			t.Fatalf("deliver %s: %+v, %v", name, got, err)
		}
	}
	got := received(t)
	for name, data := range want {
		if !bytes.Equal(got[name], data) {
			t.Errorf("%s: %d bytes arrived, want %d", name, len(got[name]), len(data))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files arrived, want %d", len(got), len(want))
	}
	refuseSender(t, p, s)
	if after := received(t); len(after) != len(want) {
		t.Errorf("%d files arrived, want still %d", len(after), len(want))
	}
}

// refuseSender: what must not be sent is not sent, whatever the reason.
func refuseSender(t *testing.T, p *remote.Place, s remote.Sender) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(ctx, "x.csv", strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v, want context.Canceled", err)
	}
	if err := s.Send(t.Context(), "a\r\nBcc: x", strings.NewReader("x")); !errors.Is(err, remote.ErrName) {
		t.Errorf("unsafe name: %v, want ErrName", err)
	}
	if _, err := p.Deliver(t.Context(), "short.csv", 5, Source([]byte("1234"))); err == nil || errors.Is(err, remote.ErrTemporary) {
		t.Errorf("a source that is short: %v, want a permanent error", err)
	}
	failing := func() (io.ReadCloser, error) { return io.NopCloser(failingReader{}), nil }
	if _, err := p.Deliver(t.Context(), "bad.csv", 5, failing); !errors.Is(err, errSource) {
		t.Errorf("a failing source: %v", err)
	}
	if _, err := p.Ready(t.Context(), &remote.Watch{}); err == nil {
		t.Error("a place without a way out listed files")
	}
}
