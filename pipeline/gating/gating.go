// Package gating asks of every account whether the change of its charges against last month is
// explained: by the method of chain substitution (цепные подстановки) it splits the difference into
// days, people, area, volume, tariff, coefficient, correction, services that began or ended, and what
// is left unexplained; the parts add up to the difference to the kopeck. It finds the signs of a
// mistake on the way: no use after use, tenfold volume, a negative line, an account not charged.
//
// It owns the split, the signs and the reading of their bounds, which are parameters of the month. It
// does not own charging, what is stored, nor what happens to an account that it holds. It is a pure
// function: no clock, no I/O.
package gating

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Version changes whenever the same two months could be judged otherwise.
const Version = "3"

// Month is one house in one month: the facts that it was charged by and the lines that stand.
type Month struct {
	Snapshot *housing.Snapshot
	Charges  map[int64][]housing.Charge // by id of the account
}

// Input is what a house is judged by. Before is nil in the first month of a house: then only the
// signs of a mistake hold an account.
type Input struct {
	Limits Limits
	Before *Month
	Now    Month
}

// Verdict is what came of one account.
type Verdict struct {
	Facts  *housing.AccountFacts
	Change housing.AccountChange
	Signs  []Sign // none: to be issued
}

// Judge looks at every account of the house, in the order of the snapshot.
func Judge(in Input) ([]Verdict, error) {
	j := judge{Input: in, earlier: map[int64]*housing.AccountFacts{}}
	if in.Before != nil {
		for i := range in.Before.Snapshot.Accounts {
			a := &in.Before.Snapshot.Accounts[i]
			j.earlier[a.ID] = a
		}
	}
	verdicts := make([]Verdict, 0, len(in.Now.Snapshot.Accounts))
	for i := range in.Now.Snapshot.Accounts {
		facts := &in.Now.Snapshot.Accounts[i]
		v, err := j.account(facts)
		if err != nil {
			return nil, fmt.Errorf("compare account %s with last month: %w", facts.Number, err)
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

type judge struct {
	Input
	earlier map[int64]*housing.AccountFacts
}

// pair is one account in both months. Facts and snapshot of before are nil where it has none.
type pair struct {
	limits      *Limits
	before, now *month
	chains      map[housing.Service]chain // of water, which sewage follows
	err         error                     // first overflow
}

// month is one account in one month.
type month struct {
	snapshot *housing.Snapshot
	facts    *housing.AccountFacts
	lines    []housing.Charge
	total    housing.Money
}

func (j *judge) account(facts *housing.AccountFacts) (Verdict, error) {
	p := pair{limits: &j.Limits, chains: map[housing.Service]chain{}}
	p.now = p.month(j.Now, facts)
	v := Verdict{Facts: facts}
	if earlier := j.earlier[facts.ID]; earlier != nil {
		p.before = p.month(*j.Before, earlier)
		v.Change.Was = p.before.total
	}
	v.Change.Now = p.now.total
	v.Change.New = p.before == nil || len(p.before.lines) == 0
	for _, service := range p.services() {
		changed := p.service(service)
		switch {
		case p.before == nil:
			changed.Note = "новый счёт"
		case v.Change.New:
			changed.Note = "в прошлом месяце начислений не было"
		}
		p.addCauses(&v.Change.Causes, changed.Causes)
		if changed.Was != changed.Now || changed.Causes != (housing.Causes{}) {
			v.Change.Services = append(v.Change.Services, changed)
		}
		v.Signs = append(v.Signs, p.signsOf(service)...)
	}
	v.Signs = append(v.Signs, p.changeSigns(&v.Change)...)
	slices.SortStableFunc(v.Signs, func(a, b Sign) int { return rank(a.Code) - rank(b.Code) })
	return v, p.err
}

func (p *pair) month(m Month, facts *housing.AccountFacts) *month {
	own := &month{snapshot: m.Snapshot, facts: facts, lines: m.Charges[facts.ID]}
	for i := range own.lines {
		p.add(&own.total, own.lines[i].Amount)
	}
	return own
}

// services lists the services of both months in the order of receipts.
func (p *pair) services() []housing.Service {
	var list []housing.Service
	for _, service := range housing.Services() {
		if p.before.charges(service) || p.now.charges(service) {
			list = append(list, service)
		}
	}
	return list
}

func (m *month) charges(service housing.Service) bool {
	return m != nil && slices.ContainsFunc(m.lines, func(c housing.Charge) bool { return c.Service == service })
}

// add keeps the first overflow: what follows is not used then.
func (p *pair) add(to *housing.Money, m housing.Money) {
	sum, err := to.Add(m)
	if err != nil && p.err == nil {
		p.err = err
	}
	*to = sum
}

func (p *pair) sub(a, b housing.Money) housing.Money {
	difference, err := a.Sub(b)
	if err != nil && p.err == nil {
		p.err = err
	}
	return difference
}

// round gives the kopecks of a value in roubles.
func (p *pair) round(r housing.Ratio) housing.Money {
	m, err := r.Money()
	if err != nil && p.err == nil {
		p.err = err
	}
	return m
}

func (p *pair) addCauses(to *housing.Causes, c housing.Causes) {
	p.add(&to.Tariff, c.Tariff)
	p.add(&to.Volume, c.Volume)
	p.add(&to.Days, c.Days)
	p.add(&to.People, c.People)
	p.add(&to.Area, c.Area)
	p.add(&to.Coefficient, c.Coefficient)
	p.add(&to.Correction, c.Correction)
	p.add(&to.Services, c.Services)
	p.add(&to.Unexplained, c.Unexplained)
}

// Together adds up the changes of accounts by cause, without their services.
func Together(verdicts []Verdict) (housing.AccountChange, error) {
	var p pair
	var all housing.AccountChange
	for i := range verdicts {
		change := &verdicts[i].Change
		p.add(&all.Was, change.Was)
		p.add(&all.Now, change.Now)
		p.addCauses(&all.Causes, change.Causes)
	}
	return all, p.err
}

func abs(m housing.Money) housing.Money { return max(m, -m) }
