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
		c.cutByTariffs(t, housing.ZoneSingle)
		c.cutByNorms(t)
		c.cutByOccupancy()
		if raised {
			cutBy(&c.cuts, c.uplift(service, t))
		}
		for piece := range c.cuts.pieces {
			l, ok := c.partsLine(service, t, s.service, piece)
			if t.parts == nil {
				l, ok = c.normLine(service, t, piece)
			}
			if !ok {
				return
			}
			l.service, l.charge.Rule = s.service, of.rule
			if t.parts != nil && of.rule == "R2.2.1" {
				l.charge.Rule = "R2.4.1"
			}
			c.emitNorm(l, service, t, piece, raised)
		}
	}
}

// emitNorm emits a line by norm and, where K applies, its excess.
func (c *calculation) emitNorm(l line, service housing.Service, t *serviceTable, piece housing.Interval, raised bool) {
	if !t.ranged(housing.ZoneSingle, piece.From) {
		c.emit(&l, service, piece)
		if raised {
			c.emitUplift(l, service, t, piece)
		}
		return
	}
	if raised && !c.raise(&l, service, t, piece) {
		return
	}
	c.ranged = append(c.ranged, rangedPiece{segment{valid: piece, days: l.days}, []line{l}})
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
		if l.people, l.owners, ok = c.people(service, l.occupancy, piece.From); !ok {
			return l, false
		}
		base = housing.Whole(int64(l.people)).Ratio()
	}
	l.volume = c.part(base.Mul(l.norm.Value.Ratio()), l.days)
	return l, true
}

func (c *calculation) emitUplift(base line, service housing.Service, t *serviceTable, piece housing.Interval) {
	l := base
	if !c.raise(&l, service, t, piece) || l.parameter == nil {
		return
	}
	l.formula = upliftFormula
	if base.formula == normAreaFormula {
		l.formula = upliftAreaFormula
	}
	l.charge.Kind, l.charge.Rule = housing.Uplift, "R2.2.2"
	c.emit(&l, service, piece)
}

// raise puts the coefficient of a day into a line, nothing where it is 1; false fails.
func (c *calculation) raise(l *line, service housing.Service, t *serviceTable, piece housing.Interval) bool {
	p := at(c.uplift(service, t), piece.From)
	if p == nil {
		c.parameter("uplift."+string(service), piece.From) // fails, naming it
		return false
	}
	k, err := housing.ParseDecimal(p.Value)
	if err != nil || k.Cmp(housing.Whole(1)) < 0 {
		c.fail(badParameter(p, "a coefficient of at least 1"))
		return false
	}
	if k.Cmp(housing.Whole(1)) > 0 {
		l.parameter, l.charge.Coefficient = p, k
	}
	return true
}
