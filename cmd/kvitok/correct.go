package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) correctCommand() *cobra.Command {
	var in pipeline.CorrectInput
	var xlsx string
	c := e.monthStep(&cobra.Command{
		Use: "correct", Short: "Correct closed months by facts that arrived late, in the open month; --rehearse books nothing",
		Long: "Compute every closed month that facts recorded since its closing touch, from the snapshot that was issued (or last corrected)\n" +
			"with these facts, and book the difference in the open month, by account, month, service and cause. The closed month stays as it\n" +
			"is. Facts corrected once come out with no difference the next time; a fact that is undone books the reverse.\n" +
			"--rehearse shows the money and books nothing; --xlsx writes it to a workbook; --all compares every house and closed month,\n" +
			"whatever was recorded since. Accounts that the late facts do not allow to be charged, and months beyond\n" +
			"correction.look_back_months, are listed and end the command with exit code 3.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		in.Period = period
		return e.correct(ctx, a, in, xlsx)
	})
	c.Flags().BoolVar(&in.Rehearse, "rehearse", false, "show what would be booked, book nothing")
	c.Flags().BoolVar(&in.All, "all", false, "compare every house and closed month")
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the corrections to this workbook")
	return c
}

func (e *environment) correct(ctx context.Context, a *app, in pipeline.CorrectInput, xlsx string) error {
	result, err := a.pipeline.Correct(ctx, in)
	if err != nil {
		return err
	}
	if xlsx != "" {
		err := writeFile(xlsx, func(w io.Writer) error { return a.pipeline.WriteCorrections(ctx, w, result) })
		if err != nil {
			return err
		}
	}
	if err := e.print(result, func(w io.Writer) { writeCorrect(w, result, xlsx) }); err != nil {
		return err
	}
	if len(result.Failed) > 0 || len(result.Beyond) > 0 {
		return errAttention
	}
	return nil
}

// writeCorrect tells what closed months came to, for a person.
func writeCorrect(w io.Writer, r pipeline.CorrectResult, xlsx string) {
	if len(r.Months) == 0 {
		say(w, "corrected: no month before %s is closed", r.Period)
		return
	}
	what := "corrected"
	if !r.Booked {
		what = "would be corrected"
	}
	say(w, "%s in %s: %d lines of %d accounts, %s roubles (closed months %s to %s, %d times a house compared)", what, r.Period, len(r.Lines),
		r.Accounts, signed(r.Amount), r.Months[0], r.Months[len(r.Months)-1], r.Houses)
	for _, t := range r.Totals {
		say(w, "  %s %s %14s %14s %14s %6d lines", t.Month, pad(t.Cause.Russian(), 58), signed(t.Up), t.Down.Russian(), signed(t.Amount), t.Lines)
	}
	writeCorrections(w, r.Lines, "")
	writeBenefitCorrections(w, r.Benefits)
	writeCorrections(w, r.Beyond, "beyond the look-back limit, not booked:")
	for i, f := range r.Failed {
		if i == shownRows {
			say(w, "  … and %d more in --xlsx or --json", len(r.Failed)-shownRows)
			break
		}
		say(w, "NOT CORRECTED: %s %s %s: %s", f.Month, f.House, f.Account, f.Why)
	}
	if xlsx != "" {
		say(w, "written: %s", xlsx)
	}
}

func writeCorrections(w io.Writer, lines []housing.CorrectionLine, title string) {
	if title != "" && len(lines) > 0 {
		say(w, "%s", title)
	}
	for i := range lines {
		if i == shownRows {
			say(w, "  … and %d more in --xlsx or --json", len(lines)-shownRows)
			break
		}
		l := &lines[i]
		say(w, "  %s %s %s %12s → %12s %12s  %s", l.Account.Number, l.Month, pad(l.Service.Russian(), 28), l.Was.Russian(), l.Now.Russian(),
			signed(l.Amount), l.Document())
	}
}

// writeBenefitCorrections tells what closed months changed of benefits: a discount stands among the lines too.
func writeBenefitCorrections(w io.Writer, list []housing.BenefitCorrection) {
	if len(list) > 0 {
		say(w, "benefits, for the registry of the authority of social protection:")
	}
	for i := range list {
		if i == shownRows {
			say(w, "  … and %d more in --xlsx or --json", len(list)-shownRows)
			break
		}
		b := &list[i]
		how := b.Mode.Russian()
		if b.NotBooked != "" {
			how += ", за пределом срока, не проведено"
		}
		say(w, "  %s %s %s %12s → %12s %12s  %s: %s", b.Account.Number, b.Month, pad(b.Service.Russian(), 28), b.Was.Russian(), b.Now.Russian(),
			signed(b.Amount), how, b.Document())
	}
}
