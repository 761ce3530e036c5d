package charging

import "github.com/kvitok-gkh/kvitok/housing"

// solidWaste charges n × N / 12 × T (R2.9.1, formula 9(1)), or by area where the norm of the region
// is per m² (formula 9(2)). The norm is of a year.
func (c *calculation) solidWaste(t *serviceTable) {
	const service = housing.SolidWaste
	if !c.sound(service, t) {
		return
	}
	if mode := c.optional("tko.mode"); mode != nil && mode.Value != "norm" {
		c.containers(t, mode)
		return
	}
	twelfth, err := housing.RatioOf(1, monthsOfYear)
	if err != nil {
		c.fail(err)
		return
	}
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		cutBy(&c.cuts, t.norms)
		c.cutByOccupancy()
		for piece := range c.cuts.pieces {
			l, ok := c.normLine(service, t, piece)
			if !ok {
				return
			}
			l.service, l.volume = s.service, l.volume.Mul(twelfth)
			l.charge.Rule, l.charge.Method = "R2.9.1", housing.ByPeople
			if l.formula == normAreaFormula {
				l.formula, l.charge.Method = wasteAreaFormula, housing.ByArea
			} else {
				l.formula = wasteFormula
			}
			c.emit(&l, service, piece)
		}
	}
}

const monthsOfYear = 12
