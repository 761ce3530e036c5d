package stream_test

import (
	"log/slog"
	"net"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/importers/stream/broker"
	"github.com/kvitok-gkh/kvitok/importers/stream/streamtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func startBroker(t *testing.T, cfg broker.Config) *broker.Broker {
	t.Helper()
	cfg.Log = quiet()
	b, err := broker.Start(cfg)
	if err != nil {
		t.Fatalf("start broker: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close broker: %v", err)
		}
	})
	return b
}

func TestConformanceOnInProcessBroker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := startBroker(t, broker.Config{DataDir: dir})
	_, portText, err := net.SplitHostPort(b.Addrs()[0])
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		t.Fatal(err)
	}
	streamtest.Run(t, streamtest.Env{Brokers: b.Addrs(), Restart: func(t *testing.T) {
		t.Helper()
		if err := b.Close(); err != nil {
			t.Fatalf("stop broker: %v", err)
		}
		b = startBroker(t, broker.Config{DataDir: dir, Port: port})
	}})
}
