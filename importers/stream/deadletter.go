package stream

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

// Headers of a dead letter. Its value is the original value (cut to Config.MaxMessageBytes), its key
// "topic-partition-offset": a dead letter may be written twice, and by this key a reader of the
// topic, or compaction, keeps one.
const (
	HeaderCode      = "kvitok-reason-code" // for programs
	HeaderReason    = "kvitok-reason"      // for a person, Russian, UTF-8
	HeaderTopic     = "kvitok-topic"       // where the message lay
	HeaderPartition = "kvitok-partition"
	HeaderOffset    = "kvitok-offset"
	HeaderTime      = "kvitok-time"        // when it was produced, RFC 3339
	HeaderDiedAt    = "kvitok-died-at"     // when it was judged, RFC 3339
	HeaderGroup     = "kvitok-group"       // who judged it
	HeaderKey       = "kvitok-key"         // its own key, cut to 1 KiB
	HeaderBytes     = "kvitok-value-bytes" // the full length, only where the value was cut
)

// Bounds of one dead letter.
const (
	maxKeyHeader    = 1 << 10
	maxReasonHeader = 4 << 10
	// deadLetterRequest is the size of one produce request; the broker's limit is 1 MiB by default.
	deadLetterRequest = 900 << 10
)

// DeadLetterKey is the key of the dead letter of a message.
func DeadLetterKey(m Message) string {
	return m.Topic + "-" + strconv.Itoa(m.Partition) + "-" + strconv.FormatInt(m.Offset, 10)
}

type deadLetters struct {
	writer *kafka.Writer
	cfg    Config
	now    func() time.Time
}

func newDeadLetters(cfg Config, conn *connection, now func() time.Time) *deadLetters {
	return &deadLetters{cfg: cfg, now: now, writer: &kafka.Writer{
		Addr: kafka.TCP(cfg.Brokers...), Topic: cfg.DeadLetterTopic, Transport: conn.transport,
		Balancer: &kafka.Hash{}, RequiredAcks: kafka.RequireAll, MaxAttempts: 3,
		BatchSize: 1000, BatchTimeout: 5 * time.Millisecond,
		BatchBytes: int64(max(deadLetterRequest, cfg.MaxMessageBytes+deadLetterRoom)),
	}}
}

// write publishes the dead messages of a batch; nil says that the brokers have them all.
func (d *deadLetters) write(ctx context.Context, batch []Message, verdicts []Verdict) error {
	var letters []kafka.Message
	for i, v := range verdicts {
		if v.Outcome == Dead {
			letters = append(letters, d.letter(batch[i], v))
		}
	}
	if len(letters) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.cfg.HandleTimeout)
	defer cancel()
	if err := d.writer.WriteMessages(ctx, letters...); err != nil {
		return fmt.Errorf("write %d dead letters: %w", len(letters), err)
	}
	return nil
}

func (d *deadLetters) letter(m Message, v Verdict) kafka.Message {
	value := cut(m.Value, d.cfg.MaxMessageBytes)
	headers := []kafka.Header{
		{Key: HeaderCode, Value: cut([]byte(v.Code), maxKeyHeader)},
		{Key: HeaderReason, Value: cut([]byte(v.Reason), maxReasonHeader)},
		{Key: HeaderTopic, Value: []byte(m.Topic)},
		{Key: HeaderPartition, Value: []byte(strconv.Itoa(m.Partition))},
		{Key: HeaderOffset, Value: []byte(strconv.FormatInt(m.Offset, 10))},
		{Key: HeaderTime, Value: []byte(m.Time.UTC().Format(time.RFC3339Nano))},
		{Key: HeaderDiedAt, Value: []byte(d.now().UTC().Format(time.RFC3339Nano))},
		{Key: HeaderGroup, Value: []byte(d.cfg.Group)},
		{Key: HeaderKey, Value: cut(m.Key, maxKeyHeader)},
	}
	if len(value) < len(m.Value) {
		headers = append(headers, kafka.Header{Key: HeaderBytes, Value: []byte(strconv.Itoa(len(m.Value)))})
	}
	return kafka.Message{Key: []byte(DeadLetterKey(m)), Value: value, Headers: headers}
}

func cut(b []byte, n int) []byte { return b[:min(len(b), n)] }

func (d *deadLetters) close() error {
	if err := d.writer.Close(); err != nil {
		return fmt.Errorf("close dead-letter writer: %w", err)
	}
	return nil
}
