package pipeline

import (
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/penalties"
	"github.com/kvitok-gkh/kvitok/store"
)

// PenaltyResult is what charging penalties of a month did.
type PenaltyResult struct {
	Claims  int               `json:"claims"`            // unpaid months looked at
	Charged housing.Money     `json:"charged"`           // net: a correction or a late registry may take some back
	Changed int64             `json:"changed"`           // lines of the ledger
	Shown   housing.Money     `json:"shown,omitzero"`    // computed and not booked: a rate is not confirmed
	NoRate  int               `json:"no_rate,omitempty"` // unpaid months whose day has no key rate
	Notes   map[string]string `json:"notes,omitempty"`   // findings in Russian, one of each kind
}

// charge computes what the unpaid months of an account grew by in the month: the penalty up to its last day
// less the penalty up to the last day of the month before, both computed anew on what was owed then. So a
// payment that arrives late, a correction that lowers an old month or a rate that falls comes out as a
// difference, and closed months stay as they are. Debts without a month bear no penalty: nobody knows since
// when they are due. The lines are valid until the next account.
func (w *penaltyWork) charge(rows []store.ClaimRow) ([]store.LedgerLine, error) {
	w.lines = w.lines[:0]
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && sameClaim(rows[0], rows[n]) {
			n++
		}
		if err := w.claim(rows[:n]); err != nil {
			return nil, err
		}
		rows = rows[n:]
	}
	err := w.finish()
	return w.lines, err
}

func sameClaim(a, b store.ClaimRow) bool {
	return a.Account == b.Account && a.Payee == b.Payee && a.Capital == b.Capital && a.Month == b.Month
}

// penaltyRules are what penalties of a month are charged by.
type penaltyRules struct {
	on             bool // an office may forgo penalties
	period         housing.Period
	now, before    housing.Date
	rules, earlier penalties.Rules
	payBy          func(housing.Period) (housing.Date, error)
}

func (p *Pipeline) penaltyRules(period housing.Period) (*penaltyRules, error) {
	r := &penaltyRules{period: period, now: period.Last(), before: period.Prev().Last()}
	r.payBy = func(month housing.Period) (housing.Date, error) {
		day, _, err := payBy(month, p.Parameters, p.Workdays)
		return day, err
	}
	var err error
	if r.on, err = penaltiesOn(p.Parameters, r.now); err != nil || !r.on {
		return r, err
	}
	if r.rules, err = penalties.RulesOf(p.Parameters, r.now); err != nil {
		return r, fmt.Errorf("read the rules of penalties: %w", err)
	}
	if r.earlier, err = penalties.RulesOf(p.Parameters, r.before); err != nil {
		return r, fmt.Errorf("read the rules of penalties: %w", err)
	}
	return r, nil
}

// begin begins to charge the penalties of some accounts.
func (r *penaltyRules) begin() *penaltyWork {
	return &penaltyWork{
		penaltyRules: r, due: map[housing.Period]housing.Date{}, owed: map[housing.Service]housing.Money{},
		result: PenaltyResult{Notes: map[string]string{}},
	}
}

// penaltyWork collects the penalties of one payee of an account and divides them over its services.
type penaltyWork struct {
	*penaltyRules
	due    map[housing.Period]housing.Date
	result PenaltyResult
	lines  []store.LedgerLine

	at       store.ClaimRow // the account and payee under way
	total    housing.Money
	services []housing.Service
	owed     map[housing.Service]housing.Money
}

// penaltiesOn reads penalty.mode: an office may forgo penalties by configuration.
func penaltiesOn(list []housing.Parameter, on housing.Date) (bool, error) {
	for _, parameter := range list {
		if parameter.Name != "penalty.mode" || !parameter.Valid.Contains(on) {
			continue
		}
		if parameter.Value != "charge" && parameter.Value != "none" {
			return false, fmt.Errorf("parameter penalty.mode is %q, expected charge or none", parameter.Value)
		}
		return parameter.Value == "charge", nil
	}
	return false, fmt.Errorf("parameter penalty.mode has no value on %s", on)
}

// claim adds the growth of one unpaid month.
func (w *penaltyWork) claim(rows []store.ClaimRow) error {
	if len(rows) == 0 {
		return nil
	}
	first := rows[0]
	if w.at.Account != first.Account || w.at.Payee != first.Payee || w.at.Capital != first.Capital {
		if err := w.finish(); err != nil {
			return err
		}
		w.at = first
	}
	due, err := w.dueOf(first.Month)
	if err != nil {
		return err
	}
	group := penalties.Residents
	if first.Capital {
		group = penalties.CapitalRepair
	}
	was := penalties.Claim{Period: first.Month, Group: group, Due: due}
	now := was
	for _, row := range rows {
		switch row.Kind {
		case store.ClaimOwed:
			was.Amount += row.Amount
			now.Amount += row.Amount
			if w.owed[row.Service] == 0 {
				w.services = append(w.services, row.Service)
			}
			w.owed[row.Service] += max(row.Amount, 0)
		case store.ClaimChanged:
			now.Amount += min(row.Amount, 0) // an increase is due with the month it is booked in
		case store.ClaimPaid:
			now.Paid = append(now.Paid, penalties.Payment{On: row.On, Amount: row.Amount})
		}
	}
	return w.grow(was, now)
}

func (w *penaltyWork) grow(was, now penalties.Claim) error {
	w.result.Claims++
	now.Paid = settled(now.Paid)
	after, err := penalties.Calculate(now, w.now, w.rules)
	if err != nil {
		return err
	}
	before, err := penalties.Calculate(was, w.before, w.earlier)
	if err != nil {
		return err
	}
	for _, f := range after.Findings {
		w.result.Notes[f.Code] = f.Text
		if f.Code == penalties.NoKeyRate {
			w.result.NoRate++
		}
	}
	if !after.Confirmed {
		w.result.Shown += after.Total - before.Total
		return nil
	}
	w.total += after.Total - before.Total
	return nil
}

// settled takes back what was reversed from the newest payments.
func settled(paid []penalties.Payment) []penalties.Payment {
	var back housing.Money
	kept := paid[:0]
	for _, p := range paid {
		if p.Amount < 0 {
			back -= p.Amount
			continue
		}
		kept = append(kept, p)
	}
	for i := len(kept) - 1; i >= 0 && back > 0; i-- {
		taken := min(back, kept[i].Amount)
		kept[i].Amount -= taken
		back -= taken
	}
	return kept
}

func (w *penaltyWork) dueOf(month housing.Period) (housing.Date, error) {
	if due, known := w.due[month]; known {
		return due, nil
	}
	due, err := w.payBy(month)
	if err != nil {
		return due, err
	}
	w.due[month] = due
	return due, nil
}

// finish books the penalty of a payee, divided over its services as they are owed.
func (w *penaltyWork) finish() error {
	defer func() {
		w.total, w.services = 0, w.services[:0]
		clear(w.owed)
	}()
	if w.total == 0 {
		return nil
	}
	weights := make([]housing.Money, len(w.services))
	for i, service := range w.services {
		weights[i] = w.owed[service]
	}
	parts, err := housing.Allocate(w.total, weights)
	if err != nil {
		return fmt.Errorf("divide the penalty of account %d: %w", w.at.Account, err)
	}
	for i, service := range w.services {
		if parts[i] == 0 {
			continue
		}
		w.result.Charged += parts[i]
		w.lines = append(w.lines, store.LedgerLine{
			Key:   "penalty/" + strconv.FormatInt(w.at.Account, 10) + "/" + w.at.Payee + "/" + string(service),
			House: w.at.House, Account: w.at.Account, Service: service, Payee: w.at.Payee, Kind: "penalty", Month: w.period,
			Amount: parts[i], Reason: "пени за просрочку платежа по " + w.now.Russian() + " (ЖК РФ, ст. 155 ч. 14)",
		})
	}
	return nil
}
