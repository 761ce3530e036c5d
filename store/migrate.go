package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

const (
	// migrationLock is the advisory lock that migrations hold (the letters "kvitok").
	migrationLock int64 = 0x6b7669746f6b
	// migrationPoll is how often a held lock is tried again.
	migrationPoll = 100 * time.Millisecond
)

var (
	// ErrSchemaOlder says that migrations are waiting.
	ErrSchemaOlder = errors.New("the database is older than this program: run kvitok migrate up")
	// ErrSchemaNewer says that the database was migrated by a later program.
	ErrSchemaNewer = errors.New("this program is older than the database: install the current version")
)

// SchemaVersion is the state of the schema: Kvitok's own migrations and those of River.
type SchemaVersion struct {
	Applied, Known           int64 // the last migration of the database and of the program
	RiverApplied, RiverKnown int
}

// Err compares the two: ErrSchemaOlder, ErrSchemaNewer or nil.
func (v SchemaVersion) Err() error {
	var cause error
	switch {
	case v.Applied > v.Known || v.RiverApplied > v.RiverKnown:
		cause = ErrSchemaNewer
	case v.Applied < v.Known || v.RiverApplied < v.RiverKnown:
		cause = ErrSchemaOlder
	default:
		return nil
	}
	return fmt.Errorf("%w (database: schema %d, queue %d; program: schema %d, queue %d)",
		cause, v.Applied, v.RiverApplied, v.Known, v.RiverKnown)
}

// Migrate brings the schema and River's tables to the program's version. It only goes forward, does
// nothing the second time, and waits for another process that migrates. It refuses a database
// that is newer than the program.
func (s *Store) Migrate(ctx context.Context) (err error) {
	unlock, err := s.lockMigrations(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	version, err := s.Version(ctx)
	if err != nil {
		return err
	}
	if err := version.Err(); errors.Is(err, ErrSchemaNewer) {
		return err
	}
	if err := s.migrateOwn(ctx); err != nil {
		return err
	}
	return s.migrateRiver(ctx)
}

// CheckVersion returns an error wrapping ErrSchemaOlder or ErrSchemaNewer unless the database has
// exactly the program's schema. It writes nothing.
func (s *Store) CheckVersion(ctx context.Context) error {
	version, err := s.Version(ctx)
	if err != nil {
		return err
	}
	return version.Err()
}

// Version reads the state of the schema. It writes nothing.
func (s *Store) Version(ctx context.Context) (v SchemaVersion, err error) {
	sources, err := migrationSources()
	if err != nil {
		return v, err
	}
	river, err := s.riverMigrator()
	if err != nil {
		return v, err
	}
	v.Known = slices.Max(sources)
	for _, m := range river.AllVersions() {
		v.RiverKnown = max(v.RiverKnown, m.Version)
	}
	err = s.optional(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied", &v.Applied)
	if err != nil {
		return v, fmt.Errorf("read the version of the schema: %w", err)
	}
	err = s.optional(ctx, "SELECT coalesce(max(version), 0) FROM river_migration", &v.RiverApplied)
	if err != nil {
		return v, fmt.Errorf("read the version of the queue: %w", err)
	}
	return v, nil
}

// optional reads one value from a table that may not exist yet.
func (s *Store) optional(ctx context.Context, query string, to any) error {
	err := s.QueryRow(ctx, query).Scan(to)
	if hasCode(err, codeUndefinedTable) {
		return nil
	}
	return err //nolint:wrapcheck // the caller says what it read
}

// lockMigrations takes one lock for both sets of migrations (goose's own lock would cover only its
// half). It is tried, not waited for inside PostgreSQL: a waiting statement holds a snapshot, which
// a CREATE INDEX CONCURRENTLY of the holder would wait for.
func (s *Store) lockMigrations(ctx context.Context) (unlock func() error, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the migrations: %w", err)
	}
	ticker := time.NewTicker(migrationPoll)
	defer ticker.Stop()
	for {
		var got bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", migrationLock).Scan(&got); err != nil {
			conn.Release()
			return nil, fmt.Errorf("lock the migrations: %w", err)
		}
		if got {
			return func() error { return unlockMigrations(context.WithoutCancel(ctx), conn) }, nil
		}
		select {
		case <-ctx.Done():
			conn.Release()
			return nil, fmt.Errorf("wait for another process that migrates: %w", context.Cause(ctx))
		case <-ticker.C:
		}
	}
}

// unlockMigrations ends the session that holds the lock: that cannot fail to unlock.
func unlockMigrations(ctx context.Context, conn *pgxpool.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, rollbackLimit)
	defer cancel()
	if err := conn.Hijack().Close(ctx); err != nil {
		return fmt.Errorf("unlock the migrations: %w", err)
	}
	return nil
}

func (s *Store) migrateOwn(ctx context.Context) (err error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	db := stdlib.OpenDB(*s.pool.Config().ConnConfig)
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		s.log.InfoContext(ctx, "migration applied", slog.Int64("version", r.Source.Version),
			slog.String("file", r.Source.Path), slog.Duration("took", r.Duration))
	}
	if err != nil {
		return fmt.Errorf("migrate the schema: %w", err)
	}
	return nil
}

func (s *Store) migrateRiver(ctx context.Context) error {
	river, err := s.riverMigrator()
	if err != nil {
		return err
	}
	result, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	if n := len(result.Versions); n > 0 {
		s.log.InfoContext(ctx, "queue migrated", slog.Int("version", result.Versions[n-1].Version))
	}
	return nil
}

func (s *Store) riverMigrator() (*rivermigrate.Migrator[pgx.Tx], error) {
	m, err := rivermigrate.New(riverpgxv5.New(s.pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("read the migrations of the queue: %w", err)
	}
	return m, nil
}

// SchemaFingerprint changes whenever a migration of Kvitok or River does. Tests key their template
// database by it.
func SchemaFingerprint() (string, error) {
	hash := sha256.New()
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return "", fmt.Errorf("read the migrations: %w", err)
	}
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read the migrations: %w", err)
		}
		hash.Write(fmt.Appendf(nil, "%s %d\n%s", name, len(text), text))
	}
	river, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", fmt.Errorf("read the migrations of the queue: %w", err)
	}
	for _, m := range river.AllVersions() {
		hash.Write(fmt.Appendf(nil, "%d\n%s", m.Version, m.SQLUp))
	}
	return hex.EncodeToString(hash.Sum(nil)[:8]), nil
}

// migrationSources lists the versions of the embedded migrations, ascending.
func migrationSources() ([]int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	versions := make([]int64, 0, len(names))
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("read the name of migration %s: %w", name, err)
		}
		versions = append(versions, version)
	}
	return versions, nil
}
