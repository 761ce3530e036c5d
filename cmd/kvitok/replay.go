package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) replayCommand() *cobra.Command {
	return e.monthStep(&cobra.Command{
		Use: "replay", Short: "Recompute the month from its stored snapshots and compare to the kopeck",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Replay(ctx, period)
		if err != nil {
			return err
		}
		if err := e.print(result, func(w io.Writer) {
			say(w, "replayed: %d houses, %d lines, %s roubles; %d differ", result.Houses, result.Lines, result.Amount.Russian(), len(result.Differences))
			for _, d := range result.Differences {
				say(w, "  %s, account %s: %s", d.House, d.Account, d.Text)
			}
		}); err != nil {
			return err
		}
		if len(result.Differences) > 0 {
			return fmt.Errorf("%s does not replay: %d differences", period, len(result.Differences))
		}
		return nil
	})
}
