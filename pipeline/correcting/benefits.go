package correcting

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// benefits takes over what people have a right to.
func (l *layers) benefits() {
	l.each(func(to, fresh *housing.AccountFacts) { take(l, to.Number, &to.Benefits, fresh.Benefits, benefitKind()) })
}

func benefitKind() kind[housing.Benefit] {
	return kind[housing.Benefit]{
		plain: func(v housing.Benefit, m housing.Period) housing.Benefit {
			v.Source, v.Document, v.Valid = housing.Source{}, "", cut(v.Valid, m)
			return v
		},
		source: func(v *housing.Benefit) housing.Source { return v.Source },
		text: func(v *housing.Benefit) string {
			size := v.Amount.Russian() + " ₽ в месяц"
			if !v.Percent.IsZero() {
				size = v.Percent.Russian() + " %"
			}
			text := "льгота «" + v.Category + "» " + size
			if v.Subsidy {
				text = "субсидия " + size
			}
			if v.Service != "" {
				text += ", " + v.Service.Russian()
			}
			return withDocument(text+span(v.Valid.From, v.Valid.To), v.Document)
		},
	}
}

// share is what one line of a corrected benefit is about.
type share struct {
	account, person, category string
	mode                      housing.BenefitMode
	service                   housing.Service
	payee                     string
}

// given sums what benefits came to by what a line is about.
func given(list []housing.BenefitShare) (map[share]housing.Money, error) {
	sums := map[share]housing.Money{}
	for i := range list {
		b := &list[i]
		k := share{b.Account, b.Person, b.Category, b.Mode, b.Service, b.Payee}
		sum, err := sums[k].Add(b.Amount)
		if err != nil {
			return nil, fmt.Errorf("add up the benefits of account %s: %w", b.Account, err)
		}
		sums[k] = sum
	}
	return sums, nil
}

// benefitLines adds the differences of benefits of one step that its scope allows.
func (r *Result) benefitLines(in Input, s *step, was, now map[share]housing.Money) error {
	accounts := accountsOf(in.Base, s.snapshot)
	keys := slices.Collect(maps.Keys(was))
	for k := range now {
		if _, known := was[k]; !known {
			keys = append(keys, k)
		}
	}
	order := housing.Services()
	slices.SortFunc(keys, func(a, b share) int {
		return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.person, b.person), strings.Compare(a.category, b.category),
			slices.Index(order, a.service)-slices.Index(order, b.service), strings.Compare(a.payee, b.payee), cmp.Compare(a.mode, b.mode))
	})
	for _, k := range keys {
		amount, err := now[k].Sub(was[k])
		if err != nil {
			return fmt.Errorf("correct the benefits of account %s: %w", k.account, err)
		}
		if amount == 0 || !s.allows(in.Scope, key{k.account, k.service, k.payee}) {
			continue
		}
		r.Benefits = append(r.Benefits, housing.BenefitCorrection{
			Account: accounts[k.account], House: in.Base.House.Address, Month: in.Base.Period, Person: k.person, Category: k.category,
			Mode: k.mode, Service: k.service, Payee: k.payee, Cause: s.cause, Was: was[k], Now: now[k], Amount: amount,
			Facts: s.factsFor(k.account),
		})
	}
	return nil
}
