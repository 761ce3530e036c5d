package charging

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// yearlyCorrections compares in the month that the rules name what the year before has cost by the
// house meter with what was charged for it: heating paid evenly (H8), by distributors (H9), the
// common property (R2.8.5). Each account answers for its own days (H15).
func (c *calculation) yearlyCorrections(order []int) {
	known := func(a housing.AccountFacts) bool { return len(a.Past) > 0 }
	if c.err != nil || !slices.ContainsFunc(c.snapshot.Accounts, known) {
		return
	}
	switch month := c.count("correction.month_in_q1"); {
	case month < 1 || month > 3:
		c.fail(badParameter(c.parameter("correction.month_in_q1", c.month.From), "1, 2 or 3"))
		return
	case int(c.snapshot.Period.Month()) != month:
		return
	}
	if who := c.word("heating.correction_owner"); who != "by_months_days" {
		c.fail(badParameter(c.parameter("heating.correction_owner", c.month.From), "by_months_days"))
		return
	}
	if c.table(housing.Heating).facts != nil && c.hasPast(housing.Heating) {
		c.correctHeating(order)
	}
	for _, service := range commonServices() {
		f := c.table(service).facts
		if f == nil || len(f.History) == 0 || c.odn() || !c.hasPast(service) {
			continue
		}
		if way := c.way(f); way == housing.CommonNormRecalc || way == housing.CommonAverage {
			c.correctCommon(order, service, f)
		}
	}
}

func (c *calculation) hasPast(service housing.Service) bool {
	return slices.ContainsFunc(c.snapshot.Accounts, func(a housing.AccountFacts) bool {
		return slices.ContainsFunc(a.Past, func(p housing.PastCharge) bool { return p.Service == service })
	})
}

// roubles is money to calculate with.
func roubles(m housing.Money) housing.Ratio {
	d, err := housing.NewDecimal(int64(m), 2)
	if err != nil {
		return housing.Ratio{} // scale 2 is always allowed
	}
	return d.Ratio()
}

// yearShare is what an account owes for the year before and has been charged.
type yearShare struct {
	account *housing.AccountFacts
	payee   string
	cost    housing.Ratio
	charged housing.Money
	months  []pastShare
}

// pastShare is the cost of some days of a month of that year.
type pastShare struct {
	past *housing.PastCharge
	cost housing.Ratio
	text func() string // of the product
}

// correctHeating is H8, and H9 where enough of the house has distributors.
func (c *calculation) correctHeating(order []int) {
	const service = housing.Heating
	f := c.table(service).facts
	even := c.word("heating.mode") == "even" && len(f.History) > 0
	equipped := c.distributed(order)
	if !even && len(equipped) == 0 {
		return
	}
	if !c.houseArea(service) {
		return
	}
	year := make([]heatShares, monthsOfYear)
	if even {
		months, ok := c.yearOf(service, f)
		if !ok {
			return
		}
		for i, h := range months {
			year[i].volume = h.Volume.Ratio()
		}
		c.pastAreas(year)
	}
	var shares, distributed []yearShare
	for _, at := range order {
		a := &c.snapshot.Accounts[at]
		s := c.yearShares(a, service, func(p *housing.PastCharge) pastShare {
			if !even {
				return pastShare{past: p, cost: roubles(p.Charged)}
			}
			return c.pastHeat(p, &year[p.Valid.From.Period().Month()-1])
		})
		if _, has := equipped[a.Number]; has {
			distributed = append(distributed, merged(s)...)
			continue
		}
		if even {
			shares = append(shares, s...)
		}
	}
	for i := range shares {
		c.correctYear(&shares[i], service, "H8")
	}
	c.distribute(distributed, equipped)
}

// yearOf returns the twelve months of the year before, or tells that some are missing.
func (c *calculation) yearOf(service housing.Service, f *housing.HouseFacts) ([]*housing.HouseMonth, bool) {
	months := make([]*housing.HouseMonth, 0, monthsOfYear)
	first := c.lastYear()
	for p := first; p < first+monthsOfYear; p++ {
		h := houseMonth(f, p)
		if unknownMonth(h) {
			c.tell(service, "correction_incomplete", "нет объёма дома за "+p.Russian()+": годовая корректировка не сделана")
			return nil, false
		}
		months = append(months, h)
	}
	return months, true
}

// pastAreas adds up the metered volumes and the areas of each month of the year.
func (c *calculation) pastAreas(year []heatShares) {
	for i := range c.snapshot.Accounts {
		for j := range c.snapshot.Accounts[i].Past {
			p := &c.snapshot.Accounts[i].Past[j]
			if p.Service != housing.Heating || !c.ofLastYear(p) {
				continue
			}
			s := &year[p.Valid.From.Period().Month()-1]
			area := c.pastArea(p)
			switch {
			case p.OwnSource:
				s.ownArea = s.ownArea.Add(area)
			case p.Metered:
				s.metered, s.meteredArea = s.metered.Add(p.Volume.Ratio()), s.meteredArea.Add(area)
			}
		}
	}
	for i := range year {
		c.divide(&year[i])
		if year[i].missing.Sign() > 0 {
			c.tell(housing.Heating, "heating_negative_common", "за "+(c.lastYear()+housing.Period(i)).Russian()+
				" индивидуальное потребление больше объёма дома на "+comma(year[i].missing.String())+" Гкал")
		}
	}
}

// ofLastYear reports whether the days are of one month of the year before.
func (c *calculation) ofLastYear(p *housing.PastCharge) bool {
	first := c.lastYear()
	month := p.Valid.From.Period()
	return month >= first && month < first+monthsOfYear && p.Valid.From.Before(p.Valid.To) &&
		!p.Valid.To.After(month.Next().First())
}

// pastArea is the area of a past charge, times the part of its month.
func (c *calculation) pastArea(p *housing.PastCharge) housing.Ratio {
	month := p.Valid.From.Period()
	if p.Valid == month.Interval() {
		return p.Area.Ratio()
	}
	return c.quo(p.Area.Ratio().Mul(whole(p.Valid.Days())), whole(month.Days()))
}

// pastHeat is what some days of a month have cost by the house meter.
func (c *calculation) pastHeat(p *housing.PastCharge, s *heatShares) pastShare {
	area := c.pastArea(p)
	var individual housing.Ratio
	switch {
	case p.OwnSource:
	case p.Metered:
		individual = p.Volume.Ratio()
	default:
		individual = area.Mul(s.perArea)
	}
	cost := individual.Add(area.Mul(s.perCommon)).Mul(p.Price.Ratio())
	return pastShare{past: p, cost: cost, text: func() string { return c.pastText(p, s, area, individual) }}
}

// pastText is the product behind the cost of a month, in Russian notation.
func (c *calculation) pastText(p *housing.PastCharge, s *heatShares, area, individual housing.Ratio) string {
	switch {
	case s.individual.Cmp(s.volume) != 0:
		return fmt.Sprintf("(Vi %s + %s × (Vд %s − ΣVi %s) / %s) × %s", comma(individual.String()), comma(area.String()),
			comma(s.volume.String()), comma(s.individual.String()), c.snapshot.House.Area.Russian(), p.Price.Russian())
	case p.OwnSource:
		return "собственный источник тепла, общедомовой части нет"
	case p.Metered:
		return fmt.Sprintf("Vi %s × %s", comma(individual.String()), p.Price.Russian())
	}
	return fmt.Sprintf("Vд %s × %s / %s × %s", comma(s.volume.String()), comma(area.String()),
		comma(s.baseArea.String()), p.Price.Russian())
}

// yearShares adds up the past of an account by payee.
func (c *calculation) yearShares(
	a *housing.AccountFacts, service housing.Service, cost func(*housing.PastCharge) pastShare,
) []yearShare {
	if c.house.held[a.Number] {
		return nil
	}
	past := make([]*housing.PastCharge, 0, len(a.Past))
	for i := range a.Past {
		if p := &a.Past[i]; p.Service == service && c.ofLastYear(p) {
			past = append(past, p)
		}
	}
	slices.SortStableFunc(past, func(x, y *housing.PastCharge) int {
		return cmp.Or(cmp.Compare(x.Payee, y.Payee), cmpInterval(x.Valid, y.Valid))
	})
	var shares []yearShare
	for _, p := range past {
		if n := len(shares); n == 0 || shares[n-1].payee != p.Payee {
			shares = append(shares, yearShare{account: a, payee: p.Payee})
		}
		s := &shares[len(shares)-1]
		m := cost(p)
		s.cost, s.months = s.cost.Add(m.cost), append(s.months, m)
		charged, err := s.charged.Add(p.Charged)
		if err != nil {
			c.acc = a
			c.hold(service, "amount_overflow", "сумма начислений прошлого года выходит за допустимые пределы")
			c.house.hold(a.Number)
			return nil
		}
		s.charged = charged
	}
	return shares
}

// merged makes one share of those of an account: what distributors show is not known by payee. The
// latest payee takes it.
func merged(shares []yearShare) []yearShare {
	if len(shares) < 2 {
		return shares
	}
	latest := slices.MaxFunc(shares, func(a, b yearShare) int {
		return a.months[len(a.months)-1].past.Valid.From.Cmp(b.months[len(b.months)-1].past.Valid.From)
	})
	one := yearShare{account: latest.account, payee: latest.payee}
	for _, s := range shares {
		one.cost, one.months = one.cost.Add(s.cost), append(one.months, s.months...)
		one.charged += s.charged
	}
	return []yearShare{one}
}

// correctYear emits the difference of a year, none where it is zero (B6).
func (c *calculation) correctYear(s *yearShare, service housing.Service, rule string) {
	exact := s.cost.Sub(roubles(s.charged))
	amount, err := exact.Money()
	if err != nil {
		c.acc = s.account
		c.hold(service, "amount_overflow", "сумма корректировки выходит за допустимые пределы")
		c.house.hold(s.account.Number)
		return
	}
	c.emitCorrection(s, line{
		charge: housing.Charge{Service: service, Rule: rule, Amount: amount}, exact: exact,
		why: func(*line) reason {
			ops := monthOperands(s)
			symbols := make([]string, len(ops))
			for i, o := range ops {
				symbols[i] = o.Symbol
			}
			return reason{
				formula:  "P = " + strings.Join(symbols, " + ") + " − Pн, где P1, P2… — стоимость по общедомовому прибору",
				operands: append(ops, chargedOperand(s)),
			}
		},
	})
}

func (c *calculation) emitCorrection(s *yearShare, l line) {
	if l.charge.Amount == 0 {
		return
	}
	l.days = c.days
	l.charge.Account, l.charge.Payee, l.charge.Segment = s.account.Number, s.payee, c.month
	l.charge.Kind, l.charge.Method, l.charge.Reason = housing.Correction, housing.ByHouseMeter, yearReason(l.charge.Rule)
	c.lines = append(c.lines, c.keep(&l))
}

// Reasons of corrections of a year.
const (
	reasonHeatYear     = "heating_year"
	reasonDistributors = "heating_distributors"
	reasonCommonYear   = "common_year"
)

func yearReason(rule string) string {
	switch rule {
	case "H8":
		return reasonHeatYear
	case "H9":
		return reasonDistributors
	}
	return reasonCommonYear
}

// monthOperands are the costs of the months, each with its product.
func monthOperands(s *yearShare) []housing.Operand {
	ops := make([]housing.Operand, 0, len(s.months)+1)
	for i, m := range s.months {
		ops = append(ops, housing.Operand{
			Symbol:  "P" + strconv.Itoa(i+1),
			Meaning: "стоимость, " + m.past.Valid.From.Period().Russian() + daysText(m.past.Valid),
			Value:   m.cost.String(), Unit: "₽", Basis: m.text(), Source: m.past.Source,
		})
	}
	return ops
}

func daysText(i housing.Interval) string {
	if i == i.From.Period().Interval() {
		return ""
	}
	return ", с " + i.From.Russian() + " по " + i.To.AddDays(-1).Russian()
}

func chargedOperand(s *yearShare) housing.Operand {
	return housing.Operand{
		Symbol: "Pн", Meaning: "начислено за эти месяцы", Value: s.charged.String(), Unit: "₽",
	}
}
