package office

import (
	"context"
	"testing"
)

// Desk makes reports without a listener.
func (s *Server) Desk(ctx context.Context) error { return s.desk.run(ctx) }

// Sweep forgets what has waited long enough, as the desk does each minute.
func (s *Server) Sweep(ctx context.Context) { s.desk.sweep(ctx) }

// QuickHash is a hash with as little work in it as the page takes.
func QuickHash(tb testing.TB, password string) string {
	tb.Helper()
	h := hash{time: 1, memory: 8 * 1024, threads: 1, salt: []byte("0123456789abcdef")}
	h.sum = h.of(password, hashLength)
	return h.String()
}

// Count and Size are words of the pages.
func Count(n int) string { return count(n) }

// Size says how large a file is.
func Size(n int64) string { return size(n) }
