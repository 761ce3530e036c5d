package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lockPoll is how often a busy lock or a starting server is looked at again.
const lockPoll = 10 * time.Millisecond

// lockFile is one open flock file.
type lockFile struct{ f *os.File }

func openLock(path string) (*lockFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // a file of our data folder
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	return &lockFile{f: f}, nil
}

// try takes the lock without waiting; how is unix.LOCK_SH or unix.LOCK_EX.
func (l *lockFile) try(how int) (bool, error) {
	err := unix.Flock(int(l.f.Fd()), how|unix.LOCK_NB)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.EWOULDBLOCK), errors.Is(err, unix.EINTR):
		return false, nil
	default:
		return false, fmt.Errorf("lock %s: %w", l.f.Name(), err)
	}
}

// lock waits for the lock, as long as the context allows.
func (l *lockFile) lock(ctx context.Context, how int) error {
	return poll(ctx, func() (bool, error) { return l.try(how) })
}

// close gives the lock back. The explicit unlock matters: a child between fork and exec may hold a
// copy of the descriptor for a moment, and closing ours would leave the lock with it.
func (l *lockFile) close() error {
	return errors.Join(unix.Flock(int(l.f.Fd()), unix.LOCK_UN), l.f.Close())
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
