package remotetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Dial makes a TCP connection; see CutProxy.Dial.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// cutSize is more than the buffers of two relayed sockets swallow, so that a cut is felt in the middle.
const cutSize = 2 << 20

// RunCuts proves what must hold when the connection breaks at any point of a transfer:
//
//   - a download is never reported good unless every byte arrived, and a retry completes it;
//   - under its own name the receiver of an upload sees the whole file or nothing, a retry completes it,
//     and one delivery never becomes two files;
//   - the original of a download stays until Done.
//
// control is the address of the server; step is the distance in bytes of the cuts of the control connection
// (a login and a transfer are some hundred bytes each way). open returns a driver over one place, empty at first and always the
// same, whose connections are made by dial (nil: directly).
func RunCuts(t *testing.T, control string, step int64, open func(t *testing.T, dial Dial) remote.Driver) {
	t.Helper()
	c := &cutting{step: step, data: Pattern(cutSize), proxy: NewCutProxy(t, control)}
	c.direct = closing(t, open(t, nil))
	c.open = func(t *testing.T) remote.Driver { t.Helper(); return closing(t, open(t, c.proxy.Dial)) }
	put(t, c.direct, "big.csv", c.data)
	// One after the other: they share the place and the proxy.
	for _, cut := range dataCuts(false) {
		t.Run("download, "+cut.String(), func(t *testing.T) { c.download(t, cut) })
	}
	for _, cut := range dataCuts(true) {
		t.Run("upload, "+cut.String(), func(t *testing.T) { c.upload(t, cut) })
	}
	t.Run("control", c.controlSweep)
}

// smallSize is little enough to sweep cuts over a whole transfer, byte by byte or nearly.
const smallSize = 2000

// RunLineCuts is RunCuts for a protocol with one connection for everything: the big file is cut where RunCuts cuts data
// connections, a small one at every step from the first byte of the session to its last.
func RunLineCuts(t *testing.T, step int64, open func(t *testing.T, dial Dial) remote.Driver) {
	t.Helper()
	c := &cutting{step: step, data: Pattern(cutSize), proxy: NewCutProxy(t, ""), line: true}
	c.direct = closing(t, open(t, nil))
	c.open = func(t *testing.T) remote.Driver { t.Helper(); return closing(t, open(t, c.proxy.Dial)) }
	put(t, c.direct, "big.csv", c.data)
	for _, cut := range dataCuts(false) {
		t.Run("download, "+cut.String(), func(t *testing.T) { c.download(t, cut) })
	}
	for _, cut := range dataCuts(true) {
		t.Run("upload, "+cut.String(), func(t *testing.T) { c.upload(t, cut) })
	}
	c.data, c.sweeping = Pattern(smallSize), true
	put(t, c.direct, "big.csv", c.data)
	t.Run("sweep", c.controlSweep)
}

func dataCuts(up bool) []Cut {
	cuts := make([]Cut, 0, 16)
	for _, after := range []int64{0, 5000, cutSize / 2, cutSize - 1} {
		for _, reset := range []bool{false, true} {
			for _, alone := range []bool{false, true} {
				cuts = append(cuts, Cut{Data: true, Up: up, After: after, Reset: reset, Alone: alone})
			}
		}
	}
	return cuts
}

type cutting struct {
	step     int64
	data     []byte
	proxy    *CutProxy
	line     bool // one connection for everything
	sweeping bool // cuts may lie behind the end
	direct   remote.Driver
	open     func(t *testing.T) remote.Driver
}

// controlSweep breaks the control connection at every step of both directions, until a whole transfer passes without being broken: logins, sizes, times, transfers and renames all are hit.
func (c *cutting) controlSweep(t *testing.T) {
	for _, up := range []bool{false, true} {
		for name, run := range map[string]func(*testing.T, Cut) bool{"download": c.download, "upload": c.upload} {
			hit := 0
			for after := int64(0); ; after += c.step {
				cut := Cut{Data: c.line, Up: up, After: after, Reset: hit%2 == 1}
				again := false
				t.Run(name+", "+cut.String(), func(t *testing.T) { again = run(t, cut) })
				if !again {
					break
				}
				hit++
			}
			if hit == 0 {
				t.Errorf("%s: nothing was cut", name)
			}
		}
	}
}

// download reports whether the cut was made.
func (c *cutting) download(t *testing.T, cut Cut) bool {
	t.Helper()
	d := c.open(t)
	entry := remote.Entry{Name: "big.csv", Size: int64(len(c.data))}
	before := c.proxy.Cuts()
	c.proxy.Arm(cut)
	defer c.proxy.Disarm()

	var sink Sink
	got, err := place(t, d, 1).Fetch(t.Context(), entry, sink.Create)
	made := c.proxy.Cuts() - before
	switch {
	case err == nil:
		c.whole(t, got, sink.Bytes())
	case made == 0:
		t.Errorf("nothing was cut, and yet: %v", err)
	case !errors.Is(err, remote.ErrTemporary):
		t.Errorf("one attempt: %v, want a temporary error", err)
	}
	if sink.Creates != sink.Closes {
		t.Errorf("local copy created %d times, closed %d times", sink.Creates, sink.Closes)
	}

	before = c.proxy.Cuts()
	c.proxy.Arm(cut)
	got, err = place(t, c.open(t), 4).Fetch(t.Context(), entry, sink.Create)
	if err != nil {
		t.Fatalf("with retries: %v", err)
	}
	made += c.proxy.Cuts() - before
	c.whole(t, got, sink.Bytes())
	if !slices.Contains(list(t, c.direct), "big.csv") {
		t.Error("the original is gone")
	}
	if cut.Data && !c.sweeping && made == 0 {
		t.Error("nothing was cut")
	}
	return made > 0
}

func (c *cutting) whole(t *testing.T, got remote.Fetched, local []byte) {
	t.Helper()
	if !bytes.Equal(local, c.data) || got.Entry.Size != int64(len(c.data)) || got.SHA256 != sha256.Sum256(c.data) {
		t.Errorf("reported good: %d bytes of %d, %+v", len(local), len(c.data), got)
	}
}

// upload reports whether the cut was made.
func (c *cutting) upload(t *testing.T, cut Cut) bool {
	t.Helper()
	const name = "answer.xlsx"
	size := int64(len(c.data))
	before := c.proxy.Cuts()
	c.proxy.Arm(cut)
	defer c.proxy.Disarm()

	_, err := place(t, c.open(t), 1).Deliver(t.Context(), name, size, Source(c.data))
	made := c.proxy.Cuts() - before
	switch {
	case err != nil && made == 0:
		t.Errorf("nothing was cut, and yet: %v", err)
	case err != nil && !errors.Is(err, remote.ErrTemporary):
		t.Errorf("one attempt: %v, want a temporary error", err)
	}
	visible := slices.Contains(list(t, c.direct), name)
	if err == nil && !visible {
		t.Error("reported delivered, but it is not there")
	}
	if visible && !bytes.Equal(get(t, c.direct, name), c.data) {
		t.Error("the receiver sees a half file")
	}

	// The process dies here; a new one delivers again, and is cut again.
	before = c.proxy.Cuts()
	c.proxy.Arm(cut)
	got, err := place(t, c.open(t), 4).Deliver(t.Context(), name, size, Source(c.data))
	if err != nil {
		t.Fatalf("with retries: %v", err)
	}
	made += c.proxy.Cuts() - before
	if got.Name != name {
		t.Errorf("delivered as %s", got.Name)
	}
	if diff := cmp.Diff([]string{name, "big.csv"}, list(t, c.direct)); diff != "" {
		t.Errorf("files at the place (-want +got):\n%s", diff)
	}
	if !bytes.Equal(get(t, c.direct, name), c.data) {
		t.Error("other bytes were delivered")
	}
	if err := c.direct.Remove(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if cut.Data && !c.sweeping && made == 0 {
		t.Error("nothing was cut")
	}
	return made > 0
}

func closing(t *testing.T, d remote.Driver) remote.Driver {
	t.Helper()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close driver: %v", err)
		}
	})
	return d
}

// place makes a Place with so many attempts and short waits.
func place(t *testing.T, d remote.Driver, attempts int) *remote.Place {
	t.Helper()
	return newPlace(t, remote.Settings{Driver: d, Backoff: remote.Backoff{Attempts: attempts}})
}

// arriving makes a Place with rules of arrival.
func arriving(t *testing.T, d remote.Driver, a remote.Arrival) *remote.Place {
	t.Helper()
	return newPlace(t, remote.Settings{Driver: d, Arrival: a, Backoff: remote.Backoff{Attempts: 5}})
}

func newPlace(t *testing.T, s remote.Settings) *remote.Place {
	t.Helper()
	s.Name, s.Log = "test", slog.New(slog.DiscardHandler)
	s.Now = time.Now //nolint:forbidigo // tests may use the real clock
	s.Backoff.First, s.Backoff.Max = time.Millisecond, 20*time.Millisecond
	p, err := remote.New(s)
	if err != nil {
		t.Fatal(fmt.Errorf("make place: %w", err))
	}
	return p
}
