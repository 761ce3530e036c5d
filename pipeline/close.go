package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// ErrClosed says that a month is closed: later facts become corrections of the open one.
var ErrClosed = errors.New("the month is closed")

// ErrNotClosable says that a check speaks against closing a month, or against opening it again.
var ErrNotClosable = errors.New("the month cannot be closed")

// ErrNotReopened says why a closed month stays closed.
var ErrNotReopened = errors.New("the month stays closed")

// MonthCheck is one check before closing.
type MonthCheck struct {
	Name   string `json:"name"`
	Good   bool   `json:"good"`
	Waived bool   `json:"waived,omitzero"` // not good, and allowed by whoever closes
	Detail string `json:"detail"`
}

// CloseResult is what closing a month came to.
type CloseResult struct {
	Period  housing.Period     `json:"period"`
	Closed  bool               `json:"closed"`
	Already bool               `json:"already"` // it was closed before
	Checks  []MonthCheck       `json:"checks"`
	Totals  store.LedgerTotals `json:"totals"`
	Next    housing.Period     `json:"next"`
}

// What whoever closes may allow.
const (
	AllowPrevious = "previous" // the month before is not closed
	AllowHeld     = "held"     // accounts are held by the calculation or by the check before issue
	AllowUnissued = "unissued" // accounts have no payment document, or one of another sum
)

// Allowances lists them.
func Allowances() []string { return []string{AllowPrevious, AllowHeld, AllowUnissued} }

// CloseRequest says who closes and what he allows.
type CloseRequest struct {
	By    string
	Allow []string
}

// requireOpen refuses to change a closed month. The database refuses too; this says it in plain words.
func (p *Pipeline) requireOpen(ctx context.Context, period housing.Period) error {
	_, err := p.Store.ClosedMonth(ctx, p.Organisation.ID, period)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%s: %w: what arrives now belongs to the open month", period, ErrClosed)
}

// Close brings the ledger and the reports in line, freezes the month, checks it in the same transaction,
// and opens the next month with its closing balances. A check that fails leaves everything open. Closing a
// closed month changes nothing.
func (p *Pipeline) Close(ctx context.Context, period housing.Period, request CloseRequest) (CloseResult, error) {
	result := CloseResult{Period: period, Next: period.Next()}
	if err := p.requireOpen(ctx, period); errors.Is(err, ErrClosed) {
		result.Closed, result.Already = true, true
		return result, nil
	} else if err != nil {
		return result, err
	}
	for _, month := range []housing.Period{period, result.Next} {
		if err := p.Store.EnsureMonth(ctx, month); err != nil {
			return result, fmt.Errorf("prepare %s: %w", month, err)
		}
	}
	if err := p.Store.KeyMonth(ctx, period); err != nil { // a run that was killed leaves none
		return result, err
	}
	if _, err := p.Ledger(ctx, period); err != nil && !errors.Is(err, ErrLedger) { // a check says it again
		return result, err
	}
	if _, err := p.Publish(ctx, period); err != nil {
		return result, err
	}
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return p.closeIn(ctx, tx, &result, request)
	})
	result.Closed = err == nil
	return result, err
}

// closeIn freezes the month of the result, checks it, and opens the next one where all is well. The checks
// stay in the result also where they fail.
func (p *Pipeline) closeIn(ctx context.Context, tx *store.Tx, result *CloseResult, request CloseRequest) (err error) {
	if err := tx.FreezeMonth(ctx, p.Organisation.ID, result.Period); err != nil {
		return err
	}
	if result.Checks, result.Totals, err = p.closeChecks(ctx, tx, result.Period, request.Allow); err != nil {
		return err
	}
	if slices.ContainsFunc(result.Checks, func(c MonthCheck) bool { return !c.Good && !c.Waived }) {
		return fmt.Errorf("%s: %w", result.Period, ErrNotClosable)
	}
	totals, err := json.Marshal(result.Totals)
	if err != nil {
		return fmt.Errorf("write the totals of %s: %w", result.Period, err)
	}
	c := store.Closing{Period: result.Period, By: request.By, At: p.Now(), Totals: totals}
	if err := tx.CloseMonth(ctx, p.Organisation.ID, c, result.Checks); err != nil {
		return err
	}
	_, err = tx.Rebuild(ctx, p.Organisation.ID, result.Next)
	return err
}

// closeChecks looks over a frozen month.
func (p *Pipeline) closeChecks(ctx context.Context, tx *store.Tx, period housing.Period, allow []string) ([]MonthCheck, store.LedgerTotals, error) {
	totals, err := tx.Ledger(ctx, p.Organisation.ID, period)
	if err != nil {
		return nil, totals, err
	}
	state, err := tx.MonthState(ctx, p.Organisation.ID, period)
	if err != nil {
		return nil, totals, err
	}
	printed, err := p.printedTotals(ctx, tx, period)
	if err != nil {
		return nil, totals, err
	}
	before, err := p.previousMonth(ctx, tx, period)
	if err != nil {
		return nil, totals, err
	}
	checks := append([]MonthCheck{before}, p.stateChecks(totals, state)...)
	checks = append(checks, reportCheck(totals, printed))
	for i := range checks {
		checks[i].Waived = !checks[i].Good && slices.Contains(allow, checks[i].Name)
	}
	return checks, totals, nil
}

// stateChecks compare the ledger with what it is drawn up from.
func (p *Pipeline) stateChecks(t store.LedgerTotals, s store.MonthState) []MonthCheck {
	count := func(name string, n int, good, bad string) MonthCheck {
		if n == 0 {
			return MonthCheck{Name: name, Good: true, Detail: good}
		}
		return MonthCheck{Name: name, Detail: fmt.Sprintf(bad, n)}
	}
	equal := func(name, what string, a, b housing.Money) MonthCheck {
		if a == b {
			return MonthCheck{Name: name, Good: true, Detail: what + ": " + a.Russian()}
		}
		return MonthCheck{Name: name, Detail: fmt.Sprintf("%s: %s and %s, %s apart", what, a.Russian(), b.Russian(), (a - b).Russian())}
	}
	charged := count("charged", s.Unfinished, fmt.Sprintf("%d houses, all of the last run", s.Houses), "%d houses of the last run are not charged")
	if s.Houses == 0 {
		charged = MonthCheck{Name: "charged", Detail: "no house is charged"}
	}
	return []MonthCheck{
		charged,
		count(AllowHeld, s.HeldAccounts+s.GateHeld, "no account is held", "%d accounts are held by the calculation or by the check before issue"),
		count("distributed", s.Undistributed+s.Uneven, "every payment is distributed to the kopeck", "%d payments are not distributed, or not whole"),
		equal("charges", "balances and charge lines", t.Charged+t.Corrected+t.Penalty, t.Charges+t.Lines),
		equal("houses", "charge lines and totals of houses", t.Charges, s.HouseSum),
		equal("payments", "balances and payments", t.Paid, t.Payments),
		equal("equation", "opening + charged + corrected + penalty − paid = closing", t.Opening+t.Charged+t.Corrected+t.Penalty-t.Paid, t.Closing),
		count("accounts", s.WrongAccounts, "every balance is that of its lines and parts, by account, service and payee", "%d balances differ from their lines and parts"),
		count("by house", s.WrongHouses, "every house turns over what its lines and parts do", "%d houses differ from their lines and parts"),
		count("chain", t.BrokenChain, "every opening is the closing of the month before", "%d openings are not the closing of the month before"),
		count("debts", s.WrongDebts, "every older debt has its balance", "%d older debts have no balance"),
		count(AllowUnissued, s.Unissued+s.Differing, fmt.Sprintf("%d documents, each of the balance of its account: %s", s.Documents, s.ToPay.Russian()),
			"%d accounts have no payment document, or one of another sum: issue again"),
		{Name: "unidentified", Good: true, Detail: "payments that belong to no account: " + t.Unknown.Russian()},
	}
}

func (p *Pipeline) previousMonth(ctx context.Context, tx *store.Tx, period housing.Period) (MonthCheck, error) {
	before := period.Prev()
	check := MonthCheck{Name: AllowPrevious, Good: true, Detail: before.String() + " is closed"}
	_, err := tx.ClosedMonth(ctx, p.Organisation.ID, before)
	if !errors.Is(err, store.ErrNotFound) {
		return check, err
	}
	totals, err := tx.ChargedTotals(ctx, p.Organisation.ID, before)
	if check.Detail = before.String() + " was not charged here"; totals.Houses > 0 {
		check.Good, check.Detail = false, before.String()+" is not closed"
	}
	return check, err
}

// printedTotals are the control sums that the reports of the month come to.
type printedTotals struct{ turnover, charges reports.Control }

func (p *Pipeline) printedTotals(ctx context.Context, tx *store.Tx, period housing.Period) (t printedTotals, err error) {
	meta := reports.Meta{Organisation: p.Organisation, Period: period, AsOf: p.Now(), Temp: p.path("work")}
	if t.turnover, err = reports.WriteTurnover(io.Discard, meta, tx.AccountTurnovers(ctx, p.Organisation.ID, period)); err != nil {
		return t, fmt.Errorf("add up the turnover sheet: %w", err)
	}
	if t.charges, err = reports.WriteCharges(io.Discard, meta, tx.AccountCharges(ctx, p.Organisation.ID, period)); err != nil {
		return t, fmt.Errorf("add up the list of charges: %w", err)
	}
	return t, nil
}

func reportCheck(t store.LedgerTotals, printed printedTotals) MonthCheck {
	check := MonthCheck{Name: "reports", Good: true, Detail: "the control sums of the reports are those of the ledger"}
	sums := []struct {
		what          string
		printed, want housing.Money
	}{
		{"charged, turnover sheet", printed.turnover.Sum("Начислено"), t.Charged},
		{"corrected, turnover sheet", printed.turnover.Sum("Перерасчёт"), t.Corrected},
		{"penalty, turnover sheet", printed.turnover.Sum("Пени"), t.Penalty},
		{"paid, turnover sheet", printed.turnover.Sum("Оплачено"), t.Paid},
		{"closing, turnover sheet", printed.turnover.Sum("Сальдо на конец, Дт") - printed.turnover.Sum("Сальдо на конец, Кт"), t.Closing},
		{"list of charges", printed.charges.Sum("Начислено, ₽"), t.Charges},
	}
	for _, s := range sums {
		if s.printed != s.want {
			check.Good, check.Detail = false, fmt.Sprintf("%s: %s printed, %s in the ledger", s.what, s.printed.Russian(), s.want.Russian())
		}
	}
	return check
}

// Reopen takes back the closing of a month, with a reason that stays in the audit trail, while nothing
// of the next month was given out and it is not closed itself.
func (p *Pipeline) Reopen(ctx context.Context, period housing.Period, by, reason string) error {
	if reason == "" {
		return fmt.Errorf("%s: a reason is needed: %w", period, ErrNotReopened)
	}
	return p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.ReopenMonth(ctx, p.Organisation.ID, period, by, reason, p.Now()); errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%s is not closed: %w", period, ErrNotReopened)
		} else if err != nil {
			return err
		}
		next := period.Next()
		switch _, err := tx.ClosedMonth(ctx, p.Organisation.ID, next); {
		case err == nil:
			return fmt.Errorf("%s is closed: %w", next, ErrNotReopened)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		issued, err := tx.IssuedDocuments(ctx, p.Organisation.ID, next)
		if err == nil && issued > 0 {
			return fmt.Errorf("%d documents of %s are given out: %w", issued, next, ErrNotReopened)
		}
		if err != nil {
			return err
		}
		return p.dropCorrections(ctx, tx, period)
	})
}

// dropCorrections takes back what was corrected of a month that is opened again: it will be charged from all
// that is known now, late facts among it.
func (p *Pipeline) dropCorrections(ctx context.Context, tx *store.Tx, period housing.Period) error {
	dropped, err := tx.DropCorrections(ctx, p.Organisation.ID, period)
	if err != nil || dropped == 0 {
		return err
	}
	_, err = tx.Rebuild(ctx, p.Organisation.ID, period.Next())
	return err
}
