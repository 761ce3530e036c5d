package schedules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/store"
)

// poll looks into one inbox. Processes take turns, so that none fetches what another one is taking.
func (s *Scheduler) poll(ctx context.Context, partner pipeline.Partner, watch *remote.Watch) error {
	return s.alone(ctx, "poll "+partner.Name, func(ctx context.Context) error {
		period := s.in.Config.OpenPeriod(s.in.Now(), s.in.Zone)
		files, err := s.in.Month.Poll(ctx, partner, watch, period)
		if len(files) > 0 && s.in.Hooks.Files != nil {
			s.in.Hooks.Files(files)
		}
		if err != nil {
			return fmt.Errorf("inbox of %s: %w", partner.Name, err)
		}
		return nil
	})
}

// deliver brings out what is queued; each file is locked while it is sent.
func (s *Scheduler) deliver(ctx context.Context) error {
	result, err := s.in.Month.Deliver(ctx)
	if s.in.Hooks.Delivered != nil {
		s.in.Hooks.Delivered(result)
	}
	return err
}

// planRun runs the months whose day has come.
func (s *Scheduler) planRun(ctx context.Context) error {
	return s.plan(ctx, "run", func(last time.Time) []Window {
		return s.in.Config.Run.Due(last, s.in.Now(), s.in.Zone)
	}, func(ctx context.Context, w Window) error {
		summary, err := s.in.Month.Run(ctx, w.Period)
		if s.in.Hooks.Run != nil {
			s.in.Hooks.Run(summary)
		}
		return err
	})
}

// planReports writes the reports of the open month and copies them to the folder of the accountant.
func (s *Scheduler) planReports(ctx context.Context) error {
	return s.plan(ctx, "reports", func(last time.Time) []Window {
		return s.in.Config.Reports.Due(last, s.in.Now(), s.in.Zone)
	}, func(ctx context.Context, _ Window) error {
		return s.copyReports(ctx, s.in.Config.OpenPeriod(s.in.Now(), s.in.Zone))
	})
}

// bySchedule stands in the journal for deliveries that nobody asked for by hand.
const bySchedule = "schedule"

// planDelivery queues the reports of a delivery whose day has come; deliver brings them out.
func (s *Scheduler) planDelivery(ctx context.Context, d DeliveryConfig) error {
	return s.plan(ctx, deliveryJob(d), func(last time.Time) []Window {
		return d.Due(last, s.in.Now(), s.in.Zone)
	}, func(ctx context.Context, w Window) error {
		_, err := s.in.Month.QueueReports(ctx, d.Of(w.Period, bySchedule))
		return err
	})
}

func deliveryJob(d DeliveryConfig) string { return "reports to " + d.Name }

// plan takes every due window and works on it, oldest first.
func (s *Scheduler) plan(ctx context.Context, job string, due func(last time.Time) []Window, work func(context.Context, Window) error) error {
	last, err := s.in.Store.LastWindow(ctx, job)
	if err != nil {
		return err
	}
	if last.IsZero() { // a new installation owes nothing of the months before it
		now := s.in.Now().UTC()
		if _, err := s.in.Store.TakeWindow(ctx, job, now, now); err != nil {
			return err
		}
		last = now
	}
	for _, w := range due(last) {
		if err := s.take(ctx, job, w, work); err != nil {
			return fmt.Errorf("window %s of %s: %w", w.At.Format(time.RFC3339), job, err)
		}
	}
	return nil
}

// take works on a window in the transaction that takes it: another process waits for the outcome, and
// a failure or a kill gives the window back.
func (s *Scheduler) take(ctx context.Context, job string, w Window, work func(context.Context, Window) error) error {
	return s.in.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		first, err := tx.TakeWindow(ctx, job, w.At, s.in.Now())
		if err != nil || !first {
			return err
		}
		s.in.Log.InfoContext(ctx, "window taken", slog.String("job", job), slog.Time("window", w.At),
			slog.String("period", w.Period.String()))
		return work(ctx, w)
	})
}

// errTurnOver rolls the transaction of alone back: its row is a lock, not a record.
var errTurnOver = errors.New("turn is over")

// alone lets one process at a time do a job: the unique row of the window, never committed, is the lock.
func (s *Scheduler) alone(ctx context.Context, job string, work func(context.Context) error) error {
	err := s.in.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.TakeWindow(ctx, job, time.Unix(0, 0).UTC(), s.in.Now()); err != nil {
			return err
		}
		if err := work(ctx); err != nil {
			return err
		}
		return errTurnOver
	})
	if errors.Is(err, errTurnOver) {
		return nil
	}
	return err
}

// copyReports writes under a temporary name and renames: nobody opens half a workbook.
func (s *Scheduler) copyReports(ctx context.Context, period housing.Period) error {
	published, err := s.in.Month.Publish(ctx, period)
	if err != nil {
		return err
	}
	target, err := folder.New(folder.Config{Dir: s.in.Config.Reports.Dir})
	if err != nil {
		return fmt.Errorf("open the folder of reports: %w", err)
	}
	for _, file := range published.Files {
		if err := copyInto(ctx, target, filepath.Join(s.in.Dir, file.Path)); err != nil {
			return err
		}
	}
	return nil
}

func copyInto(ctx context.Context, target *folder.Folder, path string) (err error) {
	name := filepath.Base(path)
	source, err := os.Open(path) //nolint:gosec // a report of ours
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	temporary := name + ".part"
	if err := target.Put(ctx, temporary, io.Reader(source)); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	if err := target.Rename(ctx, temporary, strings.TrimSuffix(temporary, ".part")); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	return nil
}
