package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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
	plan, err := p.planCharge(ctx, period)
	if err != nil {
		return ChargeResult{}, err
	}
	if err := p.workOffKeyed(ctx, plan, period); err != nil {
		return ChargeResult{}, err
	}
	if err := p.Store.FinishRun(ctx, plan.run, p.Now()); err != nil {
		return ChargeResult{}, err
	}
	state, err := p.Store.RunState(ctx, plan.run)
	if err != nil {
		return ChargeResult{}, err
	}
	totals, err := p.Store.ChargedTotals(ctx, p.Organisation.ID, period)
	if err != nil {
		return ChargeResult{}, err
	}
	return ChargeResult{Run: plan.run, Houses: state.OfHouses, Changed: state.Changed, Totals: totals}, nil
}

// manyHouses is from how many houses on a month's first run stores its lines before it makes their key.
const manyHouses = 100

// workOffKeyed works the houses off, and leaves the month with its key whatever happened to an earlier
// run or happens to this one.
func (p *Pipeline) workOffKeyed(ctx context.Context, plan chargePlan, period housing.Period) (err error) {
	if len(plan.houses) >= manyHouses {
		if _, err := p.Store.UnkeyMonth(ctx, period); err != nil {
			return err
		}
	}
	end := p.endOf(ctx, plan, period)
	if len(plan.houses) > 0 {
		err = p.workOff(ctx, plan, end)
	}
	end.left(0)
	return errors.Join(err, <-end.ended)
}

// monthEnd is what is done of a month as a whole while its last houses are charged: after them it keeps one
// processor busy and the others idle, a tenth of the run. The planner of the database is told what the month
// holds, if the run changed it, and then the lines get their key, this also where the run is given up. Lines
// wait while the key is made, so that comes late: houses are read and calculated meanwhile.
type monthEnd struct {
	plan      chargePlan
	look, key func() // each starts its work once
	ended     chan error
}

func (p *Pipeline) endOf(ctx context.Context, plan chargePlan, period housing.Period) monthEnd {
	looked, e := make(chan error, 1), monthEnd{plan: plan, ended: make(chan error, 1)}
	e.look = sync.OnceFunc(func() {
		go func() {
			var err error
			if ctx.Err() == nil {
				err = p.lookOver(ctx, plan.run, period)
			}
			looked <- err
		}()
	})
	e.key = sync.OnceFunc(func() {
		e.look()
		go func() {
			err := <-looked
			e.ended <- errors.Join(err, p.Store.KeyMonth(context.WithoutCancel(ctx), period))
		}()
	})
	return e
}

// left is told how many houses are left to charge.
func (e monthEnd) left(houses int) {
	if houses <= e.plan.some {
		e.look()
	}
	if houses <= e.plan.few {
		e.key()
	}
}

func (p *Pipeline) lookOver(ctx context.Context, run int64, period housing.Period) error {
	state, err := p.Store.RunState(ctx, run)
	if err != nil || state.Changed == 0 {
		return err
	}
	return p.Store.AnalyzeCharged(ctx, period)
}

// chargePlan is a run with the houses that are to be charged.
type chargePlan struct {
	run       int64
	houses    []int64
	some, few int // of the last houses, which together have some part of the accounts, and a small one
}

// PlanCharge writes what is due, one unit a house, and queues jobs for some houses each. Called again
// while a run is under way, it queues what is left: a job for units that are done does nothing.
func (p *Pipeline) PlanCharge(ctx context.Context, period housing.Period) (run int64, houses []int64, err error) {
	plan, err := p.planCharge(ctx, period)
	return plan.run, plan.houses, err
}

func (p *Pipeline) planCharge(ctx context.Context, period housing.Period) (plan chargePlan, err error) {
	plan.run, plan.houses, err = p.Store.PlanRun(ctx, p.Organisation.ID, period, p.Engine, p.Now())
	if err != nil || len(plan.houses) == 0 {
		return plan, err
	}
	client, err := river.NewClient(riverpgxv5.New(p.Store.Pool()), &river.Config{Logger: p.Log})
	if err != nil {
		return plan, fmt.Errorf("open the queue: %w", err)
	}
	accounts, err := p.Store.CountAccounts(ctx, plan.houses)
	if err != nil {
		return plan, err
	}
	const some, few = 3, 16 // parts of the accounts: more than few would be stored with the key in place, which costs more
	plan.some, plan.few = lastHouses(plan.houses, accounts, some), lastHouses(plan.houses, accounts, few)
	var jobs []river.InsertManyParams
	for _, some := range inBatches(plan.houses, accounts) {
		jobs = append(jobs, river.InsertManyParams{
			Args: ChargeHouses{Run: plan.run, Houses: some, Period: period.String(), Organisation: p.Organisation.ID},
		})
	}
	if _, err := client.InsertManyFast(ctx, jobs); err != nil {
		return plan, fmt.Errorf("queue the houses of run %d: %w", plan.run, err)
	}
	return plan, nil
}

// lastHouses is how many houses at the end have no more than that part of the accounts. Counted by houses the
// end would come too late: private houses, with an account each, stand last.
func lastHouses(houses []int64, accounts map[int64]int, part int) int {
	total, last := 0, 0
	for _, n := range accounts {
		total += n
	}
	for i, house := range slices.Backward(houses) {
		if last += accounts[house]; last > total/part {
			return len(houses) - 1 - i
		}
	}
	return 0
}

// workOff works until no unit of the run is left, whoever did the last one.
func (p *Pipeline) workOff(ctx context.Context, plan chargePlan, end monthEnd) error {
	due := len(plan.houses)
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
	err = p.awaitUnits(ctx, plan.run, due, awaited{bar: bar, own: own, left: end.left})
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if stopErr := client.Stop(stop); stopErr != nil {
		err = errors.Join(err, fmt.Errorf("stop the workers: %w", stopErr))
	}
	return err
}

// restless is how many ticks may pass without a unit done before it is asked whether any can be.
const restless = 5

// awaited is how a wait for units shows and tells what is left, and hears of those that this process has done.
type awaited struct {
	bar     Bar
	own     <-chan int
	unheard int // units that this process may still do
	left    func(units int)
}

// awaitUnits asks the database, because other processes work on the same run: every so often, and as soon as
// this process has done all that was left. Units that failed for good end it when all others are done.
func (p *Pipeline) awaitUnits(ctx context.Context, run int64, due int, w awaited) error {
	ticker := time.NewTicker(200 * time.Millisecond)
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
		w.left(state.Planned)
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
			w.left(w.unheard)
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
