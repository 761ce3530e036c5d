package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/subsidies"
	"github.com/kvitok-gkh/kvitok/store"
)

// subsidyCase is the file of kvitok subsidy.
type subsidyCase struct {
	Account     string          `yaml:"account"` // its charges and its granted subsidy are looked up
	Period      housing.Period  `yaml:"period"`
	Standard    housing.Money   `yaml:"standard"`
	People      int             `yaml:"people"`
	Income      housing.Money   `yaml:"income"`        // of the family
	Months      int             `yaml:"income_months"` // that the income is of; 0: one
	Subsistence housing.Money   `yaml:"subsistence"`
	Share       housing.Decimal `yaml:"share"`
	Charged     *housing.Money  `yaml:"charged"`
}

// subsidyResult is what kvitok subsidy prints.
type subsidyResult struct {
	Account string                 `json:"account,omitzero"`
	Period  housing.Period         `json:"period"`
	Charged *housing.Money         `json:"charged"` // null: not known
	Subsidy subsidies.Result       `json:"subsidy"`
	Granted []store.GrantedSubsidy `json:"granted"` // by the authority, as its files say
}

func (e *environment) subsidyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "subsidy FILE.yaml", Short: "Compute the subsidy of a family from its income, and compare it with the granted one",
		Long: "Compute the subsidy for housing and utilities of a family in a month (ЖК РФ, ст. 159) and explain it in Russian: an answer\n" +
			"to a resident, no decision; the authority of social protection grants subsidies. FILE.yaml (- reads standard input):\n\n" +
			"    period: 2026-10\n" +
			"    standard: 4661.00       # regional standard of the cost of services, a person a month\n" +
			"    people: 1               # of the family\n" +
			"    income: 75000.00        # of the family\n" +
			"    income_months: 6        # that the income is of; absent: one\n" +
			"    subsistence: 12500.00   # subsistence level, a head\n" +
			"    share: 22               # of the income, %; absent: subsidy.mdd\n" +
			"    account: \"0100000017\"   # absent: no look into the database\n" +
			"    charged: 5200.00        # absent: the charges of the account in the month",
		Args: cobra.ExactArgs(1),
		RunE: e.do(func(ctx context.Context, args []string) error { return e.subsidy(ctx, args[0]) }),
	}
}

func (e *environment) subsidy(ctx context.Context, path string) error {
	in, err := e.readSubsidy(path)
	if err != nil {
		return err
	}
	result := subsidyResult{Account: in.Account, Period: in.Period, Charged: in.Charged}
	if in.Account == "" {
		c, err := e.loadConfig()
		if err != nil {
			return err
		}
		return e.computeSubsidy(in, result, c.parameters)
	}
	return e.work(ctx, func(ctx context.Context, a *app) error {
		organisation := a.pipeline.Organisation.ID
		if result.Granted, err = a.store.GrantedSubsidies(ctx, organisation, in.Account, in.Period); err != nil {
			return err
		}
		if in.Charged == nil {
			charged, err := a.store.ChargedBeforeSubsidy(ctx, organisation, in.Account, in.Period)
			if errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("account %s was not charged for %s: state charged in %s", in.Account, in.Period, path)
			}
			if err != nil {
				return err
			}
			charged = max(charged, 0)
			result.Charged = &charged
		}
		return e.computeSubsidy(in, result, a.pipeline.Parameters)
	})
}

func (e *environment) readSubsidy(path string) (in subsidyCase, err error) {
	var content []byte
	if path == "-" {
		content, err = io.ReadAll(e.in)
	} else {
		content, err = os.ReadFile(path) //nolint:gosec // the operator names the file
	}
	if err != nil {
		return in, fmt.Errorf("read the case: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&in); err != nil {
		return in, fmt.Errorf("read %s: %w", path, err)
	}
	if in.Period.IsZero() {
		return in, fmt.Errorf("read %s: period is missing, expected a month such as 2026-10: %w", path, subsidies.ErrCase)
	}
	return in, nil
}

func (e *environment) computeSubsidy(in subsidyCase, result subsidyResult, parameters []housing.Parameter) error {
	rules, err := subsidies.RulesOf(parameters, in.Period.First())
	if err != nil {
		return err
	}
	result.Subsidy, err = subsidies.Calculate(subsidies.Case{
		Standard: in.Standard, Income: subsidies.Income{Sum: in.Income, Months: max(in.Months, 1), People: in.People},
		Subsistence: in.Subsistence, Share: in.Share, Charged: result.Charged,
	}, rules)
	if err != nil {
		return err
	}
	return e.print(result, func(w io.Writer) { writeSubsidy(w, &result) })
}

// writeSubsidy writes the sheet in Russian, as a resident is shown it.
func writeSubsidy(w io.Writer, r *subsidyResult) {
	s := &r.Subsidy
	title := "Расчёт субсидии на оплату жилого помещения и коммунальных услуг за " + r.Period.Russian()
	if r.Account != "" {
		title += ", лицевой счёт " + r.Account
	}
	say(w, "%s", title)
	say(w, "  основание  %s", s.Clause)
	say(w, "  формула    %s", s.Formula)
	for _, o := range s.Operands {
		text := o.Meaning
		if o.Basis != "" {
			text += "; " + o.Basis
		}
		say(w, "    %s = %s %s — %s", pad(o.Symbol, 5), russianNumber(o.Value), o.Unit, text)
	}
	say(w, "  точно      %s ₽", russianNumber(s.Exact))
	say(w, "  округление %s", s.Rounding)
	if s.Limit != "" {
		say(w, "  но         %s", s.Limit)
	}
	say(w, "  итог       %s ₽ в месяц", s.Amount.Russian())
	for i := range r.Granted {
		g := &r.Granted[i]
		difference, sign := g.Amount-s.Amount, "меньше"
		if difference > 0 {
			sign = "больше"
		}
		how := "совпадает с расчётом"
		if difference != 0 {
			how = sign + " расчёта на " + difference.Abs().Russian() + " ₽"
		}
		say(w, "Назначено соцзащитой: %s ₽ в месяц с %s по %s, %s (%s): %s", g.Amount.Russian(), g.Since.Russian(),
			g.Until.AddDays(-1).Russian(), g.Document, g.Source.Russian(), how)
	}
	if r.Account != "" && len(r.Granted) == 0 {
		say(w, "Соцзащита субсидию на этот месяц не назначала")
	}
	say(w, "Расчёт справочный: субсидию назначает соцзащита по доходам, которые она проверила")
}

// russianNumber writes a number with a comma.
func russianNumber(number string) string { return strings.Replace(number, ".", ",", 1) }
