package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) auditCommand() *cobra.Command {
	var filter store.AuditFilter
	var from, through string
	c := &cobra.Command{
		Use: "audit", Short: "Who decided what, when and why; proves that nothing of it was changed", Args: cobra.NoArgs,
		Long: "List the audit trail, the newest lines last: decisions on residents, held accounts and payments, months closed and opened again,\n" +
			"changed parameters and details, workbooks of personal data given out. The chain of digests is checked every time; a broken one\n" +
			"ends with exit code 1. --json shows what was before and after.",
	}
	flags := c.Flags()
	flags.StringVar(&filter.Actor, "by", "", "only what this person did")
	flags.StringVar(&filter.Action, "action", "", "only actions that begin so: match, gate, payment, month, parameters, access")
	flags.StringVar(&from, "from", "", "from this day, such as 2026-11-01")
	flags.StringVar(&through, "through", "", "to this day")
	flags.IntVar(&filter.Limit, "limit", 100, "the newest so many lines, 0 for all")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		for _, day := range []struct {
			text string
			into *housing.Date
		}{{from, &filter.From}, {through, &filter.Through}} {
			if err := day.into.UnmarshalText([]byte(day.text)); err != nil {
				return &usageError{fmt.Sprintf("%q is not a day such as 2026-11-01", day.text)}
			}
		}
		return e.work(ctx, func(ctx context.Context, a *app) error { return e.audit(ctx, a, filter) })
	})
	return c
}

func (e *environment) audit(ctx context.Context, a *app, filter store.AuditFilter) error {
	entries, err := a.store.AuditTrail(ctx, a.pipeline.Organisation.ID, filter)
	if err != nil {
		return err
	}
	lines, broken, err := a.store.CheckAudit(ctx)
	if err != nil {
		return err
	}
	if err := e.print(map[string]any{"entries": entries, "lines": lines, "broken": broken}, func(w io.Writer) {
		for _, entry := range entries {
			reason := ""
			if entry.Reason != "" {
				reason = ": " + entry.Reason
			}
			say(w, "%6d  %s  %-14s %-18s %s%s", entry.ID, entry.At.In(a.config.zone).Format(time.DateTime), entry.Actor, entry.Action, entry.Object, reason)
		}
		if len(broken) == 0 {
			say(w, "%d lines, the chain is whole", lines)
		} else {
			say(w, "THE CHAIN IS BROKEN at lines %v of %d", broken, lines)
		}
	}); err != nil {
		return err
	}
	if len(broken) > 0 {
		return errors.New("the audit trail was changed from outside")
	}
	return nil
}
