package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// benchResult is a bench as programs read it.
type benchResult struct {
	Accounts int           `json:"accounts"`
	Lines    float64       `json:"lines_per_account,omitzero"` // that the month has stored
	Machine  string        `json:"machine"`
	Stages   []benchStage  `json:"stages"`
	Limits   []benchStage  `json:"limits"` // the same work at its plainest, measured in the same run
	Seconds  float64       `json:"seconds"`
	Took     time.Duration `json:"-"`
	meter    cpuMeter
}

// benchStage is one line: so many items in so many seconds.
type benchStage struct {
	Name    string  `json:"name"`
	Unit    string  `json:"unit"`
	Items   int     `json:"items"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`    // of this process
	Server  float64 `json:"server_seconds"` // of PostgreSQL's processor, where it runs on this machine
	PeakMB  int     `json:"peak_mb"`
	Limit   float64 `json:"plain_limit,omitzero"` // items a second, of another machine
}

func (s benchStage) rate() float64 {
	if s.Seconds == 0 {
		return 0
	}
	return float64(s.Items) / s.Seconds
}

// benchFlags are those of kvitok bench.
type benchFlags struct {
	accounts, payments, debtors, rows int
	keep, noMonth, files, asDemo      bool
	until                             string
}

func (e *environment) benchCommand() *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use: "bench", Short: "The month on generated data, a figure per stage, the plain limit beside it",
		Long: "Makes a town, takes it through its month stage by stage in a new folder below --dir, and measures. --payments and --debtors\n" +
			"draw up made ledgers besides, each in a database of its own: so many payments over --accounts accounts, and so many debtors of\n" +
			"36 months each. Accounts have twelve lines on average, those of the demo ten. Memory is the peak of this process while the stage ran; PostgreSQL's own is not in it.",
		Args: cobra.NoArgs,
	}
	c.Flags().IntVar(&f.accounts, "accounts", 10_000, "size of the town")
	c.Flags().IntVar(&f.payments, "payments", 0, "also distribute and post so many payments")
	c.Flags().IntVar(&f.debtors, "debtors", 0, "also charge penalties of so many debtors")
	c.Flags().BoolVar(&f.asDemo, "as-demo", false, "take the town of the demo: ten lines an account instead of twelve")
	c.Flags().BoolVar(&f.noMonth, "no-month", false, "leave the month of the town out")
	c.Flags().BoolVar(&f.files, "files", false, "measure the import alone, file by file")
	c.Flags().StringVar(&f.until, "until", "", "end the month after this stage, import say")
	c.Flags().IntVar(&f.rows, "rows", 0, "with --files: a registry of payments and a file of readings of so many rows beside the town's")
	c.Flags().BoolVar(&f.keep, "keep", false, "leave the folder behind")
	c.AddCommand(e.benchParseCommand(), e.benchImportCommand(), e.benchMatchCommand())
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		t, err := town.New(town.Config{Accounts: f.accounts, Seed: townSeed, ManyLines: !f.asDemo})
		if err != nil || f.payments < 0 || f.debtors < 0 {
			return &usageError{errors.Join(err, errors.New("--payments and --debtors are 0 or more")).Error()}
		}
		result := benchResult{Accounts: f.accounts, Machine: machine()}
		if !f.noMonth {
			if err := e.benchIn(ctx, t, f.keep, func(ctx context.Context, e *environment, s *site) error {
				if f.files {
					return e.benchFiles(ctx, s, f.rows, &result)
				}
				return e.bench(ctx, s, f.until, &result)
			}); err != nil {
				return err
			}
		}
		for _, b := range []ledgerBench{paymentsBench(f.accounts, f.payments), penaltiesBench(f.debtors)} {
			if b.items == 0 {
				continue
			}
			err := e.benchIn(ctx, t, f.keep, func(ctx context.Context, e *environment, s *site) error { return e.benchLedger(ctx, s, b, &result) })
			if err != nil {
				return err
			}
		}
		return e.print(result, func(w io.Writer) { writeBench(w, result) })
	})
	return c
}

// benchIn opens the program in a new folder.
func (e *environment) benchIn(ctx context.Context, t *town.Town, keep bool, do func(context.Context, *environment, *site) error) (err error) {
	if err := os.MkdirAll(e.dir, 0o755); err != nil { //nolint:gosec // see openStore
		return fmt.Errorf("make the data folder: %w", err)
	}
	inside := *e
	if inside.dir, err = os.MkdirTemp(e.dir, "bench-"); err != nil {
		return fmt.Errorf("make the folder of the bench: %w", err)
	}
	if err := os.Chmod(inside.dir, 0o755); err != nil { //nolint:gosec // see openStore
		return fmt.Errorf("make the folder of the bench: %w", err)
	}
	if !keep {
		defer func() { _ = os.RemoveAll(inside.dir) }() // what is left is below the folder that was named
	}
	return inside.withSite(ctx, t, e.logger(), func(ctx context.Context, s *site) error { return do(ctx, &inside, s) })
}

// bench measures the stages in their order; all of them where the last one is not named.
func (e *environment) bench(ctx context.Context, s *site, until string, result *benchResult) error {
	if err := s.offer(ctx); err != nil {
		return err
	}
	if err := s.app.store.EnsureMonth(ctx, s.town.Period()); err != nil {
		return err
	}
	result.meter = newCPUMeter(ctx, s.app.store)
	var charged pipeline.ChargeResult
	stages := s.stages(ctx, &charged)
	if until != "" && !slices.ContainsFunc(stages, func(stage stage) bool { return stage.name == until }) {
		return &usageError{"there is no stage " + until}
	}
	for _, stage := range stages {
		measured, err := e.measure(result.meter, stage.name, stage.unit, stage.do)
		if err != nil {
			return fmt.Errorf("%s: %w", stage.name, err)
		}
		result.Stages = append(result.Stages, measured)
		result.Seconds += measured.Seconds
		if stage.name == "charge" { // the same seconds, seen as lines
			if n := charged.Totals.Accounts; n > 0 {
				result.Lines = float64(charged.Totals.Lines) / float64(n)
			}
			measured.Name, measured.Unit, measured.Items = "", "lines", charged.Totals.Lines
			measured.Limit = plainLimit("", "lines")
			result.Stages = append(result.Stages, measured)
		}
		if stage.name == until {
			return nil
		}
	}
	return e.benchLimits(ctx, s, charged.Totals.Lines, result)
}

// stage is one of a month; do returns how many items it has worked off.
type stage struct {
	name, unit string
	do         func() (items int, err error)
}

// stages are those of a month in their order; charged tells afterwards what was charged.
func (s *site) stages(ctx context.Context, charged *pipeline.ChargeResult) []stage {
	p, period := s.app.pipeline, s.town.Period()
	return []stage{
		{"import", "rows", func() (int, error) { return s.receiveAll(ctx) }},
		{"readings", "messages", func() (int, error) {
			stats, err := s.app.drainStream(ctx)
			return int(stats.Messages), err
		}},
		{"match", "claims", func() (int, error) {
			r, err := p.Match(ctx)
			return r.Decided, err
		}},
		{"charge", "accounts", func() (n int, err error) {
			*charged, err = p.Charge(ctx, period)
			return charged.Totals.Accounts, err
		}},
		{"ledger", "balances", func() (int, error) {
			r, err := p.Ledger(ctx, period)
			return int(r.Changed), err
		}},
		{"receipts", "pages", func() (int, error) {
			r, err := p.Issue(ctx, period)
			return r.Pages, err
		}},
		{"reports", "rows", func() (rows int, err error) {
			r, err := p.Publish(ctx, period)
			for _, f := range r.Files {
				rows += f.Rows
			}
			return rows, err
		}},
	}
}

func (s *site) receiveAll(ctx context.Context) (rows int, err error) {
	files, err := s.app.pipeline.ReceiveAll(ctx, s.town.Period())
	for _, f := range files {
		rows += f.Counts.Rows
	}
	return rows, err
}

func (e *environment) measure(meter cpuMeter, name, unit string, do func() (int, error)) (benchStage, error) {
	resetPeak()
	own, server := meter.seconds()
	began := e.now()
	items, err := do()
	took := e.now().Sub(began).Seconds()
	ownAfter, serverAfter := meter.seconds()
	return benchStage{
		Name: name, Unit: unit, Items: items, Seconds: took, PeakMB: peakMB(), CPU: ownAfter - own, Server: serverAfter - server,
		Limit: plainLimit(name, unit),
	}, err
}

// writeBench prints the table that README shows.
func writeBench(w io.Writer, r benchResult) {
	lines := ""
	if r.Lines > 0 {
		lines = fmt.Sprintf(" of %.2f lines on average", r.Lines)
	}
	say(w, "%d accounts%s, %s, kvitok %s", r.Accounts, lines, r.Machine, version)
	say(w, "")
	say(w, "| stage | items | | seconds | items/s | plain limit | × | CPU s kvitok | CPU s PostgreSQL | peak MB |")
	say(w, "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|")
	for _, s := range r.Stages {
		seconds := fmt.Sprintf("%.2f", s.Seconds)
		if s.Name == "" {
			seconds = ""
		}
		limit, ratio := "", ""
		if s.Limit > 0 && s.rate() > 0 {
			limit, ratio = fmt.Sprintf("%.0f", s.Limit), fmt.Sprintf("%.1f", s.Limit/s.rate())
		}
		say(w, "| %s | %d | %s | %s | %.0f | %s | %s | %.2f | %.2f | %d |", s.Name, s.Items, s.Unit, seconds, s.rate(), limit, ratio, s.CPU, s.Server, s.PeakMB)
	}
	say(w, "| all stages | | | %.2f | | | | | | |", r.Seconds)
	say(w, "")
	say(w, "| plain limit, same run | items | | seconds | items/s | CPU s kvitok | CPU s PostgreSQL | peak MB |")
	say(w, "|---|--:|---|--:|--:|--:|--:|--:|")
	for _, s := range r.Limits {
		say(w, "| %s | %d | %s | %.2f | %.0f | %.2f | %.2f | %d |", s.Name, s.Items, s.Unit, s.Seconds, s.rate(), s.CPU, s.Server, s.PeakMB)
	}
	say(w, "")
	say(w, "plain limit: the least that such work costs, items/s on two cores of another machine; × how many times longer the stage takes")
	say(w, "peak MB is of this process; PostgreSQL's own memory is not in it")
}

// machine names the hardware, as far as the system tells.
func machine() string {
	model := runtime.GOARCH
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s", runtime.NumCPU(), model, runtime.Version())
}

// resetPeak makes the kernel count the peak anew, without what the stage before has left; where it cannot, peaks only grow.
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) // not every kernel lets us
}

// peakMB is the largest resident memory since resetPeak, 0 where the system does not tell.
func peakMB() int {
	status, err := os.ReadFile(filepath.Join("/proc/self", "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes / 1024
		}
	}
	return 0
}
