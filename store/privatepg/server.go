package privatepg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// database is the one database that Kvitok uses in its private cluster.
const database = "kvitok"

// port names the socket file; nothing listens on TCP.
const port = 5432

// Config says which data folder the server belongs to.
type Config struct {
	// Dir is the data folder; it is made if missing.
	Dir string
	// Log receives what happens; required.
	Log *slog.Logger
	// Programs lists folders to search for the server programs instead of PATH and the usual places.
	Programs []string
	// Elsewhere replaces /var/lib/kvitok as the home of clusters that cannot be in Dir.
	Elsewhere string
	// Throwaway makes a cluster for tests: quick, and lost at a power cut.
	Throwaway bool
}

// Validate reports what is missing.
func (c Config) Validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("the data folder is not set"))
	}
	if c.Log == nil {
		errs = append(errs, errors.New("the logger is not set"))
	}
	return errors.Join(errs...)
}

// Server is one process's use of the private PostgreSQL server of a data folder.
type Server struct {
	cfg      Config
	programs programs
	account  account
	cluster  string // absolute, links resolved
	moved    bool   // the cluster is not in the data folder
	socket   string // the folder of the socket
	pid      int
	adopted  bool

	mu    sync.Mutex
	users *lockFile // nil after Stop
}

// Start returns when the server of the data folder answers: it makes the cluster on first use, and
// starts the server or adopts the one that runs. Every successful Start needs a Stop. It is safe to
// call from several processes, and several times in one, at once.
func Start(ctx context.Context, cfg Config) (_ *Server, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("start the private database: %w", err)
	}
	// Passable, not readable: below root's folders the server runs as another user.
	if err := os.MkdirAll(cfg.Dir, 0o711); err != nil { //nolint:gosec // see above
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if cfg.Dir, err = resolve(cfg.Dir); err != nil {
		return nil, err
	}
	starting, err := openLock(filepath.Join(cfg.Dir, clusterName+".start"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, starting.close()) }()
	if err := starting.lock(ctx, unix.LOCK_EX); err != nil {
		return nil, fmt.Errorf("wait for another kvitok that starts the database: %w", err)
	}
	users, err := openLock(filepath.Join(cfg.Dir, clusterName+".users"))
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, users: users}
	if err := users.lock(ctx, unix.LOCK_SH); err != nil {
		return nil, errors.Join(fmt.Errorf("wait for another kvitok that stops the database: %w", err), users.close())
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.leave(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// start runs with the start lock held and our share of the users lock.
func (s *Server) start(ctx context.Context) (err error) {
	if s.cluster, s.moved, err = clusterPath(s.cfg.Dir); err != nil {
		return err
	}
	major, err := clusterMajor(s.cluster)
	if err != nil {
		return err
	}
	dirs := s.cfg.Programs
	if dirs == nil {
		dirs = searchPath()
	}
	if s.programs, err = choose(ctx, dirs, s.cluster, major); err != nil {
		return err
	}
	if s.account, err = serverAccount(s.cluster); err != nil {
		return err
	}
	if major == 0 {
		if err := s.place(ctx); err != nil {
			return err
		}
		if err := s.initialise(ctx); err != nil {
			return err
		}
	}
	if s.adopted, err = s.adopt(ctx); err != nil {
		return err
	}
	if !s.adopted {
		if err := s.launch(ctx); err != nil {
			return err
		}
	}
	s.cfg.Log.InfoContext(ctx, "private database ready", slog.Int("pid", s.pid), slog.Bool("adopted", s.adopted),
		slog.Int("postgres_major", s.programs.major), slog.String("socket", s.socket), slog.String("server_user", s.account.name))
	return s.ensureDatabase(ctx)
}

// URL returns the connection string of the database.
func (s *Server) URL() string { return s.urlOf(database) }

// DatabaseURL returns the connection string of another database of the same server.
func (s *Server) DatabaseURL(name string) string { return s.urlOf(name) }

// Adopted reports whether the server ran already when we came.
func (s *Server) Adopted() bool { return s.adopted }

// PID returns the process id of the server.
func (s *Server) PID() int { return s.pid }

// Cluster returns the folder of the cluster.
func (s *Server) Cluster() string { return s.cluster }

func (s *Server) urlOf(name string) string {
	return connectionURL(s.socket, port, name)
}

func connectionURL(socket string, port int, name string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + name}
	u.RawQuery = url.Values{
		"host": {socket}, "port": {fmt.Sprint(port)}, "sslmode": {"disable"}, //nolint:perfsprint // once a start
	}.Encode()
	return u.String()
}

// ensureDatabase makes the database on the first start; a kill in between leaves it to the next.
func (s *Server) ensureDatabase(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, s.urlOf("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}

// resolve makes a path absolute and free of links, so that every way to write one folder is the same.
func resolve(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("resolve the data folder: %w", err)
	}
	target, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("resolve the data folder: %w", err)
	}
	return target, nil
}
