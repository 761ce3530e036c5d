package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/importers/stream/broker"
)

// BenchmarkStream produces and drains messages of 200 bytes through the in-process broker, with a
// handler that does nothing: the ceiling of what a database behind it can get.
func BenchmarkStream(b *testing.B) {
	server, err := broker.Start(broker.Config{Log: quiet(), Topics: map[string]int{"readings": 4, "readings-dead": 1}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	cfg := stream.Config{Brokers: server.Addrs(), Topic: "readings", Group: "bench", DeadLetterTopic: "readings-dead"}
	p, err := stream.NewProducer(stream.ProducerConfig{Brokers: cfg.Brokers, Topic: cfg.Topic})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	accept := stream.HandlerFunc(func(_ context.Context, batch []stream.Message) ([]stream.Verdict, error) {
		verdicts := make([]stream.Verdict, len(batch))
		for i := range verdicts {
			verdicts[i] = stream.Accept()
		}
		return verdicts, nil
	})
	c, err := stream.New(stream.Input{Config: cfg, Handler: accept, Log: quiet(), Now: time.Now}) //nolint:forbidigo // a clock for the reports
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	const messages = 100_000
	out := make([]stream.Outgoing, messages)
	for i := range out {
		out[i] = stream.Outgoing{Key: fmt.Append(nil, i), Value: bytes.Repeat([]byte("x"), 200)}
	}
	var produced, drained time.Duration
	for b.Loop() {
		start := time.Now() //nolint:forbidigo // a benchmark measures
		for from := 0; from < messages; from += 10_000 {
			if err := p.Send(b.Context(), out[from:from+10_000]...); err != nil {
				b.Fatal(err)
			}
		}
		produced += time.Since(start)
		start = time.Now() //nolint:forbidigo // a benchmark measures
		if stats, err := c.Drain(b.Context()); err != nil || stats.Accepted != messages {
			b.Fatalf("Drain = %+v, %v", stats, err)
		}
		drained += time.Since(start)
	}
	total := float64(messages) * float64(b.N)
	b.ReportMetric(total/produced.Seconds(), "produced/s")
	b.ReportMetric(total/drained.Seconds(), "drained/s")
}
