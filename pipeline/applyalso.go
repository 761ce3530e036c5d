package pipeline

import (
	"context"
	"errors"
	"fmt"
	"reflect"
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
			noteAlso(&ends[b.places[i]], end)
		}
	}
	return nil
}

func noteAlso(row *housing.Outcome, end housing.Outcome) {
	if end.Verdict == housing.Accepted {
		row.Verdict = housing.Accepted
	}
	for _, problem := range end.Problems {
		if problem.IsError() {
			problem.Severity = housing.SeverityWarning
			problem.Text = "показание не принято: " + problem.Text
		}
		row.Problems = append(row.Problems, problem)
	}
}

// applyPayments books payments. Who is paid stands in the row, or in the name of the registry.
func (a *applier) applyPayments(ctx context.Context, rows []housing.Payment) ([]housing.Outcome, error) {
	payee, today := payeeOf(a.file.Name), housing.DateOf(a.Now().In(a.Limits.Zone))
	for i, pay := range rows {
		if pay.PaidOn.After(today) {
			return nil, importers.Refuse("future_payment",
				"строка %d: дата платежа %s ещё не наступила; реестр не проводится целиком", pay.Source.Position, pay.PaidOn.Russian())
		}
		if pay.Payee == "" {
			rows[i].Payee = payee
		}
	}
	return a.tx.ApplyPayments(ctx, a.Organisation.ID, a.source, a.period, rows)
}

// checkPacks proves the payments of a file by the packs that came as a file of their own.
func (a *applier) checkPacks(ctx context.Context, packs []housing.PaymentPack) error {
	for _, read := range packs {
		order := fmt.Sprintf("№ %s от %s", read.OrderNo, read.OrderDate.Russian())
		stated, err := a.tx.PaymentPack(ctx, a.Organisation.ID, read.OrderDate, read.OrderNo)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return importers.Refuse("no_pack", "к платежам по платёжному поручению %s нет файла пачки: проверить их полноту нечем. "+
				"Пришлите пачку, а за ней снова этот файл; реестр не проводится целиком", order)
		case err != nil:
			return err
		case stated.Rows != read.Rows || stated.Amount != read.Amount:
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
