package stream_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/importers/stream/streamtest"
)

// startCluster starts a bare kfake, whose answers a test can replace.
func startCluster(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, stream.Config) {
	t.Helper()
	opts = append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(2, "readings"), kfake.SeedTopics(1, "readings-dead")}, opts...)
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		t.Fatalf("start kfake: %v", err)
	}
	t.Cleanup(cluster.Close)
	return cluster, stream.Config{
		Brokers: cluster.ListenAddrs(), Topic: "readings", Group: "kvitok", DeadLetterTopic: "readings-dead",
		BatchSize: 50, BatchWait: 20 * time.Millisecond, RetryMin: 10 * time.Millisecond, RetryMax: 100 * time.Millisecond,
		SessionTimeout: 6 * time.Second, Heartbeat: 200 * time.Millisecond, RebalanceTimeout: 6 * time.Second,
	}
}

func newConsumer(t *testing.T, cfg stream.Config, h stream.Handler, hooks stream.Hooks) *stream.Consumer {
	t.Helper()
	c, err := stream.New(stream.Input{Config: cfg, Handler: h, Log: quiet(), Now: time.Now, Hooks: hooks}) //nolint:forbidigo // any clock will do
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func produce(t *testing.T, cfg stream.Config, values ...string) {
	t.Helper()
	p, err := stream.NewProducer(stream.ProducerConfig{Brokers: cfg.Brokers, Topic: cfg.Topic, Security: cfg.Security})
	if err != nil {
		t.Fatalf("NewProducer: %v", err)
	}
	out := make([]stream.Outgoing, 0, len(values))
	for i, v := range values {
		out = append(out, stream.Outgoing{Key: fmt.Append(nil, i), Value: []byte(v)})
	}
	if err := errors.Join(p.Send(t.Context(), out...), p.Close()); err != nil {
		t.Fatalf("produce: %v", err)
	}
}

func numbered(n int) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("reading %d", i)
	}
	return values
}

// The connection is cut instead of an answer to the commit: as if the process died between its
// transaction and the commit. What comes again are repeats only.
func TestCrashBeforeCommitGivesRepeatsOnly(t *testing.T) {
	t.Parallel()
	cluster, cfg := startCluster(t)
	produce(t, cfg, numbered(200)...)
	commits := 0
	cluster.ControlKey(int16(kmsg.OffsetCommit), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if commits++; commits > 3 {
			return nil, nil, false //nolint:nilnil // kfake then answers by itself
		}
		return nil, errors.New("cut"), true
	})
	s := &streamtest.Store{}
	stats, err := newConsumer(t, cfg, s, stream.Hooks{}).Drain(t.Context())
	if err != nil {
		t.Fatalf("Drain: %v", err)
	}
	rows, repeats, disorder := s.Rows()
	if rows != 200 || repeats == 0 || disorder != 0 {
		t.Errorf("store: %d rows, %d repeats, %d out of order; want 200, some, 0", rows, repeats, disorder)
	}
	if stats.Accepted+stats.Unchanged != 200 || stats.Generations < 2 {
		t.Errorf("stats = %+v; want 200 committed after a new generation", stats)
	}
}

// While the dead-letter topic takes nothing, nothing is committed, even by a stop; later it is.
func TestDeadLetterTroubleCommitsNothing(t *testing.T) {
	t.Parallel()
	cluster, cfg := startCluster(t)
	produce(t, cfg, "reading 1", streamtest.Poison, "reading 2", "reading 3")
	var healed atomic.Bool
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		return nil, errors.New("cut"), !healed.Load()
	})
	ctx, cancel := context.WithCancel(t.Context())
	failed := sync.OnceFunc(cancel)
	s := &streamtest.Store{}
	c := newConsumer(t, cfg, s, stream.Hooks{Retry: func(stage stream.Stage, _ error) {
		if stage == stream.StageDeadLetters {
			failed()
		}
	}})
	if err := c.Run(ctx); err != nil {
		t.Fatalf("Run: %v", err)
	}
	if got := committed(t, c); got != 0 {
		t.Errorf("committed %d messages without their dead letter; want 0", got)
	}
	healed.Store(true)
	stats, err := newConsumer(t, cfg, s, stream.Hooks{}).Drain(t.Context())
	if err != nil || stats.Unchanged != 3 || stats.Dead != 1 {
		t.Errorf("Drain later = %+v, %v; want 3 unchanged, 1 dead", stats, err)
	}
}

func committed(t *testing.T, c *stream.Consumer) int64 {
	t.Helper()
	lags, err := c.Lag(t.Context())
	if err != nil {
		t.Fatalf("Lag: %v", err)
	}
	sum := int64(0)
	for _, l := range lags {
		sum += l.Committed
	}
	return sum
}

// A handler that breaks its contract stops the flow; nothing is skipped.
func TestHandlerWithoutVerdictsIsTriedAgain(t *testing.T) {
	t.Parallel()
	_, cfg := startCluster(t)
	produce(t, cfg, numbered(3)...)
	calls := 0
	broken := stream.HandlerFunc(func(_ context.Context, batch []stream.Message) ([]stream.Verdict, error) {
		calls++
		switch calls {
		case 1:
			return nil, nil
		case 2:
			return make([]stream.Verdict, len(batch)), nil
		default:
			verdicts := make([]stream.Verdict, len(batch))
			for i := range verdicts {
				verdicts[i] = stream.Accept()
			}
			return verdicts, nil
		}
	})
	stats, err := newConsumer(t, cfg, broken, stream.Hooks{}).Drain(t.Context())
	if err != nil || stats.Accepted != 3 || stats.Retries < 2 {
		t.Errorf("Drain = %+v, %v; want 3 accepted after 2 retries", stats, err)
	}
}

// A topic that is not there yet is waited for.
func TestConsumerWaitsForItsTopic(t *testing.T) {
	t.Parallel()
	_, cfg := startCluster(t)
	cfg.Topic, cfg.RetryMax = "later", 20*time.Millisecond
	made := make(chan struct{})
	once := sync.OnceFunc(func() { close(made) })
	s := &streamtest.Store{}
	c := newConsumer(t, cfg, s, stream.Hooks{Retry: func(stream.Stage, error) { once() }})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	<-made
	if err := c.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "later") {
		t.Errorf("Check = %v; want an error that names the topic", err)
	}
	if err := stream.EnsureTopics(t.Context(), cfg, quiet(), stream.TopicSpec{Name: "later", Partitions: 1, Replication: 1}); err != nil {
		t.Fatalf("EnsureTopics: %v", err)
	}
	produce(t, cfg, numbered(10)...)
	if err := s.Await(t.Context(), 10); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestHooksTellLagAndBatches(t *testing.T) {
	t.Parallel()
	_, cfg := startCluster(t)
	produce(t, cfg, numbered(120)...)
	var mu sync.Mutex
	var accepted int
	var assigned []int
	last := map[int]int64{}
	c := newConsumer(t, cfg, &streamtest.Store{}, stream.Hooks{
		Batch:    func(r stream.BatchReport) { mu.Lock(); accepted += r.Accepted; mu.Unlock() },
		Lag:      func(p int, n int64) { mu.Lock(); last[p] = n; mu.Unlock() },
		Assigned: func(p []int) { mu.Lock(); assigned = append(assigned, p...); mu.Unlock() },
	})
	if _, err := c.Drain(t.Context()); err != nil {
		t.Fatalf("Drain: %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if accepted != 120 || len(assigned) != 2 || last[0] != 0 || last[1] != 0 {
		t.Errorf("hooks: %d accepted, partitions %v, lags %v; want 120, two, zeros", accepted, assigned, last)
	}
}

func TestSecurityOnTheWire(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			_, cfg := startCluster(t, kfake.EnableSASL(), kfake.Superuser(mechanism, "kvitok", "p=a,ss word"))
			cfg.Security = stream.Security{Mechanism: mechanism, Username: "kvitok", Password: "p=a,ss word"} //nolint:gosec // of a broker that lives for this test
			produce(t, cfg, numbered(5)...)
			stats, err := newConsumer(t, cfg, &streamtest.Store{}, stream.Hooks{}).Drain(t.Context())
			if err != nil || stats.Accepted != 5 {
				t.Fatalf("Drain = %+v, %v", stats, err)
			}
			cfg.Security.Password = "wrong"
			if err := newConsumer(t, cfg, &streamtest.Store{}, stream.Hooks{}).Check(t.Context()); err == nil {
				t.Error("Check with a wrong password succeeds")
			}
		})
	}
}

// Values, keys and headers of messages must not reach the log: they may hold personal data.
func TestLogHoldsNoValues(t *testing.T) {
	t.Parallel()
	_, cfg := startCluster(t)
	produce(t, cfg, streamtest.Poison+" secret", "secret reading")
	var text strings.Builder
	c, err := stream.New(stream.Input{
		Config: cfg, Handler: &streamtest.Store{}, Now: time.Now, //nolint:forbidigo // any clock will do
		Log: slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Drain(t.Context()); err != nil {
		t.Fatalf("Drain: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if !strings.Contains(text.String(), "stream consumer stopped") || strings.Contains(text.String(), "secret") {
		t.Errorf("log:\n%s", text.String())
	}
}

// What retention deletes while the consumer is away is lost, but not in silence.
func TestDeletedMessagesAreCounted(t *testing.T) {
	t.Parallel()
	cluster, cfg := startCluster(t)
	produce(t, cfg, numbered(40)...)
	c := newConsumer(t, cfg, &streamtest.Store{}, stream.Hooks{})
	if _, err := c.Drain(t.Context()); err != nil {
		t.Fatalf("Drain: %v", err)
	}
	produce(t, cfg, numbered(40)...)
	lags, err := c.Lag(t.Context())
	if err != nil {
		t.Fatalf("Lag: %v", err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	topic := kmsg.NewDeleteRecordsRequestTopic()
	topic.Topic = cfg.Topic
	for _, l := range lags {
		p := kmsg.NewDeleteRecordsRequestTopicPartition()
		p.Partition, p.Offset = int32(l.Partition), l.Committed+5 //nolint:gosec // 0 or 1
		topic.Partitions = append(topic.Partitions, p)
	}
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.Topics, req.TimeoutMillis = append(req.Topics, topic), 5000
	if _, err := req.RequestWith(t.Context(), client); err != nil {
		t.Fatalf("delete records: %v", err)
	}
	stats, err := c.Drain(t.Context())
	if err != nil || stats.Lost != 10 || stats.Accepted != 30 {
		t.Errorf("Drain = %+v, %v; want 10 lost, 30 accepted", stats, err)
	}
}
