package remote

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Backoff says how often and how patiently a temporary failure is tried again. The zero value means
// the defaults: five attempts, one second doubling up to a minute.
type Backoff struct {
	Attempts int           // attempts in all, the first included
	First    time.Duration // the longest wait after the first failure
	Max      time.Duration // no wait is longer
	// Jitter returns a number in [0, n); nil means a random one. Tests give a fixed one.
	Jitter func(n int64) int64
}

const (
	defaultAttempts = 5
	defaultFirst    = time.Second
	defaultMax      = time.Minute
)

func (b Backoff) withDefaults() Backoff {
	if b.Attempts == 0 {
		b.Attempts = defaultAttempts
	}
	if b.First == 0 {
		b.First = defaultFirst
	}
	if b.Max == 0 {
		b.Max = max(defaultMax, b.First)
	}
	if b.Jitter == nil {
		b.Jitter = rand.Int64N // jitter spreads load, it keeps no secret
	}
	return b
}

// Validate reports every setting that makes no sense.
func (b Backoff) Validate() error {
	var errs []error
	if b.Attempts < 0 {
		errs = append(errs, fmt.Errorf("attempts: %d is negative", b.Attempts))
	}
	if b.First < 0 || b.Max < 0 {
		errs = append(errs, fmt.Errorf("waits: %v and %v must not be negative", b.First, b.Max))
	}
	if b.Max != 0 && b.First > b.Max {
		errs = append(errs, fmt.Errorf("first wait %v is longer than the longest %v", b.First, b.Max))
	}
	return errors.Join(errs...)
}

// Delay returns the wait after the given failed attempt (1, 2, ...): half of the doubled step for sure,
// the other half by chance, so that many workers do not come back together.
func (b Backoff) Delay(attempt int) time.Duration {
	b = b.withDefaults()
	step := b.First
	for i := 1; i < attempt && step < b.Max; i++ {
		step *= 2
	}
	half := min(step, b.Max) / 2
	return half + time.Duration(b.Jitter(int64(half)+1))
}

func (b Backoff) wait(ctx context.Context, attempt int) error {
	timer := time.NewTimer(b.Delay(attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for another attempt: %w", context.Cause(ctx))
	}
}
