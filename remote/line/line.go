// Package line makes one TCP connection obey a context and a limit on silence, for protocols with one connection a session
// whose libraries know neither.
//
// It owns hanging up and remembering that the connection was lost. It does not own connecting or any protocol.
package line

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// ErrLost is wrapped by errors of calls during which the connection was lost.
var ErrLost = errors.New("the connection is lost")

// Line is the TCP connection of one session. It is closed when the context of the call under way ends, or when the server
// is silent for too long during a call.
type Line struct {
	net.Conn
	timeout time.Duration
	lost    atomic.Bool
	silence atomic.Pointer[time.Timer] // of the call under way
}

// New takes a connection over.
func New(conn net.Conn, timeout time.Duration) *Line { return &Line{Conn: conn, timeout: timeout} }

// Begin binds the line to the context of a call until the returned function is called.
func (l *Line) Begin(ctx context.Context) (end func()) {
	stop := context.AfterFunc(ctx, l.hangUp)
	timer := time.AfterFunc(l.timeout, l.hangUp)
	l.silence.Store(timer)
	return func() {
		stop()
		l.silence.CompareAndSwap(timer, nil)
		timer.Stop()
	}
}

// Reason says that the connection is lost, where that is why a call failed: the libraries tell it in many ways.
func (l *Line) Reason(err error) error {
	if l.lost.Load() {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return err
}

// Read implements net.Conn.
func (l *Line) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	l.note(n, err)
	return n, err //nolint:wrapcheck // a net.Conn passes its errors through
}

// Write implements net.Conn.
func (l *Line) Write(b []byte) (int, error) {
	n, err := l.Conn.Write(b)
	l.note(n, err)
	return n, err //nolint:wrapcheck // a net.Conn passes its errors through
}

// hangUp ends a call that takes too long.
func (l *Line) hangUp() {
	l.lost.Store(true)
	_ = l.Close() // nothing is asked of it any more
}

// note remembers how a call on the connection ended. That the libraries close it, after a wrong password too, is no loss.
func (l *Line) note(n int, err error) {
	if err != nil && !errors.Is(err, net.ErrClosed) {
		l.lost.Store(true)
	}
	if timer := l.silence.Load(); timer != nil && n > 0 {
		timer.Reset(l.timeout)
	}
}
