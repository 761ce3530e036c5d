package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// monthly is a pipeline whose stream gives all messages of the town every time.
func (w *world) monthly(t *testing.T) *pipeline.Pipeline {
	t.Helper()
	messages := w.messages(t)
	var p *pipeline.Pipeline
	p = w.with(t, func(c *pipeline.Config) {
		c.Readings = func(ctx context.Context) (stream.Stats, error) {
			verdicts, err := p.StreamHandler().Handle(ctx, messages)
			stats := stream.Stats{Messages: int64(len(verdicts))}
			for _, v := range verdicts {
				switch v.Outcome {
				case stream.Accepted:
					stats.Accepted++
				case stream.Unchanged:
					stats.Unchanged++
				case stream.Dead:
					stats.Dead++
				}
			}
			return stats, err
		}
	})
	return p
}

// tree is every file of a folder with its contents.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // a folder of the test
		files[strings.TrimPrefix(path, root)] = string(content)
		return err //nolint:wrapcheck // the test says what failed
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A month that is run again changes nothing: neither facts nor kopecks, nor a byte of what was given out.
func TestMonthTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 120)
	p := w.monthly(t)
	w.fill(t)
	first, err := p.Run(t.Context(), w.period)
	if err != nil {
		t.Fatal(err)
	}
	if !first.Changed() || !first.NeedsAttention() || len(first.Files) != len(w.town.Files()) || len(first.Stages) != 11 {
		t.Errorf("first run: changed %t, attention %t, %d files", first.Changed(), first.NeedsAttention(), len(first.Files))
	}
	for i, row := range pipeline.StageRows(&first) {
		if row.Title == "" {
			t.Errorf("the protocol has no title for the stage %s", first.Stages[i].Name)
		}
	}
	expected := w.town.Expected()
	if first.Stream.Accepted != int64(expected.Messages.Accepted) || first.Stream.Dead != int64(expected.Messages.Dead) {
		t.Errorf("stream %+v, want %+v", first.Stream, expected.Messages)
	}
	facts, totals := w.facts(t), w.totals(t)
	given := map[string]map[string]string{"reports": tree(t, w.file("reports")), "receipts": tree(t, w.file("receipts"))}
	outbox := map[string][]string{}
	for name, place := range w.outbox {
		outbox[name] = place.Names()
	}
	w.fill(t)
	for range 2 {
		again, err := p.Run(t.Context(), w.period)
		if err != nil {
			t.Fatal(err)
		}
		if again.Changed() {
			t.Errorf("second run changed something: match %+v charge %+v ledger %+v issue %d publish %+v deliver %+v", again.Match,
				again.Charge, again.Ledger, again.Issue.Changed, again.Publish, again.Deliver)
		}
	}
	if diff := cmp.Diff(facts, w.facts(t)); diff != "" {
		t.Errorf("facts (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(totals, w.totals(t)); diff != "" {
		t.Errorf("totals (-first +second):\n%s", diff)
	}
	for folder, before := range given {
		sameFiles(t, before, tree(t, w.file(folder)))
	}
	w.sameOutboxes(t, outbox)
	if !slices.ContainsFunc(outbox[town.Bank], func(name string) bool { return !strings.Contains(name, ".protocol.") }) {
		t.Errorf("the bank got no debt registry: %v", outbox[town.Bank])
	}
}

// sameOutboxes compares what the partners hold with what they held.
func (w *world) sameOutboxes(t *testing.T, before map[string][]string) {
	t.Helper()
	for name, place := range w.outbox {
		if diff := cmp.Diff(before[name], place.Names()); diff != "" {
			t.Errorf("outbox of %s (-first +second):\n%s", name, diff)
		}
	}
}

func sameFiles(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name := range after {
		if before[name] != after[name] {
			t.Errorf("%s changed", name)
		}
	}
	if len(before) != len(after) || len(before) == 0 {
		t.Errorf("%d files, then %d", len(before), len(after))
	}
}

// Reports keep their bytes as long as their data stay; a payment changes those that show it.
func TestPublish(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	publish := func() (pipeline.PublishResult, map[string]string) {
		result, err := w.Publish(t.Context(), w.period)
		if err != nil {
			t.Fatal(err)
		}
		return result, tree(t, w.file("reports"))
	}
	first, files := publish()
	const all = 18
	if first.Changed != all || len(first.Files) != all || len(files) != all {
		t.Errorf("published %+v, files %d", first, len(files))
	}
	second, same := publish()
	if second.Changed != 0 || !cmp.Equal(files, same) {
		t.Errorf("published again: %+v", second)
	}
	w.pay(t, 1, "10.01")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	third, after := publish()
	unpaid := regexp.MustCompile("Ведомость начислений|Ведомость льгот|Ведомость перерасчётов|Показания ИПУ|Напомнить|Баланс домов 2026|Реестр квитанций|Невыясненные|Сверка с ГИС")
	for _, f := range third.Files {
		want := !unpaid.MatchString(f.Path)
		if f.Changed != want {
			t.Errorf("%s changed: %t, want %t", f.Path, f.Changed, want)
		}
	}
	if cmp.Equal(after, files) {
		t.Error("the files did not change")
	}
	if n := one[int](t, w.store, "SELECT count(*)::int FROM outgoing WHERE destination = 'bank' AND name NOT LIKE '%protocol%'"); n != 2 {
		t.Errorf("%d debt registries are queued, want one for each content", n)
	}
}
