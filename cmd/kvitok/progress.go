package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

// progress draws bars for a person and writes a log line a step for everybody else.
func (e *environment) progress(log *slog.Logger) pipeline.Progress {
	if e.terminal {
		return bars{e.err}
	}
	return lines{log: log, now: e.now}
}

type bars struct{ out io.Writer }

// Start draws a bar; an unknown total makes a spinner.
func (b bars) Start(stage string, total int) pipeline.Bar {
	if total == 0 {
		total = -1
	}
	return &bar{out: b.out, bar: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(b.out),
		progressbar.OptionSetDescription(padded(stage)),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetSpinnerChangeInterval(0), // a spinner turns with its items, not by itself
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░", BarStart: "", BarEnd: ""}),
	)}
}

func padded(stage string) string {
	const width = 10
	for len(stage) < width {
		stage += " "
	}
	return stage
}

type bar struct {
	out  io.Writer
	bar  *progressbar.ProgressBar
	once sync.Once
}

// Add moves the bar.
func (b *bar) Add(items int) { _ = b.bar.Add(items) } // a bar that cannot be drawn stops nothing

// Done leaves the bar as it stands and begins a new line.
func (b *bar) Done() {
	b.once.Do(func() {
		_ = b.bar.Exit() // see Add
		say(b.out, "")
	})
}

type lines struct {
	log *slog.Logger
	now func() time.Time
}

// Start begins to count.
func (l lines) Start(stage string, total int) pipeline.Bar {
	return &line{lines: l, stage: stage, total: total, began: l.now()}
}

type line struct {
	lines
	stage string
	total int
	began time.Time
	items atomic.Int64
	once  sync.Once
}

// Add counts.
func (l *line) Add(items int) { l.items.Add(int64(items)) }

// Done writes the line.
func (l *line) Done() {
	l.once.Do(func() {
		l.log.LogAttrs(context.Background(), slog.LevelInfo, "step done", slog.String("step", l.stage),
			slog.Int64("items", l.items.Load()), slog.Int("of", l.total), slog.Int64("ms", l.now().Sub(l.began).Milliseconds()))
	})
}
