package charging

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Benefits (меры социальной поддержки, R3.1, R3.2). They are looked at last: what is taken off is a part
// of what was charged. Each person of an account is a part of it; a part goes by the best benefit that
// covers the person, so that benefits of one person are never added up and all of them together never
// exceed the charge. Neither the excess of a raising coefficient nor an additional charge is part of it;
// what was given back of the month (absence, quality) lowers it.

const reasonBenefit = "benefit"

// benefits adds a line beside each line of charge that a discount is given on; what is paid to citizens
// in money is kept apart.
func (c *calculation) benefits() {
	holders := map[string]*housing.AccountFacts{}
	for i := range c.snapshot.Accounts {
		if a := &c.snapshot.Accounts[i]; len(a.Benefits) > 0 {
			holders[a.Number] = a
		}
	}
	if len(holders) == 0 || c.err != nil || !c.only("benefit.covers_uplift", "false") {
		return
	}
	all := c.lines
	c.lines = make([]*line, 0, len(all)+len(all)/2)
	for from := 0; from < len(all) && c.err == nil; {
		to := from + 1
		first := &all[from].charge
		for to < len(all) && all[to].charge.Account == first.Account && all[to].charge.Service == first.Service {
			to++
		}
		c.lines = append(c.lines, all[from:to]...)
		if a := holders[first.Account]; a != nil {
			c.acc = a
			for _, payee := range payeesOf(all[from:to]) {
				c.benefitsOf(c.newRelief(all[from:to], payee))
			}
		}
		from = to
	}
}

func payeesOf(run []*line) []string {
	var payees []string
	for i := range run {
		if p := run[i].charge.Payee; !slices.Contains(payees, p) {
			payees = append(payees, p)
		}
	}
	return payees
}

// relief is a service of an account and a payee with what is asked of its lines.
type relief struct {
	service housing.Service
	table   *serviceTable
	base    []*line
	keep    housing.Ratio // the part of the base lines that was not given back
	net     housing.Money // of all of them, what was given back taken off
	claims  []claim
	price   housing.Ratio // factor of the price that benefits are given on
	rate    *housing.Parameter
}

// claim is what one benefit asks of one base line.
type claim struct {
	grant  *housing.Benefit
	person string // whose part it is; "" for one of the family without a benefit of his own
	line   int    // of relief.base
	volume housing.Ratio
	exact  housing.Ratio // roubles
	cap    *capReason

	from   housing.Date // first of the days that it is of; none for a sum
	people int          // whose parts it is, 0 where that changes
	of     int          // of how many
}

func (c *calculation) newRelief(run []*line, payee string) *relief {
	r := &relief{keep: housing.Whole(1).Ratio(), price: housing.Whole(1).Ratio()}
	var charged, back housing.Ratio
	for i := range run {
		l := run[i]
		switch ch := &l.charge; {
		case ch.Payee != payee:
		case ch.Kind == housing.BaseCharge:
			r.service = ch.Service
			r.base = append(r.base, l)
			r.net += ch.Amount
			charged = charged.Add(l.exact)
		case ch.Kind == housing.Correction && ch.Amount < 0 && ofMonth(ch.Reason):
			r.net += ch.Amount
			back = back.Add(l.exact)
		}
	}
	r.net = max(r.net, 0)
	if back.Sign() < 0 && charged.Sign() > 0 {
		part, err := charged.Add(back).Quo(charged)
		if err != nil || part.Sign() < 0 {
			part = housing.Ratio{}
		}
		r.keep = part
	}
	if len(r.base) > 0 {
		r.table = c.table(r.service)
	}
	return r
}

// ofMonth reports whether a correction gives back what was charged in the month itself.
func ofMonth(reason string) bool {
	switch reason {
	case reasonAbsence, reasonQuality, reasonPlanned, reasonNegative, reasonCheck:
		return true
	}
	return false
}

// benefitsOf emits what benefits come to on the lines of a service and payee.
func (c *calculation) benefitsOf(r *relief) {
	grants := c.grantsOn(r.service)
	if len(grants) == 0 || len(r.base) == 0 || r.net == 0 {
		return
	}
	c.limitRate(r)
	for i := range r.base {
		c.claimPercents(r, i, grants)
	}
	c.claimSums(r, grants)
	left := r.net
	for i, base := range r.base {
		onLine := min(base.charge.Amount, left)
		for _, mode := range []housing.BenefitMode{housing.Discount, housing.Compensation} {
			given := c.emitBenefit(r, i, mode, onLine)
			onLine -= given
			left -= given
		}
	}
}

// grantsOn are the benefits of the account at hand on a service in the month, in an order that does not
// depend on how they came.
func (c *calculation) grantsOn(service housing.Service) []*housing.Benefit {
	var grants []*housing.Benefit
	for i := range c.acc.Benefits {
		b := &c.acc.Benefits[i]
		on := !b.Subsidy && (b.Service == service || (b.Service == "" && c.listed("benefit.services", string(service))))
		if _, now := b.Valid.Within(c.snapshot.Period); on && now {
			grants = append(grants, b)
		}
	}
	slices.SortStableFunc(grants, func(a, b *housing.Benefit) int { return cmpBenefit(*a, *b) })
	return grants
}

// limitRate keeps the benefit on capital repair to the minimal rate of the region, where it is known.
func (c *calculation) limitRate(r *relief) {
	if r.service != housing.CapitalRepair {
		return
	}
	rate := c.optional("benefit.capital_repair_rate")
	if rate == nil {
		return
	}
	d, err := housing.ParseDecimal(rate.Value)
	if err != nil || d.Sign() <= 0 {
		c.fail(badParameter(rate, "roubles for a m²"))
		return
	}
	price := r.base[0].charge.Price
	if d.Cmp(price) >= 0 {
		return
	}
	if factor, err := d.Ratio().Quo(price.Ratio()); err == nil {
		r.price, r.rate = factor, rate
	}
}

// modeOf is what becomes of the money of a benefit.
func (c *calculation) modeOf(b *housing.Benefit) housing.BenefitMode {
	if b.Mode != "" {
		return b.Mode
	}
	if c.word("benefit.mode") == string(housing.Discount) {
		return housing.Discount
	}
	c.only("benefit.mode", "register")
	return housing.Compensation
}

// emitBenefit makes the line of one mode beside a base line and says whose benefits it is made of. At
// most is what of the line is left. It returns the sum.
func (c *calculation) emitBenefit(r *relief, at int, mode housing.BenefitMode, most housing.Money) housing.Money {
	var mine []claim
	var exact housing.Ratio
	for _, k := range r.claims {
		if k.line == at && c.modeOf(k.grant) == mode {
			mine = append(mine, k)
			exact = exact.Add(k.exact)
		}
	}
	amount, err := exact.Money()
	if err != nil {
		c.fail(err)
		return 0
	}
	limited := amount > most
	if amount = min(amount, most); amount <= 0 {
		return 0
	}
	if limited {
		exact = roublesOf(amount)
	}
	base := r.base[at]
	l := line{service: base.service, occupancy: base.occupancy, tariff: base.tariff, days: base.days}
	l.charge = housing.Charge{
		Account: base.charge.Account, Service: base.charge.Service, Payee: base.charge.Payee, Kind: housing.BenefitLine,
		Zone: base.charge.Zone, Range: base.charge.Range, Segment: base.charge.Segment, Rule: "R3.1", Method: base.charge.Method,
		Price: base.charge.Price, Amount: -amount, Reason: reasonBenefit, Document: documentsOf(mine),
	}
	l.exact = negative(exact)
	l.why = c.benefitReason(r, mine, limited)
	c.shareOut(r, at, mode, amount, mine)
	if mode == housing.Discount {
		c.lines = append(c.lines, c.keep(&l))
		return amount
	}
	l.charge.Kind, l.charge.Amount, l.exact = housing.CompensationLine, amount, exact
	c.compensations = append(c.compensations, l)
	return amount
}

// roublesOf is a sum of money as roubles.
func roublesOf(m housing.Money) housing.Ratio {
	d, err := housing.NewDecimal(int64(m), 2)
	if err != nil {
		return housing.Ratio{}
	}
	return d.Ratio()
}

func documentsOf(claims []claim) string {
	var list []string
	for _, k := range claims {
		if d := k.grant.Document; d != "" && !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	return strings.Join(list, "; ")
}

// shareOut divides the sum of a line among its benefits so that the shares add up to it.
func (c *calculation) shareOut(r *relief, at int, mode housing.BenefitMode, amount housing.Money, claims []claim) {
	const weightScale = 6 // digits of a rouble that decide about a kopeck left
	var grants []*housing.Benefit
	var weights []housing.Money
	var volumes []housing.Ratio
	for _, k := range claims {
		weight, err := k.exact.Round(weightScale)
		if err != nil {
			c.fail(err)
			return
		}
		i := slices.Index(grants, k.grant)
		if i < 0 {
			i = len(grants)
			grants, weights, volumes = append(grants, k.grant), append(weights, 0), append(volumes, housing.Ratio{})
		}
		weights[i] += housing.Money(weight.Units())
		volumes[i] = volumes[i].Add(k.volume)
	}
	parts, err := housing.Allocate(amount, weights)
	if err != nil {
		c.fail(err)
		return
	}
	ch := &r.base[at].charge
	for i, b := range grants {
		covered, err := volumes[i].Round(c.scale)
		if err != nil {
			c.fail(err)
			return
		}
		c.reliefs = append(c.reliefs, housing.BenefitShare{
			Account: ch.Account, Person: b.Person, Category: b.Category, Mode: mode, Service: ch.Service, Payee: ch.Payee,
			Zone: ch.Zone, Range: ch.Range, Segment: ch.Segment, Charged: ch.Amount, Volume: ch.Volume, Covered: covered.Trim(),
			Price: ch.Price, Percent: b.Percent, Amount: parts[i], Document: b.Document,
		})
	}
}
