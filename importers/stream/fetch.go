package stream

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"
)

const (
	// fetchWait is how long a broker holds a fetch that finds nothing; a stop waits for it.
	fetchWait = 250 * time.Millisecond
	// fetchBytes must hold the largest message a broker takes, or the partition would stand still.
	fetchBytes = 16 << 20
)

// fetch brings the messages of one partition from the assigned offset on, in order, until the
// context ends. The reader looks for the leader again after each failure.
func (c *Consumer) fetch(ctx context.Context, a kafka.PartitionAssignment, out chan<- kafka.Message) {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: c.cfg.Brokers, Dialer: c.conn.dialer, Topic: c.cfg.Topic, Partition: a.ID,
		MinBytes: 1, MaxBytes: fetchBytes, MaxWait: fetchWait, QueueCapacity: 500,
		ReadBackoffMin: min(c.cfg.RetryMin, 50*time.Millisecond), ReadBackoffMax: min(c.cfg.RetryMax, time.Second),
		ReadLagInterval: -1, IsolationLevel: kafka.ReadCommitted,
	})
	defer func() {
		if err := reader.Close(); err != nil {
			c.log.WarnContext(ctx, "partition reader did not close", slog.Int("partition", a.ID), slog.Any("error", err))
		}
	}()
	if err := reader.SetOffset(a.Offset); err != nil {
		c.retrying(ctx, StageFetch, err)
		return
	}
	for {
		m, err := reader.FetchMessage(ctx)
		if ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return
		}
		if err != nil {
			c.retrying(ctx, StageFetch, err)
			if !wait(ctx, c.cfg.RetryMin) {
				return
			}
			continue
		}
		select {
		case out <- m:
		case <-ctx.Done():
			return
		}
	}
}
