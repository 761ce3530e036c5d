package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// takeAll takes files in their order, those of two lanes at once. Files of money and claims refer to accounts
// and to each other, nothing else refers to them; so once the houses and accounts are in they go beside the
// others: storing a file keeps one processor of the database busy, and one of ours. How a file ends does not
// depend on the other lane.
func (p *Pipeline) takeAll(ctx context.Context, files []fetchedFile, period housing.Period, done func(fetchedFile) error) ([]FileResult, error) {
	bar := p.Progress.Start("import", len(files))
	defer bar.Done()
	t := taker{Pipeline: p, period: period, done: done, bar: bar, ends: make([]fileEnd, len(files))}
	first, money, others := lanes(files)
	t.takeLane(ctx, files, first)
	var beside sync.WaitGroup
	beside.Go(func() { t.takeLane(ctx, files, money) })
	t.takeLane(ctx, files, others)
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

// lanes gives the places of the files that come first, one after another, and of those that may go beside each
// other then.
func lanes(files []fetchedFile) (first, money, others []int) {
	for i, f := range files {
		switch {
		case f.rank <= accountsRank:
			first = append(first, i)
		case f.ofMoney():
			money = append(money, i)
		default:
			others = append(others, i)
		}
	}
	return first, money, others
}

// ofMoney reports whether a file holds nothing but payments, balances or claims.
func (f fetchedFile) ofMoney() bool {
	single, can := f.format.(importers.Single)
	if !can || !single.Single() {
		return false
	}
	switch f.first.(type) {
	case housing.OpeningBalance, housing.Claim, housing.Payment:
		return true
	}
	return false
}

// taker takes files, several goroutines at once.
type taker struct {
	*Pipeline
	period housing.Period
	done   func(fetchedFile) error
	ends   []fileEnd // by the place of the file

	mu  sync.Mutex // of what follows
	bar Bar
}

type fileEnd struct {
	result FileResult
	in     bool // the file is in, whatever became of its original
	err    error
}

func (t *taker) takeLane(ctx context.Context, files []fetchedFile, lane []int) {
	for _, at := range lane {
		end := &t.ends[at]
		if err := t.take(ctx, files[at], end); err != nil { // one bad file never stops the others
			end.err = fmt.Errorf("take in %s: %w", files[at].Name, err)
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
