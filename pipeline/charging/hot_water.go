package charging

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// upliftName is the parameter of the coefficient of a service. Where hot water is paid in two
// components the coefficients are those of the components (R2.2.5).
func (c *calculation) upliftName(service housing.Service) string {
	switch {
	case service == housing.HotWater && c.house.twoParts:
		return "uplift.hot_two_component.cold"
	case service == housing.HotWaterHeat:
		return "uplift.hot_two_component.heat"
	}
	return "uplift." + string(service)
}

// hotWaterHeat charges the heat of two-component hot water, V × q × T (R2.7.2, formula 23): q is the
// norm of heat of a m³, V what the account was charged of the water itself. A norm of heat per
// person is charged as any norm. Heat of water made in the house is shared later (R2.7.3).
func (c *calculation) hotWaterHeat(t *serviceTable) {
	const service = housing.HotWaterHeat
	if f := c.table(housing.HotWater).facts; f != nil && len(f.Made) > 0 {
		return
	}
	if !c.sound(service, t) {
		return
	}
	if perPerson(t) {
		c.withoutMeter(service, t)
		return
	}
	for i, end := c.hotLines(); i < end; i++ {
		water := c.lines[i]
		if water.charge.Kind != housing.BaseCharge {
			continue
		}
		raised := i+1 < end && c.lines[i+1].charge.Kind == housing.Uplift
		if !c.heatOfLine(water, t, raised) {
			return
		}
	}
}

func perPerson(t *serviceTable) bool {
	return len(t.norms) > 0 && t.norms[0].fact.Base == housing.PerPerson
}

// hotLines are the lines of hot water of the account at hand, the last ones charged.
func (c *calculation) hotLines() (first, end int) {
	end = len(c.lines)
	first = end
	for first > 0 && c.lines[first-1].charge.Account == c.acc.Number &&
		c.lines[first-1].charge.Service == housing.HotWater {
		first--
	}
	if first == end && !c.held {
		c.note(housing.HotWaterHeat, "no_hot_water", "нет объёма горячей воды: тепловая энергия на её подогрев не начислена")
	}
	return first, end
}

// heatOfLine charges the heat in a line of hot water, for the days on which the account has both.
func (c *calculation) heatOfLine(water *line, t *serviceTable, raised bool) bool {
	const service = housing.HotWaterHeat
	for _, s := range c.served {
		common, ok := intersect(s.valid, water.charge.Segment)
		if !ok {
			continue
		}
		c.cuts.reset(common)
		cutBy(&c.cuts, t.tariffs[0])
		cutBy(&c.cuts, t.norms)
		if raised {
			cutBy(&c.cuts, c.uplift(service, t))
		}
		for piece := range c.cuts.pieces {
			tariff := c.price(service, t, housing.ZoneSingle, piece.From)
			norm := c.norm(service, t, piece.From)
			if tariff == nil || norm == nil {
				return false
			}
			if norm.Base != housing.PerVolume {
				c.hold(service, "norm_base", "расход тепловой энергии на подогрев должен быть задан на 1 м³")
				return false
			}
			volume := c.daysShare(water, piece)
			l := line{
				days: c.daysOf(piece), service: s.service, occupancy: water.occupancy, tariff: tariff, norm: norm,
				volume: volume.Mul(norm.Value.Ratio()),
				charge: housing.Charge{Rule: "R2.7.2", Method: water.charge.Method},
				why:    c.twoPartReason(volume),
			}
			c.emit(&l, service, piece)
			if raised {
				l.formula = upliftFormula
				c.emitUplift(l, service, t, piece)
			}
		}
	}
	return true
}

// daysShare is the part of a line that falls on some of its days.
func (c *calculation) daysShare(l *line, piece housing.Interval) housing.Ratio {
	days, of := c.daysOf(piece), c.daysOf(l.charge.Segment)
	if days == of {
		return l.volume
	}
	return c.quo(l.volume.Mul(whole(days)), whole(of))
}

func intersect(a, b housing.Interval) (housing.Interval, bool) {
	if !a.Overlaps(b) {
		return a, false
	}
	if a.From.Before(b.From) {
		a.From = b.From
	}
	if a.To.After(b.To) {
		a.To = b.To
	}
	return a, true
}

func (c *calculation) twoPartReason(volume housing.Ratio) func(*line) reason {
	return func(l *line) reason {
		water := decimalOf("V", "объём горячей воды, как она начислена", volume, "м³")
		if f := c.table(housing.HotWater).facts; f != nil && f.OpenSystem {
			water.Meaning = "объём теплоносителя (открытая система), как он начислен"
		}
		r := reason{formula: "P = V × q × T", operands: []housing.Operand{water, {
			Symbol: "q", Meaning: "норматив расхода тепловой энергии на подогрев", Value: l.norm.Value.String(),
			Unit: "Гкал/м³", Basis: l.norm.Document, Source: l.norm.Source,
		}}}
		if l.charge.Kind == housing.Uplift {
			r.formula = "P = V × q × (K − 1) × T"
			r.operands = append(r.operands, coefficientOperand(l))
		}
		r.operands = append(r.operands, resourcePrice(l.tariff, housing.HotWaterHeat))
		return r
	}
}

func coefficientOperand(l *line) housing.Operand {
	return housing.Operand{
		Symbol: "K", Meaning: "повышающий коэффициент", Value: l.charge.Coefficient.String(),
		Basis: "параметр " + l.parameter.Name + basis(l.parameter.Basis),
	}
}

// made lists what the house makes a service of, in the order of the resources.
func (c *calculation) made(t *serviceTable) []housing.MadeOf {
	list := slices.Clone(t.facts.Made)
	slices.SortStableFunc(list, func(a, b housing.MadeOf) int {
		return slices.Index(c.services, a.Resource) - slices.Index(c.services, b.Resource)
	})
	for i := range list {
		switch {
		case !fuel(list[i].Resource):
			c.tell(t.facts.Service, "made_of", "неизвестный ресурс для производства услуги в доме: "+string(list[i].Resource))
			return nil
		case list[i].Volume.Sign() < 0:
			c.tell(t.facts.Service, "house_volume_negative", "объём ресурса для производства услуги в доме отрицательный")
			return nil
		case i > 0 && list[i].Resource == list[i-1].Resource:
			c.tell(t.facts.Service, "made_of", "ресурс для производства услуги в доме указан дважды: "+list[i].Resource.Russian())
			return nil
		}
	}
	return list
}

func fuel(s housing.Service) bool {
	return s == housing.Heating || s == housing.Gas || s == housing.Electricity
}

// resourceOf is what the volume of a line counts where it is not the unit of the service itself.
func resourceOf(resource housing.Service) housing.Service {
	if resource == housing.Heating {
		return ""
	}
	return resource
}

// madeHeating charges heating made in the house: resource × Si / Sоб × T (R2.7.4, formula 18).
func (c *calculation) madeHeating(t *serviceTable) {
	const service = housing.Heating
	if c.snapshot.House.Area.Sign() <= 0 {
		c.hold(service, "house_area_zero", "у дома не указана общая площадь помещений (Sоб), а отопление делится по ней")
		return
	}
	for _, m := range c.made(t) {
		rt := c.table(m.Resource)
		p := c.poolOf(service, m)
		for _, s := range c.served {
			c.cuts.reset(s.valid)
			cutBy(&c.cuts, rt.tariffs[0])
			c.cutByOccupancy()
			for piece := range c.cuts.pieces {
				o := c.occupancy(service, piece.From)
				tariff := c.price(m.Resource, rt, housing.ZoneSingle, piece.From)
				if o == nil || tariff == nil {
					return
				}
				l := line{days: c.daysOf(piece), service: s.service, occupancy: o, tariff: tariff, pool: p, why: c.madeReason(m)}
				l.charge = housing.Charge{Rule: "R2.7.4", Method: housing.ByHouseMeter, Resource: resourceOf(m.Resource)}
				l.volume = c.part(c.quo(m.Volume.Ratio().Mul(o.Area.Ratio()), c.snapshot.House.Area.Ratio()), l.days)
				c.emit(&l, service, piece)
			}
		}
	}
}

// poolOf finds or makes the pool of a resource that a service is made of.
func (c *calculation) poolOf(service housing.Service, m housing.MadeOf) *pool {
	for _, p := range c.house.pools {
		if p.service == service && p.resource == m.Resource {
			return p
		}
	}
	p := c.newPool(service, m.Volume.Ratio())
	p.resource = m.Resource
	return p
}

func (c *calculation) madeReason(m housing.MadeOf) func(*line) reason {
	return func(l *line) reason {
		r := reason{formula: "P = Vкр × Si / Sоб" + c.partText(l) + " × T", operands: []housing.Operand{
			spent(m), area(l, "Si"), c.areaOfHouse(),
		}}
		return c.withDays(r, l, resourcePrice(l.tariff, m.Resource))
	}
}

func spent(m housing.MadeOf) housing.Operand {
	return housing.Operand{
		Symbol: "Vкр", Meaning: "объём ресурса, израсходованный домом: " + m.Resource.Russian(), Value: m.Volume.String(),
		Unit: m.Resource.Unit(), Source: m.Source,
	}
}

// heatOfMadeWater shares what the house spent to make hot water by the volume of it: V × Vi / ΣV × T
// (R2.7.3, formula 20).
func (c *calculation) heatOfMadeWater(order []int) {
	t := c.table(housing.HotWater)
	if t.facts == nil || len(t.facts.Made) == 0 || !c.table(housing.HotWaterHeat).wanted {
		return
	}
	if missing := c.heldWith(housing.HotWater); len(missing) > 0 {
		c.tellHeld(housing.HotWaterHeat, missing)
		return
	}
	sum := t.facts.Outside.Ratio()
	for i := range c.lines {
		if l := c.lines[i]; l.charge.Service == housing.HotWater && l.charge.Kind == housing.BaseCharge {
			sum = sum.Add(l.volume)
		}
	}
	if sum.Sign() <= 0 {
		c.tell(housing.HotWaterHeat, "no_hot_water", "горячая вода в доме не потреблялась: ресурсы на её приготовление не распределены")
		return
	}
	water := slices.Clone(c.lines)
	for _, m := range c.made(t) {
		p := c.poolOf(housing.HotWaterHeat, m)
		c.each(order, func(a *housing.AccountFacts) {
			if c.serve(housing.HotWaterHeat) {
				c.heatOfMadeLines(water, sum, m, p)
			}
		})
	}
}

// heatOfMadeLines charges the part of an account in a resource, for each line of its hot water.
func (c *calculation) heatOfMadeLines(water []*line, sum housing.Ratio, m housing.MadeOf, p *pool) {
	const service = housing.HotWaterHeat
	rt := c.table(m.Resource)
	first, _ := slices.BinarySearchFunc(water, c.acc.Number, func(l *line, number string) int {
		return strings.Compare(l.charge.Account, number)
	})
	for i := first; i < len(water) && water[i].charge.Account == c.acc.Number; i++ {
		w := water[i]
		if w.charge.Service != housing.HotWater || w.charge.Kind != housing.BaseCharge {
			continue
		}
		for _, s := range c.served {
			common, ok := intersect(s.valid, w.charge.Segment)
			if !ok {
				continue
			}
			c.cuts.reset(common)
			cutBy(&c.cuts, rt.tariffs[0])
			for piece := range c.cuts.pieces {
				tariff := c.price(m.Resource, rt, housing.ZoneSingle, piece.From)
				if tariff == nil {
					return
				}
				volume := c.daysShare(w, piece)
				l := line{days: c.daysOf(piece), service: s.service, tariff: tariff, pool: p, why: madeWaterReason(m, volume, sum)}
				l.charge = housing.Charge{Rule: "R2.7.3", Method: w.charge.Method, Resource: resourceOf(m.Resource)}
				l.volume = c.quo(m.Volume.Ratio().Mul(volume), sum)
				c.emit(&l, service, piece)
			}
		}
	}
}

func madeWaterReason(m housing.MadeOf, volume, sum housing.Ratio) func(*line) reason {
	return func(l *line) reason {
		return reason{formula: "P = Vкр × Vi / ΣV × T", operands: []housing.Operand{
			spent(m), decimalOf("Vi", "объём горячей воды, как она начислена", volume, "м³"),
			decimalOf("ΣV", "объём горячей воды всех помещений дома", sum, "м³"),
			resourcePrice(l.tariff, m.Resource),
		}}
	}
}
