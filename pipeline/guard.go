package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// meant begins the part of a reason that names what was probably meant.
const meant = "; похоже на "

// spoiltNumber says of a problem whether a number that looks like a known account is worth naming.
func spoiltNumber(p *housing.Problem) bool {
	switch p.Code {
	case "unknown_account", "unidentified_payment", "space_in_key", "bad_character", "mixed_letters", "exponent", "lost_digits", "bad_account", "doubtful_account",
		"numeric_account", "letter_for_digit", "bad_code", "not_identified":
		return p.Value != ""
	}
	return false
}

// guard names beside a number that is not known, or was spoilt on its way, the known account that was
// probably meant. The row ends as it ended: nothing is mended.
func (a *applier) guard(ctx context.Context, ends []housing.Outcome) error {
	var spoilt []*housing.Problem
	var texts []string
	for i := range ends {
		for j := range ends[i].Problems {
			if p := &ends[i].Problems[j]; spoiltNumber(p) {
				spoilt, texts = append(spoilt, p), append(texts, p.Value)
			}
		}
	}
	if len(spoilt) == 0 {
		return nil
	}
	if err := a.awaitAccounts(ctx); err != nil {
		return err
	}
	alike, err := a.tx.AccountsLike(ctx, a.Organisation.ID, texts)
	if err != nil {
		return err
	}
	for _, p := range spoilt {
		known := alike[p.Value]
		if digits, length := leftOf(p); length > 0 {
			if known, err = a.tx.AccountsBeginning(ctx, a.Organisation.ID, digits, length); err != nil {
				return err
			}
		}
		nameMeant(p, known)
	}
	return nil
}

// awaitAccounts waits until the accounts that came with the file are in, or have failed.
func (a *applier) awaitAccounts(ctx context.Context) error {
	if a.accountsIn == nil {
		return nil
	}
	select {
	case <-a.accountsIn:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the accounts: %w", context.Cause(ctx))
	}
}

// leftOf gives what Excel has left of a long number, and how long it was.
func leftOf(p *housing.Problem) (digits string, length int) {
	const exact = 15
	switch p.Code {
	case "exponent":
		return importers.ExponentDigits(p.Value)
	case "lost_digits":
		if len(p.Value) >= exact {
			return p.Value[:exact], len(p.Value)
		}
	}
	return "", 0
}

// nameMeant puts what is known in place of what was only guessed by form; more than a few say nothing.
func nameMeant(p *housing.Problem, known []string) {
	const few = 3
	if len(known) == 0 || len(known) > few {
		return
	}
	text, _, _ := strings.Cut(p.Text, meant)
	p.Text = text + meant + strings.Join(known, ", ")
}

// guardNew keeps out an account that would be created beside one that nobody can tell from it: its
// letters are of the other alphabet, or Excel has taken the zeros off its number. One that differs by
// zeros only and came as text is taken with a warning.
func (a *applier) guardNew(ctx context.Context, records []importers.Record, ends []housing.Outcome) error {
	var numbers []string
	for i, r := range records {
		if entry, is := r.Fact.(housing.AccountEntry); is && ends[i].Verdict == "" {
			numbers = append(numbers, entry.Account.Number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	alike, err := a.tx.NewAccountsLike(ctx, a.Organisation.ID, numbers)
	if err != nil || len(alike) == 0 {
		return err
	}
	for i, r := range records {
		entry, is := r.Fact.(housing.AccountEntry)
		if !is || ends[i].Verdict != "" || len(alike[entry.Account.Number]) == 0 {
			continue
		}
		number, known := entry.Account.Number, alike[entry.Account.Number]
		p := housing.Problem{
			Code: "account_lookalike", Column: "Лицевой счёт", Value: number, Severity: housing.SeverityError,
			Text: "такого счёта ещё нет, а похожий есть: новый не создан, чтобы счета не удвоились",
		}
		zeros := strings.TrimLeft(number, "0") == strings.TrimLeft(known[0], "0")
		numeric := false
		for _, problem := range r.Problems {
			numeric = numeric || problem.Code == "numeric_account"
		}
		if zeros && !numeric {
			p.Severity, p.Text = housing.SeverityWarning, "счёт создан, но отличается от известного только нулями в начале"
		} else {
			ends[i].Verdict = housing.Rejected
		}
		nameMeant(&p, known)
		ends[i].Problems = append(ends[i].Problems, p)
	}
	return nil
}

// guardMeters names beside a meter that is not known the one that was probably meant, for readings of
// every source.
func (p *Pipeline) guardMeters(ctx context.Context, tx *store.Tx, outcomes []housing.Outcome) error {
	var unknown []*housing.Problem
	var texts []string
	for i := range outcomes {
		for j := range outcomes[i].Problems {
			if problem := &outcomes[i].Problems[j]; problem.Code == "unknown_meter" && problem.Value != "" {
				unknown, texts = append(unknown, problem), append(texts, problem.Value)
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	alike, err := tx.MetersLike(ctx, p.Organisation.ID, texts)
	for _, problem := range unknown {
		nameMeant(problem, alike[problem.Value])
	}
	return err
}
