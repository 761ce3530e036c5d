package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) penaltiesCommand() *cobra.Command {
	var account, xlsx, pdf string
	c := e.monthStep(&cobra.Command{
		Use: "penalties", Short: "The penalty of an account by day, with rates and shares, for a court",
		Long: "The penalty of an account by day up to the last day of a month: each month that was paid late or is not paid,\n" +
			"with the stretches of days, debt, rate, share and running total. --xlsx and --pdf write it to hand in.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		sheet, err := a.pipeline.PenaltySheet(ctx, account, period)
		if err != nil {
			return err
		}
		for _, file := range []struct {
			path  string
			write func(io.Writer) error
		}{
			{xlsx, func(w io.Writer) error { return a.pipeline.WritePenalties(ctx, w, period, sheet) }},
			{pdf, func(w io.Writer) error { return a.pipeline.Printer.Penalties(w, sheet) }},
		} {
			if file.path == "" {
				continue
			}
			if err := writeFile(file.path, file.write); err != nil {
				return err
			}
		}
		return e.print(sheet, func(w io.Writer) { writePenalties(w, sheet) })
	})
	c.Flags().StringVar(&account, "account", "", "number of the personal account")
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the table to this workbook")
	c.Flags().StringVar(&pdf, "pdf", "", "write the table to this PDF")
	_ = c.MarkFlagRequired("account") // the flag was made above
	return c
}

func writePenalties(w io.Writer, s *housing.PenaltySheet) {
	for i := range s.Claims {
		claim := &s.Claims[i]
		say(w, "%s: долг %s, оплатить до %s, не оплачено %s", claim.Title(), claim.Amount.Russian(), claim.Due.Russian(), claim.Outstanding.Russian())
		for _, r := range claim.Rows {
			how := r.Kind
			if r.Divisor > 0 {
				how = r.Rate.Russian() + " % × " + r.Share()
			}
			say(w, "  %s–%s %4d дн. %14s  %-16s %12s %12s", r.Days.From.Russian(), r.Days.To.AddDays(-1).Russian(), r.Days.Days(),
				r.Debt.Russian(), how, r.Amount.Russian(), r.Running.Russian())
		}
		for _, note := range claim.Notes {
			say(w, "  %s", note)
		}
	}
	say(w, "пени по %s: %s, проведено %s", s.AsOf.Russian(), s.Total.Russian(), s.Booked.Russian())
}
