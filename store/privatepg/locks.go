package privatepg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// lockPoll is how often a busy lock or a starting server is looked at again.
const lockPoll = 10 * time.Millisecond

// lockFile is one open flock file. It is a bare descriptor: an os.File that nobody refers to any more
// is closed by the garbage collector, and the lock would be gone while the server is in use.
type lockFile struct {
	fd   int
	path string
}

func openLock(path string) (*lockFile, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file %s: %w", path, err)
	}
	return &lockFile{fd: fd, path: path}, nil
}

// try takes the lock without waiting; how is unix.LOCK_SH or unix.LOCK_EX.
func (l *lockFile) try(how int) (bool, error) {
	err := unix.Flock(l.fd, how|unix.LOCK_NB)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, unix.EINTR):
		return false, nil
	default:
		return false, fmt.Errorf("lock %s: %w", l.path, err)
	}
}

// lock waits for the lock, as long as the context allows.
func (l *lockFile) lock(ctx context.Context, how int) error {
	return poll(ctx, func() (bool, error) { return l.try(how) })
}

// close gives the lock back. The explicit unlock matters: a child between fork and exec may hold a
// copy of the descriptor for a moment, and closing ours would leave the lock with it.
func (l *lockFile) close() error {
	return errors.Join(unix.Flock(l.fd, unix.LOCK_UN), unix.Close(l.fd))
}

// poll calls done until it reports true or fails, or the context ends.
func poll(ctx context.Context, done func() (bool, error)) error {
	ticker := time.NewTicker(lockPoll)
	defer ticker.Stop()
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx) //nolint:wrapcheck // every caller says what it waited for
		case <-ticker.C:
		}
	}
}
