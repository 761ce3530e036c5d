package charging

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Subsidies (субсидии, R3.3): a sum a month that the authority of social protection grants to a family for so many
// months. It computes it from incomes, which no snapshot has; here the sum is put on what the month was charged, after
// the discounts of benefits: never more than that, and not beyond the months that the law grants it for.

const reasonSubsidy = "subsidy"

// subsidised is a base line that a subsidy may be put on.
type subsidised struct {
	base  *line
	at    int           // of calculation.lines
	left  housing.Money // of the charge: excess, what was given back and benefits of its own counted in
	parts []subsidyPart
}

type subsidyPart struct {
	grant  *housing.Benefit
	amount housing.Money
	of     housing.Money // to pay of the line
	why    *subsidyReason
}

// subsidyReason is what the parts of one subsidy have in common.
type subsidyReason struct {
	sum     housing.Money // put on the month
	whole   housing.Money // of the charges that it is divided over
	limited bool
	months  *housing.Parameter
	until   housing.Date
}

// subsidies puts what families were granted on the lines of their accounts.
func (c *calculation) subsidies() {
	granted := map[string]*housing.AccountFacts{}
	for i := range c.snapshot.Accounts {
		a := &c.snapshot.Accounts[i]
		for j := range a.Benefits {
			if a.Benefits[j].Subsidy {
				granted[a.Number] = a
			}
		}
	}
	if len(granted) == 0 || c.err != nil {
		return
	}
	all := c.lines
	c.lines = make([]*line, 0, len(all)+len(all)/2)
	for from := 0; from < len(all) && c.err == nil; {
		to := from + 1
		for to < len(all) && all[to].charge.Account == all[from].charge.Account {
			to++
		}
		if a := granted[all[from].charge.Account]; a != nil {
			c.acc = a
			c.subsidiseAccount(all[from:to])
		} else {
			c.lines = append(c.lines, all[from:to]...)
		}
		from = to
	}
}

// subsidiseAccount puts the subsidies of an account on its lines: those of a service behind its other ones.
func (c *calculation) subsidiseAccount(run []*line) {
	list := c.subsidisedLines(run)
	for i := range c.acc.Benefits {
		if b := &c.acc.Benefits[i]; b.Subsidy {
			c.divideSubsidy(b, list)
		}
	}
	next := 0
	for i := range run {
		c.lines = append(c.lines, run[i])
		if i+1 < len(run) && run[i+1].charge.Service == run[i].charge.Service {
			continue
		}
		for ; next < len(list) && list[next].at <= i; next++ {
			for _, p := range list[next].parts {
				c.emitSubsidy(list[next].base, p)
			}
		}
	}
}

// subsidisedLines are the base lines of the services that subsidies are given on, with what is to pay of each.
func (c *calculation) subsidisedLines(run []*line) []subsidised {
	var list []subsidised
	for i := range run {
		ch := &run[i].charge
		if !c.listed("subsidy.services", string(ch.Service)) {
			continue
		}
		if ch.Kind == housing.BaseCharge {
			list = append(list, subsidised{base: run[i], at: i, left: ch.Amount})
			continue
		}
		if ch.Kind == housing.Correction && (ch.Amount > 0 || !ofMonth(ch.Reason)) {
			continue // of another month, or an additional charge
		}
		if at := beside(list, ch); at >= 0 {
			list[at].left += ch.Amount
		}
	}
	evenOut(list)
	return list
}

// evenOut takes what a line has below zero off the others of its service: a refund of the whole month stands beside
// one of them, the benefits of it beside each.
func evenOut(list []subsidised) {
	for i := range list {
		for j := range list {
			a, b := &list[i], &list[j]
			if a.left >= 0 || b.left <= 0 || a.base.charge.Service != b.base.charge.Service || a.base.charge.Payee != b.base.charge.Payee {
				continue
			}
			part := min(-a.left, b.left)
			a.left, b.left = a.left+part, b.left-part
		}
	}
	for i := range list {
		list[i].left = max(list[i].left, 0)
	}
}

// beside is the base line that another line stands beside, -1 where there is none: the very one, or the last of its service.
func beside(list []subsidised, ch *housing.Charge) int {
	at := -1
	for i := range list {
		base := &list[i].base.charge
		if base.Service != ch.Service || base.Payee != ch.Payee {
			continue
		}
		at = i
		if base.Zone == ch.Zone && base.Range == ch.Range && base.Segment == ch.Segment {
			break
		}
	}
	return at
}

// divideSubsidy divides a subsidy over lines in proportion to what is to pay of them.
func (c *calculation) divideSubsidy(b *housing.Benefit, list []subsidised) {
	if !b.Valid.Contains(c.month.From) {
		return // of whole months
	}
	months := c.count("subsidy.months")
	if c.err != nil {
		return
	}
	first := b.Valid.From.Period()
	if b.Valid.From != first.First() {
		first = first.Next()
	}
	why := subsidyReason{months: c.parameter("subsidy.months", c.month.From), until: (first + housing.Period(months)).First()} //nolint:gosec // a few months
	if !c.month.From.Before(why.until) {
		c.note("", "subsidy_beyond_term", "субсидия назначена с "+b.Valid.From.Russian()+" и с "+why.until.Russian()+
			" не учитывается: её срок — "+strconv.Itoa(months)+" мес., нужно новое решение")
		return
	}
	weights := make([]housing.Money, len(list))
	for i := range list {
		weights[i] = list[i].left
	}
	whole, err := housing.SumMoney(weights...)
	if err != nil {
		c.fail(err)
		return
	}
	why.whole, why.sum, why.limited = whole, min(b.Amount, whole), b.Amount > whole
	if why.limited {
		c.note("", "subsidy_limited", "субсидия "+b.Amount.Russian()+" ₽ больше начисленного за месяц "+whole.Russian()+
			" ₽: учтена в размере начисленного")
	}
	if why.sum <= 0 {
		return
	}
	parts, err := housing.Allocate(why.sum, weights)
	if err != nil {
		c.fail(err)
		return
	}
	for i, part := range parts {
		if part > 0 {
			list[i].parts = append(list[i].parts, subsidyPart{b, part, list[i].left, &why})
			list[i].left -= part
		}
	}
}

// emitSubsidy makes the line of a part: a discount in the receipt, or money paid to the citizen.
func (c *calculation) emitSubsidy(base *line, p subsidyPart) {
	mode := c.modeOf(p.grant)
	if c.err != nil {
		return
	}
	ch := &base.charge
	c.reliefs = append(c.reliefs, housing.BenefitShare{
		Account: ch.Account, Person: p.grant.Person, Category: p.grant.Category, Mode: mode, Service: ch.Service, Payee: ch.Payee,
		Zone: ch.Zone, Range: ch.Range, Segment: ch.Segment, Charged: ch.Amount, Volume: ch.Volume, Price: ch.Price, Amount: p.amount,
		Document: p.grant.Document,
	})
	l := line{service: base.service, occupancy: base.occupancy, tariff: base.tariff, days: base.days}
	l.charge = housing.Charge{
		Account: ch.Account, Service: ch.Service, Payee: ch.Payee, Kind: housing.BenefitLine, Zone: ch.Zone, Range: ch.Range,
		Segment: ch.Segment, Rule: "R3.3", Method: ch.Method, Price: ch.Price, Amount: -p.amount, Reason: reasonSubsidy,
		Document: p.grant.Document,
	}
	exact, err := roublesOf(p.why.sum).Mul(roublesOf(p.of)).Quo(roublesOf(p.why.whole))
	if err != nil {
		c.fail(err)
		return
	}
	l.exact, l.why = negative(exact), p.reason
	if mode == housing.Discount {
		c.lines = append(c.lines, c.keep(&l))
		return
	}
	l.charge.Kind, l.charge.Amount, l.exact = housing.CompensationLine, p.amount, exact
	c.compensations = append(c.compensations, l)
}

// reason tells how a part was made: "P = −C × Pл / P₀".
func (p subsidyPart) reason(l *line) reason {
	sign := "−"
	if l.charge.Kind == housing.CompensationLine {
		sign = ""
	}
	meaning := "субсидия на месяц по решению соцзащиты"
	if p.why.limited {
		meaning += " " + p.grant.Amount.Russian() + " ₽, но не больше начисленного"
	}
	months := p.why.months
	return reason{
		formula: "P = " + sign + "C × Pл / P₀",
		operands: []housing.Operand{
			{Symbol: "C", Meaning: meaning, Value: p.why.sum.String(), Unit: "₽", Basis: p.grant.Document, Source: p.grant.Source},
			{Symbol: "Pл", Meaning: "плата этой строки с превышением, за вычетом перерасчёта и льгот", Value: p.of.String(), Unit: "₽"},
			{Symbol: "P₀", Meaning: "плата всех строк, на которые даётся субсидия", Value: p.why.whole.String(), Unit: "₽"},
			{
				Symbol: "Срок", Meaning: "субсидия действует до " + p.why.until.Russian(), Value: months.Value, Unit: "мес.",
				Basis: "параметр " + months.Name + basis(months.Basis),
			},
		},
		rounding: "до копейки вниз, оставшиеся копейки — строкам с наибольшей дробной частью: строки вместе равны субсидии",
	}
}
