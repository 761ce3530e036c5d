package streamtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/kvitok-gkh/kvitok/importers/stream"
)

// Poison is the beginning of a value that Store judges dead.
const Poison = "poison"

// errStore is trouble that passes.
var errStore = errors.New("the store is away")

// Store is a handler that remembers each message once, as a table with a unique key would. All its
// fields may be set before use; nil ones are passed over.
type Store struct {
	// Before may refuse a batch before anything is written.
	Before func(call int, batch []stream.Message) error
	// After may report an error although everything was written, as a connection does that is lost
	// while the database commits.
	After func(call int, batch []stream.Message) error

	mu       sync.Mutex
	calls    int
	rows     map[string]bool
	repeats  int
	disorder int
	changed  chan struct{}
}

// Handle implements stream.Handler.
func (s *Store) Handle(_ context.Context, batch []stream.Message) ([]stream.Verdict, error) {
	s.mu.Lock()
	s.calls++
	call := s.calls
	s.mu.Unlock()
	if s.Before != nil {
		if err := s.Before(call, batch); err != nil {
			return nil, err
		}
	}
	verdicts := s.write(batch)
	if s.After != nil {
		if err := s.After(call, batch); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

func (s *Store) write(batch []stream.Message) []stream.Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows == nil {
		s.rows = map[string]bool{}
	}
	verdicts := make([]stream.Verdict, 0, len(batch))
	inBatch := map[int]int64{}
	for _, m := range batch {
		if last, ok := inBatch[m.Partition]; ok && m.Offset <= last {
			s.disorder++
		}
		inBatch[m.Partition] = m.Offset
		key := stream.DeadLetterKey(m)
		switch {
		case bytes.HasPrefix(m.Value, []byte(Poison)):
			verdicts = append(verdicts, stream.Bury("poison", "Сообщение «"+strings.TrimPrefix(string(m.Value), Poison)+"» непригодно."))
		case s.rows[key]:
			s.repeats++
			verdicts = append(verdicts, stream.Same())
		default:
			s.rows[key] = true
			verdicts = append(verdicts, stream.Accept())
		}
	}
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	return verdicts
}

// Rows is how many different messages were written, Repeats how many came again, Disorder how many
// came behind a later one of their partition in the same batch.
func (s *Store) Rows() (rows, repeats, disorder int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.rows), s.repeats, s.disorder
}

// Await waits until that many different messages were written.
func (s *Store) Await(ctx context.Context, rows int) error {
	for {
		s.mu.Lock()
		if len(s.rows) >= rows {
			s.mu.Unlock()
			return nil
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for %d messages: %w", rows, context.Cause(ctx))
		}
	}
}
