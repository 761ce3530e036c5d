package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// minServer is the oldest server_version_num we work with.
const minServer = 150000

// DBTX is what a query needs: a pool or a transaction.
type DBTX interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Queries carries every query of the store as methods, on whatever DBTX it stands.
type Queries struct{ DBTX }

// Config says which database to use.
type Config struct {
	// URL is a connection string of PostgreSQL.
	URL string
	// MaxConns bounds the pool; 0 means the larger of 4 and the number of processors.
	MaxConns int32
	// Log receives what happens; required.
	Log *slog.Logger
}

// Validate reports what is missing.
func (c Config) Validate() error {
	var errs []error
	if c.URL == "" {
		errs = append(errs, errors.New("the address of the database is not set"))
	}
	if c.Log == nil {
		errs = append(errs, errors.New("the logger is not set"))
	}
	if c.MaxConns < 0 {
		errs = append(errs, errors.New("the number of connections is negative"))
	}
	return errors.Join(errs...)
}

// Store is the database behind a pool of connections.
type Store struct {
	Queries
	pool *pgxpool.Pool
	log  *slog.Logger

	sources *knownSources
}

// Open connects and checks the server, not the schema: migrations need it before there is one.
// Whoever wants to work uses OpenForWork. The caller closes the store.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("read the address of the database: %w", err)
	}
	if cfg.MaxConns > 0 {
		pc.MaxConns = cfg.MaxConns
	}
	params := pc.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	if params["application_name"] == "" {
		params["application_name"] = "kvitok"
	}
	sources := &knownSources{}
	// Instants are UTC; pgx would give them in the zone of the machine. Whoever puts a backup in the place of the
	// database breaks its connections: what was known of the former one is forgotten.
	pc.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		sources.forget()
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := checkServer(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{Queries: Queries{pool}, pool: pool, log: cfg.Log, sources: sources}, nil
}

// OpenForWork opens the store and refuses a schema of another version than the program's, see
// CheckVersion.
func OpenForWork(ctx context.Context, cfg Config) (*Store, error) {
	s, err := Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.CheckVersion(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func checkServer(ctx context.Context, db DBTX) error {
	var version, encoding string
	err := db.QueryRow(ctx, "SELECT current_setting('server_version_num'), current_setting('server_encoding')").
		Scan(&version, &encoding)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	number, err := strconv.Atoi(version)
	if err != nil {
		return fmt.Errorf("read the version of PostgreSQL: %w", err)
	}
	if number < minServer {
		return fmt.Errorf("the database server is PostgreSQL %d, version %d or newer is needed", number/10000, minServer/10000)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database is encoded in %s: create it with ENCODING 'UTF8'", encoding)
	}
	return nil
}

// Close waits until every connection is given back and closes them.
func (s *Store) Close() { s.pool.Close() }

// Pool returns the connections, for libraries that need them (River).
func (s *Store) Pool() *pgxpool.Pool { return s.pool }
