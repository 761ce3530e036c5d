package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) whatIfCommand() *cobra.Command {
	var in pipeline.WhatIfInput
	var export string
	var limit housing.Decimal
	var c *cobra.Command
	c = e.monthStep(&cobra.Command{
		Use: "whatif", Short: "What a charged month would come to at other tariffs or norms",
		Long: "What a charged month would come to at other tariffs or norms: every stored snapshot is computed again with the\n" +
			"rates of a workbook of the layout kvitok-tariffs-xlsx. A rate takes the place of those of its kind on its days;\n" +
			"--on takes the rates of one day for the whole month, for a decree that comes into force later. Nothing is written\n" +
			"to the database. Houses and accounts that cannot be compared are listed, and end the command with exit code 3.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		in.Period = period
		if c.Flags().Changed("limit") {
			in.Limit = &limit
		}
		return e.whatIf(ctx, a, in, export)
	})
	c.Flags().StringVar(&in.File, "tariffs", "", "workbook of tariffs and norms to try")
	c.Flags().TextVar(&limit, "limit", housing.Decimal{}, "list accounts that rise by more than so many percent")
	c.Flag("limit").DefValue = ""
	c.Flags().TextVar(&in.On, "on", housing.Date{}, "try the rates of this day, such as 2027-01-01, for the whole month")
	c.Flag("on").DefValue = ""
	c.Flags().StringVar(&export, "export", "", "write the comparison to this workbook (.xlsx)")
	_ = c.MarkFlagRequired("tariffs") // the flag was made above
	return c
}

func (e *environment) whatIf(ctx context.Context, a *app, in pipeline.WhatIfInput, export string) error {
	if in.Limit != nil && in.Limit.Sign() < 0 {
		return &usageError{"--limit is negative"}
	}
	result, err := a.pipeline.WhatIf(ctx, in)
	switch bad, ok := errors.AsType[*pipeline.RatesError](err); {
	case ok:
		for _, p := range bad.Problems {
			say(e.err, "  %s", placed(p))
		}
		return err
	case errors.Is(err, pipeline.ErrNothingToTry):
		return fmt.Errorf("%w; --on DATE tries the rates of another day", err)
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("nothing is charged for %s: %w", in.Period, err)
	case err != nil:
		return err
	}
	if export != "" {
		err := writeFile(export, func(w io.Writer) error {
			_, err := a.pipeline.WriteWhatIf(ctx, w, in.Period, result)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := e.print(result, func(w io.Writer) { writeWhatIf(w, in.Period, result, export) }); err != nil {
		return err
	}
	if result.Failed > 0 || len(result.Omitted) > 0 {
		return errAttention
	}
	return nil
}

// shownRows is how many houses and accounts a terminal gets; the workbook has them all.
const shownRows = 10

func writeWhatIf(w io.Writer, period housing.Period, r reports.WhatIf, export string) {
	days := "on the days of the file"
	if !r.On.IsZero() {
		days = "as they stand on " + r.On.String() + ", for the whole month"
	}
	say(w, "what if, %s: tariffs %d, norms %d of %s, %s", period, r.Tariffs, r.Norms, r.File, days)
	for _, note := range r.Notes {
		say(w, "  %s", note)
	}
	say(w, "%d of %d accounts rise by more than %s %%", r.Total.Above, r.Total.Accounts, r.Limit)
	say(w, "  %s %14s %14s %14s %8s %9s", pad("", 40), "now", "then", "difference", "%", "accounts")
	line := func(name string, c reports.Change) {
		say(w, "  %s %14s %14s %14s %8s %9d", pad(name, 40), c.Now.Russian(), c.Then.Russian(), signed(c.Difference), percent(c.Percent), c.Above)
	}
	line("total", r.Total)
	for _, s := range r.Services {
		line(s.Service.Russian(), s.Change)
	}
	say(w, "by house:")
	for i, h := range r.Houses {
		if i == shownRows {
			say(w, "  … and %d more in --export or --json", len(r.Houses)-shownRows)
			break
		}
		if h.Failed == "" {
			line(h.House, h.Change)
		}
	}
	if len(r.Largest) > 0 {
		say(w, "largest rises:")
	}
	for _, a := range r.Largest {
		say(w, "  %s %14s %14s %14s %8s %s", pad(strings.TrimSuffix(a.House+", "+a.Premises, ", "), 48), a.Now.Russian(), a.Then.Russian(),
			signed(a.Difference), percent(a.Percent), a.Account)
	}
	writeNotCompared(w, r)
	if export != "" {
		say(w, "written: %s", export)
	}
}

// writeNotCompared lists every house that failed, and the first accounts that were left out.
func writeNotCompared(w io.Writer, r reports.WhatIf) {
	for _, h := range r.Houses {
		if h.Failed != "" {
			say(w, "NOT COMPUTED: %s: %s", h.House, h.Failed)
		}
	}
	for i, a := range r.Omitted {
		if i == shownRows {
			say(w, "  … and %d more in --export or --json", len(r.Omitted)-shownRows)
			break
		}
		say(w, "not compared: %s, %s: %s", a.House, a.Account, a.Reason)
	}
}

// pad makes a text so many characters wide: formats count bytes of names in Russian right, but do not
// shorten them.
func pad(text string, width int) string {
	if n := utf8.RuneCountInString(text); n <= width {
		return text + strings.Repeat(" ", width-n)
	}
	return string([]rune(text)[:width-1]) + "…"
}

func signed(m housing.Money) string {
	if m > 0 {
		return "+" + m.Russian()
	}
	return m.Russian()
}

func percent(p *housing.Decimal) string {
	switch {
	case p == nil:
		return "—"
	case p.Sign() > 0:
		return "+" + p.Russian()
	}
	return p.Russian()
}
