package privatepg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Stop ends our use of the server. The last user stops it (a fast shutdown: open transactions are
// rolled back, everything is written) and returns when it has ended. Calling Stop again is harmless.
func (s *Server) Stop(ctx context.Context) error {
	return s.leave(ctx)
}

func (s *Server) leave(ctx context.Context) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		return nil
	}
	users := s.users
	s.users = nil
	defer func() { err = errors.Join(err, users.close()) }()
	last, err := users.try(unix.LOCK_EX)
	if err != nil {
		return fmt.Errorf("leave the private database: %w", err)
	}
	if !last {
		s.cfg.Log.InfoContext(ctx, "private database left running for others", slog.Int("pid", s.pid))
		return nil
	}
	if s.pid == 0 {
		return nil // it never started
	}
	return s.shutdown(ctx)
}

// shutdown asks the server to end and waits for it.
func (s *Server) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	p, err := readPIDFile(s.cluster)
	if err != nil {
		return err
	}
	if p.pid != s.pid || !s.isPostmaster(s.pid) {
		return nil // it ended before us
	}
	if err := unix.Kill(s.pid, unix.SIGINT); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("stop the private database (pid %d): %w", s.pid, err)
	}
	if err := poll(ctx, func() (bool, error) { return !alive(s.pid), nil }); err != nil {
		return fmt.Errorf("wait for the private database (pid %d) to stop: %w", s.pid, err)
	}
	if s.socket != s.cluster {
		if err := os.Remove(s.socket); err != nil {
			s.cfg.Log.WarnContext(ctx, "the folder of the socket is left", slog.Any("error", err))
		}
	}
	s.cfg.Log.InfoContext(ctx, "private database stopped", slog.Int("pid", s.pid))
	return nil
}

// StopAfterExit arranges that the server stops some seconds after its last user is gone, for
// processes that cannot call Stop, such as test binaries. It needs the flock program of Linux
// (util-linux, busybox); without it the server stays and the next Start adopts it.
func (s *Server) StopAfterExit() error {
	if _, err := exec.LookPath("flock"); err != nil {
		return nil //nolint:nilerr // said above: the server then stays
	}
	//nolint:gosec,noctx // our own paths; the watcher outlives every context by design
	cmd := exec.Command("sh", "-c", watcher, "sh", filepath.Join(s.cfg.Dir, clusterName+".users"), s.cluster)
	cmd.Dir, cmd.Env = "/", environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the watcher of the private database: %w", err)
	}
	if err := cmd.Process.Release(); err != nil {
		return fmt.Errorf("let go of the watcher: %w", err)
	}
	return nil
}

// watcher waits until nobody shares the lock, leaves a next user some seconds to come, and stops the
// server with the exclusive lock held, as the package comment demands.
const watcher = `flock "$1" true
sleep 3
exec flock -n "$1" sh -c '
p=$(head -n 1 "$0/postmaster.pid") && [ "$(readlink "/proc/$p/cwd")" = "$0" ] && kill -INT "$p" || exit 0
i=0
while [ -e "$0/postmaster.pid" ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done
' "$2" 2>/dev/null`
