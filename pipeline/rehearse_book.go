package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/rehearsalbook"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// WriteRehearsal rehearses the files and writes everything that would happen to a workbook.
func (p *Pipeline) WriteRehearsal(ctx context.Context, w io.Writer, in RehearsalInput) (result Rehearsal, err error) {
	if err := os.MkdirAll(p.path("work"), 0o750); err != nil {
		return result, fmt.Errorf("make the work folder: %w", err)
	}
	book, err := rehearsalbook.New(rehearsalbook.Meta{
		Organisation: p.Organisation, Period: in.Period, AsOf: p.Now(), Temp: p.path("work"),
	})
	if err != nil {
		return result, fmt.Errorf("write the rehearsal: %w", err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	in.Problems, in.Changes, in.Accounts = book.Problem, book.Change, book.Account
	if result, err = p.Rehearse(ctx, in); err != nil {
		return result, err
	}
	if err := book.Write(w, rehearsalTotals(result)); err != nil {
		return result, fmt.Errorf("write the rehearsal: %w", err)
	}
	return result, nil
}

// MatchedWords tells how claims would end.
func MatchedWords(status string) string {
	if status == string(matching.Linked) {
		return "свяжутся сами"
	}
	return "станут вопросами оператору"
}

func rehearsalTotals(r Rehearsal) []rehearsalbook.Total {
	totals := []rehearsalbook.Total{{Name: "Месяц", Text: r.Period.Russian()}}
	say := func(name, format string, args ...any) {
		totals = append(totals, rehearsalbook.Total{Name: name, Text: fmt.Sprintf(format, args...)})
	}
	money := func(name string, amount housing.Money) {
		totals = append(totals, rehearsalbook.Total{Name: name, Money: &amount})
	}
	for _, f := range r.Files {
		c := f.Counts
		say("Файл "+f.Name, "%s: строк %d, принято %d, без изменений %d, отклонено %d%s", f.Status.Russian(), c.Rows, c.Accepted,
			c.Unchanged, c.Rejected, strings.TrimSuffix(". "+f.Reason, ". "))
	}
	for _, s := range r.Subjects {
		say(s.Subject, "появится %d, изменится %d, переместится %d", s.Created, s.Changed, s.Moved)
	}
	for _, m := range r.Matching {
		say("Заявки: "+MatchedWords(m.Status), "%d: %s", m.Claims, matching.ReasonText(m.Reason))
	}
	say("Домов начислено дважды для сравнения", "%d", r.Money.Houses)
	say("Лицевых счетов, у которых что-то меняется", "%d", r.Money.Accounts)
	money("Начислено им было", r.Money.Was)
	money("Будет начислено", r.Money.Now)
	money("Разница", r.Money.Now-r.Money.Was)
	for i, part := range r.Money.List() {
		if part != 0 {
			money("  в том числе: "+strings.ToLower(housing.CauseTitles()[i]), part)
		}
	}
	for _, l := range r.Money.Late {
		money("Закрытые месяцы: "+l.Russian(), l.Amount)
	}
	money("Пени", r.Money.Penalty)
	money("Входящее сальдо изменится на", r.Money.Opening)
	money("Платежей", r.Money.Paid)
	money("  из них в невыясненные", r.Money.Unidentified)
	money("Долг на конец месяца изменится на", r.Money.Closing)
	for _, month := range r.Earlier {
		say("Не закрыт месяц", "%s: что изменится в нём, покажет репетиция за этот месяц", month.Russian())
	}
	for _, reason := range r.Failed {
		say("Не начисляется", "%s", reason)
	}
	return totals
}
