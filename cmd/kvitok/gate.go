package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers/answers"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) gateCommand() *cobra.Command {
	var export, apply, by string
	c := &cobra.Command{
		Use: "gate", Short: "What changed since last month and why; what holds the issue",
		Long: "Split the change of every account's charges against last month by cause (tariff, volume, days, people, area,\n" +
			"coefficient, correction, services, unexplained) and hold back what is not explained or looks like a mistake.\n" +
			"Held accounts are not issued until the workbook is filled in and applied. Exit code 3 while something is held.",
	}
	c.Flags().StringVar(&export, "export", "", "write the workbook of held accounts to this file")
	c.Flags().StringVar(&apply, "apply", "", "apply this filled workbook")
	c.Flags().StringVar(&by, "by", pipeline.Actor(), "who decides, kept with the decision")
	c.MarkFlagsMutuallyExclusive("export", "apply")
	return e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		if apply != "" {
			return e.applyGate(ctx, a, period, apply, by)
		}
		result, err := a.pipeline.Gate(ctx, period)
		if err != nil {
			return err
		}
		if export != "" {
			if err := writeFile(export, func(w io.Writer) error {
				_, err := a.pipeline.ExportHolds(ctx, w, period, by)
				return err
			}); err != nil {
				return err
			}
		}
		if err := e.print(result, func(w io.Writer) {
			writeGate(w, result)
			if export != "" {
				say(w, "%d accounts in %s", len(result.Holds), export)
			}
		}); err != nil {
			return err
		}
		if result.Holding() {
			return errAttention
		}
		return nil
	})
}

func writeGate(w io.Writer, r pipeline.GateResult) {
	say(w, "gate: %d accounts looked at, %d houses compared with the month before; %s", r.Accounts, r.Compared, gateCounts(r.GateTotals))
	if r.Compared > 0 {
		say(w, "charged %s → %s: %s", r.Was.Russian(), r.Now.Russian(), gateCauses(r.Causes))
	}
	const shown = 5
	count := 0
	for i := range r.Holds {
		h := &r.Holds[i]
		if h.Status == housing.GateReleased {
			continue
		}
		if count++; count > shown {
			say(w, "  … and %d more", r.Held+r.Returned-shown)
			break
		}
		say(w, "  %s: %s → %s: %s", h.Account, h.Change.Was.Russian(), h.Change.Now.Russian(), h.Reason)
	}
}

// gateCauses tells why the sums of two months differ, what is nothing aside.
func gateCauses(causes []housing.Money) string {
	told := make([]string, 0, len(causes))
	for i, title := range housing.CauseTitles() {
		if i < len(causes) && causes[i] != 0 {
			told = append(told, title+" "+signed(causes[i]))
		}
	}
	if len(told) == 0 {
		return "nothing has changed"
	}
	return strings.Join(told, ", ")
}

func gateCounts(t store.GateTotals) string {
	return fmt.Sprintf("%d held, %d returned, %d released", t.Held, t.Returned, t.Released)
}

// appliedGate tells of a workbook of held accounts.
type appliedGate struct{ pipeline.GateAnswerResult }

func (r *appliedGate) told() string {
	return fmt.Sprintf("%d released, %d returned, %d left open, %d problems; now %s", r.Released, r.Returned, r.Open, len(r.Problems), gateCounts(r.Totals))
}
func (r *appliedGate) open() bool                   { return r.Totals.Held+r.Totals.Returned > 0 }
func (r *appliedGate) problems() *[]housing.Problem { return &r.Problems }

func (e *environment) applyGate(ctx context.Context, a *app, period housing.Period, path, by string) error {
	return applyFilled(ctx, e, path, answers.ReadGate, func(ctx context.Context, list []housing.GateAnswer) (applied, error) {
		result, err := a.pipeline.ApplyGate(ctx, period, list, by)
		return &appliedGate{result}, err
	})
}
