package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// Input is what New needs.
type Input struct {
	Config  Config
	Handler Handler
	Log     *slog.Logger
	Now     func() time.Time
	Hooks   Hooks
}

// Validate reports every error of the input at once.
func (in Input) Validate() error {
	errs := []error{in.Config.Validate()}
	if in.Handler == nil {
		errs = append(errs, errors.New("handler is missing"))
	}
	if in.Log == nil {
		errs = append(errs, errors.New("logger is missing"))
	}
	if in.Now == nil {
		errs = append(errs, errors.New("clock is missing"))
	}
	return errors.Join(errs...)
}

// Consumer is one member of a consumer group. Several members, in one process or in many, share
// the partitions of the topic. Make it with New; Run or Drain it, one at a time; Close it.
type Consumer struct {
	cfg     Config
	handler Handler
	log     *slog.Logger
	now     func() time.Time
	hooks   Hooks
	conn    *connection
	dead    *deadLetters
	count   counters
}

type counters struct {
	batches, messages, accepted, unchanged, dead, retries, generations, lost atomic.Int64
}

// New checks the input and makes a consumer; it does not connect yet.
func New(in Input) (*Consumer, error) {
	if err := in.Validate(); err != nil {
		return nil, fmt.Errorf("check stream consumer: %w", err)
	}
	cfg := in.Config.WithDefaults()
	conn, err := connect(cfg.Brokers, cfg.Security)
	if err != nil {
		return nil, fmt.Errorf("prepare connection to kafka: %w", err)
	}
	log := in.Log.With(slog.String("topic", cfg.Topic), slog.String("group", cfg.Group))
	return &Consumer{
		cfg: cfg, handler: in.Handler, log: log, now: in.Now, hooks: in.Hooks,
		conn: conn, dead: newDeadLetters(cfg, conn, in.Now),
	}, nil
}

// Close gives back the connections. Call it after Run or Drain returned. A second call does no harm.
func (c *Consumer) Close() error {
	err := c.dead.close()
	c.conn.close()
	return err
}

// Stats tells what the consumer did so far.
func (c *Consumer) Stats() Stats {
	return Stats{
		Batches: c.count.batches.Load(), Messages: c.count.messages.Load(),
		Accepted: c.count.accepted.Load(), Unchanged: c.count.unchanged.Load(), Dead: c.count.dead.Load(),
		Retries: c.count.retries.Load(), Generations: c.count.generations.Load(), Lost: c.count.lost.Load(),
	}
}

// Run consumes until the context ends, through rebalances and restarts of brokers. Then it
// finishes the batch in hand with its dead letters and offsets, leaves the group and returns nil.
// It waits for brokers and topics that are not there yet.
func (c *Consumer) Run(ctx context.Context) error {
	if err := c.awaitTopics(ctx); err != nil {
		return ignoreStop(ctx, err)
	}
	return ignoreStop(ctx, c.consume(ctx, nil))
}

// Drain consumes what lies in the topic at the moment of the call and returns what it did. It is
// done when the group has committed all partitions up to the ends they had at the start, whichever
// member did the work. It does not look at what is produced later, and expects a topic written
// without transactions (their markers count in the end offset but are no messages). If the context
// ends first, the batch in hand is finished and the error is the context's.
func (c *Consumer) Drain(ctx context.Context) (Stats, error) {
	before := c.Stats()
	if err := c.awaitTopics(ctx); err != nil {
		return Stats{}, err
	}
	var ends map[int]int64
	var done bool
	asked := c.untilDone(ctx, StageFetch, func() (err error) {
		if ends, err = c.ends(ctx); err != nil {
			return err
		}
		done, err = c.reached(ctx, ends)
		return err
	})
	if !asked {
		return Stats{}, fmt.Errorf("ask for the ends of the topic: %w", context.Cause(ctx))
	}
	if done {
		return Stats{}, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := c.consume(ctx, &goal{ends: ends, reached: func() { cancel(errDrained) }})
	if errors.Is(context.Cause(ctx), errDrained) {
		err = nil
	}
	return c.Stats().since(before), err
}

// errDrained ends the context of Drain when its goal is reached.
var errDrained = errors.New("all messages consumed")

// goal is where Drain stops.
type goal struct {
	ends    map[int]int64
	reached func()
}

func (s Stats) since(b Stats) Stats {
	return Stats{
		Batches: s.Batches - b.Batches, Messages: s.Messages - b.Messages,
		Accepted: s.Accepted - b.Accepted, Unchanged: s.Unchanged - b.Unchanged, Dead: s.Dead - b.Dead,
		Retries: s.Retries - b.Retries, Generations: s.Generations - b.Generations, Lost: s.Lost - b.Lost,
	}
}

// ignoreStop makes the end of the context the good end that it is for Run.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// consume joins the group and works through its generations until the context ends.
func (c *Consumer) consume(ctx context.Context, goal *goal) error {
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: c.cfg.Group, Brokers: c.cfg.Brokers, Dialer: c.conn.dialer, Topics: []string{c.cfg.Topic},
		HeartbeatInterval: c.cfg.Heartbeat, SessionTimeout: c.cfg.SessionTimeout, RebalanceTimeout: c.cfg.RebalanceTimeout,
		JoinGroupBackoff: min(c.cfg.RetryMax, time.Second), StartOffset: kafka.FirstOffset,
		WatchPartitionChanges: true, PartitionWatchInterval: partitionWatch,
	})
	if err != nil {
		return fmt.Errorf("prepare consumer group: %w", err)
	}
	c.log.InfoContext(ctx, "stream consumer started", slog.Int("batch_size", c.cfg.BatchSize))
	for {
		gen, err := group.Next(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			// The group pauses by itself before the next try.
			c.retrying(ctx, StageJoin, err)
			continue
		}
		c.count.generations.Add(1)
		c.start(ctx, gen, goal)
	}
	// Close ends the generation, waits until its session has put the batch in hand to rest, and
	// leaves the group, so that the others need not wait for the session timeout.
	err = group.Close()
	s := c.Stats()
	c.log.InfoContext(ctx, "stream consumer stopped", slog.Int64("messages", s.Messages), slog.Int64("accepted", s.Accepted),
		slog.Int64("unchanged", s.Unchanged), slog.Int64("dead", s.Dead), slog.Int64("batches", s.Batches))
	if err != nil {
		return fmt.Errorf("leave consumer group: %w", err)
	}
	return fmt.Errorf("stream consumer stopped: %w", context.Cause(ctx))
}

// partitionWatch is how often a member looks whether the topic got more partitions.
const partitionWatch = 15 * time.Second

// start gives the generation to a session that ends with it.
func (c *Consumer) start(ctx context.Context, gen *kafka.Generation, goal *goal) {
	assigned := gen.Assignments[c.cfg.Topic]
	ids := make([]int, 0, len(assigned))
	for _, a := range assigned {
		ids = append(ids, a.ID)
	}
	c.log.InfoContext(ctx, "partitions assigned", slog.Any("partitions", ids), slog.Int("generation", int(gen.ID)))
	c.hooks.assigned(ids)
	gen.Start(func(genCtx context.Context) {
		// The session ends when the consumer stops or when the generation does.
		sessionCtx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(genCtx, cancel)()
		s := &session{c: c, gen: gen, goal: goal, next: map[int]int64{}}
		s.run(sessionCtx, assigned)
	})
}

// retrying records a failed try.
func (c *Consumer) retrying(ctx context.Context, stage Stage, err error) {
	if ctx.Err() != nil {
		return
	}
	c.count.retries.Add(1)
	c.hooks.retry(stage, err)
	c.log.WarnContext(ctx, "stream step failed, trying again", slog.String("stage", string(stage)), slog.Any("error", err))
}

// untilDone repeats a step with growing pauses until it succeeds (true) or the context ends (false).
func (c *Consumer) untilDone(ctx context.Context, stage Stage, step func() error) bool {
	pause := c.cfg.RetryMin
	for {
		err := step()
		if err == nil {
			return true
		}
		c.retrying(ctx, stage, err)
		if !wait(ctx, pause) {
			return false
		}
		pause = min(2*pause, c.cfg.RetryMax)
	}
}

// wait pauses; false says that the context ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
