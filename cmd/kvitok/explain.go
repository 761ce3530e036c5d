package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) explainCommand() *cobra.Command {
	var account string
	c := e.monthStep(&cobra.Command{
		Use: "explain", Short: "Why each kopeck of an account: formula, operands, document, file and row",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		traces, err := a.pipeline.Explain(ctx, account, period)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, charging.ErrNoAccount) {
			return fmt.Errorf("account %s was not charged for %s", account, period)
		}
		if err != nil {
			return err //nolint:wrapcheck // says what failed
		}
		var failed error
		err = e.print(traces, func(w io.Writer) { failed = charging.WriteText(w, traces) })
		return errors.Join(err, failed)
	})
	c.Flags().StringVar(&account, "account", "", "number of the personal account")
	_ = c.MarkFlagRequired("account") // the flag was made one line above
	return c
}
