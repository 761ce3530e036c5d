package main

import (
	"cmp"
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) tidyCommand() *cobra.Command {
	var t pipeline.Tidying
	c := &cobra.Command{
		Use: "tidy", Short: "Delete from the archive what is older than its partner's keep_days; without --delete only tells", Args: cobra.NoArgs,
		Long: "Tells what of the archive is older than the keep_days of its partner and may go; --delete deletes it. A received file goes only when\n" +
			"each of its rows was accepted, a copy of a delivered one only when it was delivered. All else is kept and named, exit code 3.\n" +
			"Partners without keep_days keep everything. Who deleted and why goes into the journal.",
	}
	c.Flags().BoolVar(&t.Delete, "delete", false, "delete it")
	c.Flags().StringVar(&t.Who, "who", "", "who does it, for the journal (default: the user of the system)")
	c.Flags().StringVar(&t.Why, "why", "", "why, for the journal")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		if t.Delete && t.Why == "" {
			return &usageError{"--why must be given: it goes into the journal"}
		}
		t.Who = cmp.Or(t.Who, pipeline.Actor())
		return e.work(ctx, func(ctx context.Context, a *app) error { return e.tidy(ctx, a, t) })
	})
	return c
}

func (e *environment) tidy(ctx context.Context, a *app, t pipeline.Tidying) error {
	result, err := a.pipeline.Tidy(ctx, t)
	if err != nil {
		return err
	}
	kept := 0
	if err := e.print(result, func(w io.Writer) {
		verb := "would be deleted"
		if result.Deleted {
			verb = "deleted"
		}
		if len(result.Partners) == 0 {
			say(w, "no partner has keep_days: everything is kept")
		}
		for _, p := range result.Partners {
			say(w, "%s: %d files, %d bytes of before %s %s, %d kept", p.Name, p.Files, p.Bytes, p.Before, verb, len(p.Kept))
			for _, path := range p.Kept {
				say(w, "  kept: %s", path)
			}
		}
	}); err != nil {
		return err
	}
	for _, p := range result.Partners {
		kept += len(p.Kept)
	}
	if kept > 0 {
		return errAttention
	}
	return nil
}
