package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) reportCommand() *cobra.Command {
	var gis, social bool
	c := e.monthStep(&cobra.Command{
		Use: "report", Short: "Write the accountant's workbooks and the registries of the month",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Publish(ctx, period)
		if err != nil {
			return err
		}
		further := []struct {
			wanted bool
			write  func(context.Context, housing.Period) (pipeline.PublishResult, error)
		}{{gis, a.pipeline.PublishGIS}, {social, a.pipeline.PublishSocial}}
		for _, f := range further {
			if !f.wanted {
				continue
			}
			more, err := f.write(ctx, period)
			if err != nil {
				return err
			}
			result.Files = append(result.Files, more.Files...)
			result.Changed += more.Changed
		}
		return e.print(result, func(w io.Writer) { writePublish(w, result) })
	})
	c.Flags().BoolVar(&gis, "gis", false, "write the workbooks for ГИС ЖКХ too: payment documents issued, readings of meters it knows")
	c.Flags().BoolVar(&social, "social", false, "answer the requests of social protection (USLUGA1.DBF) that came since the month began")
	return c
}
