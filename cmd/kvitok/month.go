package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// monthStep is a command that does one step of a month and prints what came of it.
func (e *environment) monthStep(c *cobra.Command, step func(context.Context, *app, housing.Period) error) *cobra.Command {
	var period housing.Period
	c.Args = cobra.NoArgs
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		return e.work(ctx, func(ctx context.Context, a *app) error { return step(ctx, a, period) })
	})
	return periodFlag(c, &period)
}

func writeCharge(w io.Writer, r pipeline.ChargeResult) {
	say(w, "charged: %d accounts in %d houses, %d lines, %s roubles; %d houses changed, %d accounts held (run %d)",
		r.Totals.Accounts, r.Totals.Houses, r.Totals.Lines, r.Totals.Amount.Russian(), r.Changed, r.Totals.Held, r.Run)
}

func writeLedger(w io.Writer, r pipeline.LedgerResult) {
	t := r.Totals
	say(w, "ledger: opening %s + charged %s + corrected %s + penalty %s − paid %s = closing %s",
		t.Opening.Russian(), t.Charged.Russian(), t.Corrected.Russian(), t.Penalty.Russian(), t.Paid.Russian(), t.Closing.Russian())
	if t.Unknown != 0 {
		say(w, "        %s paid to accounts that are not known", t.Unknown.Russian())
	}
}

func writeIssue(w io.Writer, r pipeline.IssueResult) {
	say(w, "issued: %d documents, %d changed, %d pages drawn, %s roubles to pay, %d held", r.Documents, r.Changed, r.Pages,
		r.ToPay.Russian(), len(r.Held))
	const shown = 5
	for i, h := range r.Held {
		if i == shown {
			say(w, "  … and %d more", len(r.Held)-shown)
			break
		}
		say(w, "  %s: %s", h.Account, h.Reason)
	}
}

func writePublish(w io.Writer, r pipeline.PublishResult) {
	for _, f := range r.Files {
		change := "as it was"
		if f.Changed {
			change = "written"
		}
		say(w, "  %-70s %6d rows, %s", f.Path, f.Rows, change)
	}
}
