package charging

import "github.com/kvitok-gkh/kvitok/housing"

// normCase says why a service is charged by norm and whether the coefficient applies.
type normCase struct {
	rule   string // of the base line
	raised bool   // K applies: a meter is possible and absent, or its term has passed
}

// byNorm charges n × N × T (R2.2.1, formula 4) and, where K applies, its excess as a line of its
// own (R2.2.2, R2.2.3). K of the service comes from uplift.*: 1 where the law has none (R2.2.4).
func (c *calculation) byNorm(service housing.Service, t *serviceTable, of normCase) {
	for _, s := range c.served {
		raised := of.raised
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		cutBy(&c.cuts, t.norms)
		c.cutByOccupancy()
		if raised {
			cutBy(&c.cuts, c.uplift(service, t))
		}
		for piece := range c.cuts.pieces {
			l, ok := c.normLine(service, t, piece)
			if !ok {
				return
			}
			l.service, l.charge.Rule = s.service, of.rule
			c.emit(l, service, piece)
			if raised {
				c.emitUplift(l, service, t, piece)
			}
		}
	}
}

// normLine is the base line of a segment by norm, per person or per m².
func (c *calculation) normLine(
	service housing.Service, t *serviceTable, piece housing.Interval,
) (l line, ok bool) {
	l = line{days: c.daysOf(piece), charge: housing.Charge{Method: housing.ByNorm}}
	l.occupancy = c.occupancy(service, piece.From)
	l.tariff = c.price(service, t, housing.ZoneSingle, piece.From)
	l.norm = c.norm(service, t, piece.From)
	if l.occupancy == nil || l.tariff == nil || l.norm == nil {
		return l, false
	}
	base := l.occupancy.Area.Ratio()
	l.formula = normAreaFormula
	if l.norm.Base == housing.PerPerson {
		l.formula = normFormula
		if l.people, l.owners, ok = c.people(service, l.occupancy); !ok {
			return l, false
		}
		base = housing.Whole(int64(l.people)).Ratio()
	}
	l.volume = c.part(base.Mul(l.norm.Value.Ratio()), l.days)
	return l, true
}

func (c *calculation) emitUplift(base line, service housing.Service, t *serviceTable, piece housing.Interval) {
	p := at(c.uplift(service, t), piece.From)
	if p == nil {
		c.parameter("uplift."+string(service), piece.From) // fails, naming it
		return
	}
	k, err := housing.ParseDecimal(p.Value)
	if err != nil || k.Cmp(housing.Whole(1)) < 0 {
		c.fail(badParameter(p, "a coefficient of at least 1"))
		return
	}
	if k.Cmp(housing.Whole(1)) == 0 {
		return
	}
	l := base
	l.parameter, l.formula = p, upliftFormula
	if base.formula == normAreaFormula {
		l.formula = upliftAreaFormula
	}
	l.charge.Kind, l.charge.Coefficient, l.charge.Rule = housing.Uplift, k, "R2.2.2"
	c.emit(l, service, piece)
}
