package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) reportCommand() *cobra.Command {
	var gis bool
	c := e.monthStep(&cobra.Command{
		Use: "report", Short: "Write the accountant's workbooks and the registries of the month",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Publish(ctx, period)
		if err == nil && gis {
			var more pipeline.PublishResult
			more, err = a.pipeline.PublishGIS(ctx, period)
			result.Files = append(result.Files, more.Files...)
			result.Changed += more.Changed
		}
		if err != nil {
			return err
		}
		return e.print(result, func(w io.Writer) { writePublish(w, result) })
	})
	c.Flags().BoolVar(&gis, "gis", false, "write the workbooks for ГИС ЖКХ too: payment documents issued, readings of meters it knows")
	return c
}
