package correcting

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Scope says whose charges a fact of one account may correct.
type Scope string

// The scopes (parameter correction.scope).
const (
	OwnAccount Scope = "own_account" // those of the account that the fact is about
	WholeHouse Scope = "whole_house" // all that the recalculation of the house changes
)

// Computed is what a snapshot comes to.
type Computed struct {
	Charges []housing.Charge
	Held    map[string]string // account → why it has no charges
	// Benefits are what benefits came to, those paid to citizens among them.
	Benefits []housing.BenefitShare
}

// Input is one house in one closed month.
type Input struct {
	Base      *housing.Snapshot // as issued, or as last corrected
	Fresh     *housing.Snapshot // of the same month, from the facts known now
	Scope     Scope
	Corrected []Volume          // of earlier months, by meter
	Estimates map[Register]bool // registers of Fresh that Spread gave readings to
	Calculate func(*housing.Snapshot) (Computed, error)
}

// Volume is what a register came to in a month that was corrected.
type Volume struct {
	Meter int64
	housing.MonthVolume
}

// Register is one register of a meter.
type Register struct {
	Meter int64
	Zone  housing.Zone
}

// Held is an account whose late facts do not allow it to be charged: they are left out until they are mended.
type Held struct {
	Account string
	Why     string
}

// Result is what the late facts of a month come to.
type Result struct {
	Changed  bool              // some fact differs
	Snapshot *housing.Snapshot // the base with the late facts
	Before   Computed          // of the base
	After    Computed          // of Snapshot
	Lines    []housing.CorrectionLine
	Benefits []housing.BenefitCorrection // of the benefits behind the lines, and of those paid to citizens
	Held     []Held
}

// ErrHouse says that the late facts of the house as a whole do not allow it to be charged.
var ErrHouse = errors.New("the month cannot be computed with the late facts")

// key is what one correction line is about.
type key struct {
	account string
	service housing.Service
	payee   string
}

// sums are money and volume of a month by what a line is about.
type sums map[key]sum

type sum struct {
	money  housing.Money
	volume housing.Decimal
}

// Compare puts the late facts over the base and splits the difference by cause.
func Compare(in Input) (Result, error) {
	var r Result
	var err error
	if r.Before, err = in.Calculate(in.Base); err != nil {
		return r, fmt.Errorf("compute the month as it was: %w", err)
	}
	without := map[string]string{}
	for {
		l := newLayers(in, without)
		steps := l.all()
		if r.Changed = len(steps) > 0; !r.Changed {
			r.Snapshot, r.After, r.Held = in.Base, r.Before, heldOf(without)
			return r, nil
		}
		r.Snapshot = steps[len(steps)-1].snapshot
		if r.After, err = in.Calculate(r.Snapshot); err != nil {
			return r, errors.Join(ErrHouse, err)
		}
		more := newlyHeld(r.Before, r.After)
		if len(more) == 0 {
			r.Held = heldOf(without)
			return r, r.split(in, steps)
		}
		for account, why := range more {
			if _, again := without[account]; again {
				return r, fmt.Errorf("account %s: %s: %w", account, why, ErrHouse)
			}
			without[account] = why
		}
	}
}

// newlyHeld are the accounts that the late facts hold. Those held already stay so.
func newlyHeld(before, after Computed) map[string]string {
	more := map[string]string{}
	for account, why := range after.Held {
		if _, was := before.Held[account]; !was {
			more[account] = why
		}
	}
	return more
}

func heldOf(without map[string]string) []Held {
	list := make([]Held, 0, len(without))
	for _, account := range slices.Sorted(maps.Keys(without)) {
		list = append(list, Held{account, without[account]})
	}
	return list
}

// split computes the month after each step and keeps the differences.
func (r *Result) split(in Input, steps []step) error {
	was, err := totalOf(r.Before)
	if err != nil {
		return err
	}
	for i := range steps {
		s := &steps[i]
		computed := r.After
		if i < len(steps)-1 {
			if computed, err = in.Calculate(s.snapshot); err != nil {
				continue // a later fact mends it: the difference is that one's
			}
		}
		now, err := totalOf(computed)
		if err != nil {
			return err
		}
		keepHeld(computed, was.charged, now.charged, func(k key) string { return k.account })
		keepHeld(computed, was.given, now.given, func(k share) string { return k.account })
		if err := errors.Join(r.lines(in, s, was.charged, now.charged), r.benefitLines(in, s, was.given, now.given)); err != nil {
			return err
		}
		was = now
	}
	return nil
}

// total is what a month comes to.
type total struct {
	charged sums
	given   map[share]housing.Money
}

func totalOf(c Computed) (t total, err error) {
	if t.charged, err = add(c.Charges); err != nil {
		return t, err
	}
	t.given, err = given(c.Benefits)
	return t, err
}

// keepHeld leaves accounts that are held half-way as they were: a later fact mends them, and the difference is
// that one's.
func keepHeld[K comparable, V any](computed Computed, was, now map[K]V, account func(K) string) {
	for k, stays := range was {
		if _, held := computed.Held[account(k)]; held {
			now[k] = stays
		}
	}
}

// lines adds the differences of one step that its scope allows.
func (r *Result) lines(in Input, s *step, was, now sums) error {
	accounts := accountsOf(in.Base, s.snapshot)
	keys := slices.Collect(maps.Keys(was))
	for k := range now {
		if _, known := was[k]; !known {
			keys = append(keys, k)
		}
	}
	order := housing.Services()
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.account, b.account), slices.Index(order, a.service)-slices.Index(order, b.service), cmp.Compare(a.payee, b.payee))
	})
	for _, k := range keys {
		amount, err := now[k].money.Sub(was[k].money)
		if err != nil {
			return fmt.Errorf("correct account %s: %w", k.account, err)
		}
		if amount == 0 || !s.allows(in.Scope, k) {
			continue
		}
		r.Lines = append(r.Lines, housing.CorrectionLine{
			Account: accounts[k.account], House: in.Base.House.Address, Month: in.Base.Period, Service: k.service, Payee: k.payee, Cause: s.cause,
			Was: was[k].money, Now: now[k].money, Amount: amount, VolumeWas: was[k].volume, VolumeNow: now[k].volume, Facts: s.factsFor(k.account),
		})
	}
	return nil
}

func accountsOf(snapshots ...*housing.Snapshot) map[string]housing.Account {
	accounts := map[string]housing.Account{}
	for _, snapshot := range snapshots {
		for i := range snapshot.Accounts {
			accounts[snapshot.Accounts[i].Number] = snapshot.Accounts[i].Account
		}
	}
	return accounts
}

// add sums charges by what a line is about.
func add(charges []housing.Charge) (sums, error) {
	list := sums{}
	for i := range charges {
		c := &charges[i]
		k := key{c.Account, c.Service, c.Payee}
		s := list[k]
		var err error
		if s.money, err = s.money.Add(c.Amount); err != nil {
			return nil, fmt.Errorf("add up account %s: %w", c.Account, err)
		}
		if c.Kind == housing.BaseCharge {
			if s.volume, err = s.volume.Add(c.Volume); err != nil {
				return nil, fmt.Errorf("add up account %s: %w", c.Account, err)
			}
		}
		list[k] = s
	}
	return list, nil
}

// step is the base with the late facts up to and with those of one cause.
type step struct {
	cause    housing.CorrectionCause
	snapshot *housing.Snapshot
	house    []housing.CorrectionFact            // about the house as a whole
	accounts map[string][]housing.CorrectionFact // by account
}

// allows reports whether a difference of the step is booked. What one account does to the common property
// of the house is a matter of all its accounts.
func (s *step) allows(scope Scope, k key) bool {
	if scope == WholeHouse || len(s.house) > 0 {
		return true
	}
	if _, own := s.accounts[k.account]; !own {
		return false
	}
	ofShares := []housing.CorrectionCause{housing.LateAccount, housing.LateService, housing.LateArea, housing.LateYear, housing.LateBenefit}
	return k.service.Resource() == "" || slices.Contains(ofShares, s.cause)
}

// factsFor are the facts behind a line of an account: its own, else those of the house, else of the neighbours.
func (s *step) factsFor(account string) []housing.CorrectionFact {
	if own := s.accounts[account]; len(own) > 0 {
		return own
	}
	if len(s.house) > 0 {
		return s.house
	}
	var all []housing.CorrectionFact
	for _, other := range slices.Sorted(maps.Keys(s.accounts)) {
		for _, fact := range s.accounts[other] {
			fact.Text = "л/с " + other + ": " + fact.Text
			all = append(all, fact)
		}
	}
	return all
}
