package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/stream"
)

// Run does the whole month in order: take in files, then readings of the stream (their meters are
// known by then), match, correct closed months, charge, ledger, gate, issue, publish, deliver. Run again, it finds nothing to do.
func (p *Pipeline) Run(ctx context.Context, period housing.Period) (Summary, error) {
	s := Summary{Period: period}
	steps := []struct {
		name string
		do   func(context.Context, housing.Period, *Summary) (items int, err error)
	}{
		{"ingest", p.ingestStep},
		{"readings", p.readingsStep},
		{"match", p.matchStep},
		{"correct", p.correctStep},
		{"charge", p.chargeStep},
		{"ledger", p.ledgerStep},
		{"gate", p.gateStep},
		{"issue", p.issueStep},
		{"publish", p.publishStep},
		{"deliver", p.deliverStep},
		{"letters", p.lettersStep},
	}
	if err := p.Store.EnsureMonth(ctx, period); err != nil {
		return s, fmt.Errorf("prepare %s: %w", period, err)
	}
	closed, err := p.closedMonth(ctx, period)
	if err != nil {
		return s, err
	}
	for _, step := range steps {
		if closed && !slices.Contains([]string{"ingest", "readings", "match", "publish", "deliver", "letters"}, step.name) {
			continue // what arrives belongs to the open month
		}
		began := p.Now()
		items, err := step.do(ctx, period, &s)
		s.Stages = append(s.Stages, Stage{Name: step.name, Items: items, Took: p.Now().Sub(began)})
		if err != nil {
			return s, errors.Join(fmt.Errorf("%s: %w", step.name, err), p.serveTheOthers(ctx, step.name, &s))
		}
		p.Log.LogAttrs(ctx, slog.LevelInfo, "stage done", slog.String("stage", step.name), slog.String("period", period.String()),
			slog.Int("items", items), slog.Int64("ms", p.Now().Sub(began).Milliseconds()))
	}
	return s, nil
}

// serveTheOthers brings the answers to what has come in, where a partner could not be reached: without his files the month is not charged,
// but nobody else waits for his.
func (p *Pipeline) serveTheOthers(ctx context.Context, failed string, s *Summary) error {
	if failed != "ingest" || ctx.Err() != nil {
		return nil //nolint:nilerr // the ended context is why the step failed: its error is told already
	}
	_, err := p.deliverStep(ctx, s.Period, s)
	return err
}

// closedMonth reports whether a month is closed, and says so in the log.
func (p *Pipeline) closedMonth(ctx context.Context, period housing.Period) (bool, error) {
	err := p.requireOpen(ctx, period)
	if errors.Is(err, ErrClosed) {
		p.Log.LogAttrs(ctx, slog.LevelWarn, "the month is closed: nothing is charged or issued", slog.String("period", period.String()))
		return true, nil
	}
	return false, err
}

// Summary tells what a month's run did.
type Summary struct {
	Period  housing.Period `json:"period"`
	Stages  []Stage        `json:"stages"`
	Files   []FileResult   `json:"files"`
	Stream  stream.Stats   `json:"stream"`
	Match   MatchResult    `json:"match"`
	Correct CorrectResult  `json:"correct"`
	Charge  ChargeResult   `json:"charge"`
	Ledger  LedgerResult   `json:"ledger"`
	Gate    GateResult     `json:"gate"`
	Issue   IssueResult    `json:"issue"`
	Publish PublishResult  `json:"publish"`
	Deliver DeliverResult  `json:"deliver"`
	Letters int            `json:"letters,omitzero"` // queued
}

// Stage is one step with its duration.
type Stage struct {
	Name  string        `json:"name"`
	Items int           `json:"items"`
	Took  time.Duration `json:"took"`
}

// Changed reports whether the run changed anything that somebody outside could see.
func (s Summary) Changed() bool {
	for _, f := range s.Files {
		if f.Status != housing.FileRepeated {
			return true
		}
	}
	return s.Stream.Accepted > 0 || s.Match.Decided > 0 || len(s.Correct.Lines) > 0 || s.Charge.Changed > 0 || s.Ledger.Changed > 0 ||
		s.Gate.Changed > 0 || s.Issue.Changed > 0 || s.Publish.Changed > 0 || s.Deliver.Delivered > 0 || s.Letters > 0
}

// NeedsAttention reports whether rows were rejected, or accounts or documents held: exit code 3 of a command.
func (s Summary) NeedsAttention() bool {
	for _, f := range s.Files {
		if f.Status == housing.FileRefused || f.Status == housing.FilePartly {
			return true
		}
	}
	return s.Stream.Dead > 0 || len(s.Correct.Failed) > 0 || s.Charge.Totals.Held > 0 || s.Gate.Holding() || len(s.Issue.Held) > 0
}
