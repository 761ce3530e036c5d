package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
)

// The exit codes that scripts rely on.
const (
	exitDone      = 0
	exitFailed    = 1 // failed or refused
	exitUsage     = 2 // wrong usage
	exitAttention = 3 // done, with rejected rows or held accounts
)

// errAttention ends a command that did its work, where somebody has to look at the result.
var errAttention = errors.New("done, with rejected rows or held accounts")

// environment is all that a command gets from the world, so that tests run it in their process.
type environment struct {
	args     []string
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	terminal bool // somebody watches err

	dir, config   string // flags of every command
	json, verbose bool
	started       bool // a command has begun: its errors are not wrong usage
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, e *environment) int {
	root := e.root() //nolint:contextcheck // cobra hands the context to the commands
	root.SetArgs(e.args)
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errAttention):
		return exitAttention
	case !e.started:
		_, _ = fmt.Fprintf(e.err, "kvitok: %v\nSee kvitok --help\n", err)
		return exitUsage
	}
	_, _ = fmt.Fprintf(e.err, "kvitok: %v\n", err)
	if usage, ok := errors.AsType[*usageError](err); ok {
		_ = usage
		return exitUsage
	}
	return exitFailed
}

// usageError is wrong usage that only the command itself can see.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func (e *environment) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "kvitok",
		Short:         "Batch gateway for utilities: files and readings in, charges, receipts and reports out",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	flags := root.PersistentFlags()
	flags.StringVar(&e.dir, "dir", "./var", "data folder")
	flags.StringVar(&e.config, "config", "", "configuration (default DIR/kvitok.yaml)")
	flags.BoolVar(&e.json, "json", false, "print the result as JSON")
	flags.BoolVarP(&e.verbose, "verbose", "v", false, "log details")
	root.AddCommand(
		e.demoCommand(), e.runCommand(), // the month
		e.importCommand(), e.formatsCommand(), e.matchCommand(), e.doublesCommand(), // what arrives
		e.chargeCommand(), e.correctCommand(), e.calcCommand(), e.explainCommand(), e.whatIfCommand(), e.compareCommand(), e.replayCommand(), // the calculation
		e.traceCommand(), e.subsidyCommand(),
		e.ledgerCommand(), e.paymentsCommand(), e.reconcileCommand(), e.penaltiesCommand(), e.statementCommand(), // the money
		e.gateCommand(), e.issueCommand(), e.receiptsCommand(), e.lettersCommand(), e.verifyCommand(), // the documents
		e.reportCommand(), e.exportCommand(), e.deliverCommand(), e.tidyCommand(), e.closeCommand(), e.auditCommand(),
		e.serveCommand(), e.workerCommand(), e.passwordCommand(), e.checkCommand(), e.migrateCommand(), e.benchCommand(), e.versionCommand(),
	)
	return root
}

// do marks the moment from which errors are those of the work, not of the command line.
func (e *environment) do(work func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		e.started = true
		return work(c.Context(), args)
	}
}

// periodFlag adds --period, which has no default: a month is never guessed.
func periodFlag(c *cobra.Command, period *housing.Period) *cobra.Command {
	c.Flags().TextVar(period, "period", housing.Period(0), "month, such as 2026-10")
	c.Flag("period").DefValue = ""
	_ = c.MarkFlagRequired("period") // the flag was made one line above
	return c
}

func (e *environment) configPath() string {
	if e.config != "" {
		return e.config
	}
	return filepath.Join(e.dir, "kvitok.yaml")
}

// logger writes for people: only what needs them while bars are drawn, a line a stage otherwise.
func (e *environment) logger() *slog.Logger {
	level := slog.LevelInfo
	if e.terminal {
		level = slog.LevelWarn
	}
	if e.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: level}))
}

// print writes a result: as JSON where that was asked for, else by text.
func (e *environment) print(result any, text func(w io.Writer)) error {
	if !e.json {
		text(e.out)
		return nil
	}
	encoder := json.NewEncoder(e.out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// say writes one line of a result.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format+"\n", args...) // a closed pipe is the reader's decision
}
