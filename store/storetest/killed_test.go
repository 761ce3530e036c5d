package storetest_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/store/storetest"
)

// helperEnv makes this test binary a helper process, or a process that only cleans up.
const helperEnv = "KVITOK_STORETEST_HELPER"

// TestHelperProcess is not a test: it is what the re-executed test binary runs.
func TestHelperProcess(t *testing.T) {
	switch os.Getenv(helperEnv) {
	case "hold":
		fmt.Println("url:", storetest.URL(t))
		_, _ = io.Copy(io.Discard, os.Stdin) // until killed, or the parent is
	case "sweep":
		storetest.URL(t)
	}
}

func helper(t *testing.T, what string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$") //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), helperEnv+"="+what)
	return cmd
}

func TestDatabasesOfKilledRunsAreSwept(t *testing.T) {
	t.Parallel()
	cmd := helper(t, "hold")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	for lines := bufio.NewScanner(out); url == "" && lines.Scan(); {
		url, _ = strings.CutPrefix(lines.Text(), "url: ")
	}
	mine := storetest.URL(t)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	left := true
	// The server may need a moment to see that the killed process is gone.
	for range 20 {
		if out, err := helper(t, "sweep").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if left = reachable(t, url); !left {
			break
		}
	}
	if left {
		t.Error("the database of the killed process is left")
	}
	if !reachable(t, mine) {
		t.Error("the database of a living process was swept")
	}
}

func reachable(t *testing.T, url string) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return false
	}
	return conn.Close(t.Context()) == nil
}
