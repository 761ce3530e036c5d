package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	// maxBatchBytes bounds the memory of one batch.
	maxBatchBytes = 32 << 20
	// drainWait is BatchWait of a Drain.
	drainWait = 100 * time.Millisecond
)

// session is the work of one generation: one goroutine fetches each partition, one collects
// batches and treats them. Nothing of it outlives the generation, so nothing fetched under one
// assignment is ever committed under another.
type session struct {
	c    *Consumer
	gen  *kafka.Generation
	goal *goal
	in   chan kafka.Message
	next map[int]int64  // by partition, the offset that should come next
	held *kafka.Message // did not fit into the last batch
}

// run works until the context ends or a commit fails for good.
func (s *session) run(ctx context.Context, assigned []kafka.PartitionAssignment) {
	ctx, cancel := context.WithCancel(ctx)
	var fetchers sync.WaitGroup
	defer fetchers.Wait()
	defer cancel()
	s.in = make(chan kafka.Message, min(s.c.cfg.BatchSize, 1000))
	for _, a := range assigned {
		if a.Offset >= 0 {
			s.next[a.ID] = a.Offset
		}
		fetchers.Go(func() { s.c.fetch(ctx, a, s.in) })
	}
	for ctx.Err() == nil {
		batch := s.collect(ctx)
		if ctx.Err() != nil {
			return // not begun, not committed: it comes again
		}
		if len(batch) > 0 && !s.treat(ctx, batch) {
			return
		}
		s.checkGoal(ctx)
	}
}

// collect waits for a first message and then until the batch is full or BatchWait is over. With a
// goal it returns nothing after drainWait without a message, so that the goal is looked at.
func (s *session) collect(ctx context.Context) []kafka.Message {
	var batch []kafka.Message
	size := 0
	add := func(m kafka.Message) bool {
		if size += len(m.Key) + len(m.Value); size > maxBatchBytes && len(batch) > 0 {
			s.held = &m
			return false
		}
		batch = append(batch, m)
		return len(batch) < s.c.cfg.BatchSize
	}
	patience := s.c.cfg.BatchWait
	if s.goal != nil {
		patience = min(patience, drainWait) // what is to be drained lies in the topic already
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	if s.goal == nil && s.held == nil {
		select {
		case <-ctx.Done():
			return nil
		case m := <-s.in:
			if !add(m) {
				return batch
			}
		}
		timer.Reset(patience)
	}
	if m := s.held; m != nil {
		s.held = nil
		if !add(*m) {
			return batch
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			return batch
		case m := <-s.in:
			if !add(m) {
				return batch
			}
		}
	}
}

// treat brings a batch to its end: transaction, dead letters, offsets, in this order. False ends
// the generation; what was not committed comes again.
func (s *session) treat(ctx context.Context, fetched []kafka.Message) bool {
	started := s.c.now()
	batch := s.toMessages(ctx, fetched)
	// A stop or a rebalance lets the transaction in hand finish, but no further try begin.
	work := context.WithoutCancel(ctx)
	verdicts := make([]Verdict, len(batch))
	if !s.c.untilDone(ctx, StageHandle, func() error { return s.c.judge(work, batch, verdicts) }) {
		return false
	}
	if !s.c.untilDone(ctx, StageDeadLetters, func() error { return s.c.dead.write(work, batch, verdicts) }) {
		return false
	}
	if err := s.commit(batch); err != nil {
		s.c.retrying(ctx, StageCommit, err)
		wait(ctx, s.c.cfg.RetryMin)
		return false
	}
	s.account(fetched, verdicts, s.c.now().Sub(started))
	return true
}

// toMessages also notices offsets that did not come, and asks whether they were lost.
func (s *session) toMessages(ctx context.Context, fetched []kafka.Message) []Message {
	batch := make([]Message, len(fetched))
	gaps := map[int]int64{}
	for i, m := range fetched {
		// One missing offset is the marker of a transaction.
		if next, ok := s.next[m.Partition]; ok && m.Offset > next+1 {
			gaps[m.Partition] = next
		}
		s.next[m.Partition] = m.Offset + 1
		batch[i] = Message{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset, Key: m.Key, Value: m.Value, Time: m.Time}
	}
	if len(gaps) > 0 {
		s.reportLost(ctx, gaps)
	}
	return batch
}

// reportLost tells apart what retention deleted before it was consumed, which an administrator must
// know, from the harmless holes of compaction and aborted transactions.
func (s *session) reportLost(ctx context.Context, gaps map[int]int64) {
	bounds, err := s.c.bounds(ctx)
	if err != nil {
		s.c.retrying(ctx, StageFetch, err)
		return
	}
	for _, b := range bounds {
		if expected, ok := gaps[b.Partition]; ok && b.FirstOffset > expected {
			s.c.count.lost.Add(b.FirstOffset - expected)
			s.c.log.ErrorContext(ctx, "messages were deleted by retention before they were consumed",
				slog.Int("partition", b.Partition), slog.Int64("from_offset", expected), slog.Int64("messages", b.FirstOffset-expected))
		}
	}
}

// judge has the handler judge all messages but those that are too big to be shown to it.
func (c *Consumer) judge(ctx context.Context, batch []Message, verdicts []Verdict) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.HandleTimeout)
	defer cancel()
	shown, places := batch, []int(nil)
	for i, m := range batch {
		if len(m.Value) <= c.cfg.MaxMessageBytes {
			continue
		}
		if places == nil {
			shown, places = withoutBig(batch, c.cfg.MaxMessageBytes)
		}
		verdicts[i] = Bury(CodeTooBig, fmt.Sprintf("Сообщение больше допустимого: %d байт при пределе %d.", len(m.Value), c.cfg.MaxMessageBytes))
	}
	if len(shown) == 0 {
		return nil
	}
	got, err := c.handler.Handle(ctx, shown)
	if err != nil {
		return fmt.Errorf("handle batch of %d messages: %w", len(shown), err)
	}
	if len(got) != len(shown) {
		return fmt.Errorf("handler gave %d verdicts for %d messages", len(got), len(shown))
	}
	for i, v := range got {
		if v.Outcome < Accepted || v.Outcome > Dead {
			return fmt.Errorf("handler gave no verdict for offset %d of partition %d", shown[i].Offset, shown[i].Partition)
		}
		if places != nil {
			verdicts[places[i]] = v
		} else {
			verdicts[i] = v
		}
	}
	return nil
}

// withoutBig returns the messages within the limit and their places in the batch.
func withoutBig(batch []Message, limit int) ([]Message, []int) {
	shown := make([]Message, 0, len(batch))
	places := make([]int, 0, len(batch))
	for i, m := range batch {
		if len(m.Value) <= limit {
			shown = append(shown, m)
			places = append(places, i)
		}
	}
	return shown, places
}

const commitTries = 3

// commit moves the group's offsets behind the batch. A lost connection or an ended generation does
// not heal within the generation, so it gives up soon.
func (s *session) commit(batch []Message) error {
	offsets := map[int]int64{}
	for _, m := range batch {
		offsets[m.Partition] = max(offsets[m.Partition], m.Offset+1)
	}
	var err error
	for range commitTries {
		if err = s.gen.CommitOffsets(map[string]map[int]int64{s.c.cfg.Topic: offsets}); err == nil {
			return nil
		}
	}
	return fmt.Errorf("commit offsets: %w", err)
}

func (s *session) account(fetched []kafka.Message, verdicts []Verdict, took time.Duration) {
	report := BatchReport{Took: took}
	lags := map[int]int64{}
	for i, v := range verdicts {
		switch v.Outcome {
		case Accepted:
			report.Accepted++
		case Unchanged:
			report.Unchanged++
		case Dead:
			report.Dead++
		}
		lags[fetched[i].Partition] = max(0, fetched[i].HighWaterMark-fetched[i].Offset-1)
	}
	n := &s.c.count
	n.batches.Add(1)
	n.messages.Add(int64(len(verdicts)))
	n.accepted.Add(int64(report.Accepted))
	n.unchanged.Add(int64(report.Unchanged))
	n.dead.Add(int64(report.Dead))
	for partition, lag := range lags {
		s.c.hooks.lag(partition, lag)
	}
	s.c.hooks.batch(report)
}

// checkGoal ends a Drain whose goal is reached. The brokers are asked only when this member's own
// partitions are through.
func (s *session) checkGoal(ctx context.Context) {
	if s.goal == nil {
		return
	}
	for partition, next := range s.next {
		if end, ok := s.goal.ends[partition]; ok && next < end {
			return
		}
	}
	done, err := s.c.reached(ctx, s.goal.ends)
	if err != nil {
		s.c.retrying(ctx, StageFetch, err)
		return
	}
	if done {
		s.goal.reached()
	}
}
