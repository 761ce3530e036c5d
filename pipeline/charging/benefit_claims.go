package charging

import (
	"cmp"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

func cmpBenefit(a, b housing.Benefit) int {
	return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Category, b.Category),
		cmpInterval(a.Valid, b.Valid), cmp.Compare(a.Document, b.Document), a.Percent.Cmp(b.Percent), cmp.Compare(a.Amount, b.Amount),
		cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Mode, b.Mode))
}

// household is who lives on an account on a day.
type household struct {
	people int
	area   housing.Ratio
}

func (c *calculation) householdOn(on housing.Date) (household, bool) {
	for i := range c.acc.Occupancy {
		o := &c.acc.Occupancy[i]
		if !o.Valid.Contains(on) {
			continue
		}
		h := household{people: o.People + c.staying(on), area: o.Area.Ratio()}
		if h.people == 0 {
			h.people = max(o.Owners, 1)
		}
		return h, true
	}
	return household{}, false
}

// claimPercents asks what the benefits in percent come to on a base line, from day to day on which
// something about them changes.
func (c *calculation) claimPercents(r *relief, at int, grants []*housing.Benefit) {
	l := r.base[at]
	c.cuts.reset(l.charge.Segment)
	for _, b := range grants {
		c.cuts.add(b.Valid.From)
		c.cuts.add(b.Valid.To)
	}
	c.cutByOccupancy()
	c.cutByNorms(r.table)
	pieces := slices.Collect(c.cuts.pieces)
	for _, piece := range pieces {
		h, known := c.householdOn(piece.From)
		if !known {
			continue
		}
		part, err := housing.RatioOf(int64(c.daysOf(piece)), int64(c.daysOf(l.charge.Segment)))
		if err != nil {
			c.fail(err)
			return
		}
		p := reliefPiece{relief: r, at: at, days: piece, household: h, volume: l.volume.Mul(r.keep).Mul(part)}
		c.claimPiece(&p, grants)
	}
}

// reliefPiece is a base line on days on which nothing about benefits changes.
type reliefPiece struct {
	*relief
	at     int
	days   housing.Interval
	volume housing.Ratio
	household
}

// person is a part of a household with the best benefit that covers it.
type person struct {
	name  string
	grant *housing.Benefit
	part  housing.Ratio // of the volume
	cap   *capReason
}

func (c *calculation) claimPiece(p *reliefPiece, grants []*housing.Benefit) {
	persons := c.personsOf(p, grants)
	left := p.volume
	for _, who := range persons {
		part := who.part
		if part.Cmp(left) > 0 {
			part = left
		}
		left = left.Sub(part)
		exact := part.Mul(p.base[p.at].tariff.Price.Ratio()).Mul(p.price).Mul(percentOf(who.grant))
		if exact.Sign() > 0 {
			p.claims = append(p.claims, claim{
				grant: who.grant, person: who.name, line: p.at, volume: part, exact: exact, cap: who.cap,
				from: p.days.From, people: 1, of: p.people,
			})
		}
	}
}

func percentOf(b *housing.Benefit) housing.Ratio {
	hundredth, err := housing.RatioOf(1, 100)
	if err != nil {
		return housing.Ratio{}
	}
	return b.Percent.Ratio().Mul(hundredth)
}

// personsOf finds for each person of the household the benefit that gives most, the largest percent first.
func (c *calculation) personsOf(p *reliefPiece, grants []*housing.Benefit) []person {
	var active, family []*housing.Benefit
	var names []string
	for _, b := range grants {
		if b.Percent.IsZero() || !b.Valid.Contains(p.days.From) {
			continue
		}
		active = append(active, b)
		if b.Scope == housing.FamilyScope {
			family = append(family, b)
		}
		if !slices.Contains(names, b.Person) {
			names = append(names, b.Person)
		}
	}
	if len(names) > p.people {
		c.note(p.service, "beneficiaries_exceed_people", "льготников больше, чем проживающих: учтены те, кому положено больше")
	}
	for i := len(names); i < p.people && len(family) > 0; i++ {
		names = append(names, "")
	}
	var persons []person
	for _, name := range names {
		covering := slices.DeleteFunc(slices.Clone(active), func(b *housing.Benefit) bool {
			return b.Scope != housing.FamilyScope && b.Person != name
		})
		if who, found := c.bestOf(p, covering); found {
			who.name = name
			persons = append(persons, who)
		}
	}
	slices.SortStableFunc(persons, func(a, b person) int {
		return cmp.Or(b.grant.Percent.Cmp(a.grant.Percent), b.part.Cmp(a.part), cmpBenefit(*a.grant, *b.grant))
	})
	return persons[:min(len(persons), p.people)]
}

// bestOf chooses among the benefits that cover one person.
func (c *calculation) bestOf(p *reliefPiece, grants []*housing.Benefit) (best person, found bool) {
	var most housing.Ratio
	for _, b := range grants {
		part, reason, known := c.partOf(p, b)
		if !known {
			continue
		}
		if worth := part.Mul(b.Percent.Ratio()); !found || worth.Cmp(most) > 0 {
			best, most, found = person{grant: b, part: part, cap: reason}, worth, true
		}
	}
	return best, found
}

// partOf is the volume that a benefit covers for one person: his part of it, at most the norm.
func (c *calculation) partOf(p *reliefPiece, b *housing.Benefit) (housing.Ratio, *capReason, bool) {
	share := p.volume.Mul(oneOf(p.people))
	if !b.WithinNorm {
		return share, nil, true
	}
	most, reason := c.capOf(p)
	if reason == nil {
		c.note(p.service, "benefit_no_norm", "не указан норматив, в пределах которого даётся льгота «"+b.Category+"»: льгота не начислена")
		return housing.Ratio{}, nil, false
	}
	if c.word("benefit.holder_part") == "norm_of_entitled" { // V of the whole account, up to the norm of those entitled
		return most, reason, true
	}
	if !c.only("benefit.holder_part", "share_of_people") || share.Cmp(most) < 0 {
		return share, reason, true
	}
	return most, reason, true
}

func oneOf(n int) housing.Ratio {
	r, err := housing.RatioOf(1, int64(max(n, 1)))
	if err != nil {
		return housing.Ratio{}
	}
	return r
}

// claimSums puts sums a month in the place of percents for whom they give more. They are paid of what
// the others leave.
func (c *calculation) claimSums(r *relief, grants []*housing.Benefit) {
	best := map[string]*housing.Benefit{}
	var names []string
	worth := map[string]housing.Ratio{}
	for _, b := range grants {
		if b.Amount <= 0 {
			continue
		}
		sum := roublesOf(b.Amount).Mul(c.monthPart(r, b))
		if known := best[b.Person]; known == nil {
			names = append(names, b.Person)
		} else if sum.Cmp(worth[b.Person]) <= 0 {
			continue
		}
		best[b.Person], worth[b.Person] = b, sum
	}
	slices.Sort(names)
	for _, name := range names {
		var percents, others housing.Ratio
		for _, k := range r.claims {
			if k.person == name {
				percents = percents.Add(k.exact)
			} else {
				others = others.Add(k.exact)
			}
		}
		if worth[name].Cmp(percents) <= 0 {
			continue
		}
		r.claims = slices.DeleteFunc(r.claims, func(k claim) bool { return k.person == name })
		c.spreadSum(r, best[name], worth[name], others)
	}
}

// monthPart is the part of the month on which the account has the service and the benefit.
func (c *calculation) monthPart(r *relief, b *housing.Benefit) housing.Ratio {
	var seen []housing.Interval
	days := 0
	for _, l := range r.base {
		if slices.Contains(seen, l.charge.Segment) {
			continue
		}
		seen = append(seen, l.charge.Segment)
		if both, ok := common(l.charge.Segment, b.Valid); ok {
			days += c.daysOf(both)
		}
	}
	return c.shares[min(days, c.days)]
}

// spreadSum divides a sum over the base lines in proportion to them, as far as they go.
func (c *calculation) spreadSum(r *relief, b *housing.Benefit, sum, others housing.Ratio) {
	var whole housing.Ratio
	for _, l := range r.base {
		whole = whole.Add(l.exact.Mul(r.keep))
	}
	if left := whole.Sub(others); sum.Cmp(left) > 0 {
		sum = left
	}
	if sum.Sign() <= 0 {
		return
	}
	for i, l := range r.base {
		part, err := l.exact.Mul(r.keep).Quo(whole)
		if err != nil {
			c.fail(err)
			return
		}
		if exact := sum.Mul(part); exact.Sign() > 0 {
			r.claims = append(r.claims, claim{grant: b, person: b.Person, line: i, exact: exact})
		}
	}
}
