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
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

// traceFlags is what a trace starts from.
type traceFlags struct {
	file, topic, entry, account, service string
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
			"receipts rest on them (--file, --topic, --entry); or where every line of a receipt came from (--account).",
		Example: "  kvitok trace --file accounts.xlsx --row 417\n" +
			"  kvitok trace --topic readings --partition 3 --offset 1055\n" +
			"  kvitok trace --account 0100001074 --period 2026-10 --service cold_water",
		Args: cobra.NoArgs,
	}
	flags := c.Flags()
	flags.StringVar(&f.file, "file", "", "name of a received file")
	flags.Int64Var(&f.row, "row", -1, "row of the file (default: all)")
	flags.StringVar(&f.topic, "topic", "", "topic of a message")
	flags.Int32Var(&f.partition, "partition", 0, "its partition")
	flags.Int64Var(&f.offset, "offset", -1, "its offset (default: all)")
	flags.StringVar(&f.entry, "entry", "", "whose entries by hand")
	flags.StringVar(&f.account, "account", "", "number of a personal account")
	flags.StringVar(&f.service, "service", "", "with --account: of this service only")
	flags.TextVar(&f.period, "period", housing.Period(0), "month, such as 2026-10 (with --file: default all charged ones)")
	c.Flag("period").DefValue = ""
	flags.IntVar(&f.limit, "limit", 100, "how many facts and lines to show; all are counted")
	c.MarkFlagsOneRequired("file", "topic", "entry", "account")
	c.MarkFlagsMutuallyExclusive("file", "topic", "entry", "account")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		if f.account != "" && f.period.IsZero() {
			return &usageError{"--account needs --period"}
		}
		if f.service != "" && !housing.Service(f.service).Valid() {
			return &usageError{fmt.Sprintf("no service is called %q", f.service)}
		}
		return e.work(ctx, func(ctx context.Context, a *app) error {
			if f.account != "" {
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
	t, err := a.pipeline.Trace(ctx, pipeline.TraceInput{Source: f.source(), Period: f.period, Limit: max(f.limit, 1)})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("nothing came by %s", f.source())
	}
	if err != nil {
		return err
	}
	return e.print(t, func(w io.Writer) {
		for _, file := range t.Files {
			say(w, "%s: %s, %s, archive %s", file.Name, file.Received.In(a.config.zone).Format("02.01.2006 15:04"), file.Status.Russian(), file.Archive)
		}
		for _, file := range t.Inside {
			say(w, "  %s: %s", file.Name, file.Status.Russian())
		}
		for _, c := range t.Chain {
			say(w, "%s corrects %s: %d rows settled, %d left", c.File, c.Original, c.Settled, c.Left)
		}
		say(w, "%s", t.Fate)
		for _, p := range t.Problems {
			settled := ""
			if p.Settled {
				settled = ", settled by a later file"
			}
			say(w, "  %s (%s%s)", placed(p), p.Code, settled)
		}
		for i := range t.Facts {
			fact := t.Facts[i]
			fact.Kind = "" // it is there already
			say(w, "  %s", changeLine(&fact))
		}
		writePayments(w, t.Payments)
		writeClaims(w, t.Claims)
		for i := range t.Corrected {
			c := &t.Corrected[i]
			say(w, "  перерасчёт за %s, %s, %s: %s ₽ (%s), проведён: %s%s", c.Month.Russian(), c.Account, c.Service.Russian(), signed(c.Amount),
				c.Cause.Russian(), c.Booked.Russian(), onReceipt(c.Receipt))
		}
		say(w, "%d charge lines of %d accounts rest on it, %s roubles", t.Charges, t.Accounts, t.Amount.Russian())
		writeLines(w, &t)
		if more := t.Charges - len(t.Lines); more > 0 {
			say(w, "  … %d lines more: --limit shows them", more)
		}
	})
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

// firstYear is before any month of ours: a debt of an earlier one stands for all before our records.
const firstYear = 1950

func writePayments(w io.Writer, payments []store.TracedPayment) {
	for _, p := range payments {
		say(w, "  платёж %s от %s, %s, счёт %s, %s", p.Amount.Russian(), p.PaidOn.Russian(), p.Period.Russian(), p.Account, p.Source.Russian())
		for _, part := range p.Parts {
			month := "за " + part.Month.Russian()
			if part.Month.Year() < firstYear {
				month = "в счёт долга до начала учёта"
			}
			say(w, "    → %s %s: %s (счёт %s, %s)", part.Service.Russian(), month, part.Amount.Russian(), part.Account, part.Period.Russian())
		}
		for _, d := range p.Decisions {
			say(w, "    %s %s, %s: %s (%s)", decisionWord(d), d.Amount.Russian(), d.Period.Russian(), d.Reason, d.By)
		}
	}
}

func decisionWord(d store.TracedDecision) string {
	switch d.Kind {
	case "assign":
		return "зачислен на счёт " + d.Number
	case "move":
		return "перенесён на счёт " + d.Number
	case "release":
		return "снят со счёта"
	}
	return "возвращён"
}

func writeClaims(w io.Writer, claims []store.TracedClaim) {
	for _, c := range claims {
		text := fmt.Sprintf("  заявка %d, %s", c.ID, c.Source.Russian())
		if c.Status != "" {
			text += fmt.Sprintf(": %s %s (%s), решил %s", c.Status, c.Account, c.Reason, c.By)
		}
		say(w, "%s", text)
	}
}

func (e *environment) traceAccount(ctx context.Context, a *app, f traceFlags) error {
	t, err := a.pipeline.TraceAccount(ctx, f.account, f.period, housing.Service(f.service))
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, charging.ErrNoAccount) {
		return fmt.Errorf("account %s was not charged for %s", f.account, f.period)
	}
	if err != nil {
		return err
	}
	return e.print(t, func(w io.Writer) {
		say(w, "%s", "Лицевой счёт "+t.Account+", "+t.Period.Russian()+", документ "+orNothing(t.Document))
		for _, line := range t.Lines {
			say(w, "  %s: %s", line.Title, line.Amount.Russian())
			for _, o := range line.Rests {
				say(w, "    %s = %s %s (%s): %s", o.Symbol, o.Value, o.Unit, o.Meaning, o.Source.Russian())
			}
		}
		writePayments(w, t.Payments)
		writeClaims(w, t.Claims)
		for _, file := range t.Files {
			for i := range file.Received {
				say(w, "  файл %s: получен %s, архив %s", file.Name, file.Received[i], file.Archive[i])
			}
		}
	})
}
