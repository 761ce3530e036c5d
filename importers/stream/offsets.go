package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/segmentio/kafka-go"
)

// PartitionLag is how far the group is behind in one partition.
type PartitionLag struct {
	Partition int
	// Committed is the offset that the group consumes next.
	Committed int64
	// End is the offset that the next produced message gets.
	End int64
	// Lag is the number of messages between them.
	Lag int64
}

// Lag asks the brokers how far the group is behind, in all partitions of the topic.
func (c *Consumer) Lag(ctx context.Context) ([]PartitionLag, error) {
	bounds, err := c.bounds(ctx)
	if err != nil {
		return nil, err
	}
	committed, err := c.committed(ctx, bounds)
	if err != nil {
		return nil, err
	}
	lags := make([]PartitionLag, 0, len(bounds))
	for _, b := range bounds {
		at := max(committed[b.Partition], b.FirstOffset)
		lags = append(lags, PartitionLag{Partition: b.Partition, Committed: at, End: b.LastOffset, Lag: max(0, b.LastOffset-at)})
	}
	return lags, nil
}

// Check asks the brokers for both topics once; kvitok check reports its error.
func (c *Consumer) Check(ctx context.Context) error {
	meta, err := c.conn.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{c.cfg.Topic, c.cfg.DeadLetterTopic}})
	if err != nil {
		return fmt.Errorf("ask kafka for its topics: %w", err)
	}
	var errs []error
	for _, t := range meta.Topics {
		switch {
		case t.Error != nil:
			errs = append(errs, fmt.Errorf("topic %s: %w", t.Name, t.Error))
		case len(t.Partitions) == 0:
			errs = append(errs, fmt.Errorf("topic %s has no partitions", t.Name))
		}
	}
	return errors.Join(errs...)
}

// awaitTopics waits until both topics are there. A group of a missing topic would rejoin without
// pause.
func (c *Consumer) awaitTopics(ctx context.Context) error {
	if !c.untilDone(ctx, StageJoin, func() error { return c.Check(ctx) }) {
		return fmt.Errorf("wait for topics: %w", context.Cause(ctx))
	}
	return nil
}

// ends returns the end offset of each partition.
func (c *Consumer) ends(ctx context.Context) (map[int]int64, error) {
	bounds, err := c.bounds(ctx)
	if err != nil {
		return nil, err
	}
	ends := make(map[int]int64, len(bounds))
	for _, b := range bounds {
		ends[b.Partition] = b.LastOffset
	}
	return ends, nil
}

// reached says whether the group has committed every partition up to the ends.
func (c *Consumer) reached(ctx context.Context, ends map[int]int64) (bool, error) {
	lags, err := c.Lag(ctx)
	if err != nil {
		return false, err
	}
	for _, l := range lags {
		if l.Committed < ends[l.Partition] {
			return false, nil
		}
	}
	return true, nil
}

func (c *Consumer) partitions(ctx context.Context) ([]int, error) {
	meta, err := c.conn.client.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{c.cfg.Topic}})
	if err != nil {
		return nil, fmt.Errorf("ask for partitions: %w", err)
	}
	var ids []int
	for _, t := range meta.Topics {
		if t.Error != nil {
			return nil, fmt.Errorf("topic %s: %w", t.Name, t.Error)
		}
		for _, p := range t.Partitions {
			ids = append(ids, p.ID)
		}
	}
	return ids, nil
}

func (c *Consumer) bounds(ctx context.Context) ([]kafka.PartitionOffsets, error) {
	ids, err := c.partitions(ctx)
	if err != nil {
		return nil, err
	}
	asked := make([]kafka.OffsetRequest, 0, 2*len(ids))
	for _, id := range ids {
		asked = append(asked, kafka.FirstOffsetOf(id), kafka.LastOffsetOf(id))
	}
	answer, err := c.conn.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{c.cfg.Topic: asked}})
	if err != nil {
		return nil, fmt.Errorf("ask for offsets: %w", err)
	}
	bounds := answer.Topics[c.cfg.Topic]
	if len(bounds) != len(ids) {
		return nil, fmt.Errorf("kafka gave offsets of %d partitions for %d", len(bounds), len(ids))
	}
	for _, b := range bounds {
		if b.Error != nil {
			return nil, fmt.Errorf("offsets of partition %d: %w", b.Partition, b.Error)
		}
	}
	return bounds, nil
}

// committed returns what the group committed; -1, or no entry, is nothing yet.
func (c *Consumer) committed(ctx context.Context, bounds []kafka.PartitionOffsets) (map[int]int64, error) {
	ids := make([]int, 0, len(bounds))
	for _, b := range bounds {
		ids = append(ids, b.Partition)
	}
	answer, err := c.conn.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: c.cfg.Group, Topics: map[string][]int{c.cfg.Topic: ids}})
	if err != nil {
		return nil, fmt.Errorf("ask for committed offsets: %w", err)
	}
	committed := make(map[int]int64, len(ids))
	if errors.Is(answer.Error, kafka.GroupIdNotFound) {
		return committed, nil // a group that never was has committed nothing
	}
	if answer.Error != nil {
		return nil, fmt.Errorf("committed offsets of the group: %w", answer.Error)
	}
	for _, p := range answer.Topics[c.cfg.Topic] {
		if p.Error != nil {
			return nil, fmt.Errorf("committed offset of partition %d: %w", p.Partition, p.Error)
		}
		committed[p.Partition] = p.CommittedOffset
	}
	return committed, nil
}

// TopicSpec is a topic to be made by EnsureTopics.
type TopicSpec struct {
	Name        string
	Partitions  int
	Replication int
}

// EnsureTopics creates the topics that are not there yet; those that are stay as they are.
func EnsureTopics(ctx context.Context, cfg Config, log *slog.Logger, topics ...TopicSpec) error {
	conn, err := connect(cfg.Brokers, cfg.Security)
	if err != nil {
		return fmt.Errorf("prepare connection to kafka: %w", err)
	}
	defer conn.close()
	req := &kafka.CreateTopicsRequest{}
	for _, t := range topics {
		req.Topics = append(req.Topics, kafka.TopicConfig{Topic: t.Name, NumPartitions: t.Partitions, ReplicationFactor: t.Replication})
	}
	answer, err := conn.client.CreateTopics(ctx, req)
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	var errs []error
	for name, err := range answer.Errors {
		switch {
		case err == nil:
			log.InfoContext(ctx, "topic created", slog.String("topic", name))
		case !errors.Is(err, kafka.TopicAlreadyExists):
			errs = append(errs, fmt.Errorf("create topic %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
