package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (e *environment) issueCommand() *cobra.Command {
	return e.monthStep(&cobra.Command{
		Use: "issue", Short: "Issue the payment documents and draw the print files",
	}, e.issue)
}

func (e *environment) issue(ctx context.Context, a *app, period housing.Period) error {
	result, err := a.pipeline.Issue(ctx, period)
	if err != nil {
		return err
	}
	if err := e.print(result, func(w io.Writer) { writeIssue(w, result) }); err != nil {
		return err
	}
	if len(result.Held) > 0 {
		return errAttention
	}
	return nil
}
