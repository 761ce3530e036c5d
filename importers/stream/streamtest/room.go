package streamtest

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/importers/stream"
)

// room is the topics of one scenario.
type room struct {
	ctx context.Context //nolint:containedctx // the scenario's, with its limit
	cfg stream.Config
	log *slog.Logger
}

func newRoom(t *testing.T, env Env) *room {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), env.Limit)
	t.Cleanup(cancel)
	name := "readings-" + strconv.FormatInt(env.number.Add(1), 10)
	r := &room{ctx: ctx, log: slog.New(slog.DiscardHandler), cfg: stream.Config{
		Brokers: env.Brokers, Topic: name, Group: "kvitok-" + name, DeadLetterTopic: name + "-dead",
		BatchSize: 100, BatchWait: 50 * time.Millisecond, RetryMin: 10 * time.Millisecond, RetryMax: 200 * time.Millisecond,
		SessionTimeout: 6 * time.Second, Heartbeat: 200 * time.Millisecond, RebalanceTimeout: 6 * time.Second, MaxMessageBytes: 64 << 10,
	}}
	err := stream.EnsureTopics(ctx, r.cfg, r.log,
		stream.TopicSpec{Name: r.cfg.Topic, Partitions: partitions, Replication: 1},
		stream.TopicSpec{Name: r.cfg.DeadLetterTopic, Partitions: 1, Replication: 1})
	if err != nil {
		t.Fatalf("make topics: %v", err)
	}
	return r
}

func (r *room) consumer(t *testing.T, h stream.Handler, change ...func(*stream.Config)) *stream.Consumer {
	t.Helper()
	cfg := r.cfg
	for _, c := range change {
		c(&cfg)
	}
	clock := func() time.Time { return time.Date(2026, 10, 25, 18, 0, 0, 0, time.UTC) }
	c, err := stream.New(stream.Input{Config: cfg, Handler: h, Log: r.log, Now: clock})
	if err != nil {
		t.Fatalf("make consumer: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close consumer: %v", err)
		}
	})
	return c
}

// start runs a consumer; the function that it returns stops it and waits.
func (r *room) start(t *testing.T, c *stream.Consumer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run after a stop: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// produce sends n messages, from the given number on, spread over the partitions.
func (r *room) produce(t *testing.T, from, n int) {
	t.Helper()
	out := make([]stream.Outgoing, 0, n)
	for i := from; i < from+n; i++ {
		out = append(out, stream.Outgoing{Key: fmt.Appendf(nil, "meter-%d", i%97), Value: fmt.Appendf(nil, "reading %d", i)})
	}
	r.send(t, out...)
}

func (r *room) send(t *testing.T, out ...stream.Outgoing) {
	t.Helper()
	p, err := stream.NewProducer(stream.ProducerConfig{Brokers: r.cfg.Brokers, Topic: r.cfg.Topic})
	if err != nil {
		t.Fatalf("make producer: %v", err)
	}
	if err := p.Send(r.ctx, out...); err != nil {
		t.Fatalf("produce: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Fatalf("close producer: %v", err)
	}
}

func (r *room) await(t *testing.T, s *Store, rows int) {
	t.Helper()
	if err := s.Await(r.ctx, rows); err != nil {
		got, repeats, _ := s.Rows()
		t.Fatalf("waiting for %d messages: have %d and %d repeats: %v", rows, got, repeats, err)
	}
}

func (r *room) wantRows(t *testing.T, s *Store, want int) {
	t.Helper()
	rows, _, disorder := s.Rows()
	if rows != want || disorder != 0 {
		t.Errorf("store holds %d messages, %d out of order; want %d, 0", rows, disorder, want)
	}
}
