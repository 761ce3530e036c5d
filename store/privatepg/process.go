package privatepg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

const (
	// maxSocketPath is the longest path of a socket that every system takes (macOS: 104 with the end).
	maxSocketPath = 100
	// startLimit bounds the wait for a server: recovery after a power cut may take a while.
	startLimit = 5 * time.Minute
	// stopLimit bounds a fast shutdown, which writes a checkpoint.
	stopLimit = 2 * time.Minute
	// orphanLimit bounds the wait for the children of a killed server.
	orphanLimit = 10 * time.Second
)

// pidFile is what postmaster.pid says.
type pidFile struct {
	pid    int
	socket string
	port   int
	status string
}

// readPIDFile returns nothing (pid 0) where there is no file or only the beginning of one.
func readPIDFile(cluster string) (pidFile, error) {
	text, err := os.ReadFile(filepath.Join(cluster, "postmaster.pid")) //nolint:gosec // a file of our cluster
	if errors.Is(err, os.ErrNotExist) {
		return pidFile{}, nil
	}
	if err != nil {
		return pidFile{}, fmt.Errorf("read the pid file of the database: %w", err)
	}
	lines := append(strings.Split(string(text), "\n"), make([]string, 8)...)
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	var p pidFile
	p.pid, _ = strconv.Atoi(lines[0])
	p.port, _ = strconv.Atoi(lines[3])
	p.socket, p.status = lines[4], lines[7]
	return p, nil
}

// adopt looks for a server that already runs on our cluster and connects to it. A pid file whose
// process is gone, or is another program by now, is stale: launch then starts a server over it.
func (s *Server) adopt(ctx context.Context) (bool, error) {
	p, err := readPIDFile(s.cluster)
	if err != nil || p.pid == 0 {
		return false, err
	}
	if !s.isPostmaster(p.pid) {
		s.cfg.Log.WarnContext(ctx, "the last server of this database did not end cleanly; it will recover",
			slog.Int("stale_pid", p.pid))
		return false, s.dropStale(p.pid)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	// It may be starting (its starter was killed), or ending (SIGTERM to all at a shutdown).
	var refused error
	err = poll(ctx, func() (bool, error) {
		if !s.isPostmaster(p.pid) {
			p.pid = 0
			return true, nil
		}
		if p, err = readPIDFile(s.cluster); err != nil || p.pid == 0 {
			return p.pid == 0, err
		}
		if p.status != "ready" {
			return false, nil
		}
		refused = s.verify(ctx, p)
		return refused == nil, nil
	})
	if err != nil {
		return false, fmt.Errorf("adopt the running server (pid %d) of %s: %w", p.pid, s.cluster, errors.Join(err, refused))
	}
	s.pid, s.socket = p.pid, p.socket
	return p.pid != 0, nil
}

// isPostmaster reports whether a living process may be the server of our cluster. The server's
// working folder is its cluster, which Linux shows; elsewhere a living process is believed, and
// verify decides.
func (s *Server) isPostmaster(pid int) bool {
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) || isZombie(pid) {
		return false
	}
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err != nil || cwd == s.cluster
}

// isZombie also reaps: a server that ended below us stays a zombie until its parent asks.
func isZombie(pid int) bool {
	var status unix.WaitStatus
	got, err := unix.Wait4(pid, &status, unix.WNOHANG, nil)
	if err == nil && got == pid {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, found := strings.Cut(string(stat), ") ")
	return found && strings.HasPrefix(state, "Z")
}

// dropStale removes the pid file of a dead server whose number another process carries now:
// PostgreSQL itself would take that process for the server. Orphans of the dead server are no
// danger, PostgreSQL finds those by their shared memory.
func (s *Server) dropStale(pid int) error {
	if errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
		return nil // PostgreSQL replaces it
	}
	if err := os.Remove(filepath.Join(s.cluster, "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a stale pid file: %w", err)
	}
	return nil
}

// dropStaleSocket does the same for the lock file of the socket.
func (s *Server) dropStaleSocket() error {
	path := filepath.Join(s.socket, ".s.PGSQL."+strconv.Itoa(port)+".lock")
	text, err := os.ReadFile(path) //nolint:gosec // a file of our cluster
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the lock of the socket: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err == nil && s.isPostmaster(pid) {
		return fmt.Errorf("the socket %s is in use by process %d", s.socket, pid)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a stale lock of the socket: %w", err)
	}
	return nil
}

// verify connects and asks the server whose cluster it serves.
func (s *Server) verify(ctx context.Context, p pidFile) (err error) {
	conn, err := pgx.Connect(ctx, connectionURL(p.socket, p.port, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var dir string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&dir); err != nil {
		return fmt.Errorf("ask the server for its folder: %w", err)
	}
	if target, err := filepath.EvalSymlinks(dir); err != nil || target != s.cluster {
		return fmt.Errorf("the server serves %s", dir)
	}
	return nil
}

// launch starts the server and waits until it answers.
func (s *Server) launch(ctx context.Context) error {
	if err := s.chooseSocket(); err != nil {
		return err
	}
	if err := s.dropStaleSocket(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	orphans, cancelOrphans := context.WithTimeout(ctx, orphanLimit)
	defer cancelOrphans()
	for {
		err := s.try(ctx)
		if err == nil {
			return nil
		}
		text, _ := os.ReadFile(s.logPath())
		// The children of a killed server end by themselves, a moment after it.
		if bytes.Contains(text, []byte("shared memory block")) && orphans.Err() == nil {
			continue
		}
		return fmt.Errorf("start the server of %s: %w: %s", s.cluster, err, tail(text))
	}
}

func (s *Server) logPath() string { return filepath.Join(s.cfg.Dir, clusterName+".log") }

// try starts the server once.
func (s *Server) try(ctx context.Context) error {
	out, err := os.OpenFile(s.logPath(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of the database: %w", err)
	}
	defer out.Close() //nolint:errcheck // the server has its own copy; nothing of ours is written
	// The server outlives the context that started it: it is ended by Stop.
	cmd := exec.Command(s.programs.path("postgres"), "-D", s.cluster, //nolint:gosec,noctx // found by findPrograms
		"-c", "listen_addresses=", "-c", "port="+strconv.Itoa(port),
		"-c", "unix_socket_directories="+s.socket, "-c", "unix_socket_permissions=0700")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", environment(), s.account.attributes()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("run it as user %s: %w", s.account.name, err)
	}
	s.pid = cmd.Process.Pid
	// No goroutine waits for it: the server may outlive us, and Stop reaps it.
	if err := cmd.Process.Release(); err != nil {
		return fmt.Errorf("let go of it: %w", err)
	}
	err = poll(ctx, func() (bool, error) {
		if !alive(s.pid) {
			return false, errors.New("it ended at once")
		}
		p, err := readPIDFile(s.cluster)
		return err == nil && p.pid == s.pid && p.status == "ready", err
	})
	if err != nil && alive(s.pid) {
		err = errors.Join(err, s.shutdown(context.WithoutCancel(ctx)))
	}
	return err
}

func alive(pid int) bool {
	return !isZombie(pid) && !errors.Is(unix.Kill(pid, 0), unix.ESRCH)
}

// chooseSocket takes the cluster folder, which is private already; where its path is too long for
// a socket, a private folder below the temporary directory.
func (s *Server) chooseSocket() error {
	name := "/.s.PGSQL." + strconv.Itoa(port)
	s.socket = s.cluster
	// The setting is a list: a comma would part it.
	if len(s.cluster+name) <= maxSocketPath && !strings.ContainsAny(s.cluster, ",\"") {
		return nil
	}
	id, err := systemIdentifier(s.cluster)
	if err != nil {
		return err
	}
	base := os.TempDir()
	dir := filepath.Join(base, "kvitok-pg-"+shortHash(s.cluster+id))
	if len(dir+name) > maxSocketPath {
		dir = filepath.Join("/tmp", filepath.Base(dir))
	}
	if err := os.Mkdir(dir, 0o700); err == nil {
		if err := s.account.give(dir); err != nil {
			return err
		}
	} else if !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make the folder of the socket: %w", err)
	}
	// Everybody may write to the temporary directory: what stands there must be ours.
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the folder of the socket: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || st.Uid != s.account.uid || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a private folder of user %s: somebody else made it; remove it", dir, s.account.name)
	}
	s.socket = dir
	return nil
}

// systemIdentifier reads the number that initdb gave the cluster. It keeps two clusters that stood
// at one path, one after the other, from meeting at one socket.
func systemIdentifier(cluster string) (string, error) {
	control, err := os.ReadFile(filepath.Join(cluster, "global", "pg_control")) //nolint:gosec // a file of our cluster
	if err != nil {
		return "", fmt.Errorf("read the identity of the database: %w", err)
	}
	if len(control) < 8 {
		return "", fmt.Errorf("read the identity of the database: %s is damaged", cluster)
	}
	return strconv.FormatUint(binary.NativeEndian.Uint64(control), 16), nil
}
