package remotetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// Cut says where a connection breaks.
type Cut struct {
	Data bool // a data connection; else the control connection
	Up   bool // counted in what the client sends; else in what the server sends
	// After so many bytes have passed, everything ends. What the client sends on the control connection is cut
	// only between its writes: a command fills a fraction of one TCP segment, and a line loses segments whole.
	// (It matters: at the end of the connection proftpd executes "RNTO answer.xl" of "RNTO answer.xlsx".)
	After int64
	Reset bool // with a TCP reset, which also destroys bytes on the way; else by an orderly end
	Alone bool // only this connection breaks; else every connection of the proxy, as when a line goes down
}

// String names the cut in test output.
func (c Cut) String() string {
	word := func(yes bool, a, b string) string {
		if yes {
			return a
		}
		return b
	}
	return fmt.Sprintf("%s %s after %d by %s, %s", word(c.Data, "data", "control"), word(c.Up, "up", "down"), c.After,
		word(c.Reset, "reset", "end"), word(c.Alone, "alone", "all"))
}

// CutProxy stands between client and server as real TCP relays on loopback, one for each connection that
// is dialled through it, and breaks them as told. It knows nothing of what passes, so TLS passes too.
type CutProxy struct {
	control string // address of the server's control port; other addresses are data connections

	mu    sync.Mutex
	armed *Cut
	cuts  int
	pairs map[*pair]struct{}
	busy  sync.WaitGroup
}

// NewCutProxy makes a proxy for one server; the end of the test ends it.
func NewCutProxy(t *testing.T, control string) *CutProxy {
	t.Helper()
	p := &CutProxy{control: control, pairs: map[*pair]struct{}{}}
	t.Cleanup(func() {
		p.breakAll(false)
		p.busy.Wait()
	})
	return p
}

// Arm has the next fitting connection break, once. A connection that exists already does not count.
func (p *CutProxy) Arm(c Cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = &c
}

// Disarm forgets a cut that has not been made.
func (p *CutProxy) Disarm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = nil
}

// Cuts tells how many cuts were made.
func (p *CutProxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

// Dial connects to address by way of the proxy; for ftp.Config.Dial.
func (p *CutProxy) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err //nolint:wrapcheck // as a dialer answers
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	defer listener.Close() //nolint:errcheck // one connection is all it was for
	client, err := dialer.DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	inner, err := listener.Accept()
	if err != nil {
		return nil, errors.Join(err, server.Close(), client.Close())
	}
	p.relay(&pair{client: inner, server: server}, address != p.control)
	return client, nil
}

// pair is one relayed connection.
type pair struct{ client, server net.Conn }

func (r *pair) end(reset bool) {
	for _, conn := range []net.Conn{r.client, r.server} {
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func (p *CutProxy) relay(r *pair, data bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pairs[r] = struct{}{}
	var up, down *Cut
	if p.armed != nil && p.armed.Data == data {
		if p.armed.Up {
			up = p.armed
		} else {
			down = p.armed
		}
	}
	var directions sync.WaitGroup
	directions.Go(func() { p.pump(r, r.server, r.client, up) })
	directions.Go(func() { p.pump(r, r.client, r.server, down) })
	p.busy.Go(func() {
		directions.Wait()
		r.end(false)
		p.mu.Lock()
		delete(p.pairs, r)
		p.mu.Unlock()
	})
}

// pump copies one direction and hands on its orderly end.
func (p *CutProxy) pump(r *pair, to, from net.Conn, cut *Cut) {
	src := &limited{from: from}
	if cut != nil {
		src.left, src.whole, src.on = cut.After, cut.Up && !cut.Data, true
	}
	_, err := io.Copy(to, src)
	if src.reached && err == nil && p.take(cut) {
		if cut.Alone {
			r.end(cut.Reset)
		} else {
			p.breakAll(cut.Reset)
		}
		return
	}
	if err != nil {
		r.end(false)
		return
	}
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

// limited ends after so many bytes, or, when whole is set, before the first write that would pass them.
type limited struct {
	from    io.Reader
	left    int64
	on      bool
	whole   bool
	reached bool
}

// Read implements io.Reader.
func (l *limited) Read(b []byte) (int, error) {
	if l.on && !l.whole {
		if l.left == 0 {
			l.reached = true
			return 0, io.EOF
		}
		b = b[:min(int64(len(b)), l.left)]
	}
	n, err := l.from.Read(b)
	if l.on && l.whole && int64(n) > l.left {
		l.reached = true
		return 0, io.EOF
	}
	l.left -= int64(n)
	return n, err //nolint:wrapcheck // a reader passes io.EOF through
}

// take spends the armed cut; false when it was disarmed meanwhile.
func (p *CutProxy) take(c *Cut) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed != c {
		return false
	}
	p.armed = nil
	p.cuts++
	return true
}

func (p *CutProxy) breakAll(reset bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for r := range p.pairs {
		r.end(reset)
	}
}
