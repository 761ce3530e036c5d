package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify CODE", Short: "Whether a receipt with this check code was issued, and whether it still stands",
		Long: "Asks the register of issued payment documents for the check code printed on a receipt. Compare the account\n" +
			"and the sum with the paper: a forged receipt may carry the code of another one. Exit code 1: there is none.",
		Args: cobra.ExactArgs(1),
		RunE: e.do(func(ctx context.Context, args []string) error {
			return e.work(ctx, func(ctx context.Context, a *app) error {
				found, err := a.pipeline.Verify(ctx, args[0])
				if err != nil {
					return err
				}
				if err := e.print(found, func(w io.Writer) { writeVersions(w, found.Versions) }); err != nil {
					return err
				}
				if !found.Found {
					return fmt.Errorf("no receipt with the check code %q was issued", args[0])
				}
				return nil
			})
		}),
	}
}

func writeVersions(w io.Writer, versions []store.DocumentVersion) {
	for _, v := range versions {
		say(w, "%s: document %s of account %s for %s, %s roubles to pay by %s", v.CheckCode, v.Number, v.Account, v.Period, v.ToPay.Russian(), v.PayBy)
		state := "it stands"
		if v.EndedAt != nil {
			state = "replaced or withdrawn " + v.EndedAt.Format(time.RFC3339)
		}
		say(w, "    issued %s, version %d, %s; sha256 %s", v.IssuedAt.Format(time.RFC3339), v.Version, state, v.SHA256)
	}
}
