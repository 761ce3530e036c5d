// Package broker is a Kafka broker inside the process, for the demo and for tests.
//
// It speaks the Kafka protocol on a loopback port (franz-go's kfake), so the consumer is the same
// as in production. It owns nothing else: it is no replacement for Apache Kafka, has one node and
// no security, and says so in the log.
package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Config says how to start the broker.
type Config struct {
	// Topics is the number of partitions by topic. Topics that a data folder holds already stay
	// as they are.
	Topics map[string]int
	// DataDir, if given, keeps messages and offsets over a restart; else they live in memory.
	DataDir string
	// Port on 127.0.0.1; 0 takes a free one.
	Port int
	Log  *slog.Logger
}

// Validate reports every error of the configuration at once.
func (c Config) Validate() error {
	var errs []error
	for name, n := range c.Topics {
		if name == "" || n < 1 || n > 1000 {
			errs = append(errs, fmt.Errorf("topic %q with %d partitions: a name and 1 to 1000 are needed", name, n))
		}
	}
	if c.Port < 0 || c.Port > 65535 {
		errs = append(errs, fmt.Errorf("port %d is out of range", c.Port))
	}
	if c.Log == nil {
		errs = append(errs, errors.New("logger is missing"))
	}
	return errors.Join(errs...)
}

// Broker is a running broker.
type Broker struct {
	cluster *kfake.Cluster
	addrs   []string
	log     *slog.Logger
	close   sync.Once
}

// Start starts a broker; it answers when Start returns.
func Start(cfg Config) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("check in-process broker: %w", err)
	}
	opts := []kfake.Opt{kfake.NumBrokers(1), kfake.ClusterID("kvitok-in-process"), kfake.WithLogger(logger{cfg.Log})}
	for name, n := range cfg.Topics {
		opts = append(opts, kfake.SeedTopics(int32(n), name)) //nolint:gosec // Validate bounds it
	}
	if cfg.DataDir != "" {
		opts = append(opts, kfake.DataDir(cfg.DataDir))
	}
	if cfg.Port != 0 {
		opts = append(opts, kfake.Ports(cfg.Port))
	}
	cluster, err := kfake.NewCluster(opts...)
	if err != nil {
		return nil, fmt.Errorf("start in-process broker: %w", err)
	}
	b := &Broker{cluster: cluster, addrs: cluster.ListenAddrs(), log: cfg.Log}
	cfg.Log.Warn("in-process Kafka broker started: for demo and tests only, use Apache Kafka in production",
		slog.Any("addresses", b.addrs), slog.String("data_dir", cfg.DataDir))
	return b, nil
}

// Addrs returns the host:port list to connect to.
func (b *Broker) Addrs() []string { return b.addrs }

// Close stops the broker and, with a data folder, saves its state. A second call does no harm.
func (b *Broker) Close() error {
	b.close.Do(func() {
		b.cluster.Close()
		b.log.Info("in-process Kafka broker stopped")
	})
	return nil
}

// logger passes on what kfake calls errors and warnings.
type logger struct{ log *slog.Logger }

// Logf implements kfake.Logger.
func (l logger) Logf(level kfake.LogLevel, format string, args ...any) {
	if level == kfake.LogLevelError || level == kfake.LogLevelWarn {
		l.log.Debug("in-process Kafka broker", slog.String("text", fmt.Sprintf(format, args...)))
	}
}
