package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/town"
)

func (e *environment) benchImportCommand() *cobra.Command {
	var accounts, rows int
	var keep bool
	c := &cobra.Command{
		Use: "import", Short: "Take in the files of a made town and two large ones: rows a second as stored, peak memory",
		Long: "Makes a town of --accounts accounts and takes in its files one by one into a new database below --dir: parsed, checked, stored, answered.\n" +
			"Then a registry of payments and a file of readings of --rows rows each. Memory is the peak of this process, without PostgreSQL.",
		Args: cobra.NoArgs,
	}
	c.Flags().IntVar(&accounts, "accounts", 30_000, "size of the town; its readings are at most those of 31 days")
	c.Flags().IntVar(&rows, "rows", 200_000, "rows of the registry of payments and of the file of readings")
	c.Flags().BoolVar(&keep, "keep", false, "leave the folder behind")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		t, err := town.New(town.Config{Accounts: accounts, Seed: townSeed})
		if err != nil {
			return &usageError{err.Error()}
		}
		result := benchResult{Accounts: accounts, Machine: machine()}
		err = e.benchIn(ctx, t, keep, func(ctx context.Context, e *environment, s *site) error { return e.benchFiles(ctx, s, rows, &result) })
		if err != nil {
			return fmt.Errorf("bench of the import: %w", err)
		}
		return e.print(result, func(w io.Writer) { writeBench(w, result) })
	})
	return c
}
