package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) receiptsCommand() *cobra.Command {
	var account, out, at string
	c := e.monthStep(&cobra.Command{
		Use: "receipts", Short: "Issue and draw the receipts of a month; --account: one of them again",
		Long: "Without --account the same as issue. With it, draws the payment document of an account again from the register\n" +
			"of issued documents: the content is that of the day of issue, whatever was corrected since. --at takes the\n" +
			"version that stood at a moment.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		if account == "" {
			return e.issue(ctx, a, period)
		}
		moment, err := parseMoment(at)
		if err != nil {
			return err
		}
		var version store.DocumentVersion
		err = writeFile(out, func(w io.Writer) error {
			version, err = a.pipeline.Receipt(ctx, w, account, period, moment)
			return err
		})
		if missing, ok := errors.AsType[*pipeline.NoDocumentError](err); ok {
			return missing
		}
		if err != nil {
			return err
		}
		return e.print(version, func(w io.Writer) {
			say(w, "%s: document %s, version %d of %s, %s roubles to pay", out, version.Number, version.Version,
				version.IssuedAt.Format(time.RFC3339), version.ToPay.Russian())
			if !pipeline.SameForm(version) {
				say(w, "    it was issued in another version of the form: the content is the issued one, the look is of today")
			}
		})
	})
	c.Flags().StringVar(&account, "account", "", "number of the personal account")
	c.Flags().StringVar(&out, "out", "", "the PDF to write")
	c.Flags().StringVar(&at, "at", "", "a past moment: 2026-11-05T12:00:00+03:00")
	c.MarkFlagsRequiredTogether("account", "out")
	return c
}

// parseMoment reads an instant; "" is the zero one.
func parseMoment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no moment such as 2026-11-05T12:00:00+03:00", s)
	}
	return t, nil
}
