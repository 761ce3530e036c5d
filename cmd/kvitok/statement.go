package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) statementCommand() *cobra.Command {
	var account, from, xlsx, pdf, certificate, who string
	c := e.monthStep(&cobra.Command{
		Use: "statement", Short: "The statement of an account by month, the certificate of its debt",
		Long: "The statement of an account (выписка) over the months up to --period; --xlsx and --pdf write it to hand out.\n" +
			"--certificate writes the certificate of its debt at the end of the month (справка о задолженности) as PDF.\n" +
			"What is written gets a number and a check code, which kvitok verify finds; the same content keeps both.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		first := period - 11
		if from != "" {
			var err error
			if first, err = housing.ParsePeriod(from); err != nil {
				return fmt.Errorf("--from: %w", err)
			}
		}
		statement, err := a.pipeline.Statement(ctx, account, first, period)
		if err != nil {
			return err
		}
		debt, err := a.pipeline.Certificate(ctx, account, period)
		if err != nil {
			return err
		}
		if err := issuePapers(ctx, a, papers{xlsx != "" || pdf != "", certificate != "", cmp.Or(who, pipeline.Actor())}, statement, debt); err != nil {
			return err
		}
		err = errors.Join(
			writeWanted(xlsx, func(w io.Writer) error { return a.pipeline.WriteStatement(ctx, w, period, statement) }),
			writeWanted(pdf, func(w io.Writer) error { return a.pipeline.Printer.Statement(w, statement) }),
			writeWanted(certificate, func(w io.Writer) error { return a.pipeline.Printer.Certificate(w, debt) }),
		)
		if err != nil {
			return err
		}
		return e.print(statement, func(w io.Writer) { writeMonths(w, statement, debt) })
	})
	c.Flags().StringVar(&account, "account", "", "number of the personal account")
	c.Flags().StringVar(&from, "from", "", "first month, such as 2025-11 (default: a year)")
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the statement to this workbook")
	c.Flags().StringVar(&pdf, "pdf", "", "write the statement to this PDF")
	c.Flags().StringVar(&certificate, "certificate", "", "write the certificate of debt to this PDF")
	c.Flags().StringVar(&who, "who", "", "who hands it out, for the register (default: the user of the system)")
	_ = c.MarkFlagRequired("account") // the flag was made above
	return c
}

func writeMonths(w io.Writer, statement *housing.Statement, debt *housing.DebtCertificate) {
	for _, m := range statement.Months {
		say(w, "%s  opening %14s  charged %14s  corrected %12s  penalty %10s  paid %14s  closing %14s", m.Period, m.Opening.Russian(),
			m.Charged.Russian(), m.Corrected.Russian(), m.Penalty.Russian(), m.Paid.Russian(), m.Closing.Russian())
	}
	for _, mark := range []housing.PaperMark{statement.Mark, debt.Mark} {
		if mark.Number != "" {
			say(w, "entered into the register: %s, check code %s", mark.Number, mark.CheckCode)
		}
	}
	say(w, "owed on %s: %s roubles; overdue %s, penalties %s, not due before %s %s", debt.On, debt.Total.Russian(), debt.Dues.Overdue.Russian(),
		debt.Dues.Penalty.Russian(), debt.Dues.PayBy, debt.Dues.NotDue.Russian())
}

// papers says what is handed out, and by whom.
type papers struct {
	statement, certificate bool
	by                     string
}

func issuePapers(ctx context.Context, a *app, p papers, statement *housing.Statement, debt *housing.DebtCertificate) error {
	if p.statement {
		if err := a.pipeline.IssueStatement(ctx, statement, p.by); err != nil {
			return err
		}
	}
	if p.certificate {
		return a.pipeline.IssueCertificate(ctx, debt, p.by)
	}
	return nil
}

// writeWanted writes a file that was asked for.
func writeWanted(path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	return writeFile(path, write)
}
