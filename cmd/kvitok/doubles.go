package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) doublesCommand() *cobra.Command {
	var xlsx string
	c := &cobra.Command{
		Use: "doubles", Short: "Services that two issuers charge for on the same premises on the same days",
		Long: "Services that two issuers or payees charge for on the same premises on the same days: two accounts of one premises,\n" +
			"two payees on one account, a supplier's registry beside our own charge. The protocol of a run lists them too;\n" +
			"they never stop the month. Exit code 3 where there are any.",
	}
	c.Flags().StringVar(&xlsx, "xlsx", "", "write them to this workbook")
	return e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		list, err := a.pipeline.Doubles(ctx, period)
		if err != nil {
			return err
		}
		if xlsx != "" {
			if err := writeFile(xlsx, func(w io.Writer) error { return a.pipeline.WriteDoubles(ctx, w, period, list) }); err != nil {
				return err
			}
		}
		if err := e.print(list, func(w io.Writer) {
			say(w, "%d services are charged twice in %s", len(list), period)
			writeDoubles(w, list)
			if xlsx != "" {
				say(w, "written: %s", xlsx)
			}
		}); err != nil {
			return err
		}
		if len(list) > 0 {
			return errAttention
		}
		return nil
	})
}

func writeDoubles(w io.Writer, list []housing.Double) {
	for i := range list {
		place := list[i].House
		if list[i].Premises != "" {
			place += ", " + list[i].Premises
		}
		say(w, "  %s: %s", place, list[i].Russian())
		say(w, "    %s; %s", list[i].A.Source.Russian(), list[i].B.Source.Russian())
	}
}
