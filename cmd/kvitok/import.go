package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) importCommand() *cobra.Command {
	var format, partner, xlsx string
	var rehearse, replay bool
	var window againFlags
	var period housing.Period
	c := &cobra.Command{
		Use: "import FILE...", Short: "Take in files, whatever format of the catalogue they are of",
		Long: "Take in files: archived as received, recognised by content, every row accepted, unchanged or rejected with\n" +
			"a reason. The originals stay. The same file twice changes nothing.\n" +
			"--rehearse shows instead what the files would create, change and move, and how many kopecks of the open month,\n" +
			"and writes nothing. Its exit code is 3 with rejected rows, 1 where a file would be refused.\n" +
			"--replay takes the files received from --from to --to from the archive once more: rows that were rejected are tried again.",
	}
	c.Flags().StringVar(&format, "format", "", "do not recognise, take this format")
	c.Flags().StringVar(&partner, "partner", "operator", "whose files these are: the protocols go to this partner's outbox")
	c.Flags().TextVar(&period, "period", housing.Period(0), "month in which payments are booked (default: the open one)")
	c.Flag("period").DefValue = ""
	c.Flags().BoolVar(&rehearse, "rehearse", false, "show what would change, in kopecks, and write nothing")
	c.Flags().StringVar(&xlsx, "xlsx", "", "with --rehearse: write everything to this workbook")
	c.Flags().BoolVar(&replay, "replay", false, "instead of FILE: take the files of the archive, received from --from to --to, once more")
	window.add(c)
	c.Args = func(_ *cobra.Command, files []string) error {
		if replay == (len(files) > 0) {
			return errors.New("either files or --replay must be given")
		}
		return nil
	}
	c.RunE = e.do(func(ctx context.Context, files []string) error {
		if xlsx != "" && !rehearse {
			return &usageError{"--xlsx belongs to --rehearse"}
		}
		return e.work(ctx, func(ctx context.Context, a *app) error {
			period = a.orOpen(period, e.now())
			if err := a.forceFormat(format); err != nil {
				return err
			}
			if replay {
				if c.Flags().Changed("partner") {
					window.partner = partner
				}
				return e.retake(ctx, a, window, period)
			}
			if rehearse {
				return e.rehearse(ctx, a, pipeline.RehearsalInput{Partner: partner, Files: files, Period: period}, xlsx)
			}
			return e.importFiles(ctx, a, pipeline.RehearsalInput{Partner: partner, Files: files, Period: period})
		})
	})
	return c
}

// importFiles takes files in, tells how they ended and brings the answers out.
func (e *environment) importFiles(ctx context.Context, a *app, in pipeline.RehearsalInput) error {
	results, err := a.pipeline.ImportFiles(ctx, in.Partner, in.Files, in.Period)
	if perr := e.print(results, func(w io.Writer) { writeFiles(w, results) }); perr != nil {
		return perr
	}
	if err != nil {
		return err
	}
	if _, err := a.pipeline.Deliver(ctx); err != nil {
		return err
	}
	return attention(results)
}

// orOpen is the month given, or else the open one.
func (a *app) orOpen(period housing.Period, now time.Time) housing.Period {
	if period.IsZero() {
		return a.openPeriod(now)
	}
	return period
}

// openPeriod is the month that the next run of the schedule charges.
func (a *app) openPeriod(now time.Time) housing.Period {
	return a.config.Schedules.OpenPeriod(now, a.config.zone)
}

// forceFormat leaves one format in the catalogue, so that nothing else can be recognised.
func (a *app) forceFormat(name string) error {
	if name == "" {
		return nil
	}
	format, err := a.pipeline.Formats.ByName(name)
	if err != nil {
		return &usageError{fmt.Sprintf("%v; the formats are %v", err, a.pipeline.Formats.Names())}
	}
	a.pipeline.Formats = importers.Catalogue{forced{format}}
	return nil
}

// forced is a format that takes whatever comes.
type forced struct{ importers.Format }

// Recognise says yes.
func (forced) Recognise(*importers.Sample) bool { return true }

// TooMany keeps the bound of the format.
func (f forced) TooMany(rejected, rows int) bool {
	bounded, is := f.Format.(importers.Bounded)
	return is && bounded.TooMany(rejected, rows)
}

func attention(files []pipeline.FileResult) error {
	for _, f := range files {
		refusedAgain := f.Counts.Rows == 0 && f.Reason != "" // it came before, and had no row to count
		if f.Status == housing.FileRefused || f.Counts.Rejected > 0 || refusedAgain {
			return errAttention
		}
	}
	return nil
}

// writeFiles tells how files ended, with the first problems of each.
func writeFiles(w io.Writer, files []pipeline.FileResult) {
	const shown = 3
	for _, f := range files {
		say(w, "  %-44s %-9s %6d rows: %d accepted, %d unchanged, %d rejected", f.Name, f.Status, f.Counts.Rows,
			f.Counts.Accepted, f.Counts.Unchanged, f.Counts.Rejected)
		if f.Reason != "" {
			say(w, "      %s", f.Reason)
		}
		told := 0
		for _, p := range f.Problems {
			if p.Row == 0 && p.IsError() {
				continue // the reason above
			}
			if told++; told > shown {
				say(w, "      … more in its protocol")
				break
			}
			say(w, "      %s", placed(p))
		}
	}
}

func placed(p housing.Problem) string {
	text := p.Russian()
	if p.Row > 0 {
		text = fmt.Sprintf("строка %d: %s", p.Row, text)
	}
	if p.Sheet != "" {
		text = fmt.Sprintf("лист «%s», %s", p.Sheet, text)
	}
	return text
}
