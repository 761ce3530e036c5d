package main

import (
	"cmp"
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func (e *environment) reconcileCommand() *cobra.Command {
	var xlsx string
	c := &cobra.Command{
		Use: "reconcile", Short: "Registries of payments against the bank statement, by day and bank",
		Long: "Put the registries of payments booked in a month beside the payment orders of the bank statements (1CClientBankExchange), by the\n" +
			"day of credit and the bank that paid: rows, paid by the payers, kept by the bank, to be passed on, received. Rows that do not\n" +
			"agree follow, one by one; --xlsx writes the whole comparison. Exit code 3 where something does not agree.",
	}
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the comparison to this workbook")
	return e.monthStep(c, func(ctx context.Context, a *app, period housing.Period) error {
		result, err := a.pipeline.Reconcile(ctx, period)
		if err != nil {
			return err
		}
		if xlsx != "" {
			if err := writeFile(xlsx, func(w io.Writer) error { return a.pipeline.WriteReconciliation(ctx, w, period) }); err != nil {
				return err
			}
		}
		if err := e.print(result, func(w io.Writer) {
			writeReconciled(w, result)
			if xlsx != "" {
				say(w, "written: %s", xlsx)
			}
		}); err != nil {
			return err
		}
		if len(result.Apart) > 0 {
			return errAttention
		}
		return nil
	})
}

func writeReconciled(w io.Writer, r pipeline.ReconcileResult) {
	for _, d := range r.Days {
		day, bank := d.Credited.Russian(), d.Bank
		if d.Credited.IsZero() {
			day, bank = "нет в выписке", ""
		}
		say(w, "%-13s  %-30s  реестров %3d  строк %6d  принято %14s  комиссия %10s  к перечислению %14s  пришло %14s  расхождение %12s", day, bank,
			d.Registries, d.Rows, d.Amount.Russian(), d.Fee.Russian(), d.Transfer.Russian(), d.Received.Russian(), d.Difference.Russian())
	}
	for i := range r.Apart {
		row := &r.Apart[i]
		say(w, "  %s: %s, п/п № %s от %s, к перечислению %s, пришло %s", row.Status(), cmp.Or(row.Registry, row.Bank), row.OrderNo, row.OrderDate.Russian(),
			row.Transfer.Russian(), row.Received.Russian())
	}
	if len(r.Apart) == 0 {
		say(w, "%s: registries and money agree", r.Period)
		return
	}
	say(w, "%s: %d rows do not agree", r.Period, len(r.Apart))
}
