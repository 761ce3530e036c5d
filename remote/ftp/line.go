package ftp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// line makes the TCP connections of one session and makes them obey: a connection that is silent for
// the timeout is closed, and when the context of the call under way ends all of them are closed.
// jlaffaye/ftp knows no context after the dialling.
type line struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	tls     *tls.Config // for data connections; the library itself wraps the control connection
	timeout time.Duration

	// lost: the control connection ended. A reply cut in its middle looks complete to the library: "213 10"
	// of "213 1048576" is a size. So nothing of a call is believed in which this was set.
	lost atomic.Bool

	mu    sync.Mutex
	ctx   context.Context // of the call under way
	conns map[*lineConn]struct{}
}

// begin binds the line to the context of a call until the returned function is called.
func (l *line) begin(ctx context.Context) (end func()) {
	l.mu.Lock()
	l.ctx = ctx
	l.mu.Unlock()
	stop := context.AfterFunc(ctx, l.cut)
	return func() { stop() }
}

// cut closes every connection at once.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		_ = c.Conn.Close()
	}
}

// connect is the dial function given to the library: the first connection is the control connection.
func (l *line) connect(network, address string) (net.Conn, error) {
	l.mu.Lock()
	ctx, first := l.ctx, l.conns == nil
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	raw, err := l.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := &lineConn{Conn: raw, line: l, control: first}
	l.mu.Lock()
	if first {
		l.conns = map[*lineConn]struct{}{}
	}
	l.conns[conn] = struct{}{}
	l.mu.Unlock()
	if l.tls != nil && !first {
		return tls.Client(conn, l.tls), nil
	}
	return conn, nil
}

type lineConn struct {
	net.Conn
	line    *line
	control bool
}

func (c *lineConn) Read(b []byte) (int, error) {
	defer c.watch().Stop()
	n, err := c.Conn.Read(b)
	if err != nil && c.control {
		c.line.lost.Store(true)
	}
	return n, err //nolint:wrapcheck // a net.Conn passes its errors through
}

func (c *lineConn) Write(b []byte) (int, error) {
	defer c.watch().Stop()
	return c.Conn.Write(b) //nolint:wrapcheck // a net.Conn passes its errors through
}

func (c *lineConn) Close() error {
	c.line.mu.Lock()
	delete(c.line.conns, c)
	c.line.mu.Unlock()
	return c.Conn.Close() //nolint:wrapcheck // a net.Conn passes its errors through
}

func (c *lineConn) watch() *time.Timer {
	return time.AfterFunc(c.line.timeout, func() { _ = c.Conn.Close() })
}
