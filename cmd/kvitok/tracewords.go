package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
	"github.com/kvitok-gkh/kvitok/store"
)

const traceMoment = "02.01.2006 15:04"

// writeTrace tells what became of a file, a row or a message.
func writeTrace(w io.Writer, t *pipeline.SourceTrace, zone *time.Location) {
	writeSourceFiles(w, t.Came, zone)
	if len(t.Came) > 1 {
		say(w, "файлов с этим именем: %d; строки начислений найдены по имени, сведения одного из них показывает --sha256", len(t.Came))
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
	writeClaims(w, t.Claims, zone)
	for i := range t.Corrected {
		c := &t.Corrected[i]
		say(w, "  перерасчёт за %s, %s, %s: %s ₽ (%s), проведён: %s%s", c.Month.Russian(), c.Account, c.Service.Russian(), signed(c.Amount),
			c.Cause.Russian(), c.Booked.Russian(), onReceipt(c.Receipt))
	}
	for _, r := range t.Receipts {
		receipt := "квитанция ещё не выдана"
		if r.Document != "" {
			receipt = "квитанция " + r.Document
		}
		say(w, "  счёт %s, %s: %s", r.Account, r.Period.Russian(), receipt)
	}
	if money := len(t.Payments) + len(t.Openings) + len(t.Claims); t.Charges > 0 || money == 0 {
		say(w, "%d charge lines of %d accounts rest on it, %s roubles", t.Charges, t.Accounts, t.Amount.Russian())
	}
	writeLines(w, t)
	if more := t.Charges - len(t.Lines); more > 0 {
		say(w, "  … %d lines more: --limit shows them", more)
	}
}

// writeSourceFiles tells where files came from and where their bytes are.
func writeSourceFiles(w io.Writer, files []pipeline.SourceFile, zone *time.Location) {
	for _, f := range files {
		unsure := ""
		if f.Unsure {
			unsure = ", один из нескольких с этим именем"
		}
		say(w, "файл %s: %s%s, архив %s", f.Name, f.Status, unsure, f.Archive)
		say(w, "    SHA-256 %s", f.SHA256)
		if f.Profile != "" {
			say(w, "    прочитан по профилю %s %s", f.Format, f.Profile)
		}
		for _, a := range f.Arrivals {
			text := fmt.Sprintf("    получен %s от %s", a.Received.In(zone).Format(traceMoment), a.Partner)
			if a.Name != f.Name {
				text += " под именем " + a.Name
			}
			if a.Origin != "" {
				text += ", " + a.Origin
			}
			say(w, "%s", text)
			if a.Cover != nil {
				say(w, "        в файле %s, архив %s, SHA-256 %s", a.Cover.Name, a.Cover.Archive, a.Cover.SHA256)
			}
		}
	}
}

// debtOf says of which month a debt is.
func debtOf(month housing.Period) string {
	if month == housing.EarlierDebt {
		return "в счёт долга до начала учёта"
	}
	return "за " + month.Russian()
}

func writePayments(w io.Writer, payments []store.TracedPayment) {
	for _, p := range payments {
		say(w, "  платёж %s от %s, %s, счёт %s, %s", p.Amount.Russian(), p.PaidOn.Russian(), p.Period.Russian(), p.Account, p.Source.Russian())
		for _, part := range p.Parts {
			say(w, "    → %s %s: %s (счёт %s, %s)", part.Service.Russian(), debtOf(part.Month), part.Amount.Russian(), part.Account, part.Period.Russian())
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

func writeClaims(w io.Writer, claims []store.TracedClaim, zone *time.Location) {
	for _, c := range claims {
		text := fmt.Sprintf("  заявка %d, %s", c.ID, c.Source.Russian())
		if c.At != nil {
			text += fmt.Sprintf(": %s (%s), решил %s %s", claimWord(c), firstText(matching.ReasonText(c.Reason), c.Reason), c.By, c.At.In(zone).Format(traceMoment))
		}
		if c.Undone != nil {
			text += fmt.Sprintf("; отменил %s %s", c.UndoneBy, c.Undone.In(zone).Format(traceMoment))
		}
		say(w, "%s", text)
	}
}

func firstText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func claimWord(c store.TracedClaim) string {
	switch matching.Status(c.Status) {
	case matching.Linked:
		return "связана со счётом " + c.Account
	case matching.Question:
		return "вопрос оператору"
	}
	return "отказано"
}

func (e *environment) traceAccount(ctx context.Context, a *app, f traceFlags) error {
	traces, err := a.accountTraces(ctx, f)
	switch {
	case f.code != "" && errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("no receipt with the check code %q was issued", f.code)
	case errors.Is(err, store.ErrNotFound) || errors.Is(err, charging.ErrNoAccount):
		return fmt.Errorf("account %s was not charged for %s", f.account, f.period)
	case err != nil:
		return err
	}
	var shown any = traces
	if len(traces) == 1 {
		shown = traces[0]
	}
	return e.print(shown, func(w io.Writer) {
		for i := range traces {
			writeAccountTrace(w, &traces[i], a.config.zone)
		}
	})
}

func (a *app) accountTraces(ctx context.Context, f traceFlags) ([]pipeline.AccountTrace, error) {
	if f.code != "" {
		return a.pipeline.TraceCode(ctx, f.code)
	}
	t, err := a.pipeline.TraceAccount(ctx, f.account, f.period, housing.Service(f.service))
	return []pipeline.AccountTrace{t}, err
}

func writeAccountTrace(w io.Writer, t *pipeline.AccountTrace, zone *time.Location) {
	say(w, "%s", "Лицевой счёт "+t.Account+", "+t.Period.Russian()+", документ "+orNothing(t.Document))
	if v := t.Issued; v != nil {
		say(w, "квитанция с кодом %s: выдана %s, к оплате %s", v.CheckCode, v.IssuedAt.In(zone).Format(traceMoment), v.ToPay.Russian())
		if v.EndedAt != nil {
			say(w, "она заменена или отозвана %s; ниже то, на чём стоит нынешняя", v.EndedAt.In(zone).Format(traceMoment))
		}
	}
	for _, line := range t.Lines {
		say(w, "  %s: %s", line.Title, line.Amount.Russian())
		for _, o := range line.Rests {
			say(w, "    %s = %s %s (%s): %s", o.Symbol, o.Value, o.Unit, o.Meaning, o.Source.Russian())
		}
	}
	for _, l := range t.Booked {
		writeBooked(w, t.Account, l)
	}
	for _, o := range t.Openings {
		say(w, "  входящее сальдо на начало %s, %s %s: %s, %s", o.Period.Russian(), o.Service.Russian(), debtOf(o.Month), o.Amount.Russian(), o.Source.Russian())
	}
	writePayments(w, t.Payments)
	writeClaims(w, t.Claims, zone)
	writeSourceFiles(w, t.Files, zone)
}

func writeBooked(w io.Writer, account string, l store.TracedLine) {
	text := fmt.Sprintf("  перерасчёт %s, %s: %s", debtOf(l.Month), l.Service.Russian(), l.Amount.Russian())
	if l.Kind == store.LinePenalty {
		text = fmt.Sprintf("  пени, %s: %s", l.Service.Russian(), l.Amount.Russian())
	}
	say(w, "%s", strings.Join(notEmpty(text, l.Reason, l.Document), "; "))
	if l.Kind == store.LinePenalty {
		say(w, "    на какие долги и за какие дни: kvitok penalties --account %s --period %s", account, l.Month)
	}
	for _, source := range l.Sources {
		var s housing.Source
		if s.UnmarshalText([]byte(source)) == nil {
			say(w, "    %s", s.Russian())
		}
	}
}
