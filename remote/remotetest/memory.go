package remotetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kvitok-gkh/kvitok/remote"
)

// Memory is a place in memory. It passes Run like any driver, and lets a test be the partner (Write,
// Bytes, Names) and the bad line (Fail).
type Memory struct {
	mu    sync.Mutex
	files map[string]file
	clock time.Time
	fail  func(op, name string) error
}

type file struct {
	data []byte
	mod  time.Time
}

var (
	_ remote.Driver = (*Memory)(nil)
	_ remote.Stater = (*Memory)(nil)
)

// NewMemory makes an empty place.
func NewMemory() *Memory {
	return &Memory{
		files: map[string]file{},
		clock: time.Date(2026, time.October, 1, 6, 0, 0, 0, time.UTC),
	}
}

// Write puts a file there as the partner would; every write has a later time.
func (m *Memory) Write(name, data string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.write(name, []byte(data))
}

func (m *Memory) write(name string, data []byte) {
	m.clock = m.clock.Add(time.Second)
	m.files[name] = file{data: data, mod: m.clock}
}

// Bytes returns what a file holds, and whether it exists.
func (m *Memory) Bytes(name string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.files[name]
	return string(f.data), ok
}

// Names returns the names of all files, sorted.
func (m *Memory) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.files))
}

// Fail has hook asked before every call, with the name of the method in lower case: an error it returns
// is the error of the call. For "rename after" and "remove after" the work is done and only the answer lost.
func (m *Memory) Fail(hook func(op, name string) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = hook
}

func (m *Memory) begin(ctx context.Context, op string, names ...string) error {
	if err := remote.CheckCall(ctx, "memory for "+op, names...); err != nil {
		return err
	}
	return m.hook(op, strings.Join(names, " "))
}

func (m *Memory) hook(op, name string) error {
	m.mu.Lock()
	hook := m.fail
	m.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(op, name)
}

// List implements remote.Driver.
func (m *Memory) List(ctx context.Context) ([]remote.Entry, error) {
	if err := m.begin(ctx, "list"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var entries []remote.Entry
	for name, f := range m.files {
		entries = append(entries, remote.Entry{Name: name, Size: int64(len(f.data)), ModTime: f.mod})
	}
	return entries, nil
}

// Stat implements remote.Stater.
func (m *Memory) Stat(ctx context.Context, name string) (remote.Entry, error) {
	if err := m.begin(ctx, "stat", name); err != nil {
		return remote.Entry{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.files[name]
	if !ok {
		return remote.Entry{}, fmt.Errorf("stat %s: %w", name, remote.ErrNotFound)
	}
	return remote.Entry{Name: name, Size: int64(len(f.data)), ModTime: f.mod}, nil
}

// Open implements remote.Driver.
func (m *Memory) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := m.begin(ctx, "open", name); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f, ok := m.files[name]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", name, remote.ErrNotFound)
	}
	return io.NopCloser(&ctxReader{ctx: ctx, r: bytes.NewReader(f.data)}), nil
}

// Put implements remote.Driver. Like the real ones it leaves a part of the file when the source fails.
func (m *Memory) Put(ctx context.Context, name string, r io.Reader) error {
	if err := m.begin(ctx, "put", name); err != nil {
		return err
	}
	data, err := io.ReadAll(&ctxReader{ctx: ctx, r: r})
	m.mu.Lock()
	m.write(name, data)
	m.mu.Unlock()
	if err != nil {
		return fmt.Errorf("put %s: %w", name, err)
	}
	return m.hook("put after", name)
}

// Rename implements remote.Driver.
func (m *Memory) Rename(ctx context.Context, from, to string) error {
	if err := m.begin(ctx, "rename", from, to); err != nil {
		return err
	}
	m.mu.Lock()
	f, ok := m.files[from]
	if ok {
		delete(m.files, from)
		m.files[to] = f
	}
	m.mu.Unlock()
	if !ok {
		return fmt.Errorf("rename %s: %w", from, remote.ErrNotFound)
	}
	return m.hook("rename after", to)
}

// Remove implements remote.Driver.
func (m *Memory) Remove(ctx context.Context, name string) error {
	if err := m.begin(ctx, "remove", name); err != nil {
		return err
	}
	m.mu.Lock()
	_, ok := m.files[name]
	delete(m.files, name)
	m.mu.Unlock()
	if !ok {
		return fmt.Errorf("remove %s: %w", name, remote.ErrNotFound)
	}
	return m.hook("remove after", name)
}

// Locate implements remote.Locator.
func (m *Memory) Locate(name string) string { return "memory " + name }

// Close implements remote.Driver.
func (m *Memory) Close() error { return nil }

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(b []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx) //nolint:wrapcheck // the method wraps
	}
	return c.r.Read(b) //nolint:wrapcheck // a reader passes io.EOF through
}
