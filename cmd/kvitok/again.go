package main

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// againFlags say what of the past is done once more.
type againFlags struct {
	from, to          housing.Date
	partner, who, why string
}

func (f *againFlags) add(c *cobra.Command) {
	for name, date := range map[string]*housing.Date{"from": &f.from, "to": &f.to} {
		c.Flags().TextVar(date, name, housing.Date{}, "day such as 2026-10-05; both days are inside")
		c.Flag(name).DefValue = ""
	}
	c.Flags().StringVar(&f.who, "who", "", "who does it, for the journal (default: the user of the system)")
	c.Flags().StringVar(&f.why, "why", "", "why, for the journal")
}

// again makes the window of it: whole days of the office's own zone.
func (e *environment) again(a *app, f againFlags) (pipeline.Again, error) {
	if f.from.IsZero() || f.to.IsZero() || f.to.Before(f.from) {
		return pipeline.Again{}, &usageError{"--from and --to must be given, --to not before --from"}
	}
	if f.why == "" {
		return pipeline.Again{}, &usageError{"--why must be given: it goes into the journal"}
	}
	return pipeline.Again{
		ExchangeWindow: store.ExchangeWindow{
			Partner: f.partner, Since: startOfDay(f.from, a.config.zone), Until: startOfDay(f.to.AddDays(1), a.config.zone),
		},
		Who: cmp.Or(f.who, e.getenv("USER"), e.getenv("LOGNAME"), "unknown"), Why: f.why,
	}, nil
}

func startOfDay(d housing.Date, zone *time.Location) time.Time {
	year, month, day := d.Time().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone)
}

func (e *environment) deliverCommand() *cobra.Command {
	var flags againFlags
	var resend bool
	c := &cobra.Command{
		Use: "deliver", Short: "Bring everything queued to the partners' outboxes; --resend: once more what was delivered in a window",
		Long: "Bring everything queued to the partners' outboxes. With --resend what was delivered from one day to another is queued\n" +
			"once more first: the very bytes under the same names, from the archive. Who did it and why goes into the journal.",
		Args: cobra.NoArgs,
	}
	c.Flags().BoolVar(&resend, "resend", false, "queue once more what was delivered from --from to --to")
	c.Flags().StringVar(&flags.partner, "partner", "", "with --resend: of this partner only")
	flags.add(c)
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		return e.work(ctx, func(ctx context.Context, a *app) error {
			var result deliverResult
			if resend {
				again, err := e.again(a, flags)
				if err != nil {
					return err
				}
				resent, err := a.pipeline.Resend(ctx, again)
				if err != nil {
					return err
				}
				result.Resent = &resent
			}
			return e.deliver(ctx, a, result)
		})
	})
	return c
}

type deliverResult struct {
	Resent    *pipeline.ResendResult `json:"resent,omitempty"`
	Delivered pipeline.DeliverResult `json:"delivered"`
}

// deliver brings out what is queued and tells it, after what was queued once more.
func (e *environment) deliver(ctx context.Context, a *app, result deliverResult) (err error) {
	if result.Delivered, err = a.pipeline.Deliver(ctx); err != nil {
		return err
	}
	if err := e.print(result, func(w io.Writer) {
		if result.Resent != nil {
			say(w, "queued once more: %d files", result.Resent.Queued)
			writeMissing(w, result.Resent.Missing)
		}
		say(w, "delivered: %d files, %d wait", result.Delivered.Delivered, result.Delivered.Waiting)
	}); err != nil {
		return err
	}
	if result.Resent != nil && len(result.Resent.Missing) > 0 {
		return errAttention
	}
	return nil
}

func writeMissing(w io.Writer, names []string) {
	for _, name := range names {
		say(w, "  %s: its bytes are no longer in the archive", name)
	}
}

// retake takes files of the archive once more.
func (e *environment) retake(ctx context.Context, a *app, flags againFlags, period housing.Period) error {
	again, err := e.again(a, flags)
	if err != nil {
		return err
	}
	result, err := a.pipeline.Retake(ctx, again, period)
	if perr := e.print(result, func(w io.Writer) {
		writeFiles(w, result.Files)
		writeMissing(w, result.Missing)
	}); perr != nil {
		return perr
	}
	if err != nil {
		return err
	}
	if _, err := a.pipeline.Deliver(ctx); err != nil {
		return err
	}
	if len(result.Missing) > 0 {
		return errAttention
	}
	return attention(result.Files)
}
