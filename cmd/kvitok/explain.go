package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/store"
)

func (e *environment) explainCommand() *cobra.Command {
	var account, xlsx, pdf string
	var corrections bool
	c := e.monthStep(&cobra.Command{
		Use: "explain", Short: "Why each kopeck of an account: formula, operands, document, file and row",
		Long: "Why each kopeck of an account: formula, operands, document, file and row. --xlsx and --pdf write the\n" +
			"calculation sheet to hand out instead of printing it. --corrections explains the corrections of closed months that were\n" +
			"booked in the month, and those of the month itself: the late fact, and the calculation before and after it.",
	}, func(ctx context.Context, a *app, period housing.Period) error {
		if corrections {
			return e.explainCorrections(ctx, a, account, period)
		}
		sheet, err := a.pipeline.Sheet(ctx, account, period)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, charging.ErrNoAccount) {
			return fmt.Errorf("account %s was not charged for %s", account, period)
		}
		if err != nil {
			return err
		}
		if xlsx == "" && pdf == "" {
			return e.printSheet(sheet)
		}
		return e.writeSheets(ctx, a, sheet, xlsx, pdf)
	})
	c.Flags().StringVar(&account, "account", "", "number of the personal account")
	c.Flags().StringVar(&xlsx, "xlsx", "", "write the calculation sheet to this workbook")
	c.Flags().StringVar(&pdf, "pdf", "", "write the calculation sheet to this PDF")
	c.Flags().BoolVar(&corrections, "corrections", false, "explain corrections of closed months instead")
	_ = c.MarkFlagRequired("account") // the flag was made above
	return c
}

// explainCorrections prints each correction with both calculations of its service.
func (e *environment) explainCorrections(ctx context.Context, a *app, account string, period housing.Period) error {
	list, err := a.pipeline.ExplainCorrections(ctx, account, period)
	if err != nil {
		return err
	}
	var failed error
	err = e.print(list, func(w io.Writer) {
		if len(list) == 0 {
			say(w, "Перерасчётов по лицевому счёту %s за %s нет", account, period.Russian())
		}
		for i := range list {
			c := &list[i]
			say(w, "ПЕРЕРАСЧЁТ за %s: %s, %s: %s ₽", c.Month.Russian(), c.Service.Russian(), c.Cause.Russian(), signed(c.Amount))
			say(w, "Основание: %s", c.Ground)
			say(w, "Проведён: %s, перерасчёт месяца № %d%s\n\nБЫЛО", c.Booked.Russian(), c.Round, onReceipt(c.Receipt))
			failed = errors.Join(failed, charging.WriteText(w, c.Was))
			say(w, "СТАЛО")
			failed = errors.Join(failed, charging.WriteText(w, c.Now))
		}
	})
	return errors.Join(err, failed)
}

// onReceipt names the receipt that a correction stands on, once it is issued.
func onReceipt(number string) string {
	if number == "" {
		return ""
	}
	return ", квитанция " + number
}

// printSheet prints the traces; why an account is held has no trace, only its findings say it.
func (e *environment) printSheet(sheet *housing.CalculationSheet) error {
	traces := make([]housing.Trace, len(sheet.Lines))
	for i := range sheet.Lines {
		traces[i] = sheet.Lines[i].Trace
	}
	var failed error
	err := e.print(traces, func(w io.Writer) {
		failed = charging.WriteText(w, traces)
		for _, f := range sheet.Findings {
			say(w, "%s: %s", sheet.Account.Number, f.Text)
		}
	})
	return errors.Join(err, failed)
}

func (e *environment) writeSheets(ctx context.Context, a *app, sheet *housing.CalculationSheet, xlsx, pdf string) error {
	type written struct {
		Files []string      `json:"files"`
		Lines int           `json:"lines"`
		Total housing.Money `json:"total"`
	}
	result := written{Lines: len(sheet.Lines), Total: sheet.Total}
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{xlsx, func(w io.Writer) error { return a.pipeline.WriteSheet(ctx, w, sheet) }},
		{pdf, func(w io.Writer) error { return a.pipeline.Printer.Sheet(w, sheet) }},
	} {
		if file.path == "" {
			continue
		}
		if err := writeFile(file.path, file.write); err != nil {
			return err
		}
		result.Files = append(result.Files, file.path)
	}
	return e.print(result, func(w io.Writer) {
		for _, path := range result.Files {
			say(w, "%s: %d lines, %s roubles", path, result.Lines, result.Total.Russian())
		}
	})
}
