package stream_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/importers/stream"
)

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	good := stream.Config{Brokers: []string{"kafka-1:9092"}, Topic: "readings", Group: "kvitok", DeadLetterTopic: "readings-dead"}
	tests := map[string]struct {
		change func(*stream.Config)
		want   []string // parts of the error; none: valid
	}{
		"good": {func(*stream.Config) {}, nil},
		"SCRAM over TLS": {func(c *stream.Config) {
			c.Security = stream.Security{TLS: true, Mechanism: "SCRAM-SHA-512", Username: "u", Password: "p"}
		}, nil},
		"nothing":          {func(c *stream.Config) { *c = stream.Config{} }, []string{"brokers is empty", "topic is empty", "group is empty", "dead_letter_topic is empty"}},
		"same topics":      {func(c *stream.Config) { c.DeadLetterTopic = c.Topic }, []string{"must differ"}},
		"broker":           {func(c *stream.Config) { c.Brokers = []string{"kafka"} }, []string{`broker "kafka" is not host:port`}},
		"negative batch":   {func(c *stream.Config) { c.BatchSize, c.BatchWait = -1, -1 }, []string{"batch_size", "batch_wait"}},
		"message size":     {func(c *stream.Config) { c.MaxMessageBytes = 1 << 30 }, []string{"max_message_bytes"}},
		"pauses":           {func(c *stream.Config) { c.RetryMin, c.RetryMax = time.Minute, time.Second }, []string{"retry_min"}},
		"heartbeat":        {func(c *stream.Config) { c.Heartbeat = time.Minute }, []string{"heartbeat"}},
		"negative timeout": {func(c *stream.Config) { c.HandleTimeout, c.RebalanceTimeout = -1, -1 }, []string{"handle_timeout", "rebalance_timeout"}},
		"mechanism":        {func(c *stream.Config) { c.Security.Mechanism = "GSSAPI" }, []string{`mechanism "GSSAPI"`}},
		"no password":      {func(c *stream.Config) { c.Security.Mechanism = "PLAIN" }, []string{"needs username and password"}},
		"no mechanism":     {func(c *stream.Config) { c.Security.Username = "u" }, []string{"need a mechanism"}},
		"Cyrillic SCRAM": {func(c *stream.Config) {
			c.Security = stream.Security{Mechanism: "SCRAM-SHA-256", Username: "у", Password: "p"}
		}, []string{"ASCII"}},
		"files, no TLS": {func(c *stream.Config) { c.Security.CAFile, c.Security.CertFile = "ca.pem", "c.pem" }, []string{"need tls", "come together"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			tt.change(&cfg)
			err := cfg.Validate()
			if (err == nil) != (tt.want == nil) {
				t.Fatalf("Validate = %v; want %q", err, tt.want)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("Validate = %v; want it to say %q", err, part)
				}
			}
		})
	}
}

func TestNewRefusesIncompleteInput(t *testing.T) {
	t.Parallel()
	_, err := stream.New(stream.Input{})
	for _, part := range []string{"brokers is empty", "handler is missing", "logger is missing", "clock is missing"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("New = %v; want it to say %q", err, part)
		}
	}
	if _, err := stream.NewProducer(stream.ProducerConfig{BatchSize: -1}); err == nil {
		t.Error("NewProducer takes an empty configuration")
	}
	cfg := stream.ProducerConfig{Brokers: []string{"localhost:9092"}, Topic: "t", Security: stream.Security{TLS: true, CAFile: "no such file"}}
	if _, err := stream.NewProducer(cfg); err == nil || !strings.Contains(err.Error(), "ca_file") {
		t.Errorf("NewProducer without its ca_file = %v", err)
	}
}
