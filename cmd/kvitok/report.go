package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) reportCommand() *cobra.Command {
	var asOf string
	var gis, social bool
	c := &cobra.Command{
		Use: "report", Short: "Write the accountant's workbooks and the registries of the month, also as they were on a past day",
		Long: "Write the reports of a month. With --as-of they are made as they were at a moment that has passed (a day alone: its end, in the\n" +
			"zone of the configuration), whatever was corrected, charged anew, paid or identified since, into a folder of their own; what equals\n" +
			"the file given out then to the byte is said to.",
	}
	c.Flags().StringVar(&asOf, "as-of", "", "a day or moment, such as 2026-11-05 or \"2026-11-05 14:30\"")
	c = e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		if asOf != "" {
			return e.reportAsOf(ctx, a, period, asOf)
		}
		result, err := a.pipeline.Publish(ctx, period)
		if err != nil {
			return err
		}
		further := []struct {
			wanted bool
			write  func(context.Context, housing.Period) (pipeline.PublishResult, error)
		}{{gis, a.pipeline.PublishGIS}, {social, a.pipeline.PublishSocial}}
		for _, f := range further {
			if !f.wanted {
				continue
			}
			more, err := f.write(ctx, period)
			if err != nil {
				return err
			}
			result.Files = append(result.Files, more.Files...)
			result.Changed += more.Changed
		}
		return e.print(result, func(w io.Writer) { writePublish(w, result) })
	})
	c.Flags().BoolVar(&gis, "gis", false, "write the workbooks for ГИС ЖКХ too: payment documents issued, readings of meters it knows")
	c.AddCommand(e.reportListCommand(), e.reportMakeCommand(), e.reportDeliverCommand(), e.reportJournalCommand())
	c.Flags().BoolVar(&social, "social", false, "write the registry of benefits for social protection, answer its requests (USLUGA1.DBF) that came since the month began")
	return c
}

func (e *environment) reportAsOf(ctx context.Context, a *app, period housing.Period, text string) error {
	moment, err := momentOf(text, a.config.zone, e.now())
	if err != nil {
		return &usageError{err.Error()}
	}
	if moment.After(e.now()) {
		return &usageError{text + " has not passed yet"}
	}
	result, err := a.pipeline.ReportAsOf(ctx, period, moment)
	if err != nil {
		return err
	}
	return e.print(result, func(w io.Writer) { writeAsOf(w, result, a.config.zone) })
}

// momentOf reads a moment; a day alone is its end, today is now.
func momentOf(text string, zone *time.Location, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.RFC3339Nano} {
		if moment, err := time.ParseInLocation(layout, text, zone); err == nil {
			return moment, nil
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return day, fmt.Errorf("%q is no moment such as 2026-11-05 or 2026-11-05 14:30", text)
	}
	end := day.AddDate(0, 0, 1).Add(-time.Microsecond)
	if end.After(now) && !day.After(now) {
		end = now
	}
	return end, nil
}

func writeAsOf(w io.Writer, r pipeline.AsOfResult, zone *time.Location) {
	for _, f := range r.Files {
		note := "not given out by then"
		switch at := f.GivenOut.In(zone).Format(time.DateTime); {
		case f.Identical:
			note = "to the byte as given out " + at
		case !f.GivenOut.IsZero():
			note = "the data had changed since it was given out " + at
		}
		say(w, "  %s  %d rows, %s", f.Path, f.Rows, note)
	}
}
