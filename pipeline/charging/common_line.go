package charging

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Lines of the common property: what an account pays of the volume that it takes, and why.

// monthOf is the volume of a share over the whole month.
func (c *calculation) monthOf(s *commonShare) housing.Ratio {
	if len(s.norms) == 0 || s.heat {
		return s.volume
	}
	v, _ := c.normOfMonth(s.service)
	return v
}

// totalOf is what the printed shares add up to.
func (c *calculation) totalOf(s *commonShare) housing.Ratio {
	if !s.heat {
		return c.monthOf(s)
	}
	var total housing.Ratio
	for i := range s.norms {
		total = total.Add(c.part(s.volume.Mul(s.norms[i].fact.Value.Ratio()), c.daysOf(s.norms[i].valid)))
	}
	return total
}

// commonPrices is the table of the price: of the common property itself, else of the resource.
func (c *calculation) commonPrices(service housing.Service) *serviceTable {
	if t := c.table(service); len(t.tariffs[0]) > 0 {
		return t
	}
	return c.table(service.Resource())
}

// commonLine charges the account at hand its share.
func (c *calculation) commonLine(share *commonShare) {
	prices := c.commonPrices(share.service)
	if !c.sound(share.service, prices) {
		return
	}
	perArea := c.quo(whole(1), c.snapshot.House.Area.Ratio())
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, prices.tariffs[0])
		cutBy(&c.cuts, share.norms)
		c.cutByOccupancy()
		for piece := range c.cuts.pieces {
			o := c.occupancy(share.service, piece.From)
			tariff := c.price(share.service, prices, housing.ZoneSingle, piece.From)
			if o == nil || tariff == nil {
				return
			}
			l := line{days: c.daysOf(piece), service: s.service, occupancy: o, tariff: tariff, pool: share.pool}
			l.charge = housing.Charge{Rule: share.rule, Method: share.method}
			volume := share.volume
			if l.norm = at(share.norms, piece.From); l.norm != nil {
				if !share.heat {
					volume = c.snapshot.House.Common.Ratio()
				}
				volume = volume.Mul(l.norm.Value.Ratio())
			}
			l.volume = c.part(volume.Mul(o.Area.Ratio()).Mul(perArea), l.days)
			l.why = c.commonReason(share)
			c.emit(&l, share.service, piece)
		}
	}
}

// commonReason tells a share of the common property.
func (c *calculation) commonReason(share *commonShare) func(*line) reason {
	return func(l *line) reason {
		part := c.partText(l)
		var r reason
		switch {
		case share.heat:
			r.formula = "P = V × q × Si / Sоб" + part + " × T"
			r.operands = []housing.Operand{
				decimalOf("V", "объём горячей воды на общее имущество дома", share.volume, "м³"), {
					Symbol: "q", Meaning: "норматив расхода тепловой энергии на подогрев", Value: l.norm.Value.String(),
					Unit: "Гкал/м³", Basis: l.norm.Document, Source: l.norm.Source,
				},
			}
		case l.norm != nil:
			r.formula = "P = N × Sои × Si / Sоб" + part + " × T"
			r.operands = []housing.Operand{
				{
					Symbol: "N", Meaning: "норматив на 1 м² общего имущества", Value: l.norm.Value.String(),
					Unit: share.service.Unit() + "/м² в мес.", Basis: l.norm.Document, Source: l.norm.Source,
				},
				{
					Symbol: "Sои", Meaning: "площадь помещений общего имущества", Value: c.snapshot.House.Common.String(),
					Unit: "м²", Source: c.snapshot.House.Source,
				},
			}
		default:
			r.formula = "P = V × Si / Sоб" + part + " × T, где " + share.formula
			r.operands = share.operands()
			if !slices.ContainsFunc(r.operands, func(o housing.Operand) bool { return o.Symbol == "V" }) {
				r.operands = append(r.operands, decimalOf("V", "объём на общее имущество дома", share.volume, share.service.Unit()))
			}
		}
		r.operands = append(r.operands, area(l, "Si"), c.areaOfHouse())
		return c.withDays(r, l, resourcePrice(l.tariff, share.service))
	}
}
