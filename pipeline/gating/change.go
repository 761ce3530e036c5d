package gating

import (
	"encoding/json"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// chain is the volume of a group after one factor more has taken its value of this month.
type chain struct {
	before, days, people, area, norm, now housing.Ratio
}

func (c chain) add(o chain) chain {
	return chain{
		c.before.Add(o.before), c.days.Add(o.days), c.people.Add(o.people), c.area.Add(o.area), c.norm.Add(o.norm), c.now.Add(o.now),
	}
}

// service splits the change of one service.
func (p *pair) service(service housing.Service) housing.ServiceChange {
	before, correctionBefore := p.split(p.before, service)
	now, correctionNow := p.split(p.now, service)
	s := housing.ServiceChange{Service: service, Was: correctionBefore, Now: correctionNow}
	s.Correction = p.sub(correctionNow, correctionBefore)
	if len(before) > 0 && len(now) > 0 && !sameZones(before, now) {
		before, now = merge(before), merge(now)
	}
	for _, zone := range []housing.Zone{
		housing.ZoneSingle, housing.ZoneDay, housing.ZoneNight, housing.ZonePeak, housing.ZoneHalfPeak,
	} {
		a, b := before[zone], now[zone]
		if a != nil {
			p.weigh(a, p.before)
			p.add(&s.Was, a.baseSum)
			p.add(&s.Was, a.upliftSum)
		}
		if b != nil {
			p.weigh(b, p.now)
			p.add(&s.Now, b.baseSum)
			p.add(&s.Now, b.upliftSum)
		}
		switch {
		case a == nil && b == nil:
		case a == nil || b == nil:
			p.addCauses(&s.Causes, p.began(service, a, b))
		default:
			p.addCauses(&s.Causes, p.compare(service, a, b))
			if a.method != b.method && a.method != "" && b.method != "" {
				s.Note = "способ: " + a.method.Russian() + " → " + b.method.Russian()
			}
		}
	}
	return s
}

// began says why a service costs something in one of the months only.
func (p *pair) began(service housing.Service, before, now *group) housing.Causes {
	var was, is housing.Money
	only := now
	if before != nil {
		only = before
		was = before.baseSum
		p.add(&was, before.upliftSum)
	} else {
		is = now.baseSum
		p.add(&is, now.upliftSum)
	}
	difference := p.sub(is, was)
	if p.before == nil || len(p.before.lines) == 0 || len(p.now.lines) == 0 || p.limits.Seasonal[service] || only.method == housing.ByHouseMeter ||
		!p.before.connected(service) || !p.now.connected(service) ||
		!p.before.priced(service) || !p.now.priced(service) || p.rightChanged() {
		return housing.Causes{Services: difference}
	}
	return housing.Causes{Unexplained: difference}
}

// connected reports whether the facts give the account the service on any day of the month.
func (m *month) connected(service housing.Service) bool {
	return slices.ContainsFunc(m.facts.Services, func(s housing.AccountService) bool {
		_, overlaps := s.Valid.Within(m.snapshot.Period)
		return s.Service == service && overlaps
	})
}

func (m *month) priced(service housing.Service) bool {
	return slices.ContainsFunc(m.snapshot.Tariffs, func(t housing.Tariff) bool { return t.Service == service })
}

// rightChanged reports whether owner and tenant changed places: they pay for different services.
func (p *pair) rightChanged() bool {
	rights := func(m *month) (list []housing.Occupant) {
		for _, o := range m.facts.Occupancy {
			list = append(list, o.Occupant)
		}
		return slices.Compact(list)
	}
	return !slices.Equal(rights(p.before), rights(p.now))
}

// compare splits the change of a group by chain substitution: days, people, area, norm, the rest of the
// volume, price, coefficient. What rounding leaves goes to the largest part.
func (p *pair) compare(service housing.Service, before, now *group) housing.Causes {
	volumes, explained := p.volumes(service, before, now)
	p.chains[service] = p.chains[service].add(volumes)
	if before.same(now) {
		return housing.Causes{}
	}
	var c housing.Causes
	unit := before.price().Mul(before.coefficient())
	last := p.round(volumes.before.Mul(unit))
	step := func(to *housing.Money, value housing.Ratio) {
		next := p.round(value)
		p.add(to, p.sub(next, last))
		last = next
	}
	first := last
	step(&c.Days, volumes.days.Mul(unit))
	step(&c.People, volumes.people.Mul(unit))
	step(&c.Area, volumes.area.Mul(unit))
	step(&c.Volume, volumes.norm.Mul(unit))
	rest := &c.Volume
	if !explained {
		rest = &c.Unexplained
	}
	step(rest, volumes.now.Mul(unit))
	priced := &c.Tariff
	if slices.EqualFunc(before.prices, now.prices, func(a, b housing.Decimal) bool { return a.Cmp(b) == 0 }) {
		priced = &c.Volume // the same prices, used in other parts
	}
	step(priced, volumes.now.Mul(now.price()).Mul(before.coefficient()))
	step(&c.Coefficient, volumes.now.Mul(now.price()).Mul(now.coefficient()))

	difference := p.sub(p.sub(now.baseSum, before.baseSum), p.sub(before.upliftSum, now.upliftSum))
	p.add(&c.Unexplained, p.sub(difference, p.sub(last, first)))
	p.absorb(&c, len(before.base)+len(before.uplift), len(now.base)+len(now.uplift))
	return c
}

// absorb gives kopecks that only rounding has made, at most one a line, to the largest part; where nothing else has
// changed than the pieces that the month was cut into, to the days.
func (p *pair) absorb(c *housing.Causes, before, now int) {
	kopecks := c.Unexplained
	if kopecks == 0 || abs(kopecks) > housing.Money(before+now) {
		return
	}
	parts := []*housing.Money{&c.Tariff, &c.Volume, &c.Days, &c.People, &c.Area, &c.Coefficient}
	largest := slices.MaxFunc(parts, func(a, b *housing.Money) int { return int(abs(*a) - abs(*b)) })
	if *largest == 0 {
		if before == now {
			return
		}
		largest = &c.Days
	}
	p.add(largest, kopecks)
	c.Unexplained = 0
}

// volumes finds how the volume changed step by step, and whether the last step is explained: by a
// meter, by another way of charging, or by other facts of the account.
func (p *pair) volumes(service housing.Service, before, now *group) (c chain, explained bool) {
	if service == housing.Sewage {
		if c, ok := p.likeWater(before, now); ok {
			return c, true
		}
	}
	c = chain{before: before.volume, now: now.volume}
	c.days = c.before
	if before.method == now.method && now.method != housing.ByMeter {
		c.days = scaled(c.before, now.share(), before.share())
	}
	normBefore, normNow := onlyNorm(p.before.snapshot, service), onlyNorm(p.now.snapshot, service)
	if normBefore != nil && normNow != nil && normBefore.Base != normNow.Base {
		normBefore, normNow = nil, nil
	}
	kind := baseOf(service, before, now, normNow)
	c.people, c.area = c.days, c.days
	switch kind {
	case peopleBase:
		c.people = scaled(c.days, now.people, before.people)
		c.area = c.people
	case areaBase:
		c.area = scaled(c.days, now.area, before.area)
	case noBase:
	}
	c.norm = c.area
	if kind == noBase || now.method == housing.ByHouseMeter {
		return c, true
	}
	if normBefore != nil && normNow != nil {
		c.norm = scaled(c.area, normNow.Value.Ratio(), normBefore.Value.Ratio())
	}
	rated := now.method == housing.ByArea && normBefore == nil && normNow == nil
	return c, !rated && c.norm.Cmp(c.now) != 0 && p.factsDiffer()
}

// share is the part of the month that the group covers.
func (g *group) share() housing.Ratio {
	r, err := housing.RatioOf(int64(g.days), int64(g.daysOfTheMonth))
	if err != nil {
		return housing.Whole(1).Ratio()
	}
	return r
}

// scaled returns value × to ÷ from, or the value itself where from is 0.
func scaled(value, to, from housing.Ratio) housing.Ratio {
	r, err := value.Mul(to).Quo(from)
	if err != nil {
		return value
	}
	return r
}

// likeWater gives sewage the steps of cold and hot water where it is their sum in both months.
func (p *pair) likeWater(before, now *group) (chain, bool) {
	water := p.chains[housing.ColdWater].add(p.chains[housing.HotWater])
	if water.before.Cmp(before.volume) != 0 || water.now.Cmp(now.volume) != 0 {
		return chain{}, false
	}
	return water, true
}

// factsDiffer compares what the volumes of norms come from beside the factors taken already: other
// facts of the account and of the house. Readings, prices and volumes of the month do not count.
func (p *pair) factsDiffer() bool {
	text := func(m *month) string {
		facts, house := *m.facts, *m.snapshot
		facts.Meters, facts.Payer, facts.Occupancy = nil, "", nil
		house.Period, house.Accounts, house.HouseMeters, house.Tariffs, house.Parameters = 0, nil, nil, nil, nil
		a, errA := json.Marshal(facts)
		b, errB := json.Marshal(house)
		if errA != nil || errB != nil {
			return ""
		}
		return string(a) + string(b)
	}
	return text(p.before) != text(p.now)
}
