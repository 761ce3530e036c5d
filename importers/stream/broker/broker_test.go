package broker_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"
	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/importers/stream/broker"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]broker.Config{
		"no logger":     {},
		"no partitions": {Log: quiet(), Topics: map[string]int{"t": 0}},
		"no name":       {Log: quiet(), Topics: map[string]int{"": 1}},
		"port":          {Log: quiet(), Port: 70_000},
	} {
		if b, err := broker.Start(cfg); err == nil {
			t.Errorf("%s: Start gives no error; closed: %v", name, b.Close())
		}
	}
}

func TestStartSaysThatItIsForDemoOnly(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	b, err := broker.Start(broker.Config{Log: slog.New(slog.NewTextHandler(&text, nil)), Topics: map[string]int{"readings": 3}})
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	if !strings.Contains(text.String(), "for demo and tests only") {
		t.Errorf("log = %s", text.String())
	}
	if !strings.HasPrefix(b.Addrs()[0], "127.0.0.1:") {
		t.Errorf("Addrs = %v; want loopback", b.Addrs())
	}
	if n := len(partitions(t, b, "readings")); n != 3 {
		t.Errorf("readings has %d partitions; want 3", n)
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestDataFolderKeepsTopicsAndMessages(t *testing.T) {
	t.Parallel()
	cfg := broker.Config{Log: quiet(), Topics: map[string]int{"readings": 2}, DataDir: t.TempDir()}
	for round := range 3 {
		b, err := broker.Start(cfg)
		if err != nil {
			t.Fatalf("Start %d: %v", round, err)
		}
		if n := len(partitions(t, b, "readings")); n != 2 {
			t.Errorf("round %d: %d partitions; want 2", round, n)
		}
		conn, err := kafka.DialLeader(t.Context(), "tcp", b.Addrs()[0], "readings", 0)
		if err != nil {
			t.Fatalf("dial: %v", err)
		}
		if _, end, err := conn.ReadOffsets(); err != nil || end != int64(round) {
			t.Errorf("round %d: end offset %d, %v; want %d", round, end, err, round)
		}
		if _, err := conn.Write([]byte("reading")); err != nil {
			t.Errorf("write: %v", err)
		}
		if err := conn.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		cfg.Topics["readings"] = 5 // a topic that is there stays as it is
	}
}

func partitions(t *testing.T, b *broker.Broker, topic string) []kafka.Partition {
	t.Helper()
	conn, err := kafka.DialContext(t.Context(), "tcp", b.Addrs()[0])
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	defer func() { _ = conn.Close() }()
	found, err := conn.ReadPartitions(topic)
	if err != nil {
		t.Fatalf("read partitions: %v", err)
	}
	return found
}
