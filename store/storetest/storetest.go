// Package storetest gives every test a migrated database of its own on a real PostgreSQL server. It
// owns the shared test server and the template database; it holds no test data.
//
// The server is a private one (privatepg) in memory or below the temporary directory, started by the first test
// process of the user, shared by all, and stopped some seconds after the last one ended. With
// KVITOK_TEST_DATABASE_URL set, that server is used instead; its role must be allowed to create
// databases. Without either, tests fail: they never skip.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/privatepg"
)

// EnvURL names the environment variable that points tests to another server.
const EnvURL = "KVITOK_TEST_DATABASE_URL"

const (
	prefix = "kvitok_test_"
	// ownerLock is the class of the advisory locks by which test processes own their databases.
	ownerLock int32 = 0x6b76_7401
	// setupLimit bounds starting the server and making the template.
	setupLimit = 3 * time.Minute
	// dropLimit bounds the removal of a database.
	dropLimit = 30 * time.Second
	// testConns is the size of a test's pool; small, many tests run at once.
	testConns = 5
)

// process is what one test process shares among its tests.
type process struct {
	server   string // URL of the maintenance database
	template string
	strategy string    // how databases are copied
	owner    uint32    // part of the names of our databases
	lock     *pgx.Conn // holds the advisory lock of owner; ends with the process
	count    atomic.Int64
}

//nolint:gochecknoglobals // one server for all tests of a process; there is no TestMain to hold it
var shared = sync.OnceValues(func() (*process, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setupLimit) //nolint:forbidigo // outlives the first test
	defer cancel()
	return newProcess(ctx)
})

// New returns a store on a migrated, empty database that belongs to the test alone; it is closed and
// dropped when the test ends.
func New(tb testing.TB) *store.Store {
	tb.Helper()
	s, err := store.OpenForWork(tb.Context(), store.Config{URL: URL(tb), MaxConns: testConns, Log: Logger(tb)})
	if err != nil {
		tb.Fatalf("open the test database: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// URL returns the connection string of a migrated, empty database of the test's own. Connections
// that the test leaves open are cut when it ends.
func URL(tb testing.TB) string {
	tb.Helper()
	p := require(tb)
	return p.create(tb, p.template)
}

// EmptyURL is URL without the schema, for tests of migrations.
func EmptyURL(tb testing.TB) string {
	tb.Helper()
	return require(tb).create(tb, "template0")
}

// Logger returns a logger that writes warnings and errors to the test's log.
func Logger(tb testing.TB) *slog.Logger {
	tb.Helper()
	return slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// DataDir returns an empty folder that the server user of a root process can reach (tb.TempDir is
// private to root), for tests that start the embedded default. It is removed when the test ends.
func DataDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "kvitok-test-") //nolint:usetesting // see above
	if err != nil {
		tb.Fatalf("make a data folder: %v", err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Errorf("remove the data folder: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the point of it
		tb.Fatalf("open the data folder: %v", err)
	}
	return dir
}

func require(tb testing.TB) *process {
	tb.Helper()
	p, err := shared()
	if err != nil {
		tb.Fatalf("a test needs PostgreSQL: %v", err)
	}
	return p
}

func newProcess(ctx context.Context) (*process, error) {
	p := &process{server: os.Getenv(EnvURL)}
	var err error
	if p.server == "" {
		// Our server writes nothing to disk at a checkpoint: copying files is ten times quicker than
		// copying through the log.
		p.strategy = " STRATEGY file_copy"
		if p.server, err = startServer(ctx); err != nil {
			return nil, err
		}
	}
	if p.lock, err = pgx.Connect(ctx, p.server); err != nil {
		return nil, fmt.Errorf("connect to the test server: %w", err)
	}
	if err := p.own(ctx); err != nil {
		return nil, err
	}
	if err := p.sweep(ctx); err != nil {
		return nil, err
	}
	p.template, err = ensureTemplate(ctx, p)
	return p, err
}

// startServer starts or adopts the user's test server. Nobody stops it by hand: its watcher does,
// when the locks of all test processes are gone.
func startServer(ctx context.Context) (string, error) {
	dir := filepath.Join(memory(), "kvitok-test-pg-"+strconv.Itoa(os.Getuid()))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) { //nolint:gosec // the server user passes through
		return "", fmt.Errorf("make the folder of the test server: %w", err)
	}
	srv, err := privatepg.Start(ctx, privatepg.Config{Dir: dir, Log: slog.New(slog.DiscardHandler), Throwaway: true})
	if err != nil {
		return "", fmt.Errorf("start the test server: %w", err)
	}
	if err := srv.StopAfterExit(); err != nil {
		return "", fmt.Errorf("start the test server: %w", err)
	}
	return srv.URL(), nil
}

// memory returns a folder in memory where there is one with room (a container's is often tiny), else
// the temporary directory: a database is a thousand small files.
func memory() string {
	const dir, room = "/dev/shm", 2 << 30
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil || st.Bavail*uint64(st.Bsize) < room { //nolint:gosec // sizes fit
		return os.TempDir()
	}
	return dir
}

// own takes a number for this process, by which others see that its databases are in use.
func (p *process) own(ctx context.Context) error {
	for {
		p.owner = rand.Uint32() //nolint:gosec // a number needs no secrecy
		got, err := p.try(ctx, p.owner)
		if err != nil || got {
			return err
		}
	}
}

func (p *process) try(ctx context.Context, owner uint32) (got bool, err error) {
	err = p.lock.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", ownerLock, int32(owner)).Scan(&got) //nolint:gosec // bits
	if err != nil {
		return false, fmt.Errorf("lock a test process: %w", err)
	}
	return got, nil
}

// sweep drops the databases of test processes that were killed.
func (p *process) sweep(ctx context.Context) error {
	rows, err := p.lock.Query(ctx, "SELECT datname FROM pg_database WHERE datname LIKE $1", prefix+"%")
	if err != nil {
		return fmt.Errorf("look for leftover databases: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for leftover databases: %w", err)
	}
	for _, name := range names {
		text, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
		owner, err := strconv.ParseUint(text, 16, 32)
		if err != nil || uint32(owner) == p.owner {
			continue
		}
		dead, err := p.try(ctx, uint32(owner))
		if err != nil {
			return err
		}
		if !dead {
			continue
		}
		err = drop(ctx, p.lock, name)
		_, uerr := p.lock.Exec(ctx, "SELECT pg_advisory_unlock($1, $2)", ownerLock, int32(owner)) //nolint:gosec // bits
		if err = errors.Join(err, uerr); err != nil {
			return fmt.Errorf("remove a leftover database: %w", err)
		}
	}
	return nil
}

// create makes a database of the test and arranges its removal.
func (p *process) create(tb testing.TB, template string) string {
	tb.Helper()
	name := fmt.Sprintf("%s%08x_%d", prefix, p.owner, p.count.Add(1))
	err := p.admin(tb.Context(), func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+p.strategy)
		return err //nolint:wrapcheck // the test says what failed
	})
	if err != nil {
		tb.Fatalf("create the test database: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), dropLimit)
		defer cancel()
		err := p.admin(ctx, func(ctx context.Context, conn *pgx.Conn) error { return drop(ctx, conn, name) })
		if err != nil {
			tb.Errorf("drop the test database: %v", err)
		}
	})
	u, err := databaseURL(p.server, name)
	if err != nil {
		tb.Fatalf("name the test database: %v", err)
	}
	return u
}

// admin runs one thing on a connection of its own: tests run in parallel.
func (p *process) admin(ctx context.Context, do func(ctx context.Context, conn *pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, p.server)
	if err != nil {
		return fmt.Errorf("connect to the test server: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return do(ctx, conn)
}

func drop(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

func databaseURL(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("read the address of the test server: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}
