package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) runCommand() *cobra.Command {
	var closing bool
	c := &cobra.Command{
		Use: "run", Short: "The whole month in order: take in, match, charge, ledger, issue, report, deliver; --close closes it",
	}
	c.Flags().BoolVar(&closing, "close", false, "close the month afterwards, if every check is passed")
	return e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		if a.config.Stream != nil {
			a.pipeline.Readings = a.drainStream
		}
		summary, err := a.pipeline.Run(ctx, period)
		if perr := e.print(summary, func(w io.Writer) { writeSummary(w, summary) }); perr != nil {
			return perr
		}
		if err != nil {
			return err
		}
		if closing {
			if err := e.closeMonth(ctx, a, period, pipeline.CloseRequest{By: pipeline.Actor()}); err != nil {
				return err
			}
		}
		if summary.NeedsAttention() {
			return errAttention
		}
		return nil
	})
}

// writeSummary tells what a month's run did, for a person.
func writeSummary(w io.Writer, s pipeline.Summary) {
	say(w, "files:")
	writeFiles(w, s.Files)
	if s.Stream.Messages > 0 {
		say(w, "stream: %d messages: %d accepted, %d unchanged, %d to the dead-letter topic", s.Stream.Messages,
			s.Stream.Accepted, s.Stream.Unchanged, s.Stream.Dead)
	}
	writeMatch(w, s.Match)
	if len(s.Correct.Months) > 0 { // a first month has nothing to correct
		writeCorrect(w, s.Correct, "")
	}
	writeCharge(w, s.Charge)
	writeLedger(w, s.Ledger)
	if s.Gate.Compared > 0 || s.Gate.Holding() { // a first month has nothing to compare with
		writeGate(w, s.Gate)
	}
	writeIssue(w, s.Issue)
	say(w, "reports:")
	writePublish(w, s.Publish)
	say(w, "delivered: %d files, %d wait", s.Deliver.Delivered, s.Deliver.Waiting)
	say(w, "stages:")
	for _, stage := range s.Stages {
		say(w, "  %-8s %8d items %9.2f s", stage.Name, stage.Items, stage.Took.Round(time.Millisecond).Seconds())
	}
	if !s.Changed() {
		say(w, "nothing changed")
	}
}
