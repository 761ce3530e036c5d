package remote_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

var (
	errLine = remote.Temporary(errors.New("line is down"))
	errOdd  = errors.New("something unheard of")
)

func newPlace(t *testing.T, d remote.Driver, quiet time.Duration) *remote.Place {
	t.Helper()
	p, err := remote.New(remote.Settings{
		Name: "bank", Driver: d, Quiet: quiet, Now: time.Now, Log: slog.New(slog.DiscardHandler), //nolint:forbidigo // synctest fakes it
		Backoff: remote.Backoff{Attempts: 4, First: 2 * time.Second, Max: 6 * time.Second, Jitter: func(n int64) int64 { return n - 1 }},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// failing makes the first n calls of op fail with err, and counts all of them.
func failing(m *remotetest.Memory, op string, n int, err error) *int {
	calls := 0
	m.Fail(func(called, _ string) error {
		if called != op {
			return nil
		}
		calls++
		if calls <= n {
			return err
		}
		return nil
	})
	return &calls
}

func TestRetries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fails int
		err   error
		calls int
		took  time.Duration
		want  error
	}{
		{"no failure", 0, nil, 1, 0, nil},
		{"two failures", 2, errLine, 3, 6 * time.Second, nil},
		{"back-off used up", 9, errLine, 4, 12 * time.Second, remote.ErrTemporary},
		{"an unknown error is permanent", 9, errOdd, 1, 0, errOdd},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := remotetest.NewMemory()
				calls := failing(m, "list", tt.fails, tt.err)
				began := time.Now() //nolint:forbidigo // fake time
				_, err := newPlace(t, m, 0).Ready(t.Context(), &remote.Watch{})
				if !errors.Is(err, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
				if took := time.Since(began); *calls != tt.calls || took != tt.took {
					t.Errorf("%d calls in %v, want %d in %v", *calls, took, tt.calls, tt.took)
				}
			})
		})
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := remotetest.NewMemory()
		failing(m, "list", 9, errLine)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := newPlace(t, m, 0).Ready(ctx, &remote.Watch{})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, remote.ErrTemporary) {
			t.Errorf("%v, want the deadline and the last failure", err)
		}
	})
}

func TestReadyNeedsQuietTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := remotetest.NewMemory()
		p := newPlace(t, m, 10*time.Second)
		m.Write("b.csv", "later name, earlier time")
		m.Write("a.csv", "")
		var watch remote.Watch
		poll := func() (names []string) {
			// Between two polls the watch goes through the database.
			stored, err := json.Marshal(watch)
			if err != nil {
				t.Fatal(err)
			}
			watch = remote.Watch{}
			if err := json.Unmarshal(stored, &watch); err != nil {
				t.Fatal(err)
			}
			entries, err := p.Ready(t.Context(), &watch)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				names = append(names, e.Name)
			}
			return names
		}
		got := make([][]string, 0, 4)
		got = append(got, poll(), poll()) // a doubled tick
		time.Sleep(10 * time.Second)
		m.Write("b.csv", "later name, and still growing")
		got = append(got, poll())
		time.Sleep(10 * time.Second) // fake time
		got = append(got, poll())
		if diff := cmp.Diff([][]string{nil, nil, {"a.csv"}, {"a.csv", "b.csv"}}, got); diff != "" {
			t.Errorf("polls (-want +got):\n%s", diff)
		}
	})
}

func TestFetchFailures(t *testing.T) {
	t.Parallel()
	full := remote.Entry{Name: "x.csv", Size: 5}
	errDisk := errors.New("disk is full")
	tests := []struct {
		name   string
		create func() (io.WriteCloser, error)
		during func(m *remotetest.Memory) // when the download begins
		want   error
	}{
		{"local copy cannot be created", func() (io.WriteCloser, error) { return nil, errDisk }, nil, errDisk},
		{"local disk is full", func() (io.WriteCloser, error) { return badWriter{write: errDisk}, nil }, nil, errDisk},
		{"local close fails", func() (io.WriteCloser, error) { return badWriter{end: errDisk}, nil }, nil, errDisk},
		{"grows during the download", nil, func(m *remotetest.Memory) { m.Write("x.csv", "longer!") }, remote.ErrChanged},
		{"is written again, same size", nil, func(m *remotetest.Memory) { m.Write("x.csv", "other") }, remote.ErrChanged},
		{"is taken away", nil, func(m *remotetest.Memory) { _ = m.Remove(context.Background(), "x.csv") }, remote.ErrNotFound}, //nolint:forbidigo // no caller
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := remotetest.NewMemory()
				m.Write("x.csv", "12345")
				var sink remotetest.Sink
				create, during := tt.create, tt.during
				if create == nil {
					create = sink.Create
				}
				if during == nil {
					during = func(*remotetest.Memory) {}
				}
				var opened int
				m.Fail(func(op, _ string) error {
					if op == "open" {
						opened++
						during(m)
					}
					return nil
				})
				_, err := newPlace(t, m, 0).Fetch(t.Context(), full, create)
				if !errors.Is(err, tt.want) || errors.Is(err, remote.ErrTemporary) || opened > 1 {
					t.Errorf("%v after %d downloads, want %v at once", err, opened, tt.want)
				}
			})
		})
	}
}

type badWriter struct{ write, end error }

func (b badWriter) Write(p []byte) (int, error) { return len(p), b.write }
func (b badWriter) Close() error                { return b.end }

func TestDoneWithLostAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := remotetest.NewMemory()
		m.Write("x.csv", "12345")
		p := newPlace(t, m, 0)
		var sink remotetest.Sink
		fetched, err := p.Fetch(t.Context(), remote.Entry{Name: "x.csv", Size: 5}, sink.Create)
		if err != nil {
			t.Fatal(err)
		}
		failing(m, "remove after", 1, errLine)
		if err := p.Done(t.Context(), fetched); err != nil {
			t.Error(err)
		}
		if got := m.Names(); len(got) != 0 {
			t.Errorf("still there: %q", got)
		}
	})
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		hook  func(m *remotetest.Memory) func(op, name string) error
		want  remote.Delivered
		files []string
		puts  int
	}{
		{"rename is lost before it happens", func(*remotetest.Memory) func(string, string) error {
			return once("rename", errLine, nil)
		}, remote.Delivered{Name: "r.csv"}, []string{"r.csv"}, 1},
		{"answer to the rename is lost", func(*remotetest.Memory) func(string, string) error {
			return once("rename after", errLine, nil)
		}, remote.Delivered{Name: "r.csv"}, []string{"r.csv"}, 1},
		{"answer lost, and collected at once", func(m *remotetest.Memory) func(string, string) error {
			return once("rename after", errLine, func() { collect(m) })
		}, remote.Delivered{Name: "r.csv", Collected: true}, nil, 1},
		{"a short upload with a good answer", func(m *remotetest.Memory) func(string, string) error {
			return once("put after", nil, func() { m.Write("r.csv.part", "123") })
		}, remote.Delivered{Name: "r.csv"}, []string{"r.csv"}, 2},
		{"the name is taken during the upload", func(m *remotetest.Memory) func(string, string) error {
			return once("put after", nil, func() { m.Write("r.csv", "theirs") })
		}, remote.Delivered{Name: "r_2.csv"}, []string{"r.csv", "r_2.csv"}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := remotetest.NewMemory()
				hook, puts := tt.hook(m), 0
				m.Fail(func(op, name string) error {
					if op == "put" {
						puts++
					}
					return hook(op, name)
				})
				got, err := newPlace(t, m, 0).Deliver(t.Context(), "r.csv", 5, remotetest.Source([]byte("12345")))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if files := m.Names(); !slices.Equal(files, tt.files) || puts != tt.puts {
					t.Errorf("%d uploads, place holds %q, want %d and %q", puts, files, tt.puts, tt.files)
				}
			})
		})
	}
}

func once(op string, err error, also func()) func(string, string) error {
	done := false
	return func(called, _ string) error {
		if called != op || done {
			return nil
		}
		done = true
		if also != nil {
			also()
		}
		return err
	}
}

func collect(m *remotetest.Memory) { _ = m.Remove(context.Background(), "r.csv") } //nolint:forbidigo // the partner has no caller

func TestDeliverRefusals(t *testing.T) {
	t.Parallel()
	errDisk := errors.New("bad sector")
	good := remotetest.Source([]byte("12345"))
	tests := []struct {
		name string
		file string
		size int64
		open func() (io.ReadCloser, error)
		want error
	}{
		{"path", "../r.csv", 5, good, remote.ErrName},
		{"looks temporary", "r.PART", 5, good, remote.ErrName},
		{"source cannot be opened", "r.csv", 5, func() (io.ReadCloser, error) { return nil, errDisk }, errDisk},
		{"source fails", "r.csv", 5, func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("12"), badReader{errDisk})), nil
		}, errDisk},
		{"source is short", "r.csv", 6, good, nil},
		{"source is long", "r.csv", 4, good, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := remotetest.NewMemory()
			_, err := newPlace(t, m, 0).Deliver(t.Context(), tt.file, tt.size, tt.open)
			if err == nil || errors.Is(err, remote.ErrTemporary) || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Errorf("%v, want a permanent %v", err, tt.want)
			}
			if _, there := m.Bytes(tt.file); there {
				t.Error("the file is visible")
			}
		})
	}
}

type badReader struct{ err error }

func (b badReader) Read([]byte) (int, error) { return 0, b.err }

func TestBackoffDelay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		jitter func(int64) int64
		want   []time.Duration
	}{
		{func(int64) int64 { return 0 }, []time.Duration{1, 2, 4, 5, 5}},
		{func(n int64) int64 { return n - 1 }, []time.Duration{2, 4, 8, 10, 10}},
	} {
		b := remote.Backoff{First: 2, Max: 10, Jitter: tt.jitter}
		got := make([]time.Duration, 0, len(tt.want))
		for attempt := range tt.want {
			got = append(got, b.Delay(attempt+1))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	_, err := remote.New(remote.Settings{Quiet: -1, Backoff: remote.Backoff{Attempts: -1, First: 2, Max: 1}})
	if err == nil {
		t.Fatal("empty settings are accepted")
	}
	for _, want := range []string{"name", "driver", "quiet", "clock", "logger", "attempts", "first wait"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: nothing about %s", err, want)
		}
	}
}
