package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kvitok": main})
}

// The scripts are the documentation of the command line: what is typed, what is answered. Each works
// in a data folder of its own, with a private PostgreSQL of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			// root's PostgreSQL runs as another user, who must get through to the data folder
			return openFolders(env.WorkDir)
		},
	})
}

// openFolders lets other users through to a folder of the test.
func openFolders(dir string) error {
	for dir != "/" && dir != "." && strings.HasPrefix(dir, os.TempDir()+"/") {
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // a folder of the test
			return fmt.Errorf("open %s: %w", dir, err)
		}
		dir = dir[:strings.LastIndex(dir, "/")]
	}
	return nil
}

// dataDir is a data folder for a private PostgreSQL.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := openFolders(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command runs one command line in this process.
func command(t *testing.T, args ...string) (code int, out, problems string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), testEnvironment(&stdout, &stderr, args...))
	return code, stdout.String(), stderr.String()
}

func testEnvironment(out, err io.Writer, args ...string) *environment {
	return &environment{
		args: args, in: strings.NewReader(""), out: out, err: err, now: time.Now,
		getenv: func(string) string { return "" },
	}
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// stopped bounds a stop in tests.
func stopped(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
