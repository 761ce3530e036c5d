package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// ChargeResult is what a charge run did.
type ChargeResult struct {
	Run     int64              `json:"run"`
	Houses  int                `json:"houses"`
	Changed int                `json:"changed"` // houses whose facts differ from the run before
	Totals  store.PeriodTotals `json:"totals"`
}

func (p *Pipeline) chargeStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	result, err := p.Charge(ctx, period)
	s.Charge = result
	return result.Totals.Accounts, err
}

// Charge computes or recomputes the open month: it plans one unit a house, queues them, works them
// off together with whatever other workers there are, and returns when none is left.
func (p *Pipeline) Charge(ctx context.Context, period housing.Period) (ChargeResult, error) {
	if err := p.Store.EnsureMonth(ctx, period); err != nil {
		return ChargeResult{}, fmt.Errorf("prepare %s: %w", period, err)
	}
	run, houses, err := p.PlanCharge(ctx, period)
	if err != nil {
		return ChargeResult{}, err
	}
	if len(houses) > 0 {
		if err := p.workOff(ctx, run, len(houses)); err != nil {
			return ChargeResult{}, err
		}
	}
	if err := p.Store.FinishRun(ctx, run, p.Now()); err != nil {
		return ChargeResult{}, err
	}
	state, err := p.Store.RunState(ctx, run)
	if err != nil {
		return ChargeResult{}, err
	}
	if state.Changed > 0 {
		if err := p.Store.AnalyzeMonth(ctx, period); err != nil {
			return ChargeResult{}, err
		}
	}
	totals, err := p.Store.ChargedTotals(ctx, p.Organisation.ID, period)
	if err != nil {
		return ChargeResult{}, err
	}
	return ChargeResult{Run: run, Houses: state.OfHouses, Changed: state.Changed, Totals: totals}, nil
}

// PlanCharge writes what is due, one unit a house, and queues a job for each. Called again while a
// run is under way, it queues what is left: a job for a unit that is done does nothing.
func (p *Pipeline) PlanCharge(ctx context.Context, period housing.Period) (run int64, houses []int64, err error) {
	run, houses, err = p.Store.PlanRun(ctx, p.Organisation.ID, period, p.Engine, p.Now())
	if err != nil {
		return 0, nil, err
	}
	if len(houses) == 0 {
		return run, nil, nil
	}
	client, err := river.NewClient(riverpgxv5.New(p.Store.Pool()), &river.Config{Logger: p.Log})
	if err != nil {
		return 0, nil, fmt.Errorf("open the queue: %w", err)
	}
	jobs := make([]river.InsertManyParams, 0, len(houses))
	for _, house := range houses {
		jobs = append(jobs, river.InsertManyParams{
			Args: ChargeHouse{Run: run, House: house, Period: period.String(), Organisation: p.Organisation.ID},
		})
	}
	if _, err := client.InsertManyFast(ctx, jobs); err != nil {
		return 0, nil, fmt.Errorf("queue the houses of run %d: %w", run, err)
	}
	return run, houses, nil
}

// workOff works until no unit of the run is left, whoever did the last one.
func (p *Pipeline) workOff(ctx context.Context, run int64, due int) error {
	client, err := p.NewWorker()
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	bar := p.Progress.Start("charge", due)
	defer bar.Done()
	err = p.awaitUnits(ctx, run, due, bar)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if stopErr := client.Stop(stop); stopErr != nil {
		err = errors.Join(err, fmt.Errorf("stop the workers: %w", stopErr))
	}
	return err
}

// restless is how many ticks may pass without a unit done before it is asked whether any can be.
const restless = 10

// awaitUnits asks the database, because other processes work on the same run. Units that failed for
// good end it when all others are done.
func (p *Pipeline) awaitUnits(ctx context.Context, run int64, due int, bar Bar) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	left := due
	for still := 1; ; still++ {
		state, err := p.Store.RunState(ctx, run)
		if err != nil {
			return err
		}
		if state.Planned == 0 {
			bar.Add(left)
			return nil
		}
		if state.Planned != left {
			bar.Add(left - state.Planned)
			left, still = state.Planned, 1
		}
		if still%restless == 0 {
			failed, err := p.Store.FailedUnits(ctx, run, ChargeHouse{}.Kind())
			if err != nil {
				return err
			}
			if len(failed) == state.Planned {
				return unitsError(run, failed)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("charge run %d: %w", run, context.Cause(ctx))
		case <-ticker.C:
		}
	}
}

// unitsError names the houses that could not be charged.
func unitsError(run int64, failed []store.FailedUnit) error {
	const named = 10
	var errs []error
	for _, unit := range failed[:min(len(failed), named)] {
		reason := cmp.Or(unit.Error, "no job is left for it")
		errs = append(errs, fmt.Errorf("charge run %d: house %s: %s", run, unit.Address, reason))
	}
	if more := len(failed) - named; more > 0 {
		errs = append(errs, fmt.Errorf("charge run %d: %d more houses failed", run, more))
	}
	return errors.Join(errs...)
}

// ChargeHouse is the job of one unit: one house of one run.
type ChargeHouse struct {
	Run          int64  `json:"run"`
	House        int64  `json:"house"`
	Period       string `json:"period"`
	Organisation int64  `json:"organisation"`
}

// Kind names the job in the queue.
func (ChargeHouse) Kind() string { return "charge_house" }

// maxAttempts is how often a unit is tried before the run is given up with its error.
const maxAttempts = 4

// InsertOpts gives the queue: every organisation has its own, so that a worker meets only houses of
// the organisation that it is set up for.
func (c ChargeHouse) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: chargeQueue(c.Organisation), MaxAttempts: maxAttempts}
}

func chargeQueue(organisation int64) string { return fmt.Sprintf("charge_%d", organisation) }

// NewWorker makes a client that works units of charge runs, for this process or for further hosts.
// The caller starts and stops it.
func (p *Pipeline) NewWorker() (*river.Client[pgx.Tx], error) {
	compress, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(p.Workers))
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &chargeWorker{pipeline: p, compress: compress}); err != nil {
		return nil, fmt.Errorf("set up the workers: %w", err)
	}
	client, err := river.NewClient(riverpgxv5.New(p.Store.Pool()), &river.Config{
		Logger: p.Log,
		Queues: map[string]river.QueueConfig{chargeQueue(p.Organisation.ID): {
			MaxWorkers: p.Workers, FetchCooldown: 5 * time.Millisecond, FetchPollInterval: 500 * time.Millisecond,
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
	river.WorkerDefaults[ChargeHouse]
	pipeline *Pipeline
	compress *zstd.Encoder
}

// NextRetry tries a failed unit again soon: what passes, passes quickly, and somebody is waiting.
func (w *chargeWorker) NextRetry(job *river.Job[ChargeHouse]) time.Time {
	from := w.pipeline.Now()
	if job.AttemptedAt != nil && job.AttemptedAt.After(from) { // by the clock of the queue, which need not be ours
		from = *job.AttemptedAt
	}
	return from.Add(time.Duration(job.Attempt) * time.Second)
}

// Work does one unit in one transaction, the completion of its job included: killed at any moment,
// the house is either done or still to do.
func (w *chargeWorker) Work(ctx context.Context, job *river.Job[ChargeHouse]) error {
	p := w.pipeline
	period, err := housing.ParsePeriod(job.Args.Period)
	if err != nil {
		return river.JobCancel(fmt.Errorf("charge house %d: %w", job.Args.House, err)) //nolint:wrapcheck // what River understands
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		planned, err := tx.LockUnit(ctx, job.Args.Run, job.Args.House)
		if err != nil {
			return err
		}
		if planned {
			if err := w.charge(ctx, tx, job.Args, period); err != nil {
				return err
			}
		}
		if _, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx.Raw(), job); err != nil {
			return fmt.Errorf("complete the job: %w", err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("charge house %d for %s: %w", job.Args.House, period, err)
	}
	return nil
}

func (w *chargeWorker) charge(ctx context.Context, tx *store.Tx, args ChargeHouse, period housing.Period) error {
	p := w.pipeline
	snapshot, err := p.wholeSnapshot(ctx, tx.Queries, args.House, period)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := charging.WriteSnapshot(&body, snapshot); err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	digest := sha256.Sum256(body.Bytes())
	result, left, err := calculate(snapshot)
	if err != nil {
		return err
	}
	c := store.ChargedHouse{
		Run: args.Run, House: args.House, Organisation: p.Organisation.ID, Period: period,
		SHA256: hex.EncodeToString(digest[:]), Body: w.compress.EncodeAll(body.Bytes(), nil),
		AccountIDs: make(map[string]int64, len(snapshot.Accounts)), Charges: result.Charges, Findings: result.Findings,
	}
	for _, a := range snapshot.Accounts {
		c.AccountIDs[a.Number] = a.ID
	}
	if err := addTotals(&c); err != nil {
		return err
	}
	if c.PayeeIDs, err = tx.OrganisationIDs(ctx); err != nil {
		return err
	}
	changed, err := tx.SaveCharges(ctx, c)
	if err != nil || !changed {
		return err
	}
	return tx.SaveOutcomes(ctx, left)
}

func addTotals(c *store.ChargedHouse) error {
	var err error
	for _, charge := range c.Charges {
		if c.Total, err = c.Total.Add(charge.Amount); err != nil {
			return fmt.Errorf("add up the house: %w", err)
		}
	}
	held := map[string]bool{}
	for _, finding := range c.Findings {
		if finding.Held {
			held[finding.Account] = true
		}
	}
	c.Held = len(held)
	return nil
}
