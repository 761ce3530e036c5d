package privatepg_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/store/privatepg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// helperDir makes this test binary a helper process that uses the server of that data folder.
const helperDir = "KVITOK_PRIVATEPG_HELPER_DIR"

// TestHelperProcess is not a test: it is what the re-executed test binary runs. It starts the
// server, says its pid, and stops on end of input.
func TestHelperProcess(t *testing.T) {
	dir := os.Getenv(helperDir)
	if dir == "" {
		return // an ordinary run of the tests
	}
	signal.Ignore(os.Interrupt)
	srv, err := privatepg.Start(t.Context(), config(dir))
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println("pid:", srv.PID(), srv.Adopted())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := srv.Stop(t.Context()); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

type helper struct {
	cmd   *exec.Cmd
	stdin io.Closer
	pid   int
}

func startHelper(t *testing.T, dir string) *helper {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$") //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := &helper{cmd: cmd, stdin: stdin}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == "pid:" {
			h.pid, _ = strconv.Atoi(fields[1])
			return h
		}
		t.Log("helper:", lines.Text())
	}
	t.Fatal("the helper process did not start the server")
	return nil
}

func (h *helper) kill(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.cmd.Wait() // "signal: killed" is what we want
}

func config(dir string) privatepg.Config {
	return privatepg.Config{Dir: dir, Log: slog.New(slog.DiscardHandler), Throwaway: true}
}

// folder is a data folder that the server user of root can reach, unlike t.TempDir.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kvitok-pgtest-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the point of it
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func start(t *testing.T, cfg privatepg.Config) *privatepg.Server {
	t.Helper()
	srv, err := privatepg.Start(t.Context(), cfg)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() { stop(t, srv) })
	return srv
}

func stop(t *testing.T, srv *privatepg.Server) {
	t.Helper()
	if err := srv.Stop(contextForCleanup(t)); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func execSQL(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// waitEnd waits for a process that somebody else ends.
func waitEnd(t *testing.T, pid int) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for running(pid) {
		select {
		case <-deadline:
			t.Fatalf("process %d still runs", pid)
		case <-tick.C:
		}
	}
}

func TestFirstStartServesAndStopEnds(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	srv := start(t, config(dir))
	for sql, want := range map[string]string{
		"SELECT current_database()":    "kvitok",
		"SHOW listen_addresses":        "",
		"SHOW server_encoding":         "UTF8",
		"SHOW unix_socket_permissions": "0700",
		"SHOW timezone":                "UTC",
		"SELECT lower('ЁЛКИНА')":       "ёлкина",
		`SELECT string_agg(s, '' ORDER BY s COLLATE "ru-x-icu") FROM unnest('{я,Ж,ё,е,А}'::text[]) s`: "АеёЖя",
	} {
		if got := query(t, srv.URL(), sql); got != want {
			t.Errorf("%s = %q, want %q", sql, got, want)
		}
	}
	execSQL(t, srv.URL(), "CREATE TABLE kept AS SELECT 'yes' AS v")
	pid := srv.PID()
	stop(t, srv)
	if running(pid) {
		t.Fatal("the server runs on after Stop")
	}
	stop(t, srv)

	again := start(t, config(dir))
	if again.Adopted() {
		t.Error("adopted a server that was stopped")
	}
	if got := query(t, again.URL(), "SELECT v FROM kept"); got != "yes" {
		t.Errorf("the data are %q after a restart", got)
	}
}

func TestSecondUserAdoptsAndLastOneStops(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, config(dir))
	second := start(t, config(dir))
	if !second.Adopted() || second.PID() != first.PID() {
		t.Fatalf("second: adopted %v pid %d, want the server %d", second.Adopted(), second.PID(), first.PID())
	}
	stop(t, first)
	if got := query(t, second.URL(), "SELECT 'on'"); got != "on" {
		t.Errorf("the server answers %q", got)
	}
	stop(t, second)
	if running(first.PID()) {
		t.Error("the last user left and the server runs on")
	}
}

func TestConcurrentStartsShareOneServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	const users = 4
	servers, errs := make([]*privatepg.Server, users), make([]error, users)
	var wg sync.WaitGroup
	for i := range users {
		wg.Go(func() { servers[i], errs[i] = privatepg.Start(t.Context(), config(dir)) })
	}
	h := startHelper(t, dir)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, srv := range servers {
		if srv.PID() != h.pid {
			t.Errorf("servers %d and %d on one data folder", srv.PID(), h.pid)
		}
		stop(t, srv)
	}
	if !running(h.pid) {
		t.Fatal("stopped a server that another process uses")
	}
	if err := h.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Wait(); err != nil {
		t.Fatalf("helper: %v", err)
	}
	waitEnd(t, h.pid)
}

func TestKilledUserLeavesServerForNext(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	h := startHelper(t, dir)
	h.kill(t)
	if !running(h.pid) {
		t.Fatal("the server died with its starter")
	}
	srv := start(t, config(dir))
	if !srv.Adopted() || srv.PID() != h.pid {
		t.Fatalf("adopted %v, pid %d, want the server %d of the killed process", srv.Adopted(), srv.PID(), h.pid)
	}
	stop(t, srv)
	waitEnd(t, h.pid)
}

func TestKilledServerRecovers(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	cfg := config(dir)
	cfg.Throwaway = false // a commit must survive
	first := start(t, cfg)
	execSQL(t, first.URL(), "CREATE TABLE kept AS SELECT 'yes' AS v")
	if err := syscall.Kill(first.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitEnd(t, first.PID())
	stop(t, first)
	srv := start(t, config(dir))
	if got := query(t, srv.URL(), "SELECT v FROM kept"); got != "yes" {
		t.Errorf("the data are %q after recovery", got)
	}
}

func TestStalePIDFileOfAnotherProcess(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	srv := start(t, config(dir))
	cluster := srv.Cluster()
	stop(t, srv)
	// Our own pid lives and is no server.
	text := fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n\nready\n", os.Getpid(), cluster, cluster)
	if err := os.WriteFile(filepath.Join(cluster, "postmaster.pid"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, config(dir))
	if again.Adopted() || again.PID() == os.Getpid() {
		t.Fatal("took this test for the server")
	}
	if got := query(t, again.URL(), "SELECT 'on'"); got != "on" {
		t.Errorf("the server answers %q", got)
	}
}

func TestLongDataFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("очень-длинная-папка/", 8))
	srv := start(t, config(dir))
	if got := query(t, srv.URL(), "SELECT 'on'"); got != "on" {
		t.Errorf("the server answers %q", got)
	}
	socket := query(t, srv.URL(), "SHOW unix_socket_directories")
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("the folder of the socket: %v %v, want a private one", info, err)
	}
	stop(t, srv)
	if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of the socket %s is left: %v", socket, err)
	}
}

func TestServerStopsAfterExitOfItsLastUser(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	h := startHelper(t, dir)
	srv := start(t, config(dir))
	if err := srv.StopAfterExit(); err != nil {
		t.Fatal(err)
	}
	h.kill(t)
	privatepg.Abandon(srv) // as the end of the process would
	waitEnd(t, h.pid)
}
