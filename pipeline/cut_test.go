package pipeline_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// cutter stands between a store and its server and kills the process that uses it, as far as the
// server and the process can tell: at the n-th request every connection is gone at once. A request is
// what the server answers: a statement, the end of a COPY, a commit.
type cutter struct {
	listener net.Listener
	server   [2]string // network and address
	late     bool      // cut after the server has done the request, before its answer arrives
	commits  bool      // count commits only

	mu    sync.Mutex
	left  int
	dead  bool
	kill  context.CancelCauseFunc
	conns map[net.Conn]bool
	done  sync.WaitGroup
}

var errKilled = errors.New("the process was killed")

// killed runs do on a process whose database is cut off at the n-th request, and reports whether it
// lived to the end. When it returns, the server has ended every transaction of that process.
func (w *world) killed(tb testing.TB, n int, late bool, do func(context.Context, *pipeline.Pipeline) error) (lived bool) {
	tb.Helper()
	return w.killedBy(tb, &cutter{late: late}, n, do)
}

// killedAtCommit is killed at the n-th commit: before the server hears of it, or late: before the process
// hears that it is done.
func (w *world) killedAtCommit(tb testing.TB, n int, late bool, do func(context.Context, *pipeline.Pipeline) error) (lived bool) {
	tb.Helper()
	return w.killedBy(tb, &cutter{late: late, commits: true}, n, do)
}

func (w *world) killedBy(tb testing.TB, c *cutter, n int, do func(context.Context, *pipeline.Pipeline) error) (lived bool) {
	tb.Helper()
	ctx, kill := context.WithCancelCause(tb.Context())
	defer kill(nil)
	c.kill, c.conns, c.left = kill, map[net.Conn]bool{}, 1<<30
	through := c.listen(tb, w.url)
	s := w.open(tb, through)
	p := w.with(tb, func(c *pipeline.Config) { c.Store = s })
	c.mu.Lock()
	c.left = n
	c.mu.Unlock()
	err := do(ctx, p)
	c.mu.Lock()
	dead := c.dead
	c.mu.Unlock()
	if err != nil && !dead {
		tb.Fatalf("cut at request %d: failed before the cut: %v", n, err)
	}
	s.Close()
	if err := c.listener.Close(); err != nil {
		tb.Error(err)
	}
	c.done.Wait()
	w.awaitQuiet(tb)
	return err == nil
}

// awaitQuiet waits until the server has noticed that the connections are gone: what they held is
// rolled back then.
func (w *world) awaitQuiet(tb testing.TB) {
	tb.Helper()
	for one[int](tb, w.store, `
SELECT count(*)::int FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'killed' AND pid <> pg_backend_pid()`) > 0 {
		if _, err := w.store.Exec(tb.Context(), "SELECT pg_sleep(0.005)"); err != nil {
			tb.Fatal(err)
		}
	}
}

// listen starts the cutter and returns the address to use instead of the server's own.
func (c *cutter) listen(tb testing.TB, address string) string {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	query := u.Query()
	host, port := query.Get("host"), query.Get("port")
	if port == "" {
		port = "5432"
	}
	c.server = [2]string{"unix", filepath.Join(host, ".s.PGSQL."+port)}
	if !strings.HasPrefix(host, "/") {
		c.server = [2]string{"tcp", u.Host}
	}
	dir, err := os.MkdirTemp("", "cut") //nolint:usetesting // the path of a socket is at most 108 bytes long
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	c.listener, err = new(net.ListenConfig).Listen(tb.Context(), "unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		tb.Fatal(err)
	}
	c.done.Go(func() { c.accept(tb.Context()) })
	u.Host = ""
	query.Set("host", dir)
	query.Set("port", "5432")
	query.Set("sslmode", "disable")
	query.Set("application_name", "killed")
	u.RawQuery = query.Encode()
	return u.String()
}

func (c *cutter) accept(ctx context.Context) {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, c.server[0], c.server[1])
		if err != nil || !c.keep(client, server) {
			_ = client.Close()
			continue
		}
		await := make(chan struct{}, 1)
		c.done.Go(func() { c.forward(client, server, await) })
		c.done.Go(func() { c.answer(client, server, await) })
	}
}

func (c *cutter) keep(conns ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range conns {
		if c.dead {
			_ = conn.Close()
		}
		c.conns[conn] = true
	}
	return !c.dead
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
	c.kill(errKilled)
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// forward passes messages of the process on, and counts those that the server answers.
func (c *cutter) forward(client, server net.Conn, await chan<- struct{}) {
	defer func() { _, _ = client.Close(), server.Close() }()
	if _, err := pass(client, server, 0); err != nil { // the greeting has no type
		return
	}
	for {
		kind, body, err := read(client, 1)
		if err != nil {
			return
		}
		if c.counts(kind[0], body) {
			c.mu.Lock()
			c.left--
			now := c.left == 0
			c.mu.Unlock()
			if now && !c.late {
				c.cut()
				return
			}
			if now {
				await <- struct{}{}
			}
		}
		if _, err := server.Write(append(kind, body...)); err != nil {
			return
		}
	}
}

func (c *cutter) counts(kind byte, body []byte) bool {
	if c.commits {
		return kind == 'Q' && strings.HasPrefix(strings.ToLower(string(body)), "commit")
	}
	return kind == 'Q' || kind == 'S' || kind == 'c'
}

// answer passes messages of the server back, up to the one that the process does not live to see.
func (c *cutter) answer(client, server net.Conn, await <-chan struct{}) {
	defer func() { _, _ = client.Close(), server.Close() }()
	for {
		kind, body, err := read(server, 1)
		if err != nil {
			return
		}
		select {
		case <-await:
			for kind[0] != 'Z' && kind[0] != 'G' && err == nil { // ready again, or waiting for a COPY
				kind, _, err = read(server, 1)
			}
			c.cut()
			return
		default:
		}
		if _, err := client.Write(append(kind, body...)); err != nil {
			return
		}
	}
}

func pass(from io.Reader, to io.Writer, kind int) (n int, err error) {
	head, body, err := read(from, kind)
	if err != nil {
		return 0, err
	}
	n, err = to.Write(append(head, body...))
	if err != nil {
		return n, fmt.Errorf("pass a message on: %w", err)
	}
	return n, nil
}

// read takes one message: its type, where it has one, with its length, and its body.
func read(r io.Reader, kind int) (head, body []byte, err error) {
	head = make([]byte, kind+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, nil, fmt.Errorf("read a message: %w", err)
	}
	body = make([]byte, binary.BigEndian.Uint32(head[kind:])-4)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, nil, fmt.Errorf("read a message: %w", err)
	}
	return head, body, nil
}
