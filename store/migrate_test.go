package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

func openEmpty(t *testing.T) (*store.Store, store.Config) {
	t.Helper()
	cfg := store.Config{URL: storetest.EmptyURL(t), MaxConns: 4, Log: storetest.Logger(t)}
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(s.Close)
	return s, cfg
}

func TestMigrateFromNothingAndAgain(t *testing.T) {
	t.Parallel()
	s, cfg := openEmpty(t)
	if _, err := store.OpenForWork(t.Context(), cfg); !errors.Is(err, store.ErrSchemaOlder) {
		t.Fatalf("an empty database: %v, want ErrSchemaOlder", err)
	}
	var tables int
	count := "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
	if err := s.QueryRow(t.Context(), count).Scan(&tables); err != nil || tables != 0 {
		t.Errorf("the check of the version made %d tables (%v)", tables, err)
	}
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatalf("migrate: %v", err)
		}
		if err := s.CheckVersion(t.Context()); err != nil {
			t.Errorf("after migrating: %v", err)
		}
	}
	var jobs, extension bool
	err := s.QueryRow(t.Context(), `SELECT to_regclass('river_job') IS NOT NULL,
		EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist')`).Scan(&jobs, &extension)
	if err != nil || !jobs || !extension {
		t.Errorf("river's tables %v, btree_gist %v, %v", jobs, extension, err)
	}
}

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	s, cfg := openEmpty(t)
	other, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	stores := []*store.Store{s, other, s, other}
	errs := make([]error, len(stores))
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() { errs[i] = s.Migrate(t.Context()) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckVersion(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMigrateWaitsOnlyAsLongAsItMay(t *testing.T) {
	t.Parallel()
	s, _ := openEmpty(t)
	conn, err := s.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), "SELECT pg_advisory_lock($1)", store.MigrationLock); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	tired := errors.New("tired of waiting")
	go cancel(tired)
	if err := s.Migrate(ctx); !errors.Is(err, tired) && !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want the end of waiting", err)
	}
}

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, sql string
		want      error
	}{
		{"the same", "SELECT 1", nil},
		{"schema newer", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)", store.ErrSchemaNewer},
		{"queue newer", "INSERT INTO river_migration (line, version) VALUES ('main', 99999)", store.ErrSchemaNewer},
		{
			"schema older", "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)",
			store.ErrSchemaOlder,
		},
		{"queue older", "DELETE FROM river_migration WHERE version = (SELECT max(version) FROM river_migration)", store.ErrSchemaOlder},
		{"no schema", "DROP TABLE goose_db_version", store.ErrSchemaOlder},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			if _, err := s.Exec(t.Context(), tt.sql); err != nil {
				t.Fatal(err)
			}
			if err := s.CheckVersion(t.Context()); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if errors.Is(tt.want, store.ErrSchemaNewer) {
				if err := s.Migrate(t.Context()); !errors.Is(err, store.ErrSchemaNewer) {
					t.Errorf("migrating a newer database: %v, want a refusal", err)
				}
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]store.Config{
		"nothing set":  {},
		"bad address":  {URL: "postgres://localhost:notaport/x", Log: storetest.Logger(t)},
		"nobody there": {URL: "postgres:///x?host=/nonexistent", Log: storetest.Logger(t)},
		"negative":     {URL: storetest.URL(t), MaxConns: -1, Log: storetest.Logger(t)},
	} {
		if s, err := store.Open(t.Context(), cfg); err == nil {
			s.Close()
			t.Errorf("%s: opened", name)
		}
	}
}
