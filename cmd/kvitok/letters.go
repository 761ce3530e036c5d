package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// letterFlags are those of kvitok letters.
type letterFlags struct {
	period                              housing.Period
	queue, send, returns, print, waitOn bool
	register                            string
}

func (e *environment) lettersCommand() *cobra.Command {
	var f letterFlags
	c := &cobra.Command{
		Use: "letters", Short: "Payment documents by e-mail: queue, send, read what comes back, print what did not arrive", Args: cobra.NoArgs,
		Long: "Without a further flag: counts the letters of a month by state. --returns reads the mailbox that letters come back to, --queue queues a\n" +
			"letter for each issued document whose payer has a confirmed address and gave consent, --send sends what is due as the limits of a\n" +
			"minute allow (--wait: goes on until all are out), --print draws the documents that no letter has brought, --register writes the\n" +
			"register of issued and delivered documents, .xlsx or .csv. Flags may be given together; they are done in this order.",
	}
	flags := c.Flags()
	flags.BoolVar(&f.returns, "returns", false, "read the mailbox that letters come back to")
	flags.BoolVar(&f.queue, "queue", false, "queue the letters of the month")
	flags.BoolVar(&f.send, "send", false, "send what is due")
	flags.BoolVar(&f.waitOn, "wait", false, "with --send: wait for the next minute until nothing is due")
	flags.BoolVar(&f.print, "print", false, "draw the documents that no letter has brought")
	flags.StringVar(&f.register, "register", "", "write the register of issued and delivered documents to this file")
	periodFlag(c, &f.period)
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		if kind := strings.ToLower(filepath.Ext(f.register)); f.register != "" && kind != ".xlsx" && kind != ".csv" {
			return &usageError{"--register writes .xlsx or .csv"}
		}
		return e.work(ctx, func(ctx context.Context, a *app) error { return e.letters(ctx, a, f) })
	})
	return c
}

// lettersResult is what kvitok letters did.
type lettersResult struct {
	Returns  *pipeline.ReturnsResult     `json:"returns,omitempty"`
	Queued   *int                        `json:"queued,omitempty"`
	Sent     *pipeline.LettersResult     `json:"sent,omitempty"`
	Printed  *pipeline.UndeliveredResult `json:"printed,omitempty"`
	Register string                      `json:"register,omitempty"`
	States   map[housing.LetterState]int `json:"states"`
}

func (e *environment) letters(ctx context.Context, a *app, f letterFlags) error {
	var result lettersResult
	err := e.lettersWork(ctx, a, f, &result)
	if err != nil {
		return err
	}
	if result.States, err = a.store.LetterStates(ctx, a.pipeline.Organisation.ID, f.period); err != nil {
		return err
	}
	if err := e.print(result, func(w io.Writer) { writeLetters(w, f, result) }); err != nil {
		return err
	}
	for state, count := range result.States {
		if state.Failed() && count > 0 {
			return errAttention
		}
	}
	return nil
}

func (e *environment) lettersWork(ctx context.Context, a *app, f letterFlags, result *lettersResult) error {
	if (f.queue || f.send || f.returns) && a.pipeline.Letters == nil {
		return pipeline.ErrNoLetters
	}
	if f.returns {
		returns, err := a.pipeline.ReadReturns(ctx)
		if err != nil {
			return err
		}
		result.Returns = &returns
	}
	if f.queue {
		queued, err := a.pipeline.QueueLetters(ctx, f.period)
		if err != nil {
			return err
		}
		result.Queued = &queued
	}
	if f.send {
		sent, err := a.sendLetters(ctx, f.waitOn)
		if err != nil {
			return err
		}
		result.Sent = &sent
	}
	if f.print {
		printed, err := a.pipeline.PrintUndelivered(ctx, f.period)
		if err != nil {
			return err
		}
		result.Printed = &printed
	}
	if f.register == "" {
		return nil
	}
	result.Register = f.register
	return writeFile(f.register, func(w io.Writer) error {
		if strings.EqualFold(filepath.Ext(f.register), ".csv") {
			return a.pipeline.DeliveriesText(ctx, w, f.period)
		}
		_, err := a.pipeline.BuildReport(ctx, w, pipeline.ReportOrder{Period: f.period, Key: "deliveries"})
		return err
	})
}

// sendLetters sends once, or minute by minute until the limits let all that is due out.
func (a *app) sendLetters(ctx context.Context, waitOn bool) (all pipeline.LettersResult, err error) {
	const pause = 5 * time.Second
	for {
		one, err := a.pipeline.SendLetters(ctx)
		all.Sent += one.Sent
		all.Repeated += one.Repeated
		all.Deferred += one.Deferred
		all.Refused += one.Refused
		all.Dropped += one.Dropped
		all.Waiting, all.Throttle = one.Waiting, one.Throttle
		if err != nil || !waitOn || !one.Throttle {
			return all, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return all, fmt.Errorf("wait for the next minute: %w", context.Cause(ctx))
		}
	}
}

func writeLetters(w io.Writer, f letterFlags, r lettersResult) {
	if r.Returns != nil {
		say(w, "came back: %d, %d addresses stopped, %d unsubscribed, %d not ours", r.Returns.Bounced, r.Returns.Stopped, r.Returns.Unsubscribed, r.Returns.Foreign)
	}
	if r.Queued != nil {
		say(w, "queued: %d letters", *r.Queued)
	}
	if s := r.Sent; s != nil {
		say(w, "sent: %d letters, %d of them perhaps twice; %d deferred, %d refused, %d dropped, %d wait", s.Sent, s.Repeated, s.Deferred, s.Refused,
			s.Dropped, s.Waiting)
		if s.Throttle {
			say(w, "  the limit of a minute is reached; --wait goes on")
		}
	}
	if r.Printed != nil {
		say(w, "to print: %d documents %s", r.Printed.Documents, r.Printed.Path)
	}
	if r.Register != "" {
		say(w, "register: %s", r.Register)
	}
	var line strings.Builder
	line.WriteString("letters of " + f.period.String() + ":")
	for _, state := range []housing.LetterState{
		housing.LetterQueued, housing.LetterDeferred, housing.LetterSent, housing.LetterRefused, housing.LetterBounced, housing.LetterUnsubscribed,
		housing.LetterWithdrawn,
	} {
		if count := r.States[state]; count > 0 {
			_, _ = fmt.Fprintf(&line, " %d %s", count, state)
		}
	}
	if len(r.States) == 0 {
		line.WriteString(" none")
	}
	say(w, "%s", line.String())
}

// postLetters is the job of the scheduler: what came back first, so that nothing goes to an address that does not exist.
func (a *app) postLetters(ctx context.Context) error {
	_, err := a.pipeline.ReadReturns(ctx)
	_, sendErr := a.pipeline.SendLetters(ctx)
	return errors.Join(err, sendErr)
}
