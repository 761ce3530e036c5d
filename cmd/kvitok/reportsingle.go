package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/schedules"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) reportListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Name the workbooks of a month", Args: cobra.NoArgs,
		RunE: e.do(func(context.Context, []string) error {
			list := pipeline.MonthReports()
			return e.print(list, func(w io.Writer) {
				for _, r := range list {
					say(w, "%-20s %s", r.Key, r.Title)
				}
			})
		}),
	}
}

func (e *environment) reportMakeCommand() *cobra.Command {
	var period housing.Period
	var out, inn string
	c := &cobra.Command{
		Use: "make KEY", Short: "Write one workbook of a month as its data stand now", Args: cobra.ExactArgs(1),
		RunE: e.do(func(ctx context.Context, args []string) error {
			return e.work(ctx, func(ctx context.Context, a *app) error {
				of, err := a.companyOf(ctx, inn)
				if err != nil {
					return err
				}
				var built pipeline.BuiltReport
				err = writeFile(out, func(w io.Writer) (err error) {
					built, err = of.BuildReport(ctx, w, pipeline.ReportOrder{Key: args[0], Period: period})
					return err
				})
				if err != nil {
					return err
				}
				return e.print(built, func(w io.Writer) { say(w, "%s: %s, %d rows", out, built.Name, built.Rows) })
			})
		}),
	}
	c.Flags().StringVar(&out, "out", "", "write it to this file")
	c.Flags().StringVar(&inn, "organisation", "", "INN of another organisation of this database")
	_ = c.MarkFlagRequired("out") // the flag was made above
	return periodFlag(c, &period)
}

// companyOf is the pipeline of an organisation; of the issuer where none is named.
func (a *app) companyOf(ctx context.Context, inn string) (*pipeline.Pipeline, error) {
	if inn == "" {
		return a.pipeline, nil
	}
	companies, err := a.store.Issuers(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(companies, func(o housing.Organisation) bool { return o.INN == inn })
	if at < 0 {
		return nil, fmt.Errorf("organisation %s keeps no accounts here: %w", inn, store.ErrNotFound)
	}
	return a.pipeline.For(companies[at])
}

func (e *environment) reportDeliverCommand() *cobra.Command {
	var who string
	c := &cobra.Command{
		Use: "deliver NAME", Short: "Bring the reports of a delivery to its partner now, outside its schedule",
		Long: "Write the reports of a delivery (schedules.deliveries of the configuration), queue them for its partner and bring them there.\n" +
			"What was delivered before with the same name and content is not delivered again; kvitok deliver --resend does that.",
	}
	c.Flags().StringVar(&who, "who", "", "who does it, for the journal (default: the user of the system)")
	c = e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		name := c.Flags().Arg(0)
		at := slices.IndexFunc(a.config.Schedules.Deliveries, func(d schedules.DeliveryConfig) bool { return d.Name == name })
		if at < 0 {
			return fmt.Errorf("the configuration has no delivery %q", name)
		}
		delivery := a.config.Schedules.Deliveries[at].Of(period, cmp.Or(who, pipeline.Actor()))
		queued, err := a.pipeline.QueueReports(ctx, delivery)
		if err != nil {
			return err
		}
		delivered, err := a.pipeline.Deliver(ctx)
		if err != nil {
			return err
		}
		return e.print(map[string]any{"reports": queued, "delivered": delivered}, func(w io.Writer) {
			for _, file := range queued.Queued {
				say(w, "  %s", file)
			}
			say(w, "queued: %d reports, %d as they were delivered before", len(queued.Queued), queued.Unchanged)
			say(w, "delivered: %d files, %d wait", delivered.Delivered, delivered.Waiting)
		})
	})
	c.Args = cobra.ExactArgs(1)
	return c
}

func (e *environment) reportJournalCommand() *cobra.Command {
	var name string
	var limit int
	c := &cobra.Command{
		Use: "journal", Short: "Which reports were delivered to whom, and which wait", Args: cobra.NoArgs,
		RunE: e.do(func(ctx context.Context, _ []string) error {
			return e.work(ctx, func(ctx context.Context, a *app) error {
				list, err := a.store.DeliveredReports(ctx, name, limit)
				if err != nil {
					return err
				}
				return e.print(list, func(w io.Writer) { writeJournal(w, list, a.config.zone) })
			})
		}),
	}
	c.Flags().StringVar(&name, "delivery", "", "only of this delivery")
	c.Flags().IntVar(&limit, "limit", 100, "the newest so many lines, 0 for all")
	return c
}

func writeJournal(w io.Writer, list []store.DeliveredReport, zone *time.Location) {
	at := func(t time.Time) string { return t.In(zone).Format(time.DateTime) }
	for _, d := range list {
		state := "waits"
		switch {
		case d.DeliveredAt != nil:
			state = "delivered " + at(*d.DeliveredAt)
		case d.RetryAt != nil:
			state = "waits, next try " + at(*d.RetryAt)
		}
		if d.Failures > 0 {
			state += fmt.Sprintf(", failed %d times", d.Failures)
		}
		if d.LastError != "" {
			state += ": " + d.LastError
		}
		say(w, "%s  %-14s to %-14s %s (%d rows, by %s): %s", at(d.QueuedAt), d.Delivery, d.Destination, d.Name, d.Rows, d.QueuedBy, state)
	}
	say(w, "%d lines", len(list))
}
