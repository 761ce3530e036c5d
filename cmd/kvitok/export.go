package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) exportCommand() *cobra.Command {
	return e.monthStep(&cobra.Command{
		Use: "export", Short: "Write the registries of the month and bring everything queued to the partners' outboxes",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		published, err := a.pipeline.Publish(ctx, period)
		if err != nil {
			return err
		}
		delivered, err := a.pipeline.Deliver(ctx)
		if err != nil {
			return err
		}
		result := struct {
			Published pipeline.PublishResult `json:"published"`
			Delivered pipeline.DeliverResult `json:"delivered"`
		}{published, delivered}
		return e.print(result, func(w io.Writer) {
			writePublish(w, published)
			say(w, "delivered: %d files, %d wait", delivered.Delivered, delivered.Waiting)
		})
	})
}
