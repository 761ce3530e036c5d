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
		Use: "verify CODE", Short: "Whether a receipt, certificate or statement with this check code was issued, and whether it still stands",
		Long: "Asks the registers of issued payment documents, certificates of debt and statements for the printed check code. Compare the account\n" +
			"and the sum with the paper: a forged receipt may carry the code of another one. Exit code 1: there is none.",
		Args: cobra.ExactArgs(1),
		RunE: e.do(func(ctx context.Context, args []string) error {
			return e.work(ctx, func(ctx context.Context, a *app) error {
				found, err := a.pipeline.Verify(ctx, args[0])
				if err != nil {
					return err
				}
				if err := e.print(found, func(w io.Writer) {
					writeVersions(w, found.Versions)
					writePapers(w, found.Papers)
				}); err != nil {
					return err
				}
				if !found.Found {
					return fmt.Errorf("no receipt with the check code %q was issued, nor a certificate or statement", args[0])
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

func writePapers(w io.Writer, papers []store.Paper) {
	for _, p := range papers {
		say(w, "%s: %s %s of account %s as of %s, %s roubles owed", p.CheckCode, p.Kind, p.Number, p.Account, p.AsOf, p.Total.Russian())
		say(w, "    issued %s by %s; sha256 %s", p.IssuedAt.Format(time.RFC3339), p.IssuedBy, p.SHA256)
	}
}
