package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// ChargeHouses is a job: units of some houses of one run, done in one transaction. Houses are taken
// together because each query costs more than what it brings of one house.
type ChargeHouses struct {
	Run          int64   `json:"run"`
	Houses       []int64 `json:"houses"`
	Period       string  `json:"period"`
	Organisation int64   `json:"organisation"`
}

// Kind names the job in the queue.
func (ChargeHouses) Kind() string { return "charge_houses" }

// maxAttempts is how often a unit is tried before the run is given up with its error.
const maxAttempts = 4

// InsertOpts gives the queue: every organisation has its own, so that a worker meets only houses of
// the organisation that it is set up for.
func (c ChargeHouses) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: chargeQueue(c.Organisation), MaxAttempts: maxAttempts}
}

func chargeQueue(organisation int64) string { return fmt.Sprintf("charge_%d", organisation) }

// Bounds of a batch of houses, in accounts. A small town still gives work to several workers. The last batches
// are the smaller the fewer houses are left, so that workers end at about the same time.
const (
	batchAtMost  = 3000
	batchAtLeast = 100
	batchesAim   = 12
	batchOfLeft  = 3 // a batch is at most this part of what is left,
	batchLast    = 8 // and at least this part of a whole one
)

// inBatches cuts the houses of a run into jobs.
func inBatches(houses []int64, accounts map[int64]int) [][]int64 {
	total := 0
	for _, n := range accounts {
		total += n
	}
	most := min(max(total/batchesAim, batchAtLeast), batchAtMost)
	var batches [][]int64
	for from, left := 0, total; from < len(houses); {
		size := min(max(left/batchOfLeft, most/batchLast), most)
		to, full := from, 0
		for ; to < len(houses) && (to == from || full+accounts[houses[to]] <= size); to++ {
			full += accounts[houses[to]]
		}
		left -= full
		batches = append(batches, houses[from:to])
		from = to
	}
	return batches
}

// NewWorker makes a client that works units of charge runs, for this process or for further hosts.
// The caller starts and stops it.
func (p *Pipeline) NewWorker() (*river.Client[pgx.Tx], error) {
	return p.newWorker(func(int) {})
}

// newWorker makes a client that tells how many units each of its jobs has done.
func (p *Pipeline) newWorker(done func(units int)) (*river.Client[pgx.Tx], error) {
	compress, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(p.Workers),
		zstd.WithEncoderCRC(false)) // the digest is a better one
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	workers := river.NewWorkers()
	worker := &chargeWorker{pipeline: p, compress: compress, encoder: charging.NewSnapshotEncoder(), done: done}
	if err := river.AddWorkerSafely(workers, worker); err != nil {
		return nil, fmt.Errorf("set up the workers: %w", err)
	}
	client, err := river.NewClient(riverpgxv5.New(p.Store.Pool()), &river.Config{
		Logger: p.Log,
		Queues: map[string]river.QueueConfig{chargeQueue(p.Organisation.ID): {
			// One more than the processors: they stay busy while a job waits for the disk or for the queue.
			MaxWorkers: p.Workers + 1, FetchCooldown: 5 * time.Millisecond, FetchPollInterval: 500 * time.Millisecond,
		}},
		Workers: workers,
		// A job whose process was killed is only looked at again to be found done: the next run queues
		// the units that are left by itself.
		RescueStuckJobsAfter: time.Hour,
		JobTimeout:           10 * time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return client, nil
}

type chargeWorker struct {
	river.WorkerDefaults[ChargeHouses]
	pipeline *Pipeline
	compress *zstd.Encoder
	encoder  *charging.SnapshotEncoder
	done     func(units int)
}

// NextRetry tries failed units again soon: what passes, passes quickly, and somebody is waiting.
func (w *chargeWorker) NextRetry(job *river.Job[ChargeHouses]) time.Time {
	from := w.pipeline.Now()
	if job.AttemptedAt != nil && job.AttemptedAt.After(from) { // by the clock of the queue, which need not be ours
		from = *job.AttemptedAt
	}
	return from.Add(time.Duration(job.Attempt) * time.Second)
}

// Work does its units in one transaction, the completion of the job included: killed at any moment,
// its houses are either done or still to do. Houses that fail together are tried one by one, so that
// one that cannot be charged leaves no other behind.
func (w *chargeWorker) Work(ctx context.Context, job *river.Job[ChargeHouses]) error {
	period, err := housing.ParsePeriod(job.Args.Period)
	if err != nil {
		return river.JobCancel(fmt.Errorf("charge houses %v: %w", job.Args.Houses, err)) //nolint:wrapcheck // what River understands
	}
	units := 0
	err = w.finish(ctx, job, func(ctx context.Context, tx *store.Tx) error {
		houses, err := tx.LockUnits(ctx, job.Args.Run, job.Args.Houses...)
		if units = len(houses); err != nil || units == 0 {
			return err
		}
		return w.charge(ctx, tx, job.Args.Run, houses, period)
	})
	switch {
	case err == nil:
		if units > 0 {
			w.done(units)
		}
		return nil
	case len(job.Args.Houses) == 1:
		return fmt.Errorf("charge house %d for %s: %w", job.Args.Houses[0], period, err)
	case ctx.Err() != nil:
		return err
	}
	w.pipeline.Log.WarnContext(ctx, "houses could not be charged together, trying them one by one",
		slog.Int("houses", len(job.Args.Houses)), slog.Any("error", err))
	return w.split(ctx, job)
}

// finish does something in a transaction that completes the job.
func (w *chargeWorker) finish(ctx context.Context, job *river.Job[ChargeHouses], do func(context.Context, *store.Tx) error) error {
	return w.pipeline.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := do(ctx, tx); err != nil {
			return err
		}
		if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx.Raw(), job); err != nil {
			return fmt.Errorf("complete the job: %w", err)
		}
		return nil
	})
}

// split replaces a job by one for each house.
func (w *chargeWorker) split(ctx context.Context, job *river.Job[ChargeHouses]) error {
	client, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return fmt.Errorf("find the queue: %w", err)
	}
	jobs := make([]river.InsertManyParams, len(job.Args.Houses))
	for i, house := range job.Args.Houses {
		single := job.Args
		single.Houses = []int64{house}
		jobs[i] = river.InsertManyParams{Args: single}
	}
	return w.finish(ctx, job, func(ctx context.Context, tx *store.Tx) error {
		if _, err := client.InsertManyFastTx(ctx, tx.Raw(), jobs); err != nil {
			return fmt.Errorf("queue %d houses one by one: %w", len(jobs), err)
		}
		return nil
	})
}

// charge loads the houses, calculates those whose facts are not the ones that stand, and stores them.
func (w *chargeWorker) charge(ctx context.Context, tx *store.Tx, run int64, houses []int64, period housing.Period) error {
	p := w.pipeline
	if err := tx.CommitLater(ctx); err != nil {
		return err
	}
	snapshots, err := tx.LoadSnapshots(ctx, p.Organisation, houses, period)
	if err != nil {
		return err
	}
	if err := p.complete(ctx, tx.Queries, period, snapshots); err != nil {
		return err
	}
	known, err := tx.StandingDigests(ctx, houses, period)
	if err != nil {
		return err
	}
	payees, err := tx.OrganisationIDs(ctx)
	if err != nil {
		return err
	}
	list := make([]store.ChargedHouse, len(houses))
	var body []byte
	for i, s := range snapshots {
		if body, err = w.encoder.Append(body[:0], s); err != nil {
			return err
		}
		digest := sha256.Sum256(body)
		c := &list[i]
		c.Run, c.House, c.Period, c.SHA256, c.PayeeIDs = run, houses[i], period, hex.EncodeToString(digest[:]), payees
		if known[c.House] == c.SHA256 {
			continue
		}
		c.Body = w.compress.EncodeAll(body, make([]byte, 0, len(body)/usualRatio))
		if err := chargeHouse(s, c); err != nil {
			return err
		}
	}
	_, err = tx.SaveCharges(ctx, list...)
	return err
}

// usualRatio is how many times smaller a snapshot gets, a little less than what is usual.
const usualRatio = 6

func chargeHouse(s *housing.Snapshot, c *store.ChargedHouse) error {
	result, left, err := calculate(s)
	if err != nil {
		return fmt.Errorf("%s: %w", s.House.Address, err)
	}
	c.Charges, c.Findings, c.Benefits, c.Left = result.Charges, result.Findings, result.Benefits, left
	c.AccountIDs = make(map[string]int64, len(s.Accounts))
	for i := range s.Accounts {
		c.AccountIDs[s.Accounts[i].Number] = s.Accounts[i].ID
	}
	return addTotals(c)
}

func addTotals(c *store.ChargedHouse) error {
	var err error
	for i := range c.Charges {
		if c.Total, err = c.Total.Add(c.Charges[i].Amount); err != nil {
			return fmt.Errorf("add up the house: %w", err)
		}
	}
	held := map[string]bool{}
	for i := range c.Findings {
		if c.Findings[i].Held {
			held[c.Findings[i].Account] = true
		}
	}
	c.Held = len(held)
	return nil
}
