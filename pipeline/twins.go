package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// twins are the payments of a file that equal those of others.
type twins struct {
	paid int // payments that the file has brought in this run, known ones too
	rows []twinRow
}

// twinRow is where one stands in the file at hand: its row is told what became of it when all rows are in.
type twinRow struct {
	ordinal, row int32
	sheet        string
}

// equalRows is what becomes of payments of a file that equal those of others: as its partner says, else its format.
func (p *Pipeline) equalRows(f fetchedFile) housing.EqualRows {
	at := slices.IndexFunc(p.Partners, func(partner Partner) bool { return partner.Name == f.Partner })
	if at >= 0 && p.Partners[at].EqualRows != "" {
		return p.Partners[at].EqualRows
	}
	if says, can := f.format.(importers.Equal); can && says.EqualRows() != "" {
		return says.EqualRows()
	}
	return housing.HoldEqual
}

func (a *applier) book() store.PaymentBook {
	return store.PaymentBook{Organisation: a.Organisation.ID, Source: a.source, Period: a.period, Equal: a.equal}
}

// keepTwin remembers where a payment stands that equals one of another file.
func (a *applier) keepTwin(r importers.Record, end housing.Outcome) {
	if end.Twin {
		a.twins.rows = append(a.twins.rows, twinRow{ordinal: int32(len(a.verdicts)), row: int32(r.Row), sheet: r.Sheet}) //nolint:gosec // rows of a file
	}
}

// settleTwins decides on the payments that equal those of other files, once all rows are in: where the file brings another
// one again, they are the same and are taken off, else each row is told which payment it equals.
func (a *applier) settleTwins(ctx context.Context) error {
	if len(a.twins.rows) == 0 {
		return nil
	}
	again, err := a.tx.Repeated(ctx, a.Organisation.ID, a.source, a.twins.paid)
	if err != nil {
		return err
	}
	next := 0
	err = a.tx.EachTwin(ctx, a.Organisation.ID, a.source, func(twin store.Twin) error {
		at := a.twins.rows[next]
		next++
		if slices.Contains(again, twin.Source) {
			a.withdraw(int(at.ordinal), twin.Key)
			return nil
		}
		a.tellTwin(at, twin)
		return nil
	})
	if err != nil {
		return err
	}
	if next != len(a.twins.rows) {
		return fmt.Errorf("%d payments equal those of other files, %d were told", next, len(a.twins.rows))
	}
	if len(again) == 0 {
		return nil
	}
	return a.tx.WithdrawTwins(ctx, a.book(), again)
}

// withdraw turns a row that was taken in into one that brings nothing new.
func (a *applier) withdraw(ordinal int, key string) {
	a.verdicts[ordinal] = wasUnchanged
	a.file.Counts.Accepted--
	a.file.Counts.Unchanged++
	a.repeats.add(key)
}

func (a *applier) tellTwin(at twinRow, twin store.Twin) {
	if a.equal == housing.BookEqual {
		return
	}
	problem := housing.Problem{
		Row: int(at.row), Sheet: at.sheet, Code: "equal_payment", Severity: housing.SeverityWarning,
		Text: twinRussian(twin) + "; до решения учтён в невыясненных",
	}
	if !twin.Held {
		problem.Code, problem.Text = "equal_payment_booked", twinRussian(twin)+"; проведён: проверьте, не одни ли это деньги"
	}
	a.note(int(at.ordinal), problem)
}

// twinRussian says which payment another one equals.
func twinRussian(twin store.Twin) string {
	number := "без номера"
	if twin.Number != "" {
		number = "№ " + twin.Number
	}
	text := fmt.Sprintf("похож на платёж %s (файл «%s», строка %d): те же лицевой счёт, день и сумма", number, twin.Registry, twin.Row)
	if twin.OtherOrder {
		text += ", но платёжное поручение другое"
	}
	return text
}

// sameAsTwin makes of the word that a payment is the one of another file the decision that takes it back: it is counted once.
func (p *Pipeline) sameAsTwin(ctx context.Context, tx *store.Tx, c *PaymentChange) error {
	twins, err := tx.TwinsOf(ctx, p.Organisation.ID, []string{c.Key})
	if err != nil {
		return err
	}
	twin, is := twins[c.Key]
	if !is {
		return fmt.Errorf("payment %s: %w", c.Key, ErrNoTwin)
	}
	reason := fmt.Sprintf("тот же платёж, что № %s (файл «%s», строка %d)", twin.Key, twin.Registry, twin.Row)
	if c.Reason != "" {
		reason += ": " + c.Reason
	}
	c.Reason, c.Reverse = reason, true
	return tx.SettleTwin(ctx, p.Organisation.ID, c.Key)
}
