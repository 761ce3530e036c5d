package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) reportCommand() *cobra.Command {
	return e.monthStep(&cobra.Command{
		Use: "report", Short: "Write the accountant's workbooks and the registries of the month",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Publish(ctx, period)
		if err != nil {
			return err
		}
		return e.print(result, func(w io.Writer) { writePublish(w, result) })
	})
}
