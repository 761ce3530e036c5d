package schedules_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/schedules"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// month counts what is asked of it.
type month struct {
	mutex   sync.Mutex
	runs    []string
	ran     chan struct{} // one for each run
	fail    atomic.Int32  // so many runs fail first
	polls   chan struct{}
	polling atomic.Int32
	crowded atomic.Bool // two polls of one inbox at once
	report  string      // a file that Publish gives out
}

func newMonth() *month {
	return &month{ran: make(chan struct{}, 100), polls: make(chan struct{}, 100)}
}

func (m *month) Run(_ context.Context, period housing.Period) (pipeline.Summary, error) {
	m.mutex.Lock()
	m.runs = append(m.runs, period.String())
	m.mutex.Unlock()
	m.ran <- struct{}{}
	if m.fail.Add(-1) >= 0 {
		return pipeline.Summary{}, errors.New("the printer is on fire")
	}
	return pipeline.Summary{Period: period}, nil
}

func (m *month) Poll(ctx context.Context, partner pipeline.Partner, watch *remote.Watch, _ housing.Period) ([]pipeline.FileResult, error) {
	if m.polling.Add(1) > 1 {
		m.crowded.Store(true)
	}
	defer m.polling.Add(-1)
	_, err := partner.Inbox.Ready(ctx, watch)
	m.polls <- struct{}{}
	return nil, err
}

func (m *month) Deliver(context.Context) (pipeline.DeliverResult, error) {
	return pipeline.DeliverResult{}, nil
}

func (m *month) Publish(context.Context, housing.Period) (pipeline.PublishResult, error) {
	m.ran <- struct{}{}
	return pipeline.PublishResult{Files: []pipeline.PublishedFile{{Path: m.report}}}, nil
}

func (m *month) QueueReports(_ context.Context, d pipeline.ReportDelivery) (pipeline.QueuedReports, error) {
	m.mutex.Lock()
	m.runs = append(m.runs, d.Name+" of "+d.Period.String()+" by "+d.By)
	m.mutex.Unlock()
	m.ran <- struct{}{}
	if m.fail.Add(-1) >= 0 {
		return pipeline.QueuedReports{}, errors.New("the disk is full")
	}
	return pipeline.QueuedReports{}, nil
}

// clock is set by the test.
type clock struct{ now atomic.Pointer[time.Time] }

func (c *clock) set(t time.Time) { c.now.Store(&t) }
func (c *clock) get() time.Time  { return *c.now.Load() }

func clockAt(t time.Time) *clock {
	var c clock
	c.set(t)
	return &c
}

func start(t *testing.T, s *store.Store, in schedules.Input) {
	t.Helper()
	in.Store, in.Zone, in.Tick, in.Log = s, time.UTC, 20*time.Millisecond, storetest.Logger(t)
	scheduler, err := schedules.New(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := scheduler.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	scheduler.Start()
}

// await lets the planners tick until they say so, or fails.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		case <-ticker.C:
		}
	}
}

func lastWindow(t *testing.T, s *store.Store, job string) time.Time {
	t.Helper()
	at, err := s.LastWindow(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Two serve processes on one database run each month once, and a month that was missed too.
func TestTwoSchedulersDoEachThingOnce(t *testing.T) {
	t.Parallel()
	s, m := storetest.New(t), newMonth()
	now := clockAt(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
	in := schedules.Input{
		Config: schedules.Config{Run: schedules.RunConfig{Day: 1, Time: schedules.Clock{Hour: 4}}}, Month: m, Now: now.get,
	}
	start(t, s, in)
	start(t, s, in)
	await(t, "the first look at the calendar", func() bool { return !lastWindow(t, s, "run").IsZero() })
	if len(m.ran) != 0 {
		t.Fatal("a new installation ran a month that it owes nobody")
	}
	now.set(time.Date(2026, 12, 1, 4, 0, 30, 0, time.UTC)) // November's window was missed
	await(t, "two runs", func() bool { return len(m.ran) >= 2 })
	await(t, "the last window to be taken", func() bool { return lastWindow(t, s, "run").Month() == time.December })
	now.set(now.get().Add(time.Hour))
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.runs) != 2 || m.runs[0] != "2026-10" || m.runs[1] != "2026-11" {
		t.Errorf("runs %v, want 2026-10 and 2026-11 once each", m.runs)
	}
}

// A run that failed gives its window back; it is tried again, but not at every tick.
func TestFailedRunIsTriedAgain(t *testing.T) {
	t.Parallel()
	s, m := storetest.New(t), newMonth()
	m.fail.Store(1)
	now := clockAt(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
	failed := make(chan string, 10)
	start(t, s, schedules.Input{
		Config: schedules.Config{Run: schedules.RunConfig{Day: 1, Time: schedules.Clock{Hour: 4}}}, Month: m, Now: now.get,
		Hooks: schedules.Hooks{Failed: func(job string) { failed <- job }},
	})
	await(t, "the first look at the calendar", func() bool { return !lastWindow(t, s, "run").IsZero() })
	now.set(time.Date(2026, 11, 1, 4, 0, 30, 0, time.UTC))
	if job := <-failed; job != "run" {
		t.Errorf("job %q failed, want run", job)
	}
	if at := lastWindow(t, s, "run"); at.Month() != time.October {
		t.Errorf("the failed window stands as taken: %s", at)
	}
	if n := len(m.ran); n != 1 {
		t.Errorf("%d tries within the pause, want 1", n)
	}
	now.set(now.get().Add(2 * time.Minute))
	await(t, "the window to be taken", func() bool { return lastWindow(t, s, "run").Month() == time.November })
	if n := len(m.ran); n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
}

func TestPollsOfOneInboxTakeTurns(t *testing.T) {
	t.Parallel()
	s, m := storetest.New(t), newMonth()
	now := clockAt(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
	driver, err := folder.New(folder.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	place, err := remote.New(remote.Settings{Name: "office inbox", Driver: driver, Now: now.get, Log: storetest.Logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	in := schedules.Input{
		Config: schedules.Config{Poll: schedules.PollConfig{Every: time.Second}}, Month: m, Now: now.get,
		Partners: []pipeline.Partner{{Name: "office", Inbox: place}},
	}
	start(t, s, in)
	start(t, s, in)
	await(t, "polls", func() bool { return len(m.polls) >= 4 })
	if m.crowded.Load() {
		t.Error("two processes looked into one inbox at once")
	}
	if at := lastWindow(t, s, "poll office"); !at.IsZero() {
		t.Errorf("polls leave rows behind: %s", at)
	}
}

func TestReportsIntoFolder(t *testing.T) {
	t.Parallel()
	s, m := storetest.New(t), newMonth()
	data, target := t.TempDir(), t.TempDir()
	m.report = "balance.xlsx"
	if err := os.WriteFile(filepath.Join(data, m.report), []byte("rows"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := clockAt(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
	start(t, s, schedules.Input{
		Config: schedules.Config{Reports: schedules.DailyConfig{Time: schedules.Clock{Hour: 7}, Dir: target}}, Month: m,
		Dir: data, Now: now.get,
	})
	await(t, "the first look at the calendar", func() bool { return !lastWindow(t, s, "reports").IsZero() })
	now.set(time.Date(2026, 10, 21, 7, 0, 1, 0, time.UTC))
	await(t, "the window to be taken", func() bool { return lastWindow(t, s, "reports").Day() == 21 })
	got, err := os.ReadFile(filepath.Join(target, m.report)) //nolint:gosec // a folder of the test
	if err != nil || string(got) != "rows" {
		t.Errorf("report %q, %v", got, err)
	}
	if n := len(m.ran); n != 1 {
		t.Errorf("written %d times, want once", n)
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := schedules.New(t.Context(), schedules.Input{}); err == nil {
		t.Error("no error")
	}
}

// A delivery goes out once for each of its days, by whichever process; one that failed is tried again, one
// that was missed is made up for.
func TestDeliveriesOfReports(t *testing.T) {
	t.Parallel()
	s, m := storetest.New(t), newMonth()
	m.fail.Store(1)
	now := clockAt(time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC))
	in := schedules.Input{
		Config: schedules.Config{Deliveries: []schedules.DeliveryConfig{
			{Name: "head", To: "office", Day: 3, Time: schedules.Clock{Hour: 7}},
			{Name: "daily", To: "office", Month: schedules.MonthCurrent, Time: schedules.Clock{Hour: 8}},
		}}, Month: m, Now: now.get,
	}
	start(t, s, in)
	start(t, s, in)
	await(t, "the first look at the calendar", func() bool {
		return !lastWindow(t, s, "reports to head").IsZero() && !lastWindow(t, s, "reports to daily").IsZero()
	})
	now.set(time.Date(2026, 11, 3, 7, 30, 0, 0, time.UTC))
	await(t, "what is due before eight, the missed day too", func() bool { return len(m.ran) >= 2 })
	now.set(now.get().Add(2 * time.Minute))
	await(t, "the failure to be made up for", func() bool {
		return lastWindow(t, s, "reports to head").Day() == 3 && lastWindow(t, s, "reports to daily").Day() == 2
	})
	now.set(now.get().Add(time.Hour))
	await(t, "the day's own", func() bool { return lastWindow(t, s, "reports to daily").Day() == 3 })
	m.mutex.Lock()
	defer m.mutex.Unlock()
	count := map[string]int{}
	for _, run := range m.runs {
		count[run]++
	}
	head, daily := count["head of 2026-10 by schedule"], count["daily of 2026-11 by schedule"]
	if head+daily != 4 || head < 1 || daily < 2 || len(count) != 2 {
		t.Errorf("deliveries %v, want head once, daily twice, one of them once more", m.runs)
	}
}
