package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// errRefused ends a rehearsal of files of which one would be refused; they were told already.
var errRefused = errors.New("a file would be refused")

func (e *environment) rehearse(ctx context.Context, a *app, in pipeline.RehearsalInput, xlsx string) error {
	var result pipeline.Rehearsal
	var err error
	if xlsx == "" {
		result, err = a.pipeline.Rehearse(ctx, in)
	} else if werr := writeFile(xlsx, func(w io.Writer) error {
		result, err = a.pipeline.WriteRehearsal(ctx, w, in)
		return err
	}); werr != nil && err == nil {
		err = werr
	}
	if err != nil && result.Period.IsZero() {
		return err // nothing was rehearsed
	}
	if perr := e.print(result, func(w io.Writer) {
		writeRehearsal(w, result)
		if xlsx != "" && err == nil {
			say(w, "written: %s", xlsx)
		}
	}); perr != nil {
		return perr
	}
	if err != nil {
		return err
	}
	for _, f := range result.Files {
		if f.Status == housing.FileRefused {
			return fmt.Errorf("%s: %w", f.Name, errRefused)
		}
	}
	return attention(result.Files)
}

const shownChanges = 10

func writeRehearsal(w io.Writer, r pipeline.Rehearsal) {
	say(w, "rehearsal for %s, nothing is written:", r.Period)
	writeFiles(w, r.Files)
	if len(r.Subjects) > 0 {
		say(w, "facts:")
	}
	for _, s := range r.Subjects {
		say(w, "  %-36s %6d created, %d changed, %d moved", s.Subject, s.Created, s.Changed, s.Moved)
	}
	for i := range r.Changes[:min(len(r.Changes), shownChanges)] {
		say(w, "    %s", changeLine(&r.Changes[i]))
	}
	if told := countOf(r.Subjects); told > shownChanges {
		say(w, "    … %d more: --xlsx FILE lists all", told-shownChanges)
	}
	for _, m := range r.Matching {
		say(w, "  заявки %s: %d (%s)", pipeline.MatchedWords(m.Status), m.Claims, matching.ReasonText(m.Reason))
	}
	m := r.Money
	say(w, "money of %s: %d houses drawn up with the files and without, %d accounts move", r.Period, m.Houses, m.Accounts)
	say(w, "  charges %s → %s: %s", m.Was.Russian(), m.Now.Russian(), signed(m.Now-m.Was))
	for i, part := range m.List() {
		if part != 0 {
			say(w, "    %-28s %s", housing.CauseTitles()[i], signed(part))
		}
	}
	for _, l := range m.Late {
		say(w, "  %s %s", l.Russian(), signed(l.Amount))
	}
	if m.Penalty != 0 {
		say(w, "  penalties %s", signed(m.Penalty))
	}
	if m.Opening != 0 {
		say(w, "  opening balances %s", signed(m.Opening))
	}
	if m.Paid != 0 {
		say(w, "  payments %s, %s of them to no known account", m.Paid.Russian(), m.Unidentified.Russian())
	}
	say(w, "  owed at the end of the month %s", signed(m.Closing))
	for i := range r.Accounts[:min(len(r.Accounts), shownChanges)] {
		writeEffect(w, &r.Accounts[i])
	}
	if m.Accounts > shownChanges {
		say(w, "  … %d accounts more: --xlsx FILE lists all", m.Accounts-shownChanges)
	}
	for _, reason := range r.Failed {
		say(w, "  %s", reason)
	}
	for _, month := range r.Earlier {
		say(w, "  %s не закрыт: что изменится в нём, покажет репетиция с --period %s", month.Russian(), month)
	}
}

func countOf(subjects []housing.SubjectChanges) (n int) {
	for _, s := range subjects {
		n += s.Created + s.Changed + s.Moved
	}
	return n
}

func changeLine(c *housing.FactChange) string {
	var parts []string
	for _, f := range c.Fields {
		if c.Kind == housing.FactCreated || c.Kind == "" {
			parts = append(parts, f.Name+": "+f.After)
			continue
		}
		parts = append(parts, f.Name+": "+orNothing(f.Before)+" → "+orNothing(f.After))
	}
	subject := c.Subject
	if c.Kind != "" {
		subject += " (" + c.Kind.Russian() + ")"
	}
	head := strings.Join(notEmpty(subject, c.Account, c.What), ", ")
	if c.Account == "" && c.House != "" {
		head += ", " + c.House
	}
	line := head + ": " + strings.Join(parts, "; ")
	if c.Source != (housing.Source{}) {
		line += " [" + c.Source.Russian() + "]"
	}
	return line
}

func notEmpty(texts ...string) (list []string) {
	for _, text := range texts {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

func orNothing(text string) string {
	if text == "" {
		return "нет"
	}
	return text
}

func writeEffect(w io.Writer, effect *housing.AccountEffect) {
	var causes []string
	for i, part := range effect.Charges.List() {
		if part != 0 {
			causes = append(causes, strings.ToLower(housing.CauseTitles()[i])+" "+signed(part))
		}
	}
	for _, l := range effect.Late {
		causes = append(causes, l.Russian()+" "+signed(l.Amount))
	}
	if effect.Penalty != 0 {
		causes = append(causes, "пени "+signed(effect.Penalty))
	}
	if effect.Opening != 0 {
		causes = append(causes, "входящее сальдо "+signed(effect.Opening))
	}
	if effect.Paid != 0 {
		causes = append(causes, "оплачено "+effect.Paid.Russian())
	}
	if effect.Held != "" {
		causes = append(causes, "не начисляется: "+effect.Held)
	}
	if effect.Closing != effect.Charges.Now-effect.Charges.Was {
		causes = append(causes, "к концу месяца "+signed(effect.Closing))
	}
	line := fmt.Sprintf("  %s: %s → %s", effect.Account, effect.Charges.Was.Russian(), effect.Charges.Now.Russian())
	if len(causes) > 0 {
		line += ": " + strings.Join(causes, ", ")
	}
	if len(effect.Rows) > 0 {
		line += " [" + effect.Rows[0].Russian()
		if more := len(effect.Rows) - 1 + effect.Further; more > 0 {
			line += fmt.Sprintf(" и ещё %d", more)
		}
		line += "]"
	}
	say(w, "%s", line)
}
