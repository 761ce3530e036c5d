package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) chargeCommand() *cobra.Command {
	return e.monthStep(&cobra.Command{
		Use: "charge", Short: "Compute or recompute the open month",
		Long: "Compute or recompute the open month, one transaction a house, together with whatever workers there are.\n" +
			"Killed at any moment and run again, it gives the same kopecks.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Charge(ctx, period)
		if err != nil {
			return err
		}
		if err := e.print(result, func(w io.Writer) { writeCharge(w, result) }); err != nil {
			return err
		}
		if result.Totals.Held > 0 {
			return errAttention
		}
		return nil
	})
}
