package privatepg_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/store/privatepg"
)

func contextForCleanup(t *testing.T) context.Context {
	t.Helper()
	return context.WithoutCancel(t.Context())
}

// fakePrograms makes a folder with programs that only know their version.
func fakePrograms(t *testing.T, major int, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %d.3 (Debian)'\n", name, major)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	return dir
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// refusal returns why the server was not started.
func refusal(t *testing.T, cfg privatepg.Config) error {
	t.Helper()
	srv, err := privatepg.Start(t.Context(), cfg)
	if err == nil {
		stop(t, srv)
		t.Fatal("it started")
	}
	return err
}

func TestStartRefuses(t *testing.T) { //nolint:funlen // a table
	t.Parallel()
	fake := func(majors ...int) func(t *testing.T) []string {
		return func(t *testing.T) []string {
			t.Helper()
			dirs := make([]string, 0, 1+len(majors))
			dirs = append(dirs, t.TempDir())
			for _, major := range majors {
				dirs = append(dirs, fakePrograms(t, major, "postgres", "initdb", "pg_ctl"))
			}
			return dirs
		}
	}
	tests := []struct {
		name     string
		programs func(t *testing.T) []string
		files    map[string]string
		want     error
		says     []string
	}{
		{
			name:     "nothing installed",
			programs: fake(),
			want:     privatepg.ErrNoPrograms,
			says:     []string{"version 15", "none is installed", "install", "KVITOK_DATABASE_URL"},
		},
		{
			name:     "client programs only",
			programs: func(t *testing.T) []string { t.Helper(); return []string{fakePrograms(t, 16, "postgres", "pg_ctl")} },
			want:     privatepg.ErrNoPrograms,
		},
		{
			name:     "too old",
			programs: fake(13),
			want:     privatepg.ErrNoPrograms,
			says:     []string{"only PostgreSQL [13]"},
		},
		{
			name:     "cluster of another major",
			programs: fake(16, 17),
			files:    map[string]string{"postgres/PG_VERSION": "15\n"},
			want:     privatepg.ErrOtherVersion,
			says:     []string{"made by PostgreSQL 15", "installed is 17, 16", "install PostgreSQL 15", "postgresql"},
		},
		{
			name:  "a folder that is no cluster",
			files: map[string]string{"postgres/letter.txt": "hello"},
			says:  []string{"not a PostgreSQL cluster", "move it away"},
		},
		{
			name:  "the cluster elsewhere is gone",
			files: map[string]string{"postgres.location": "/nonexistent/kvitok/abc/postgres\n"},
			says:  []string{"/nonexistent/kvitok/abc/postgres", "restore it"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t.TempDir())
			if tt.programs != nil {
				cfg.Programs = tt.programs(t)
			}
			writeFiles(t, cfg.Dir, tt.files)
			err := refusal(t, cfg)
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			for _, part := range tt.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the message lacks %q: %v", part, err)
				}
			}
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	if _, err := privatepg.Start(t.Context(), privatepg.Config{}); err == nil {
		t.Fatal("started without a folder and a logger")
	}
}

func TestHalfMadeClusterIsReplaced(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	// What a kill in the middle of initdb leaves, and an empty folder in the place of the cluster.
	half := filepath.Join(dir, "postgres.new-123", "base")
	for _, d := range []string{half, filepath.Join(dir, "postgres")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	srv := start(t, config(dir))
	if got := query(t, srv.URL(), "SELECT 'on'"); got != "on" {
		t.Errorf("the server answers %q", got)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half-made cluster is left: %v", err)
	}
}

// Root's own folders are closed to the server's user: the cluster goes elsewhere.
func TestRootWithPrivateDataFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root drops to another user")
	}
	cfg := config(filepath.Join(t.TempDir(), "data"))
	if err := os.Mkdir(cfg.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg.Elsewhere = filepath.Join(folder(t), "lib")
	srv := start(t, cfg)
	if !strings.HasPrefix(srv.Cluster(), cfg.Elsewhere) {
		t.Fatalf("the cluster is %s, want it below %s", srv.Cluster(), cfg.Elsewhere)
	}
	execSQL(t, srv.URL(), "CREATE TABLE kept AS SELECT 'yes' AS v")
	stop(t, srv)
	again := start(t, cfg)
	if got := query(t, again.URL(), "SELECT v FROM kept"); got != "yes" {
		t.Errorf("the data are %q after a restart", got)
	}
	stop(t, again)

	// A data folder deleted and made again begins anew.
	if err := os.Remove(filepath.Join(cfg.Dir, "postgres.location")); err != nil {
		t.Fatal(err)
	}
	fresh := start(t, cfg)
	if fresh.Cluster() == srv.Cluster() {
		t.Error("a new data folder woke the database of the old one")
	}
}

func TestRootWithNoReachableFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root drops to another user")
	}
	cfg := config(t.TempDir())
	cfg.Elsewhere = filepath.Join(t.TempDir(), "lib")
	_, err := privatepg.Start(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "choose a --dir that every user can enter") {
		t.Fatalf("error %v, want advice about the folder", err)
	}
}
