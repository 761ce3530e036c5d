package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// takeAll takes files in their order, those of two lanes at once: storing a file keeps one processor of the
// database busy, and a part of one of ours. A third lane would take its time from the meters, which take longest.
// How a file ends does not depend on the other lanes.
func (p *Pipeline) takeAll(ctx context.Context, files []fetchedFile, period housing.Period, done func(fetchedFile) error) ([]FileResult, error) {
	bar := p.Progress.Start("import", len(files))
	defer bar.Done()
	t := taker{Pipeline: p, period: period, done: done, bar: bar, files: files, ends: make([]fileEnd, len(files))}
	l := lanesOf(files)
	accountsIn := make(chan struct{})
	for _, at := range l.claims {
		files[at].accountsIn = accountsIn
	}
	var beside sync.WaitGroup
	beside.Go(func() {
		t.takeLane(ctx, l.claims)
		<-accountsIn
		t.takeLane(ctx, l.money)
	})
	t.takeLane(ctx, l.first)
	close(accountsIn)
	t.takeLane(ctx, l.others)
	beside.Wait()
	var results []FileResult
	failures := make([]error, 0, len(t.ends))
	for _, end := range t.ends {
		if end.in {
			results = append(results, end.result)
		}
		failures = append(failures, end.err)
	}
	return results, errors.Join(failures...)
}

// lanes are the places of files by what they refer to; those of a lane are taken one after another.
type lanes struct {
	first  []int // houses and accounts: the others refer to them
	claims []int // refer to nothing; accounts are only looked for where a number is spoilt, so they begin at once
	money  []int // refer to accounts, and to each other
	others []int // whatever else comes, meters and readings among it
}

func lanesOf(files []fetchedFile) (l lanes) {
	alone := slices.ContainsFunc(files, func(f fetchedFile) bool { return isPayment(f.first) && !f.single() })
	for i, f := range files {
		lane := &l.others
		switch {
		case f.rank <= accountsRank:
			lane = &l.first
		case !f.single(), alone && isPayment(f.first): // payments are told from equal ones of other files in their order
		case isClaim(f.first):
			lane = &l.claims
		case isPayment(f.first), isBalance(f.first):
			lane = &l.money
		}
		*lane = append(*lane, i)
	}
	return l
}

// single reports whether the first row of a file tells what it refers to.
func (f fetchedFile) single() bool {
	format, can := f.format.(importers.Single)
	return can && format.Single()
}

func isClaim(f importers.Fact) bool   { _, is := f.(housing.Claim); return is }
func isPayment(f importers.Fact) bool { _, is := f.(housing.Payment); return is }
func isBalance(f importers.Fact) bool { _, is := f.(housing.OpeningBalance); return is }

// taker takes files, several goroutines at once.
type taker struct {
	*Pipeline
	period housing.Period
	done   func(fetchedFile) error
	files  []fetchedFile
	ends   []fileEnd // by the place of the file

	mu  sync.Mutex // of what follows
	bar Bar
}

type fileEnd struct {
	result FileResult
	in     bool // the file is in, whatever became of its original
	err    error
}

func (t *taker) takeLane(ctx context.Context, lane []int) {
	for _, at := range lane {
		end := &t.ends[at]
		if err := t.take(ctx, t.files[at], end); err != nil { // one bad file never stops the others
			end.err = fmt.Errorf("take in %s: %w", t.files[at].Name, err)
		}
	}
}

func (t *taker) take(ctx context.Context, f fetchedFile, end *fileEnd) (err error) {
	t.step()
	end.result, err = t.ingest(ctx, f, t.period)
	if errors.Is(err, errAwaitsPack) {
		t.Log.LogAttrs(ctx, slog.LevelInfo, "payments wait for their pack in the inbox", slog.String("file", f.Name), slog.String("partner", f.Partner))
		return nil
	}
	if err != nil {
		return err
	}
	end.in = true
	if end.result.Counts.Accepted >= manyRows {
		err = t.Store.AnalyzeFacts(ctx, tablesOf(f)...)
	}
	t.mu.Lock() // a place serves one at a time
	defer t.mu.Unlock()
	return errors.Join(err, t.done(f))
}

func (t *taker) step() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bar.Add(1)
}
