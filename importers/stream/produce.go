package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
)

// ProducerConfig says where to produce.
type ProducerConfig struct {
	Brokers  []string
	Topic    string
	Security Security
	// BatchSize is the most messages of one request (default 1000), BatchWait the longest wait
	// for more (default 5 ms; the library's own second makes small sends crawl).
	BatchSize int
	BatchWait time.Duration
}

// Validate reports every error of the configuration at once.
func (c ProducerConfig) Validate() error {
	errs := []error{validateBrokers(c.Brokers), c.Security.Validate()}
	if c.Topic == "" {
		errs = append(errs, errors.New("topic is empty"))
	}
	if c.BatchSize < 0 || c.BatchWait < 0 {
		errs = append(errs, errors.New("batch size and wait cannot be negative"))
	}
	return errors.Join(errs...)
}

// Outgoing is a message to produce. Messages of one key keep their order and share a partition;
// for readings the key is the serial number of the meter.
type Outgoing struct {
	Key   []byte
	Value []byte
}

// Producer sends messages in batches; the demo, the benchmark and tests use it. It is safe for
// concurrent use.
type Producer struct {
	writer *kafka.Writer
	conn   *connection
}

// NewProducer makes a producer; it does not connect yet.
func NewProducer(cfg ProducerConfig) (*Producer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("check producer: %w", err)
	}
	conn, err := connect(cfg.Brokers, cfg.Security)
	if err != nil {
		return nil, fmt.Errorf("prepare connection to kafka: %w", err)
	}
	return &Producer{conn: conn, writer: &kafka.Writer{
		Addr: kafka.TCP(cfg.Brokers...), Topic: cfg.Topic, Transport: conn.transport,
		// The partition of a key is the one that Java producers choose.
		Balancer: kafka.Murmur2Balancer{}, RequiredAcks: kafka.RequireAll,
		BatchSize: orDefault(cfg.BatchSize, 1000), BatchTimeout: orDefault(cfg.BatchWait, 5*time.Millisecond),
		BatchBytes: deadLetterRequest,
	}}, nil
}

// Send returns when the brokers have all messages. Give it many at once: each call waits for its
// answers. After an error some of them may be in the topic.
func (p *Producer) Send(ctx context.Context, messages ...Outgoing) error {
	out := make([]kafka.Message, len(messages))
	for i, m := range messages {
		out[i] = kafka.Message{Key: m.Key, Value: m.Value}
	}
	if err := p.writer.WriteMessages(ctx, out...); err != nil {
		return fmt.Errorf("produce %d messages: %w", len(messages), err)
	}
	return nil
}

// Close sends what is under way and gives back the connections.
func (p *Producer) Close() error {
	err := p.writer.Close()
	p.conn.close()
	if err != nil {
		return fmt.Errorf("close producer: %w", err)
	}
	return nil
}
