package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
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
			if err := exportHolds(ctx, a, period, export); err != nil {
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

func gateCounts(t store.GateTotals) string {
	return fmt.Sprintf("%d held, %d returned, %d released", t.Held, t.Returned, t.Released)
}

func exportHolds(ctx context.Context, a *app, period housing.Period, path string) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".kvitok-*")
	if err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // renamed away on success
	_, err = a.pipeline.ExportHolds(ctx, temporary, period)
	if err = errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

func (e *environment) applyGate(ctx context.Context, a *app, period housing.Period, path, by string) (err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("read the filled workbook: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("read the filled workbook: %w", err)
	}
	list, problems, err := answers.ReadGate(importers.Input{Name: filepath.Base(path), Size: info.Size(), Content: file})
	if err != nil {
		return fmt.Errorf("read the filled workbook: %w", err)
	}
	result, err := a.pipeline.ApplyGate(ctx, period, list, by)
	result.Problems = append(problems, result.Problems...)
	if perr := e.print(result, func(w io.Writer) {
		say(w, "applied: %d released, %d returned, %d left open, %d problems; now %s", result.Released, result.Returned, result.Open,
			len(result.Problems), gateCounts(result.Totals))
		for _, p := range result.Problems {
			say(w, "  %s", placed(p))
		}
	}); perr != nil {
		return perr
	}
	if err != nil {
		return err
	}
	if len(result.Problems) > 0 || result.Totals.Held+result.Totals.Returned > 0 {
		return errAttention
	}
	return nil
}
