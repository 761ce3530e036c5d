package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

// doubleFlags are those of kvitok doubles.
type doubleFlags struct {
	xlsx, apply, right, wrong, account, with, reason, by string
	until                                                housing.Period
}

func (e *environment) doublesCommand() *cobra.Command {
	var f doubleFlags
	c := &cobra.Command{
		Use: "doubles", Short: "Services that two issuers charge for on the same premises on the same days",
		Long: "Services that two issuers or payees charge for on the same premises on the same days: two accounts of one premises,\n" +
			"two payees on one account, a supplier's registry beside our own charge. The protocol of a run lists them too;\n" +
			"they never stop the month. Exit code 3 where there are any.\n" +
			"--right SERVICE --with OTHER says that both may charge, for one --account or all, --until a month or for good: it is no double\n" +
			"any more. --wrong takes that back. --apply takes such decisions from the workbook of --xlsx. Every decision needs a reason.",
	}
	flags := c.Flags()
	flags.StringVar(&f.xlsx, "xlsx", "", "write them to this workbook")
	flags.StringVar(&f.apply, "apply", "", "take the decisions of this filled workbook first")
	flags.StringVar(&f.right, "right", "", "service, such as solid_waste, that both may charge for")
	flags.StringVar(&f.wrong, "wrong", "", "service that they may not charge for both after all")
	flags.StringVar(&f.with, "with", "", "the other side, as listed: ИНН of an issuer or payee, or the partner whose registry it is")
	flags.StringVar(&f.account, "account", "", "of this account only (default: of all)")
	flags.TextVar(&f.until, "until", housing.Period(0), "last month for which it holds (default: until it is taken back)")
	c.Flag("until").DefValue = ""
	flags.StringVar(&f.reason, "reason", "", "why, kept with the decision")
	flags.StringVar(&f.by, "by", pipeline.Actor(), "who decides, kept with the decision")
	c.MarkFlagsMutuallyExclusive("right", "wrong", "apply")
	return e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		if f.until != 0 && f.until < period {
			return &usageError{"--until is the last month for which it holds: not before " + period.String()}
		}
		switch {
		case f.apply != "":
			return e.applyDoubles(ctx, a, f)
		case f.right != "" || f.wrong != "":
			return e.decideDouble(ctx, a, f)
		}
		return e.findDoubles(ctx, a, period, f.xlsx)
	})
}

func (e *environment) findDoubles(ctx context.Context, a *app, period housing.Period, xlsx string) error {
	list, err := a.pipeline.Doubles(ctx, period)
	if err != nil {
		return err
	}
	open := 0
	for i := range list {
		if !list[i].Right {
			open++
		}
	}
	if xlsx != "" {
		if err := writeFile(xlsx, func(w io.Writer) error { return a.pipeline.WriteDoubles(ctx, w, period, list) }); err != nil {
			return err
		}
	}
	if err := e.print(list, func(w io.Writer) {
		say(w, "%d services are charged twice in %s", open, period)
		if open < len(list) {
			say(w, "%d more were found right", len(list)-open)
		}
		writeDoubles(w, list)
		if xlsx != "" {
			say(w, "written: %s", xlsx)
		}
	}); err != nil {
		return err
	}
	if open > 0 {
		return errAttention
	}
	return nil
}

func writeDoubles(w io.Writer, list []housing.Double) {
	for i := range list {
		d := &list[i]
		place := d.House
		if d.Premises != "" {
			place += ", " + d.Premises
		}
		say(w, "  %s: %s", place, d.Russian())
		say(w, "    %s; %s", d.A.Source.Russian(), d.B.Source.Russian())
		if d.Right {
			until := ""
			if d.Until != 0 {
				until = " until " + d.Until.String()
			}
			say(w, "    right%s, says %s: %s", until, d.By, d.Reason)
			continue
		}
		say(w, "    both may charge: --right %s --with %s --account %s --reason ...", d.Service, d.Other, d.A.Account)
	}
}

func (e *environment) decideDouble(ctx context.Context, a *app, f doubleFlags) error {
	d := housing.DoubleDecision{
		Service: housing.Service(f.right + f.wrong), Account: f.account, Other: f.with, Right: f.right != "", Until: f.until, Reason: f.reason, By: f.by,
	}
	made, err := a.pipeline.DecideDouble(ctx, d)
	if err != nil {
		return err
	}
	return e.print(map[string]any{"decided": made}, func(w io.Writer) {
		if !made {
			say(w, "nothing new: that was decided already")
			return
		}
		say(w, "decided: %s with %s", d.Service, d.Other)
	})
}

// appliedDoubles tells of a workbook of doubles.
type appliedDoubles struct{ pipeline.DoubleAnswerResult }

func (r *appliedDoubles) told() string {
	return fmt.Sprintf("%d decided, %d unchanged, %d problems", r.Decided, r.Unchanged, len(r.Problems))
}
func (r *appliedDoubles) open() bool                   { return false }
func (r *appliedDoubles) problems() *[]housing.Problem { return &r.Problems }

func (e *environment) applyDoubles(ctx context.Context, a *app, f doubleFlags) error {
	return applyFilled(ctx, e, f.apply, answers.ReadDoubles, func(ctx context.Context, list []housing.DoubleAnswer) (applied, error) {
		result, err := a.pipeline.ApplyDoubleAnswers(ctx, list, f.by)
		return &appliedDoubles{result}, err
	})
}
