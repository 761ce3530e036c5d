package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

// shownDifferences is how many lines of a comparison are printed; the workbook has all.
const shownDifferences = 20

func (e *environment) compareCommand() *cobra.Command {
	var old, xlsx string
	c := e.monthStep(&cobra.Command{
		Use: "compare", Short: "Set a month beside that of the system before",
		Long: "Set a charged month beside that of the system before, by account and service: what is charged, paid and left. The file has the\n" +
			"columns Лицевой счёт, Услуга, Начислено and, where known, Оплачено, Сальдо на конец, Объём, Тариф, Площадь, Проживает (csv or\n" +
			"xlsx). Each difference is told with its cause, the largest first. Nothing is written to the database. Exit code 3: they differ\n" +
			"by more than roundings, or rows of the file could not be read.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Compare(ctx, period, old)
		if err != nil {
			return err
		}
		if xlsx != "" {
			if err := writeFile(xlsx, func(w io.Writer) error { return a.pipeline.WriteComparison(ctx, w, &result) }); err != nil {
				return err
			}
		}
		if err := e.print(result, func(w io.Writer) { writeComparison(w, &result) }); err != nil {
			return err
		}
		if result.Rejected > 0 || len(result.Differences) > roundings(&result) {
			return errAttention
		}
		return nil
	})
	c.Flags().StringVar(&old, "old", "", "file of the month as the other system has it")
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the whole comparison to this workbook")
	_ = c.MarkFlagRequired("old") // the flag was made above
	return c
}

func roundings(c *housing.Comparison) int {
	for _, cause := range c.ByCause {
		if cause.Cause == housing.CauseRounding {
			return cause.Rows
		}
	}
	return 0
}

func writeComparison(w io.Writer, c *housing.Comparison) {
	for i := range c.Problems {
		say(w, "  %s", placed(c.Problems[i]))
	}
	say(w, "%s, %s: %d rows, %d rejected; %d services of accounts agree, %d differ", c.Period, c.File, c.Rows, c.Rejected, c.Equal, len(c.Differences))
	say(w, "%-9s %18s %18s %16s", "", "старая", "наша", "разница")
	for _, line := range []struct {
		title string
		pair  housing.Pair
	}{{"начислено", c.Total.Charged}, {"оплачено", c.Total.Paid}, {"сальдо", c.Total.Closing}} {
		say(w, "%-9s %18s %18s %16s", line.title, line.pair.Old.Russian(), line.pair.Our.Russian(), line.pair.Diff().Russian())
	}
	for _, cause := range c.ByCause {
		say(w, "  %s: %d, %s ₽", cause.Cause.Russian(), cause.Rows, cause.Amount.Russian())
	}
	for i := range c.Groups {
		if g := &c.Groups[i]; g.Differ > 0 {
			say(w, "%s, %s: %s → %s (%s ₽), строк %d", g.House, g.Service.Russian(), g.Charged.Old.Russian(), g.Charged.Our.Russian(),
				g.Charged.Diff().Russian(), g.Differ)
		}
	}
	for i := range c.Differences[:min(len(c.Differences), shownDifferences)] {
		d := &c.Differences[i]
		say(w, "  %s %s: начислено %s → %s, сальдо %s → %s; %s %s", d.Account, d.Service.Russian(), d.Charged.Old.Russian(), d.Charged.Our.Russian(),
			d.Closing.Old.Russian(), d.Closing.Our.Russian(), d.Cause.Russian(), d.Note)
	}
	if more := len(c.Differences) - shownDifferences; more > 0 {
		say(w, "  … ещё %d: kvitok compare --xlsx FILE", more)
	}
}
