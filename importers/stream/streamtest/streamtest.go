// Package streamtest is the conformance suite of the stream consumer: what must hold on any broker.
//
// It owns the scenarios and a handler that stands for the database. It does not own brokers: the
// caller brings one. The package tests of stream run it on the in-process broker, the end-to-end
// tests on Apache Kafka, so the first is trusted because it passes what the second passes.
package streamtest

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"

	"github.com/kvitok-gkh/kvitok/importers/stream"
)

// Env is a broker to test on.
type Env struct {
	Brokers []string
	// Restart stops the broker and starts it again with its data; nil skips what needs it.
	Restart func(t *testing.T)
	// Limit bounds each scenario (default 60 s).
	Limit time.Duration

	number *atomic.Int64
}

const (
	partitions   = 4
	defaultLimit = time.Minute
)

// Run runs the suite. Scenarios share the broker and run side by side, each with its own topics and
// group; the restart runs alone, at the end.
func Run(t *testing.T, env Env) {
	t.Helper()
	env.number = &atomic.Int64{}
	if env.Limit == 0 {
		env.Limit = defaultLimit
	}
	t.Run("together", func(t *testing.T) {
		scenarios := map[string]func(*testing.T, *room){
			"drain consumes all and stops":          drains,
			"redelivery changes nothing":            redelivers,
			"handler error is tried again":          retries,
			"dead letters carry reason and lineage": buries,
			"stop finishes the batch in hand":       stops,
			"rebalance loses nothing":               rebalances,
		}
		for name, scenario := range scenarios {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				scenario(t, newRoom(t, env))
			})
		}
	})
	if env.Restart != nil {
		t.Run("broker restart loses nothing", func(t *testing.T) {
			restarts(t, newRoom(t, env), env.Restart)
		})
	}
}

func drains(t *testing.T, r *room) {
	t.Helper()
	s := &Store{}
	c := r.consumer(t, s)
	empty, err := c.Drain(r.ctx)
	if err != nil || empty.Messages != 0 {
		t.Fatalf("Drain of an empty topic = %+v, %v", empty, err)
	}
	r.produce(t, 0, 1001)
	first, err := c.Drain(r.ctx)
	if err != nil || first.Messages != 1001 || first.Accepted != 1001 {
		t.Fatalf("Drain = %+v, %v; want 1001 accepted", first, err)
	}
	second, err := c.Drain(r.ctx)
	if err != nil || second.Messages != 0 {
		t.Fatalf("second Drain = %+v, %v; want nothing", second, err)
	}
	r.wantRows(t, s, 1001)
	lags, err := c.Lag(r.ctx)
	if err != nil || len(lags) != partitions {
		t.Fatalf("Lag = %v, %v", lags, err)
	}
	for _, l := range lags {
		if l.Lag != 0 {
			t.Errorf("partition %d lags by %d after Drain", l.Partition, l.Lag)
		}
	}
}

// redelivers loses the answer of the database after it wrote, and then gives everything to another
// group over the same store.
func redelivers(t *testing.T, r *room) {
	t.Helper()
	r.produce(t, 0, 500)
	s := &Store{After: func(call int, _ []stream.Message) error {
		if call%2 == 1 {
			return errStore
		}
		return nil
	}}
	stats, err := r.consumer(t, s).Drain(r.ctx)
	if err != nil || stats.Unchanged != 500 || stats.Accepted != 0 {
		t.Fatalf("Drain after lost answers = %+v, %v; want 500 unchanged", stats, err)
	}
	again, err := r.consumer(t, s, func(c *stream.Config) { c.Group += "-again" }).Drain(r.ctx)
	if err != nil || again.Unchanged != 500 || again.Accepted != 0 {
		t.Fatalf("Drain by another group = %+v, %v; want 500 unchanged", again, err)
	}
	r.wantRows(t, s, 500)
}

func retries(t *testing.T, r *room) {
	t.Helper()
	r.produce(t, 0, 300)
	s := &Store{Before: func(call int, _ []stream.Message) error {
		if call <= 3 {
			return errStore
		}
		return nil
	}}
	stats, err := r.consumer(t, s).Drain(r.ctx)
	if err != nil || stats.Accepted != 300 || stats.Retries < 3 {
		t.Fatalf("Drain = %+v, %v; want 300 accepted after 3 retries", stats, err)
	}
	r.wantRows(t, s, 300)
}

func buries(t *testing.T, r *room) {
	t.Helper()
	big := make([]byte, r.cfg.MaxMessageBytes+1)
	r.send(t,
		stream.Outgoing{Key: []byte("ХВ-1"), Value: []byte("reading 1")},
		stream.Outgoing{Key: []byte("ХВ-1"), Value: []byte(Poison + "А")},
		stream.Outgoing{Key: []byte("ХВ-1"), Value: big},
		stream.Outgoing{Key: []byte("ХВ-1"), Value: []byte("reading 2")})
	s := &Store{}
	stats, err := r.consumer(t, s).Drain(r.ctx)
	if err != nil || stats.Accepted != 2 || stats.Dead != 2 {
		t.Fatalf("Drain = %+v, %v; want 2 accepted, 2 dead", stats, err)
	}
	letters := r.letters(t, 2)
	place := letters[0].headers[stream.HeaderPartition]
	want := []letter{
		{key: r.cfg.Topic + "-" + place + "-1", bytes: len(Poison + "А"), headers: map[string]string{
			stream.HeaderCode: "poison", stream.HeaderReason: "Сообщение «А» непригодно.", stream.HeaderOffset: "1",
		}},
		{key: r.cfg.Topic + "-" + place + "-2", bytes: r.cfg.MaxMessageBytes, headers: map[string]string{
			stream.HeaderCode: stream.CodeTooBig, stream.HeaderReason: "Сообщение больше допустимого: 65537 байт при пределе 65536.",
			stream.HeaderOffset: "2", stream.HeaderBytes: strconv.Itoa(len(big)),
		}},
	}
	for i := range want {
		h := want[i].headers
		h[stream.HeaderTopic], h[stream.HeaderPartition], h[stream.HeaderGroup] = r.cfg.Topic, place, r.cfg.Group
		h[stream.HeaderKey], h[stream.HeaderDiedAt] = "ХВ-1", "2026-10-25T18:00:00Z"
		if _, err := time.Parse(time.RFC3339Nano, letters[i].headers[stream.HeaderTime]); err != nil {
			t.Errorf("dead letter %d: time header: %v", i, err)
		}
		delete(letters[i].headers, stream.HeaderTime)
	}
	if diff := cmp.Diff(want, letters, cmp.AllowUnexported(letter{})); diff != "" {
		t.Errorf("dead letters (-want +got):\n%s", diff)
	}
}

type letter struct {
	key     string
	bytes   int
	headers map[string]string
}

// letters reads the first n dead letters.
func (r *room) letters(t *testing.T, n int) []letter {
	t.Helper()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: r.cfg.Brokers, Topic: r.cfg.DeadLetterTopic, MaxWait: 200 * time.Millisecond})
	defer func() {
		if err := reader.Close(); err != nil {
			t.Errorf("close reader: %v", err)
		}
	}()
	letters := make([]letter, 0, n)
	for range n {
		m, err := reader.ReadMessage(r.ctx)
		if err != nil {
			t.Fatalf("read dead letter: %v", err)
		}
		headers := map[string]string{}
		for _, h := range m.Headers {
			headers[h.Key] = string(h.Value)
		}
		letters = append(letters, letter{key: string(m.Key), bytes: len(m.Value), headers: headers})
	}
	return letters
}

// stops stops a consumer whose handler is in the middle of a batch: the batch is finished and its
// offsets are committed.
func stops(t *testing.T, r *room) {
	t.Helper()
	r.produce(t, 0, 100)
	entered, leave := make(chan int, 100), make(chan struct{})
	s := &Store{Before: func(_ int, batch []stream.Message) error {
		entered <- len(batch)
		<-leave
		return nil
	}}
	c := r.consumer(t, s)
	ctx, cancel := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	inHand := <-entered
	cancel()
	select {
	case err := <-done:
		t.Fatalf("Run returned with a batch in hand: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	close(leave)
	if err := <-done; err != nil {
		t.Fatalf("Run = %v; want nil after a stop", err)
	}
	r.wantRows(t, s, inHand)
	lags, err := c.Lag(r.ctx)
	if err != nil {
		t.Fatalf("Lag: %v", err)
	}
	committed := int64(0)
	for _, l := range lags {
		committed += l.Committed
	}
	if committed != int64(inHand) {
		t.Errorf("committed %d messages; want the %d that were in hand", committed, inHand)
	}
	if _, err := r.consumer(t, s).Drain(r.ctx); err != nil {
		t.Fatalf("Drain of the rest: %v", err)
	}
	r.wantRows(t, s, 100)
	if _, repeats, _ := s.Rows(); repeats != 0 {
		t.Errorf("%d repeats after a graceful stop; want none", repeats)
	}
}

// rebalances has members join and leave while messages flow.
func rebalances(t *testing.T, r *room) {
	t.Helper()
	const part = 1500
	s := &Store{}
	first := r.consumer(t, s)
	stopFirst := r.start(t, first)
	r.produce(t, 0, part)
	r.await(t, s, part)

	second := r.consumer(t, s)
	stopSecond := r.start(t, second)
	for i := 1; second.Stats().Messages == 0; i++ { // until the second member has its share
		if r.ctx.Err() != nil {
			t.Fatal("the second member got no messages")
		}
		r.produce(t, i*part, part)
		r.await(t, s, (i+1)*part)
	}
	rows, _, _ := s.Rows()
	r.produce(t, rows, part)
	stopFirst() // in the middle of the flow
	r.await(t, s, rows+part)

	stopThird := r.start(t, r.consumer(t, s))
	r.produce(t, rows+part, part)
	stopSecond()
	r.await(t, s, rows+2*part)
	stopThird()
	r.wantRows(t, s, rows+2*part)
	if _, err := r.consumer(t, s).Drain(r.ctx); err != nil {
		t.Errorf("Drain at the end: %v", err)
	}
	r.wantRows(t, s, rows+2*part)
}

func restarts(t *testing.T, r *room, restart func(*testing.T)) {
	t.Helper()
	s := &Store{}
	c := r.consumer(t, s)
	stop := r.start(t, c)
	r.produce(t, 0, 2000)
	r.await(t, s, 500)
	restart(t) // with messages still to come
	r.await(t, s, 2000)
	r.produce(t, 2000, 2000)
	r.await(t, s, 4000)
	stop()
	r.wantRows(t, s, 4000)
	if _, err := c.Drain(r.ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("Drain after the restart: %v", err)
	}
	r.wantRows(t, s, 4000)
}
