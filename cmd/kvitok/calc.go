package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

func (e *environment) calcCommand() *cobra.Command {
	return &cobra.Command{
		Use: "calc FILE.json", Short: "Compute one snapshot file and print every line with its trace",
		Long: "Compute one snapshot file (docs/calc.md; - reads standard input): no database, no clock, no configuration.",
		Args: cobra.ExactArgs(1),
		RunE: e.do(func(_ context.Context, args []string) error { return e.calc(args[0]) }),
	}
}

func (e *environment) calc(path string) (err error) {
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
	traces, findings, err := charging.ExplainAll(snapshot)
	if err != nil {
		return fmt.Errorf("calculate %s: %w", path, err)
	}
	return e.printTraces(traces, findings)
}

// printTraces prints a calculation sheet; held accounts end the command with their own exit code.
func (e *environment) printTraces(traces []housing.Trace, findings []housing.Finding) error {
	result := struct {
		Traces   []housing.Trace   `json:"traces"`
		Findings []housing.Finding `json:"findings"`
	}{traces, findings}
	held := false
	var failed error
	err := e.print(result, func(w io.Writer) {
		failed = charging.WriteText(w, traces)
		for _, f := range findings {
			say(w, "%s: %s", f.Account, f.Text)
		}
	})
	for _, f := range findings {
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
