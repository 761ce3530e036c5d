package gating

import (
	"cmp"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// group is the lines of a service that are compared as one product, volume × price × coefficient: of
// one zone, or of the whole service where the months have different zones.
type group struct {
	base, uplift   []*housing.Charge
	baseSum        housing.Money
	upliftSum      housing.Money
	volume, exact  housing.Ratio     // Σ V, Σ V × T
	prices         []housing.Decimal // different ones, ascending
	days           int               // of the segments, counted once
	people, area   housing.Ratio     // mean of the segments
	method         housing.Method    // "" where there are several
	inhabited      bool              // every segment has its occupancy
	daysOfTheMonth int
}

// split puts the lines of a service into its groups by zone and adds up its corrections.
func (p *pair) split(m *month, service housing.Service) (groups map[housing.Zone]*group, correction housing.Money) {
	groups = map[housing.Zone]*group{}
	if m == nil {
		return groups, 0
	}
	for i := range m.lines {
		c := &m.lines[i]
		if c.Service != service {
			continue
		}
		if c.Kind.Apart() {
			p.add(&correction, c.Amount)
			continue
		}
		g := groups[c.Zone]
		if g == nil {
			g = &group{}
			groups[c.Zone] = g
		}
		g.put(c)
	}
	return groups, correction
}

func (g *group) put(c *housing.Charge) {
	if c.Kind == housing.Uplift {
		g.uplift = append(g.uplift, c)
	} else {
		g.base = append(g.base, c)
	}
}

// merge makes one group of all zones.
func merge(groups map[housing.Zone]*group) map[housing.Zone]*group {
	whole := &group{}
	for _, zone := range []housing.Zone{
		housing.ZoneSingle, housing.ZoneDay, housing.ZoneNight, housing.ZonePeak, housing.ZoneHalfPeak,
	} {
		if g := groups[zone]; g != nil {
			whole.base, whole.uplift = append(whole.base, g.base...), append(whole.uplift, g.uplift...)
		}
	}
	return map[housing.Zone]*group{housing.ZoneSingle: whole}
}

func sameZones(a, b map[housing.Zone]*group) bool {
	if len(a) != len(b) {
		return false
	}
	for zone := range a {
		if b[zone] == nil {
			return false
		}
	}
	return true
}

// same reports whether two months have the same lines: nothing needs an explanation then.
func (g *group) same(o *group) bool {
	equal := func(a, b *housing.Charge) bool {
		return a.Amount == b.Amount && a.Method == b.Method && a.Volume.Cmp(b.Volume) == 0 && a.Price.Cmp(b.Price) == 0 &&
			a.Coefficient.Cmp(b.Coefficient) == 0
	}
	return slices.EqualFunc(g.base, o.base, equal) && slices.EqualFunc(g.uplift, o.uplift, equal)
}

// weigh fills in the factors of the group.
func (p *pair) weigh(g *group, m *month) {
	for _, c := range g.uplift {
		p.add(&g.upliftSum, c.Amount)
	}
	g.inhabited, g.daysOfTheMonth = true, m.snapshot.Period.Days()
	var seen []housing.Interval
	var peopleDays, areaDays housing.Ratio
	for i, c := range g.base {
		p.add(&g.baseSum, c.Amount)
		volume := c.Volume.Ratio()
		g.volume, g.exact = g.volume.Add(volume), g.exact.Add(volume.Mul(c.Price.Ratio()))
		g.prices = append(g.prices, c.Price)
		if i == 0 || g.method == c.Method {
			g.method = c.Method
		} else {
			g.method = ""
		}
		if slices.Contains(seen, c.Segment) {
			continue
		}
		seen = append(seen, c.Segment)
		days := c.Segment.Days()
		g.days += days
		o := occupancyOn(m.facts, c.Segment.From)
		if o == nil {
			g.inhabited = false
			continue
		}
		whole := housing.Whole(int64(days)).Ratio()
		peopleDays = peopleDays.Add(whole.Mul(housing.Whole(int64(people(o))).Ratio()))
		areaDays = areaDays.Add(whole.Mul(o.Area.Ratio()))
	}
	slices.SortFunc(g.prices, housing.Decimal.Cmp)
	g.prices = slices.CompactFunc(g.prices, func(a, b housing.Decimal) bool { return a.Cmp(b) == 0 })
	if per, err := housing.RatioOf(1, int64(g.days)); err == nil {
		g.people, g.area = peopleDays.Mul(per), areaDays.Mul(per)
	}
}

func occupancyOn(facts *housing.AccountFacts, on housing.Date) *housing.Occupancy {
	for i := range facts.Occupancy {
		if facts.Occupancy[i].Valid.Contains(on) {
			return &facts.Occupancy[i]
		}
	}
	return nil
}

// people is who a norm counts: the owners where nobody lives there.
func people(o *housing.Occupancy) int { return cmp.Or(o.People, o.Owners) }

// price is the mean price, or the first listed where nothing was used.
func (g *group) price() housing.Ratio {
	if mean, err := g.exact.Quo(g.volume); err == nil {
		return mean
	}
	if len(g.base) > 0 {
		return g.base[0].Price.Ratio()
	}
	return housing.Ratio{}
}

// coefficient is how many times the base is charged: K itself where all of it is raised alike.
func (g *group) coefficient() housing.Ratio {
	one := housing.Whole(1).Ratio()
	if len(g.uplift) == 0 || g.baseSum == 0 {
		return one
	}
	k := g.uplift[0].Coefficient
	alike := !slices.ContainsFunc(g.uplift, func(c *housing.Charge) bool { return c.Coefficient.Cmp(k) != 0 })
	if alike && len(g.uplift) == len(g.base) && !k.IsZero() {
		return k.Ratio()
	}
	share, err := housing.RatioOf(int64(g.upliftSum), int64(g.baseSum))
	if err != nil {
		return one
	}
	return one.Add(share)
}

// base is what a method multiplies: people, area or nothing that facts know.
type base uint8

const (
	noBase base = iota
	peopleBase
	areaBase
)

// baseOf says what the volume of a group grows with. Methods that differ have no common base.
func baseOf(service housing.Service, before, now *group, norm *housing.Norm) base {
	if before.method != now.method || !before.inhabited || !now.inhabited || service == housing.Sewage {
		return noBase
	}
	switch now.method {
	case housing.ByArea, housing.ByHouseMeter:
		return areaBase
	case housing.ByPeople:
		return peopleBase
	case housing.ByNorm:
		switch {
		case norm == nil:
		case norm.Base == housing.PerPerson:
			return peopleBase
		case norm.Base == housing.PerArea:
			return areaBase
		}
	case housing.ByMeter, housing.ByAverage:
	}
	return noBase
}

// onlyNorm is the norm of a service where there is no doubt which: one row, or one of the house's own.
func onlyNorm(s *housing.Snapshot, service housing.Service) *housing.Norm {
	var own, shared []*housing.Norm
	for i := range s.Norms {
		switch n := &s.Norms[i]; {
		case n.Service != service:
		case n.House != "":
			own = append(own, n)
		default:
			shared = append(shared, n)
		}
	}
	switch {
	case len(own) == 1:
		return own[0]
	case len(own) == 0 && len(shared) == 1:
		return shared[0]
	}
	return nil
}
