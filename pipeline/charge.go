package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/kvitok-gkh/kvitok/housing"
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
	if err := p.requireOpen(ctx, period); err != nil {
		return ChargeResult{}, err
	}
	if err := p.Store.EnsureMonth(ctx, period); err != nil {
		return ChargeResult{}, fmt.Errorf("prepare %s: %w", period, err)
	}
	run, houses, err := p.PlanCharge(ctx, period)
	if err != nil {
		return ChargeResult{}, err
	}
	if err := p.workOffKeyed(ctx, run, houses, period); err != nil {
		return ChargeResult{}, err
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

// manyHouses is from how many houses on a month's first run stores its lines before it makes their key.
const manyHouses = 100

// workOffKeyed works the houses off, and leaves the month with its key whatever happened to an earlier
// run or happens to this one. The key is made of nearly all lines while the last houses are read and
// calculated: made after them it keeps one processor busy and the others idle, a tenth of the run.
func (p *Pipeline) workOffKeyed(ctx context.Context, run int64, houses []int64, period housing.Period) (err error) {
	if len(houses) >= manyHouses {
		if _, err := p.Store.UnkeyMonth(ctx, period); err != nil {
			return err
		}
	}
	keyed := make(chan error, 1)
	key := sync.OnceFunc(func() {
		go func() { keyed <- p.Store.KeyMonth(context.WithoutCancel(ctx), period) }()
	})
	if len(houses) > 0 {
		err = p.workOff(ctx, run, len(houses), key)
	}
	key()
	return errors.Join(err, <-keyed)
}

// PlanCharge writes what is due, one unit a house, and queues jobs for some houses each. Called again
// while a run is under way, it queues what is left: a job for units that are done does nothing.
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
	accounts, err := p.Store.CountAccounts(ctx, houses)
	if err != nil {
		return 0, nil, err
	}
	var jobs []river.InsertManyParams
	for _, some := range inBatches(houses, accounts) {
		jobs = append(jobs, river.InsertManyParams{
			Args: ChargeHouses{Run: run, Houses: some, Period: period.String(), Organisation: p.Organisation.ID},
		})
	}
	if _, err := client.InsertManyFast(ctx, jobs); err != nil {
		return 0, nil, fmt.Errorf("queue the houses of run %d: %w", run, err)
	}
	return run, houses, nil
}

// workOff works until no unit of the run is left, whoever did the last one. It calls nearly when few are left.
func (p *Pipeline) workOff(ctx context.Context, run int64, due int, nearly func()) error {
	own := make(chan int, due) // units done here, told at once
	client, err := p.newWorker(func(units int) { own <- units })
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	bar := p.Progress.Start("charge", due)
	defer bar.Done()
	err = p.awaitUnits(ctx, run, due, awaited{bar: bar, own: own, nearly: nearly})
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if stopErr := client.Stop(stop); stopErr != nil {
		err = errors.Join(err, fmt.Errorf("stop the workers: %w", stopErr))
	}
	return err
}

// restless is how many ticks may pass without a unit done before it is asked whether any can be.
const restless = 10

// awaited is how a wait for units shows what is left, tells when that is few, and hears of those that this
// process has done.
type awaited struct {
	bar     Bar
	own     <-chan int
	unheard int // units that this process may still do
	nearly  func()
}

// fewLeft is how many times fewer than were due units are few.
const fewLeft = 12

// awaitUnits asks the database, because other processes work on the same run: every so often, and as soon as
// this process has done all that was left. Units that failed for good end it when all others are done.
func (p *Pipeline) awaitUnits(ctx context.Context, run int64, due int, w awaited) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	left := due
	w.unheard = due
	for still := 1; ; still++ {
		state, err := p.Store.RunState(ctx, run)
		if err != nil {
			return err
		}
		if state.Planned == 0 {
			w.bar.Add(left)
			return nil
		}
		if state.Planned != left {
			w.bar.Add(left - state.Planned)
			left, still = state.Planned, 1
		}
		if state.Planned <= due/fewLeft {
			w.nearly()
		}
		if still%restless == 0 {
			failed, err := p.Store.FailedUnits(ctx, run, ChargeHouses{}.Kind())
			if err != nil {
				return err
			}
			if len(failed) == state.Planned {
				return unitsError(run, failed)
			}
		}
		if err := w.wait(ctx, ticker.C); err != nil {
			return fmt.Errorf("charge run %d: %w", run, err)
		}
	}
}

// wait waits until it is worth asking again.
func (w *awaited) wait(ctx context.Context, tick <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx) //nolint:wrapcheck // awaitUnits wraps
		case units := <-w.own:
			if w.unheard -= units; w.unheard == 0 {
				return nil
			}
		case <-tick:
			return nil
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
