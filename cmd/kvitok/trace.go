package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/store"
)

// traceFlags is what a trace starts from.
type traceFlags struct {
	file, topic, entry, account, service string
	code, sha256                         string
	row, offset                          int64
	partition                            int32
	period                               housing.Period
	limit                                int
}

func (e *environment) traceCommand() *cobra.Command {
	var f traceFlags
	c := &cobra.Command{
		Use: "trace", Short: "From a row of a file to the receipts that it moved, and from a receipt down to rows and offsets",
		Long: "Which facts a file, a row of it, a message or an operator's entry made, what became of them, and which lines of\n" +
			"receipts rest on them (--file, --topic, --entry); or where every line of a receipt came from (--account, or --code as printed).",
		Example: "  kvitok trace --file accounts.xlsx --row 417\n" +
			"  kvitok trace --topic readings --partition 3 --offset 1055\n" +
			"  kvitok trace --account 0100001074 --period 2026-10 --service cold_water\n" +
			"  kvitok trace --code 7319-5528-0467",
		Args: cobra.NoArgs,
	}
	flags := c.Flags()
	flags.StringVar(&f.file, "file", "", "name of a received file")
	flags.Int64Var(&f.row, "row", -1, "row of the file (default: all)")
	flags.StringVar(&f.topic, "topic", "", "topic of a message")
	flags.Int32Var(&f.partition, "partition", 0, "its partition")
	flags.Int64Var(&f.offset, "offset", -1, "its offset (default: all)")
	flags.StringVar(&f.entry, "entry", "", "whose entries by hand")
	flags.StringVar(&f.sha256, "sha256", "", "with --file: of several files of that name, the one whose SHA-256 begins so")
	flags.StringVar(&f.code, "code", "", "check code of a receipt")
	flags.StringVar(&f.account, "account", "", "number of a personal account")
	flags.StringVar(&f.service, "service", "", "with --account: of this service only")
	flags.TextVar(&f.period, "period", housing.Period(0), "month, such as 2026-10 (with --file: default all charged ones)")
	c.Flag("period").DefValue = ""
	flags.IntVar(&f.limit, "limit", 100, "how many facts and lines to show; all are counted")
	c.MarkFlagsOneRequired("file", "topic", "entry", "account", "code")
	c.MarkFlagsMutuallyExclusive("file", "topic", "entry", "account", "code")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		if f.account != "" && f.period.IsZero() {
			return &usageError{"--account needs --period"}
		}
		if f.service != "" && !housing.Service(f.service).Valid() {
			return &usageError{fmt.Sprintf("no service is called %q", f.service)}
		}
		return e.work(ctx, func(ctx context.Context, a *app) error {
			if f.account != "" || f.code != "" {
				return e.traceAccount(ctx, a, f)
			}
			return e.traceSource(ctx, a, f)
		})
	})
	return c
}

func (f traceFlags) source() housing.Source {
	switch {
	case f.topic != "":
		return housing.Source{Kind: housing.SourceStream, Name: f.topic, Partition: f.partition, Position: f.offset}
	case f.entry != "":
		return housing.Source{Kind: housing.SourceManual, Name: f.entry, Position: f.row}
	}
	return housing.Source{Kind: housing.SourceFile, Name: f.file, Position: f.row}
}

func (e *environment) traceSource(ctx context.Context, a *app, f traceFlags) error {
	t, err := a.pipeline.Trace(ctx, pipeline.TraceInput{Source: f.source(), SHA256: f.sha256, Period: f.period, Limit: max(f.limit, 1)})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("nothing came by %s", f.source())
	}
	if err != nil {
		return err
	}
	return e.print(t, func(w io.Writer) { writeTrace(w, &t, a.config.zone) })
}

func writeLines(w io.Writer, t *pipeline.SourceTrace) {
	for i := range t.Lines {
		line := &t.Lines[i]
		var text strings.Builder
		fmt.Fprintf(&text, "  %s %s %s: %s", line.Period, line.Account, line.Service.Russian(), line.Amount.Russian())
		if line.Document != "" {
			text.WriteString(", документ " + line.Document)
		}
		for _, o := range line.Operands {
			fmt.Fprintf(&text, "; %s = %s (%s)", o.Symbol, o.Value, o.Meaning)
		}
		say(w, "%s", text.String())
	}
}
