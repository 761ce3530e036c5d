//go:build e2e

package e2e_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/segmentio/kafka-go"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/importers/stream/streamtest"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

// kafkaServer is one real Apache Kafka, run by scripts/kafka.sh.
type kafkaServer struct {
	dir    string
	broker string
}

func startKafka(t *testing.T) *kafkaServer {
	t.Helper()
	s := &kafkaServer{dir: t.TempDir()}
	s.up(t)
	t.Cleanup(func() {
		// The test's own context is over by now.
		out, err := s.command(context.WithoutCancel(t.Context()), "stop")
		if err != nil {
			t.Errorf("stop kafka: %v\n%s", err, out)
		}
	})
	return s
}

func (s *kafkaServer) command(ctx context.Context, verb string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join("..", "scripts", "kafka.sh"), verb, s.dir) //nolint:gosec // our own script
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s *kafkaServer) up(t *testing.T) {
	t.Helper()
	out, err := s.command(t.Context(), "start")
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	// The threads of a killed broker may hold its port a moment longer than its main thread lives.
	for try := 0; err != nil && strings.Contains(out, "is taken") && try < 50; try++ {
		<-tick.C
		out, err = s.command(t.Context(), "start")
	}
	if err != nil {
		t.Fatalf("start kafka: %v\n%s", err, out)
	}
	for line := range strings.Lines(out) {
		if broker, ok := strings.CutPrefix(strings.TrimSpace(line), "broker="); ok {
			s.broker = broker
		}
	}
	if s.broker == "" {
		t.Fatalf("kafka.sh start names no broker:\n%s", out)
	}
}

// again takes the broker down, "stop" in good order or "kill" by SIGKILL, and starts it on its data.
func (s *kafkaServer) again(t *testing.T, how string) {
	t.Helper()
	started := time.Now() //nolint:forbidigo // the duration is only logged
	if out, err := s.command(t.Context(), how); err != nil {
		t.Fatalf("%s kafka: %v\n%s", how, err, out)
	}
	s.up(t)
	t.Logf("broker away for %s", time.Since(started).Round(100*time.Millisecond))
}

func TestKafkaConformance(t *testing.T) {
	t.Parallel()
	s := startKafka(t)
	streamtest.Run(t, streamtest.Env{
		Brokers: []string{s.broker}, Limit: 2 * time.Minute,
		Restart: func(t *testing.T) { t.Helper(); s.again(t, "stop") },
	})
}

const (
	flowTopic    = "readings"
	flowReadings = 100_000
	flowPoison   = 100
)

// TestKafkaConsumerKilled kills the consumer with SIGKILL, again and again, while 100,000 readings
// flow, and once the broker too; then every reading is in the database exactly once.
func TestKafkaConsumerKilled(t *testing.T) {
	t.Parallel()
	s := startKafka(t)
	url := storetest.URL(t)
	db := connectFlow(t, url)
	cfg := flowConfig(s.broker)
	err := stream.EnsureTopics(t.Context(), cfg, slog.New(slog.DiscardHandler),
		stream.TopicSpec{Name: cfg.Topic, Partitions: 4, Replication: 1},
		stream.TopicSpec{Name: cfg.DeadLetterTopic, Partitions: 1, Replication: 1})
	if err != nil {
		t.Fatalf("make topics: %v", err)
	}
	produced := make(chan error, 1)
	go func() { produced <- produceFlow(t.Context(), cfg) }()

	started := time.Now() //nolint:forbidigo // the duration is only logged
	for _, until := range []int{5_000, 30_000, 60_000} {
		child := startChild(t, s.broker, url)
		awaitCount(t, db, until)
		child.kill(t)
		t.Logf("consumer killed at %d readings", countFlow(t, db))
	}
	child := startChild(t, s.broker, url)
	awaitCount(t, db, 70_000)
	s.again(t, "kill")
	t.Logf("broker killed and started again, at %d readings", countFlow(t, db))
	if err := <-produced; err != nil {
		t.Fatalf("produce: %v", err)
	}
	awaitCount(t, db, flowReadings)
	child.stop(t)
	t.Logf("%d readings in %s", flowReadings, time.Since(started).Round(time.Millisecond))
	checkFlow(t, db, cfg)
}

func flowConfig(broker string) stream.Config {
	return stream.Config{
		Brokers: []string{broker}, Topic: flowTopic, Group: "kvitok-e2e", DeadLetterTopic: flowTopic + "-dead",
		BatchSize: 500, BatchWait: 50 * time.Millisecond, RetryMin: 50 * time.Millisecond, RetryMax: time.Second,
		// a killed member keeps its partitions so long
		SessionTimeout: 2 * time.Second, Heartbeat: 300 * time.Millisecond, RebalanceTimeout: 10 * time.Second,
	}
}

func produceFlow(ctx context.Context, cfg stream.Config) error {
	p, err := stream.NewProducer(stream.ProducerConfig{Brokers: cfg.Brokers, Topic: cfg.Topic})
	if err != nil {
		return fmt.Errorf("make producer: %w", err)
	}
	at := time.Date(2026, 10, 25, 18, 0, 0, 0, time.UTC)
	const chunk = 2000
	pace := time.NewTicker(250 * time.Millisecond) // so that they flow all the while
	defer pace.Stop()
	for from := 0; from < flowReadings; from += chunk {
		out := make([]stream.Outgoing, 0, chunk)
		for i := from; i < from+chunk; i++ {
			m, err := stream.EncodeReadings(stream.ReadingsMessage{
				MessageID: fmt.Sprintf("m-%06d", i), Source: "e2e", ReceivedAt: at, Resource: "cold_water",
				Serial:   fmt.Sprintf("ХВ-%05d", i%20_000),
				Readings: []stream.ChannelReading{{At: at, Channel: "1", Value: housing.Whole(int64(i)), Unit: "m3"}},
			})
			if err != nil {
				return fmt.Errorf("encode: %w", err)
			}
			out = append(out, m)
			if i%(flowReadings/flowPoison) == 0 {
				out = append(out, stream.Outgoing{Key: m.Key, Value: fmt.Appendf(nil, "{poison %d", i)})
			}
		}
		// The broker is killed on the way. What is sent again may be in the topic twice, under
		// two offsets: then the key of the reading decides.
		for try := 1; ; try++ {
			if err = p.Send(ctx, out...); err == nil {
				break
			}
			if ctx.Err() != nil || try == 20 {
				return errors.Join(fmt.Errorf("send: %w", err), p.Close())
			}
		}
		<-pace.C
	}
	return p.Close()
}

// child is the consumer in a process of its own: this test binary once more.
type child struct{ cmd *exec.Cmd }

const (
	envChildBroker = "KVITOK_E2E_CHILD_BROKER"
	envChildURL    = "KVITOK_E2E_CHILD_URL"
)

func startChild(t *testing.T, broker, url string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKafkaChild$", "-test.timeout=10m", "-test.v") //nolint:gosec // our own binary
	cmd.Env = append(os.Environ(), envChildBroker+"="+broker, envChildURL+"="+url)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("pipe: %v", err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatalf("start consumer process: %v", err)
	}
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if text := lines.Text(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "FAIL") {
				t.Logf("consumer process: %s", text)
			}
		}
	}()
	return &child{cmd: cmd}
}

func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill consumer process: %v", err)
	}
	var exit *exec.ExitError
	if err := c.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("consumer process ended by itself: %v", err)
	}
}

// stop asks in good order; the process must then end well.
func (c *child) stop(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stop consumer process: %v", err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("consumer process after SIGTERM: %v", err)
	}
}

// TestKafkaChild is the consumer process of TestKafkaConsumerKilled, not a test of its own.
func TestKafkaChild(t *testing.T) { //nolint:paralleltest // a process of its own
	broker, url := os.Getenv(envChildBroker), os.Getenv(envChildURL)
	if broker == "" {
		t.Skip("only as a child of TestKafkaConsumerKilled")
	}
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	db, err := pgxpool.New(ctx, url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer db.Close()
	c, err := stream.New(stream.Input{
		Config: flowConfig(broker), Handler: flowHandler{db}, Log: slog.New(slog.NewTextHandler(os.Stdout, nil)),
		Now: time.Now, //nolint:forbidigo // the process is a main of its own
	})
	if err != nil {
		t.Fatalf("make consumer: %v", err)
	}
	if err := errors.Join(c.Run(ctx), c.Close()); err != nil {
		t.Fatalf("run: %v", err)
	}
}

// flowHandler writes each reading once, by its key, with its lineage, and every delivery besides.
type flowHandler struct{ db *pgxpool.Pool }

func (h flowHandler) Handle(ctx context.Context, batch []stream.Message) ([]stream.Verdict, error) {
	verdicts := make([]stream.Verdict, len(batch))
	err := pgx.BeginFunc(ctx, h.db, func(tx pgx.Tx) error {
		work := &pgx.Batch{}
		for i, m := range batch {
			readings, err := stream.DecodeReadings(m.Value)
			if err != nil {
				var ok bool
				if verdicts[i], ok = stream.VerdictOf(err); !ok {
					return err
				}
				continue
			}
			for _, r := range readings.Readings {
				work.Queue(`INSERT INTO flow (key, topic, part, off, value) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
					r.Key, m.Topic, m.Partition, m.Offset, r.Value.String()).Exec(func(tag pgconn.CommandTag) error {
					verdicts[i] = stream.Same()
					if tag.RowsAffected() == 1 {
						verdicts[i] = stream.Accept()
					}
					return nil
				})
			}
			work.Queue(`INSERT INTO flow_deliveries (part, off) VALUES ($1, $2)`, m.Partition, m.Offset)
		}
		return tx.SendBatch(ctx, work).Close()
	})
	if err != nil {
		return nil, fmt.Errorf("write batch: %w", err)
	}
	return verdicts, nil
}

func connectFlow(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	db, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(db.Close)
	_, err = db.Exec(t.Context(), `
		CREATE TABLE flow (key text PRIMARY KEY, topic text NOT NULL, part int NOT NULL, off bigint NOT NULL, value numeric NOT NULL,
			UNIQUE (topic, part, off));
		CREATE TABLE flow_deliveries (part int NOT NULL, off bigint NOT NULL)`)
	if err != nil {
		t.Fatalf("make tables: %v", err)
	}
	return db
}

func countFlow(t *testing.T, db *pgxpool.Pool) int {
	t.Helper()
	var n int
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM flow`).Scan(&n); err != nil {
		t.Fatalf("count: %v", err)
	}
	return n
}

func awaitCount(t *testing.T, db *pgxpool.Pool, want int) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(3 * time.Minute)
	for {
		n := countFlow(t, db)
		if n >= want {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("%d readings after 3 minutes; waiting for %d", n, want)
		}
	}
}

func checkFlow(t *testing.T, db *pgxpool.Pool, cfg stream.Config) {
	t.Helper()
	var rows, sum, deliveries, places int64
	err := db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM flow), (SELECT sum(value)::bigint FROM flow),
		(SELECT count(*) FROM flow_deliveries), (SELECT count(DISTINCT (part, off)) FROM flow_deliveries)`).Scan(&rows, &sum, &deliveries, &places)
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	t.Logf("%d readings, %d deliveries of %d messages: %d repeats", rows, deliveries, places, deliveries-places)
	const wantSum = int64(flowReadings) * (flowReadings - 1) / 2
	if rows != flowReadings || sum != wantSum {
		t.Errorf("%d readings with sum %d; want %d with sum %d", rows, sum, flowReadings, wantSum)
	}
	if places < flowReadings {
		t.Errorf("%d different messages were delivered; want at least %d", places, flowReadings)
	}
	checkDeadLetters(t, cfg)
}

// checkDeadLetters reads the dead-letter topic: repeats are allowed, by their key they are one.
func checkDeadLetters(t *testing.T, cfg stream.Config) {
	t.Helper()
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: cfg.Brokers, Topic: cfg.DeadLetterTopic, MaxWait: 300 * time.Millisecond})
	defer func() {
		if err := reader.Close(); err != nil {
			t.Errorf("close reader: %v", err)
		}
	}()
	keys := map[string]bool{}
	values := map[string]bool{}
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		m, err := reader.ReadMessage(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err != nil {
			t.Fatalf("read dead letters: %v", err)
		}
		keys[string(m.Key)] = true
		values[string(m.Value)] = true
		for _, h := range m.Headers {
			if h.Key == stream.HeaderCode && string(h.Value) != stream.CodeNotJSON {
				t.Errorf("dead letter with code %q; want %q", h.Value, stream.CodeNotJSON)
			}
		}
	}
	if len(keys) < flowPoison || len(values) != flowPoison {
		t.Errorf("%d different dead letters with %d different values; want %d values", len(keys), len(values), flowPoison)
	}
}
