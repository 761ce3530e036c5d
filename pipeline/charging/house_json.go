package charging

import (
	"cmp"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// canonicalFacts sorts the facts of the house and the lists in them.
func canonicalFacts(list []housing.HouseFacts) []housing.HouseFacts {
	list = sorted(list, func(a, b housing.HouseFacts) int { return cmp.Compare(a.Service, b.Service) })
	for i := range list {
		f := &list[i]
		if len(f.Made) > 0 {
			f.Made = sorted(f.Made, func(a, b housing.MadeOf) int {
				return cmp.Or(cmp.Compare(a.Resource, b.Resource), a.Volume.Cmp(b.Volume))
			})
		}
		if len(f.History) > 0 {
			f.History = sorted(f.History, func(a, b housing.HouseMonth) int {
				return cmp.Or(cmp.Compare(a.Period, b.Period), a.Volume.Cmp(b.Volume))
			})
		}
	}
	return list
}

func canonicalPast(list []housing.PastCharge) []housing.PastCharge {
	return sorted(list, func(a, b housing.PastCharge) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmpInterval(a.Valid, b.Valid), cmp.Compare(a.Payee, b.Payee))
	})
}

// house checks what the types of the house's facts allow and their meaning does not.
func (v *validator) house(s *housing.Snapshot) {
	switch s.House.Manager {
	case "", housing.ManagingCompany, housing.Association, housing.DirectOwners, housing.NoManager:
	default:
		v.check(false, "house.manager", "unknown manager %q", s.House.Manager)
	}
	seen := map[housing.Service]bool{}
	for i := range s.HouseFacts {
		f, at := &s.HouseFacts[i], fmt.Sprintf("house_facts[%d]", i)
		v.service(f.Service, at+".service")
		v.check(!seen[f.Service], at+".service", "%s stands twice", f.Service)
		seen[f.Service] = true
		v.check(f.Method.Valid(), at+".method", "unknown method %q", f.Method)
		v.check(f.HeatingDays >= 0 && f.HeatingDays <= longestMonth, at+".heating_days", "is %d", f.HeatingDays)
		v.check(f.Carried.Sign() <= 0, at+".carried", "expected a negative volume, got %s", f.Carried)
		months := map[housing.Period]bool{}
		for j := range f.History {
			h, path := &f.History[j], fmt.Sprintf("%s.history[%d]", at, j)
			v.check(!h.Period.IsZero(), path+".period", "is missing")
			v.check(!months[h.Period], path+".period", "%s stands twice", h.Period)
			months[h.Period] = true
			v.check(h.HeatingDays >= 0 && h.HeatingDays <= longestMonth, path+".heating_days", "is %d", h.HeatingDays)
		}
		for j := range f.Made {
			v.check(fuel(f.Made[j].Resource), fmt.Sprintf("%s.made_of[%d].resource", at, j),
				"expected heating, gas or electricity, got %q", f.Made[j].Resource)
		}
	}
	for i := range s.Accounts {
		v.past(&s.Accounts[i], fmt.Sprintf("accounts[%d]", i))
	}
}

const longestMonth = 31

func (v *validator) past(a *housing.AccountFacts, at string) {
	for i := range a.Past {
		p, path := &a.Past[i], fmt.Sprintf("%s.past[%d]", at, i)
		v.service(p.Service, path+".service")
		v.check(digits(p.Payee), path+".payee", "expected an INN, got %q", p.Payee)
		month := p.Valid.From.Period().Interval()
		v.check(!p.Valid.From.IsZero() && p.Valid.From.Before(p.Valid.To) && !p.Valid.To.After(month.To),
			path+".valid", "expected days of one month, got %s to %s", p.Valid.From, p.Valid.To)
	}
	for i := range a.Distributors {
		d, path := &a.Distributors[i], fmt.Sprintf("%s.distributors[%d]", at, i)
		v.check(d.Value.Sign() >= 0, path+".value", "is negative: %s", d.Value)
	}
}
