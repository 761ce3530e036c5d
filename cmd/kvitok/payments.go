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

// paymentFlags are those of kvitok payments.
type paymentFlags struct {
	export, apply, move, reverse, same, to, reason, by string
	amount, settle, of                                 string
	dismiss, equal                                     bool
}

func (e *environment) paymentsCommand() *cobra.Command {
	var f paymentFlags
	c := &cobra.Command{
		Use: "payments", Short: "Unidentified payments out and in, payments moved to another account or reversed", Args: cobra.NoArgs,
		Long: "Without a flag: lists the payments that belong to no account; --equal those of open months that are booked though they equal\n" +
			"payments of other files. --export writes them with the accounts they may be meant for,\n" +
			"--apply takes the filled workbook. --move KEY --to ACCOUNT puts a payment to another account (--to - to none),\n" +
			"--reverse KEY takes back one whose money went back to the payer, --same KEY one that equals a payment of another file and is that\n" +
			"payment. --settle KEY decides on a reversal of a registry that found no\n" +
			"payment: --of KEY names the payment it takes back, --dismiss says that nothing is to be taken back. Every decision needs a reason\n" +
			"and stays in the audit trail.",
	}
	flags := c.Flags()
	flags.StringVar(&f.export, "export", "", "write the workbook of unidentified payments to this file")
	flags.StringVar(&f.apply, "apply", "", "apply this filled workbook")
	flags.StringVar(&f.move, "move", "", "the operator's number of the payment to move")
	flags.StringVar(&f.to, "to", "", "the account it is moved to, - for none")
	flags.StringVar(&f.reverse, "reverse", "", "the operator's number of the payment whose money went back")
	flags.StringVar(&f.same, "same", "", "the number of a payment that is the one of another file which it equals")
	flags.BoolVar(&f.equal, "equal", false, "list the payments that are booked though they equal those of other files")
	flags.StringVar(&f.amount, "amount", "", "how much went back, such as 150.00 (default: all of it)")
	flags.StringVar(&f.settle, "settle", "", "the operator's number of a reversal that found no payment")
	flags.StringVar(&f.of, "of", "", "the operator's number of the payment that it takes back")
	flags.BoolVar(&f.dismiss, "dismiss", false, "nothing is to be taken back by it")
	flags.StringVar(&f.reason, "reason", "", "why, kept with the decision")
	flags.StringVar(&f.by, "by", pipeline.Actor(), "who decides, kept with the decision")
	c.MarkFlagsMutuallyExclusive("export", "apply", "move", "reverse", "same", "settle", "equal")
	c.MarkFlagsMutuallyExclusive("of", "dismiss")
	c.MarkFlagsRequiredTogether("move", "to")
	c.RunE = e.do(func(ctx context.Context, _ []string) error {
		return e.work(ctx, func(ctx context.Context, a *app) error {
			switch {
			case f.export != "":
				return e.exportPayments(ctx, a, f)
			case f.apply != "":
				return e.applyPayments(ctx, a, f)
			case f.move != "" || f.reverse != "" || f.same != "":
				return e.changePayment(ctx, a, f)
			case f.settle != "":
				return e.settleReversal(ctx, a, f)
			}
			if f.equal {
				return e.listEqual(ctx, a)
			}
			return e.listPayments(ctx, a)
		})
	})
	return c
}

func (e *environment) listPayments(ctx context.Context, a *app) error {
	list, err := a.pipeline.Unidentified(ctx)
	if err != nil {
		return err
	}
	equal, err := a.pipeline.BookedTwins(ctx)
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		writeQuestions(w, "unidentified", list)
		if len(equal) > 0 {
			say(w, "booked though they equal payments of other files: %d; kvitok payments --equal lists them", len(equal))
		}
	})
}

// listEqual lists what was booked though it equals other payments: by a partner's setting, which asks nobody.
func (e *environment) listEqual(ctx context.Context, a *app) error {
	list, err := a.pipeline.BookedTwins(ctx)
	if err != nil {
		return err
	}
	return e.print(list, func(w io.Writer) {
		writeQuestions(w, "booked though they equal others", list)
		if len(list) > 0 {
			say(w, "kvitok payments --same KEY takes one back that is the payment it equals")
		}
	})
}

func writeQuestions(w io.Writer, title string, list []housing.PaymentQuestion) {
	var sum housing.Money
	for _, q := range list {
		sum += q.Left
	}
	say(w, "%s: %d payments, %s roubles", title, len(list), sum.Russian())
	for _, q := range list {
		say(w, "  %s  %s  %12s  %s, row %d: %s", q.Payment.Key, q.Payment.PaidOn, q.Left.Russian(), q.Registry, q.Row, q.Reason)
	}
}

func (e *environment) exportPayments(ctx context.Context, a *app, f paymentFlags) (err error) {
	var rows int
	err = writeFile(f.export, func(w io.Writer) (err error) {
		rows, err = a.pipeline.ExportUnidentified(ctx, w, f.by)
		return err
	})
	if err != nil {
		return err
	}
	return e.print(map[string]any{"file": f.export, "payments": rows}, func(w io.Writer) { say(w, "%d payments in %s", rows, f.export) })
}

// appliedPayments tells of a workbook of unidentified payments.
type appliedPayments struct{ pipeline.PaymentAnswerResult }

func (r *appliedPayments) told() string {
	return fmt.Sprintf("%d put to accounts, %d reversed, %d the same as others, %d set aside, %d left open, %d problems", r.Assigned, r.Reversed, r.Same, r.Set, r.Open, len(r.Problems))
}
func (r *appliedPayments) open() bool                   { return false }
func (r *appliedPayments) problems() *[]housing.Problem { return &r.Problems }

func (e *environment) applyPayments(ctx context.Context, a *app, f paymentFlags) error {
	return applyFilled(ctx, e, f.apply, answers.ReadPayments, func(ctx context.Context, list []housing.PaymentAnswer) (applied, error) {
		result, err := a.pipeline.ApplyPaymentAnswers(ctx, list, f.by)
		return &appliedPayments{result}, err
	})
}

func (e *environment) changePayment(ctx context.Context, a *app, f paymentFlags) error {
	change := pipeline.PaymentChange{Key: f.move, Account: f.to, Reason: f.reason, By: f.by}
	if f.to == "-" {
		change.Account = ""
	}
	if f.reverse != "" {
		change.Key, change.Reverse = f.reverse, true
	}
	if f.same != "" {
		change.Key, change.Same = f.same, true
	}
	if f.amount != "" {
		var err error
		if change.Amount, err = housing.ParseMoney(f.amount); err != nil || f.reverse == "" {
			return &usageError{"--amount takes roubles and kopecks of a reversal, such as 150.00"}
		}
	}
	booked, err := a.pipeline.ChangePayment(ctx, change)
	if err != nil {
		return err
	}
	return e.print(map[string]any{"payment": change.Key, "booked": booked}, func(w io.Writer) {
		say(w, "payment %s: decided, booked in %s; kvitok ledger --period %s brings the balances in line", change.Key, booked, booked)
	})
}

// settleReversal decides on a reversal that found no payment.
func (e *environment) settleReversal(ctx context.Context, a *app, f paymentFlags) error {
	if (f.of == "") == !f.dismiss {
		return &usageError{"--settle takes --of with the number of the payment, or --dismiss"}
	}
	booked, err := a.pipeline.ChangeReversal(ctx, pipeline.ReversalChange{Key: f.settle, Of: f.of, Reason: f.reason, By: f.by})
	if err != nil {
		return err
	}
	return e.print(map[string]any{"reversal": f.settle, "booked": booked}, func(w io.Writer) {
		if f.dismiss {
			say(w, "reversal %s: set aside", f.settle)
			return
		}
		say(w, "reversal %s: payment %s taken back, booked in %s; kvitok ledger --period %s brings the balances in line", f.settle, f.of, booked, booked)
	})
}
