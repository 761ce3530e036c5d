package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// applyAlso applies the further facts of rows that are in: the readings beside a payment go through the same
// checks as those of every other source. What is wrong with one is noted on its row and never rejects it: money
// is not turned away for a reading.
func (a *applier) applyAlso(ctx context.Context, records []importers.Record, ends []housing.Outcome, places []int) error {
	type batch struct {
		facts  []importers.Fact
		places []int
	}
	var order []reflect.Type
	byKind := map[reflect.Type]*batch{}
	for _, at := range places {
		if ends[at].Verdict == housing.Rejected {
			continue
		}
		for _, fact := range records[at].Also {
			kind := reflect.TypeOf(fact)
			if byKind[kind] == nil {
				byKind[kind] = &batch{}
				order = append(order, kind)
			}
			b := byKind[kind]
			b.facts, b.places = append(b.facts, fact), append(b.places, at)
		}
	}
	for _, kind := range order {
		b := byKind[kind]
		applied, err := a.applyFacts(ctx, b.facts)
		if err != nil {
			return err
		}
		for i, end := range applied {
			noteAlso(&ends[b.places[i]], b.facts[i], end)
		}
	}
	return nil
}

func noteAlso(row *housing.Outcome, fact importers.Fact, end housing.Outcome) {
	if end.Verdict == housing.Accepted {
		row.Verdict = housing.Accepted
	}
	for _, problem := range end.Problems {
		if problem.IsError() {
			problem.Severity = housing.SeverityWarning
			problem.Text = alsoRefused(fact) + ": " + problem.Text
		}
		row.Problems = append(row.Problems, problem)
	}
}

// alsoRefused says what of a row is not in: a bank that put a charge beside its debt shall not look for a reading.
func alsoRefused(fact importers.Fact) string {
	switch fact.(type) {
	case housing.MeterReading, housing.GISReading:
		return "показание не принято"
	case housing.StatedCharge:
		return "начисление по услуге не принято"
	}
	return "сведения рядом не приняты"
}

// applyPayments books payments. Who is paid stands in the row, or in the name of the registry.
func (a *applier) applyPayments(ctx context.Context, rows []housing.Payment) ([]housing.Outcome, error) {
	payee := payeeOf(a.file.Name)
	for i := range rows {
		if rows[i].Payee == "" {
			rows[i].Payee = payee
		}
	}
	ends, err := a.datedPayments(len(rows), func(i int) housing.Payment { return rows[i] }, func(kept []int) ([]housing.Outcome, error) {
		return a.tx.ApplyPayments(ctx, a.book(), picked(rows, kept))
	})
	for i, end := range ends {
		if end.Verdict != housing.Rejected {
			a.twins.paid++
		}
		if end.Verdict == housing.Unchanged {
			a.repeats.add(rows[i].Key)
		}
	}
	return ends, err
}

// datedPayments turns away the rows of a day that has not come yet and applies the others. The totals of the file were
// compared with all of them.
func (a *applier) datedPayments(rows int, row func(int) housing.Payment,
	apply func(kept []int) ([]housing.Outcome, error),
) ([]housing.Outcome, error) {
	a.pays = true
	today := housing.DateOf(a.Now().In(a.Limits.Zone))
	outcomes := make([]housing.Outcome, rows)
	kept := make([]int, 0, rows)
	for i := range rows {
		if day := row(i).PaidOn; day.After(today) {
			outcomes[i] = housing.Outcome{Verdict: housing.Rejected, Problems: []housing.Problem{{
				Code: "future_payment", Column: "Дата платежа", Value: day.Russian(), Severity: housing.SeverityError,
				Text: "дата платежа ещё не наступила", Expected: "день не позже " + today.Russian(),
			}}}
			continue
		}
		kept = append(kept, i)
	}
	applied, err := apply(kept)
	if err != nil {
		return nil, err
	}
	spread(outcomes, applied, kept)
	return outcomes, nil
}

// picked returns the rows at some places; all of them where nothing is left out.
func picked[T any](rows []T, places []int) []T {
	if len(places) == len(rows) {
		return rows
	}
	some := make([]T, len(places))
	for i, at := range places {
		some[i] = rows[at]
	}
	return some
}

// checkPacks proves the payments of a file by the packs that came as a file of their own.
func (a *applier) checkPacks(ctx context.Context, packs []housing.PaymentPack, mended bool) error {
	if mended {
		return nil // the packs have proved the file whose rows these are
	}
	for _, read := range packs {
		order := fmt.Sprintf("№ %s от %s", read.OrderNo, read.OrderDate.Russian())
		stated, err := a.tx.PaymentPack(ctx, a.Organisation.ID, read.OrderDate, read.OrderNo)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return importers.Refuse("no_pack", "к платежам по платёжному поручению %s нет файла пачки: проверить их полноту нечем. "+
				"Пришлите пачку, а за ней снова этот файл; реестр не проводится целиком", order)
		case err != nil:
			return err
		case stated.Rows != read.Rows || max(stated.Amount-read.Amount, read.Amount-stated.Amount) > housing.Money(read.Loose):
			return importers.Refuse("totals_disagree",
				"контрольные суммы не сходятся: по платёжному поручению %s в файле платежей %d на сумму %s, в пачке указано %d на сумму %s; "+
					"реестр не проводится целиком", order, read.Rows, read.Amount.RussianPlain(), stated.Rows, stated.Amount.RussianPlain())
		}
	}
	return nil
}

// errAwaitsPack says that payments stay in the inbox: the pack that proves them has not come yet.
var errAwaitsPack = errors.New("payments wait for their pack")

// packPatience is how long payments wait for their pack before they are refused: banks send both files of a day, in
// whatever order.
const packPatience = 24 * time.Hour

// awaitsPack reports whether a file is to stay in the inbox. One that was not put there, or whose place does not tell
// since when it lies there, is answered at once.
func (p *Pipeline) awaitsPack(f fetchedFile, refusal *importers.FileError) bool {
	since := f.fetched.Entry.ModTime
	return refusal.Problem.Code == "no_pack" && !since.IsZero() && p.Now().Sub(since) < packPatience
}

// payeeOf reads the INN of the organisation paid from the name of a registry, ИНН_РС_…; "" where the
// name does not say.
func payeeOf(name string) string {
	digits := 0
	for digits < len(name) && name[digits] >= '0' && name[digits] <= '9' {
		digits++
	}
	if (digits == 10 || digits == 12) && digits < len(name) && name[digits] == '_' {
		return name[:digits]
	}
	return ""
}

// withoutEcho leaves out what the reading of a row has said already: a payment that names no account is not told a
// second time that the account was not found.
func withoutEcho(said, further []housing.Problem) []housing.Problem {
	return slices.DeleteFunc(further, func(p housing.Problem) bool {
		return p.Code == "unidentified_payment" && p.Value == "" && slices.ContainsFunc(said, func(q housing.Problem) bool {
			return q.Code == "empty" && q.Severity == housing.SeverityWarning
		})
	})
}

// stagedName is where an answer is kept: partner, day, hash and name. A further answer to the same bytes has its own place: the
// first may still wait to be delivered.
func stagedName(plan protocolPlan, name string) string {
	file := plan.file
	mark := ""
	if plan.again {
		mark = file.Received.Format("150405") + "-"
	}
	return filepath.Join("protocols", file.Partner, file.Received.Format("2006-01-02"), file.SHA256[:12]+"-"+mark+name)
}
