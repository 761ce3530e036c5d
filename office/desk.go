package office

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// Order is one report of one company and month.
type Order struct {
	Company housing.Organisation
	Report  pipeline.MonthReport
	Period  housing.Period
}

// Reports is what the page asks of the rest of the program.
type Reports interface {
	// Companies are those that keep accounts; Months are those that one charged, newest first.
	Companies(ctx context.Context) ([]housing.Organisation, error)
	Months(ctx context.Context, company housing.Organisation) ([]housing.Period, error)
	// Version is the same while the data are; zero: not known.
	Version(ctx context.Context) (int64, error)
	// Build writes a report and tells how many rows are written of how many expected (0: not known).
	Build(ctx context.Context, w io.Writer, order Order, progress func(rows, expected int)) (pipeline.BuiltReport, error)
	// Journal notes who did what with a report of a company.
	Journal(ctx context.Context, company housing.Organisation, actor, action, object string, details map[string]any) error
}

// The states of a job.
const (
	waiting = "waiting"
	working = "working"
	done    = "done"
	failed  = "failed"
)

// job is an order at the desk. Whoever orders the same of the same data becomes one more owner of it.
type job struct {
	Order

	id       string
	owners   map[string]time.Time // user → when ordered
	state    string
	rows     int
	expected int
	version  int64 // of the data it is made of, 0: not known
	name     string
	path     string
	size     int64
	sha256   string
	finished time.Time
}

// desk takes orders and has a bounded number of them made at a time.
type desk struct {
	reports Reports
	dir     string // of finished reports; the desk's own
	keep    time.Duration
	workers int
	now     func() time.Time
	log     *slog.Logger
	queue   chan *job

	mutex sync.Mutex
	jobs  map[string]*job
}

// errQueueFull refuses an order for now.
var errQueueFull = errors.New("too many reports wait")

// buildLimit ends a report that takes too long.
const buildLimit = 2 * time.Hour

// place orders a report and returns its number. The same report of the same data is not made twice, and one
// that waits or is being made already is not ordered again.
func (d *desk) place(ctx context.Context, user string, order Order) (id string, err error) {
	version, err := d.reports.Version(ctx)
	if err != nil {
		return "", fmt.Errorf("order a report: %w", err)
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, j := range d.jobs {
		same := j.Company.ID == order.Company.ID && j.Report.Key == order.Report.Key && j.Period == order.Period
		if same && (j.state == waiting || (j.version == version && version != 0 && j.state != failed)) {
			j.owners[user] = d.now()
			return j.id, nil
		}
	}
	j := &job{Order: order, id: secret(), owners: map[string]time.Time{user: d.now()}, state: waiting}
	select {
	case d.queue <- j:
	default:
		return "", errQueueFull
	}
	d.jobs[j.id] = j
	return j.id, nil
}

// of returns what a user ordered and may still see, newest first.
func (d *desk) of(user User) []job {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var list []job
	for _, j := range d.jobs {
		if _, own := j.owners[user.Name]; own && user.Sees(j.Company.INN) {
			seen := *j
			seen.owners = maps.Clone(j.owners) // somebody else may order the same while the page is written
			list = append(list, seen)
		}
	}
	slices.SortFunc(list, func(a, b job) int {
		return cmp.Or(b.owners[user.Name].Compare(a.owners[user.Name]), cmp.Compare(a.id, b.id))
	})
	return list
}

// finished finds a report that a user ordered.
func (d *desk) finished(user User, id string) (job, bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	j := d.jobs[id]
	if j == nil || j.state != done || !user.Sees(j.Company.INN) {
		return job{}, false
	}
	_, own := j.owners[user.Name]
	return *j, own
}

// run makes what is ordered until the context ends. Nothing of an earlier process is left in the folder.
func (d *desk) run(ctx context.Context) error {
	if err := errors.Join(os.RemoveAll(d.dir), os.MkdirAll(d.dir, 0o700)); err != nil {
		return fmt.Errorf("make the folder of finished reports: %w", err)
	}
	var group sync.WaitGroup
	for range d.workers {
		group.Go(func() {
			for {
				select {
				case j := <-d.queue:
					d.make(ctx, j)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	sweep := time.NewTicker(time.Minute)
	defer sweep.Stop()
	for {
		select {
		case <-sweep.C:
			d.sweep(ctx)
		case <-ctx.Done():
			group.Wait()
			if err := os.RemoveAll(d.dir); err != nil {
				return fmt.Errorf("empty the folder of finished reports: %w", err)
			}
			return nil
		}
	}
}

// make builds one report. A failure is the user's to see and the administrator's to read.
func (d *desk) make(ctx context.Context, j *job) {
	version, err := d.reports.Version(ctx)
	d.change(func() { j.state, j.version = working, version })
	var built pipeline.BuiltReport
	path, digest := filepath.Join(d.dir, j.id), sha256.New()
	if err == nil {
		limited, cancel := context.WithTimeout(ctx, buildLimit)
		defer cancel()
		err = writeFile(path, digest, func(w io.Writer) (err error) {
			built, err = d.reports.Build(limited, w, j.Order, func(rows, expected int) {
				d.change(func() { j.rows, j.expected = rows, expected })
			})
			return err
		})
	}
	size := int64(0)
	if info, statErr := os.Stat(path); err == nil && statErr == nil {
		size = info.Size()
	}
	d.change(func() {
		j.finished, j.state = d.now(), done
		j.rows, j.version, j.name, j.path, j.size, j.sha256 = built.Rows, built.Version, built.Name, path, size, hex.EncodeToString(digest.Sum(nil))
		if err != nil {
			j.state = failed
		}
	})
	about := []slog.Attr{slog.String("report", j.Report.Key), slog.String("period", j.Period.String()), slog.String("order", short(j.id))}
	if err != nil {
		d.log.LogAttrs(ctx, slog.LevelError, "report failed", append(about, slog.Any("error", errors.Join(err, removeIfThere(path))))...)
		return
	}
	d.log.LogAttrs(ctx, slog.LevelInfo, "report made", append(about, slog.Int("rows", built.Rows), slog.Int64("bytes", size))...)
}

func (d *desk) change(how func()) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	how()
}

// sweep forgets what has waited long enough.
func (d *desk) sweep(ctx context.Context) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for id, j := range d.jobs {
		if j.finished.IsZero() || d.now().Sub(j.finished) < d.keep {
			continue
		}
		delete(d.jobs, id)
		if err := removeIfThere(j.path); err != nil {
			d.log.LogAttrs(ctx, slog.LevelWarn, "a finished report stays", slog.Any("error", err))
		}
	}
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a finished report: %w", err)
	}
	return nil
}

// writeFile writes a file that only its owner may read, and hashes it on the way.
func writeFile(path string, digest io.Writer, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a path of our own
	if err != nil {
		return fmt.Errorf("make a report: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffer := bufio.NewWriterSize(io.MultiWriter(file, digest), 1<<16)
	if err := write(buffer); err != nil {
		return err
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}

// short is enough of a number to find it in the log.
func short(id string) string { return id[:8] }
