package schedules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/store"
)

// Month is the work that is poked; *pipeline.Pipeline does it.
type Month interface {
	Run(ctx context.Context, period housing.Period) (pipeline.Summary, error)
	Poll(ctx context.Context, partner pipeline.Partner, watch *remote.Watch, period housing.Period) ([]pipeline.FileResult, error)
	Deliver(ctx context.Context) (pipeline.DeliverResult, error)
	Publish(ctx context.Context, period housing.Period) (pipeline.PublishResult, error)
	QueueReports(ctx context.Context, d pipeline.ReportDelivery) (pipeline.QueuedReports, error)
}

// Hooks let the caller keep metrics. Each may be nil.
type Hooks struct {
	Files     func([]pipeline.FileResult)
	Run       func(pipeline.Summary)
	Delivered func(pipeline.DeliverResult)
	Failed    func(job string)
}

// Input is what a scheduler needs.
type Input struct {
	Config   Config
	Month    Month
	Store    *store.Store
	Partners []pipeline.Partner
	Letters  func(context.Context) error // sends what is due and reads what came back; nil: no letters
	Dir      string                      // data folder, where the reports are
	Zone     *time.Location
	Tick     time.Duration // how often planners are poked; zero: 20 seconds
	Now      func() time.Time
	Log      *slog.Logger
	Hooks    Hooks
}

// Validate reports everything that is missing.
func (in Input) Validate() error {
	errs := []error{in.Config.Validate()}
	need := func(missing bool, what string) {
		if missing {
			errs = append(errs, errors.New(what))
		}
	}
	need(in.Month == nil, "the work is not set")
	need(in.Store == nil, "the store is not set")
	need(in.Zone == nil, "the zone is not set")
	need(in.Now == nil, "the clock is not set")
	need(in.Log == nil, "the logger is not set")
	return errors.Join(errs...)
}

// Scheduler pokes planners until it is stopped.
type Scheduler struct {
	in    Input
	cron  gocron.Scheduler
	work  context.Context //nolint:containedctx // of all jobs; it ends when Stop gives up waiting
	abort context.CancelFunc
	stop  sync.Once
	over  error

	mutex sync.Mutex
	pause map[string]backoff // by job
}

// backoff keeps a failing job from being tried at every tick.
type backoff struct {
	failures int
	until    time.Time
}

// New makes the jobs of the configuration. The context carries values only: Stop ends the jobs.
func New(ctx context.Context, in Input) (*Scheduler, error) {
	if err := in.Validate(); err != nil {
		return nil, fmt.Errorf("set up the schedules: %w", err)
	}
	if in.Tick == 0 {
		in.Tick = 20 * time.Second
	}
	cron, err := gocron.NewScheduler(gocron.WithLocation(in.Zone), gocron.WithStopTimeout(stopLimit))
	if err != nil {
		return nil, fmt.Errorf("set up the schedules: %w", err)
	}
	s := &Scheduler{in: in, cron: cron, pause: map[string]backoff{}}
	s.work, s.abort = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.addJobs(); err != nil {
		return nil, errors.Join(err, cron.Shutdown())
	}
	return s, nil
}

// stopLimit bounds how long gocron waits for jobs; Stop's own context is usually shorter.
const stopLimit = 10 * time.Minute

func (s *Scheduler) addJobs() error {
	var errs []error
	add := func(name string, every time.Duration, job func(ctx context.Context) error) {
		_, err := s.cron.NewJob(gocron.DurationJob(every), gocron.NewTask(func() { s.tick(name, job) }),
			gocron.WithName(name),
			// a tick that finds its job at work is dropped: the next one sees what is due
			gocron.WithSingletonMode(gocron.LimitModeReschedule),
			gocron.WithStartAt(gocron.WithStartImmediately()))
		if err != nil {
			errs = append(errs, fmt.Errorf("schedule %s: %w", name, err))
		}
	}
	for _, partner := range s.in.Partners {
		if partner.Inbox != nil {
			watch := &remote.Watch{}
			add("poll "+partner.Name, s.in.Config.every(), func(ctx context.Context) error { return s.poll(ctx, partner, watch) })
		}
	}
	add("deliver", s.in.Config.every(), s.deliver)
	if s.in.Letters != nil {
		add("letters", s.in.Tick, s.in.Letters)
	}
	if s.in.Config.Run.Day > 0 {
		add("run", s.in.Tick, s.planRun)
	}
	if s.in.Config.Reports.Dir != "" {
		add("reports", s.in.Tick, s.planReports)
	}
	for _, d := range s.in.Config.Deliveries {
		add(deliveryJob(d), s.in.Tick, func(ctx context.Context) error { return s.planDelivery(ctx, d) })
	}
	return errors.Join(errs...)
}

// Start begins to tick.
func (s *Scheduler) Start() { s.cron.Start() }

// Stop lets no new job begin and waits for those at work until the context ends, then cuts them off:
// what they had not committed is due again. Calling it again is harmless.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.stop.Do(func() {
		cut := context.AfterFunc(ctx, s.abort)
		defer cut()
		defer s.abort()
		if err := s.cron.Shutdown(); err != nil {
			s.over = fmt.Errorf("stop the schedules: %w", err)
		}
	})
	return s.over
}

// tick runs one job unless it failed a moment ago.
func (s *Scheduler) tick(name string, job func(ctx context.Context) error) {
	s.mutex.Lock()
	waiting := s.in.Now().Before(s.pause[name].until)
	s.mutex.Unlock()
	if waiting {
		return
	}
	err := job(s.work)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if err == nil {
		delete(s.pause, name)
		return
	}
	b := s.pause[name]
	b.failures++
	b.until = s.in.Now().Add(min(time.Minute<<min(b.failures-1, 6), time.Hour))
	s.pause[name] = b
	s.in.Log.ErrorContext(s.work, "job failed", slog.String("job", name), slog.Int("failures", b.failures),
		slog.Time("again_at", b.until), slog.Any("error", err))
	if s.in.Hooks.Failed != nil {
		s.in.Hooks.Failed(name)
	}
}
