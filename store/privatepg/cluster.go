package privatepg

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// clusterName is the cluster folder in the data folder, and the prefix of the files beside it.
	clusterName = "postgres"
	// superuser is the role that owns everything in the private cluster.
	superuser = "kvitok"
	// elsewhere is where clusters live whose server user cannot reach the data folder.
	elsewhere = "/var/lib/kvitok"
)

// clusterPath returns where the cluster of a data folder is or will be, as postgres.location has it
// or else in the data folder.
func clusterPath(dir string) (path string, moved bool, err error) {
	location := filepath.Join(dir, clusterName+".location")
	text, err := os.ReadFile(location) //nolint:gosec // a file of our data folder
	if errors.Is(err, os.ErrNotExist) {
		return filepath.Join(dir, clusterName), false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read where the database is: %w", err)
	}
	path = strings.TrimSpace(string(text))
	if !filepath.IsAbs(path) {
		return "", false, fmt.Errorf("%s does not hold an absolute path", location)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil { //nolint:gosec // our own file says where
		return "", false, fmt.Errorf("the database of this data folder is in %s, which cannot be reached (%w): "+
			"restore it, or delete %s to begin with an empty database", path, err, location)
	}
	return path, true, nil
}

// clusterMajor returns the major version that made the cluster; 0 means that there is none yet.
func clusterMajor(cluster string) (int, error) {
	text, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION")) //nolint:gosec // a file of our cluster
	if errors.Is(err, os.ErrNotExist) {
		entries, err := os.ReadDir(cluster)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return 0, fmt.Errorf("look into the database folder: %w", err)
		}
		if len(entries) > 0 {
			return 0, fmt.Errorf("%s is not a PostgreSQL cluster (no PG_VERSION) and not empty: move it away", cluster)
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	return major, nil
}

// place decides where a new cluster goes. The location is written before the cluster is made, so
// that no kill can leave a cluster that nobody knows of.
func (s *Server) place(ctx context.Context) error {
	if s.moved || s.account.reaches(ctx, s.programs, s.cfg.Dir) {
		return nil
	}
	base := s.cfg.Elsewhere
	if base == "" {
		base = elsewhere
	}
	if err := os.MkdirAll(base, 0o755); err != nil { //nolint:gosec // the server user must pass through
		return fmt.Errorf("user %s, who runs PostgreSQL for root, cannot reach %s, and a folder elsewhere cannot be made "+
			"(choose a --dir that every user can enter, such as /srv/kvitok): %w", s.account.name, s.cfg.Dir, err)
	}
	if !s.account.reaches(ctx, s.programs, base) {
		return fmt.Errorf("user %s, who runs PostgreSQL for root, can reach neither %s nor %s: "+
			"choose a --dir that every user can enter, such as /srv/kvitok", s.account.name, s.cfg.Dir, base)
	}
	// The suffix keeps a data folder that was deleted and made again from waking the old database.
	if old, _ := filepath.Glob(filepath.Join(base, shortHash(s.cfg.Dir)+"-*")); len(old) > 0 {
		s.cfg.Log.WarnContext(ctx, "an earlier data folder at this path left its database; remove it when it is not wanted",
			slog.Any("clusters", old))
	}
	home := filepath.Join(base, shortHash(s.cfg.Dir)+"-"+strings.ToLower(rand.Text()[:8]))
	if err := os.Mkdir(home, 0o755); err != nil { //nolint:gosec // the server user must pass through
		return fmt.Errorf("make the database folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(home, "data-folder"), []byte(s.cfg.Dir+"\n"), 0o644); err != nil { //nolint:gosec // a note for people
		return fmt.Errorf("note whose database it is: %w", err)
	}
	s.cluster, s.moved = filepath.Join(home, clusterName), true
	s.cfg.Log.WarnContext(ctx, "the database is outside of the data folder, which its user cannot reach",
		slog.String("cluster", s.cluster), slog.String("server_user", s.account.name))
	return writeAtomically(filepath.Join(s.cfg.Dir, clusterName+".location"), s.cluster+"\n")
}

// initialise makes the cluster in a sibling folder and renames it into place when it is complete.
func (s *Server) initialise(ctx context.Context) error {
	leftovers, err := filepath.Glob(s.cluster + ".new-*")
	if err != nil {
		return fmt.Errorf("look for half-made databases: %w", err)
	}
	for _, leftover := range leftovers {
		if err := os.RemoveAll(leftover); err != nil {
			return fmt.Errorf("remove a half-made database: %w", err)
		}
	}
	temp, err := os.MkdirTemp(filepath.Dir(s.cluster), clusterName+".new-")
	if err != nil {
		return fmt.Errorf("make the database folder: %w", err)
	}
	if err := s.makeIn(ctx, temp); err != nil {
		return errors.Join(err, os.RemoveAll(temp))
	}
	// An empty folder may stand there; a full one makes the rename fail.
	_ = os.Remove(s.cluster)
	if err := os.Rename(temp, s.cluster); err != nil {
		return errors.Join(fmt.Errorf("put the new database into place: %w", err), os.RemoveAll(temp))
	}
	s.cfg.Log.InfoContext(ctx, "database cluster made",
		slog.String("cluster", s.cluster), slog.Int("postgres_major", s.programs.major))
	return syncFolder(filepath.Dir(s.cluster))
}

func (s *Server) makeIn(ctx context.Context, temp string) error {
	if err := s.account.give(temp); err != nil {
		return err
	}
	var failed error
	for _, locale := range locales(s.programs.major) {
		args := append([]string{
			"--pgdata=" + temp, "--username=" + superuser, "--encoding=UTF8",
			"--auth-local=trust", "--auth-host=reject",
		}, locale...)
		if s.cfg.Throwaway {
			args = append(args, "--no-sync")
		} else {
			args = append(args, "--data-checksums")
		}
		cmd := exec.CommandContext(ctx, s.programs.path("initdb"), args...) //nolint:gosec // found by findPrograms
		cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", environment(), s.account.attributes()
		out, err := cmd.CombinedOutput()
		if err == nil {
			return s.tune(temp)
		}
		failed = fmt.Errorf("make the database cluster (initdb as %s): %w: %s", s.account.name, err, tail(out))
		if ctx.Err() != nil || !bytes.Contains(out, []byte("locale")) {
			return failed
		}
	}
	return failed
}

// locales lists the settings of initdb to try. Bytes order by default, which is fast and the same on
// every machine; characters are classified by Unicode, so lower() knows Cyrillic. Queries that show
// names to people ask for Russian order: COLLATE "ru-x-icu".
func locales(major int) [][]string {
	var all [][]string
	if major >= 17 {
		all = append(all, []string{"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"})
	}
	for _, name := range []string{"C.UTF-8", "C.utf8", "en_US.UTF-8"} {
		all = append(all, []string{"--lc-collate=C", "--lc-ctype=" + name, "--lc-messages=C", "--lc-numeric=C", "--lc-monetary=C", "--lc-time=C"})
	}
	return append(all, []string{"--locale=C"})
}

// tune appends the settings for one PC. They stand in postgresql.conf, where the administrator may
// change them; only what the program relies on is given on the command line.
func (s *Server) tune(cluster string) error {
	conf := `
# --- set by kvitok when it made this cluster; yours to change ---
max_connections = 100
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 256MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
wal_level = minimal            # lets a month be loaded without writing it twice
max_wal_senders = 0
wal_compression = on
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_error_verbosity = terse    # DETAIL and CONTEXT quote rows: names must not reach a log
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_truncate_on_rotation = on  # a week of logs
`
	if s.cfg.Throwaway {
		conf += `
# --- a throwaway cluster for tests: loses everything at a power cut ---
max_connections = 400
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum_naptime = 1h
logging_collector = off
min_wal_size = 64MB
max_wal_size = 512MB
max_locks_per_transaction = 256
`
	}
	path := filepath.Join(cluster, "postgresql.conf")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // a file of our cluster
	if err != nil {
		return fmt.Errorf("open the settings of the database: %w", err)
	}
	_, err = f.WriteString(conf)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the settings of the database: %w", err)
	}
	return nil
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

func tail(out []byte) string {
	const limit = 2000
	out = bytes.TrimSpace(out)
	if len(out) > limit {
		out = out[len(out)-limit:]
	}
	return string(out)
}

func writeAtomically(path, text string) error {
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644) //nolint:gosec // a file of our data folder
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // a folder of ours
	if err != nil {
		return fmt.Errorf("flush folder %s: %w", dir, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flush folder %s: %w", dir, err)
	}
	return nil
}
