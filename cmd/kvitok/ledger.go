package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) ledgerCommand() *cobra.Command {
	return e.monthStep(&cobra.Command{
		Use: "ledger", Short: "Distribute payments, draw up the balances and prove that they agree",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Ledger(ctx, period)
		if err != nil {
			return err
		}
		return e.print(result, func(w io.Writer) { writeLedger(w, result) })
	})
}
