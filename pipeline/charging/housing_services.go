package charging

import "github.com/kvitok-gkh/kvitok/housing"

// housingService charges maintenance (R1.1), capital repair (R1.3, owners only) and rent (R1.4,
// tenants only): the rate of a m² times the area. Without a rate there is no charge and a finding.
func (c *calculation) housingService(service housing.Service, t *serviceTable) {
	if !c.sound(service, t) {
		return
	}
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		c.cutByOccupancy()
		for piece := range c.cuts.pieces {
			o := c.occupancy(service, piece.From)
			if o == nil {
				return
			}
			if !c.pays(o.Occupant, service) {
				continue
			}
			if at(t.tariffs[0], piece.From) == nil {
				c.note(service, "no_rate", "нет ставки на "+piece.From.Russian()+": начисление не сделано")
				continue
			}
			tariff := c.price(service, t, housing.ZoneSingle, piece.From)
			if tariff == nil {
				return
			}
			days := c.daysOf(piece)
			l := line{
				charge:  housing.Charge{Rule: housingRule(service), Method: housing.ByArea},
				formula: areaFormula, days: days, service: s.service, occupancy: o, tariff: tariff,
				volume: c.part(o.Area.Ratio(), days),
			}
			if service == housing.Rent && !c.rent(&l) {
				return
			}
			c.emit(&l, service, piece)
		}
	}
}

func housingRule(service housing.Service) string {
	if service == housing.CapitalRepair {
		return "R1.3"
	}
	if service == housing.Rent {
		return "R1.4"
	}
	return "R1.1"
}
