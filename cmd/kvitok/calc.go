package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

func (e *environment) calcCommand() *cobra.Command {
	var xlsx string
	c := &cobra.Command{
		Use: "calc FILE.json", Short: "Compute one snapshot file and print every line with its trace",
		Long: "Compute one snapshot file (docs/calc.md; - reads standard input): no database, no clock, no configuration.\n" +
			"--xlsx writes the calculation sheets of all its accounts besides.",
		Args: cobra.ExactArgs(1),
		RunE: e.do(func(_ context.Context, args []string) error { return e.calc(args[0], xlsx) }),
	}
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the calculation sheets to this workbook")
	return c
}

func (e *environment) calc(path, xlsx string) (err error) {
	source := e.in
	if path != "-" {
		file, err := os.Open(path) //nolint:gosec // the operator names the file
		if err != nil {
			return fmt.Errorf("read the snapshot: %w", err)
		}
		defer func() { _ = file.Close() }() // only read
		source = file
	}
	snapshot, err := charging.ReadSnapshot(source)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	result, traces, err := charging.ExplainHouse(snapshot)
	if err != nil {
		return fmt.Errorf("calculate %s: %w", path, err)
	}
	if xlsx != "" {
		if err := e.writeCalc(xlsx, snapshot, traces, result.Findings); err != nil {
			return err
		}
	}
	return e.printCalculated(calculated{Traces: traces, Findings: result.Findings, House: result.House, Benefits: result.Benefits})
}

// writeCalc writes a workbook that is of the file alone: equal files give equal bytes.
func (e *environment) writeCalc(path string, s *housing.Snapshot, traces []housing.Trace, findings []housing.Finding) error {
	digest := sha256.New()
	if err := charging.WriteSnapshot(digest, s); err != nil {
		return fmt.Errorf("name the snapshot: %w", err)
	}
	issuer := housing.Organisation{Name: "ИНН " + s.Organisation}
	sheets, err := pipeline.Sheets(s, traces, findings, housing.CalculationSheet{
		Issuer: issuer, Engine: version, Snapshot: hex.EncodeToString(digest.Sum(nil)),
	})
	if err != nil {
		return err
	}
	meta := reports.Meta{Organisation: issuer, Period: s.Period, AsOf: s.Period.Last().Time(), Run: "—", Engine: version}
	return writeFile(path, func(w io.Writer) error {
		_, err := reports.WriteSheets(w, meta, sheets)
		return err
	})
}

// calculated is what a calculation is printed of: the last two are of a whole house.
type calculated struct {
	Traces   []housing.Trace         `json:"traces"`
	Findings []housing.Finding       `json:"findings"`
	House    []charging.HouseOutcome `json:"house,omitempty"`
	Benefits []housing.BenefitShare  `json:"benefits,omitempty"`
}

// printCalculated prints a calculation sheet; held accounts end the command with their own exit code.
func (e *environment) printCalculated(r calculated) error {
	held := false
	var failed error
	err := e.print(r, func(w io.Writer) {
		failed = charging.WriteText(w, r.Traces)
		for _, f := range r.Findings {
			say(w, "%s: %s", findingOf(f), f.Text)
		}
	})
	for _, f := range r.Findings {
		held = held || f.Held
	}
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	if held {
		return errAttention
	}
	return nil
}

// findingOf says whom a finding is about, and whether it holds him.
func findingOf(f housing.Finding) string {
	switch {
	case f.Account == "":
		return "Дом"
	case f.Held:
		return "Лицевой счёт " + f.Account + " задержан (" + f.Code + ")"
	}
	return "Лицевой счёт " + f.Account
}
