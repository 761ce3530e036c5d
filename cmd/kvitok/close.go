package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) closeCommand() *cobra.Command {
	var by, reason string
	var allow []string
	var reopen bool
	c := &cobra.Command{
		Use: "close", Short: "Check the month, freeze it and open the next one; --reopen takes it back",
		Long: "Check that ledger, charges, payments, documents and reports agree to the kopeck, freeze the month in the database and open the\n" +
			"next one with its closing balances. A check that fails leaves the month open; --allow lets some of them pass: " +
			strings.Join(pipeline.Allowances(), ", ") + ".\n" +
			"A closed month does not change. --reopen --reason opens it again while nothing of the next month was given out.",
	}
	c.Flags().StringVar(&by, "by", pipeline.Actor(), "who closes, kept in the audit trail")
	c.Flags().StringSliceVar(&allow, "allow", nil, "let these checks pass: "+strings.Join(pipeline.Allowances(), ", "))
	c.Flags().BoolVar(&reopen, "reopen", false, "open the closed month again")
	c.Flags().StringVar(&reason, "reason", "", "why it is opened again")
	c.MarkFlagsMutuallyExclusive("reopen", "allow")
	return e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		if reopen {
			if err := a.pipeline.Reopen(ctx, period, by, reason); err != nil {
				return err
			}
			return e.print(map[string]any{"period": period, "closed": false}, func(w io.Writer) { say(w, "%s is open again", period) })
		}
		for _, name := range allow {
			if !slices.Contains(pipeline.Allowances(), name) {
				return &usageError{fmt.Sprintf("--allow %s: only %s can be allowed", name, strings.Join(pipeline.Allowances(), ", "))}
			}
		}
		return e.closeMonth(ctx, a, period, pipeline.CloseRequest{By: by, Allow: allow})
	})
}

func (e *environment) closeMonth(ctx context.Context, a *app, period housing.Period, request pipeline.CloseRequest) error {
	result, err := a.pipeline.Close(ctx, period, request)
	if err != nil && !errors.Is(err, pipeline.ErrNotClosable) {
		return err
	}
	if perr := e.print(result, func(w io.Writer) { writeClose(w, result) }); perr != nil {
		return perr
	}
	return err
}

func writeClose(w io.Writer, r pipeline.CloseResult) {
	if r.Already {
		say(w, "%s is closed already", r.Period)
		return
	}
	for _, check := range r.Checks {
		mark := "ok"
		switch {
		case check.Waived:
			mark = "allowed"
		case !check.Good:
			mark = "FAILED"
		}
		say(w, "  %-8s %-12s %s", mark, check.Name, check.Detail)
	}
	if r.Closed {
		say(w, "%s is closed: closing balance %s; %s is open", r.Period, r.Totals.Closing.Russian(), r.Next)
	}
}
