package charging

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// heating charges a block of flats by its house meter (H4) or by the norm of a m² (H1 in the
// season, H2 evenly over the year), and a private house by its own meter (R2.1.1). With facts of the
// house about heating the rules of heat_house.go take over.
func (c *calculation) heating(t *serviceTable) {
	const service = housing.Heating
	if !c.sound(service, t) {
		return
	}
	if t.facts != nil && c.snapshot.House.Kind == housing.BlockOfFlats {
		c.heatingOfHouse(t)
		return
	}
	own := slices.ContainsFunc(c.acc.Meters, func(m housing.MeterFacts) bool {
		return m.Service == service && c.active(&m)
	})
	switch {
	case own && c.snapshot.House.Kind == housing.PrivateHouse:
		c.consumption(service, t)
		return
	case own:
		c.note(service, "heating_meter_ignored", "показания ИПУ отопления пока не учтены: начислено по дому в целом")
	}
	if t.metered {
		c.byHouseMeter(service, t)
		return
	}
	switch c.word("heating.mode") {
	case "season":
		if c.inSeason() {
			c.heatingByNorm(t, "H1", nil)
		}
	case "even":
		c.heatingByNorm(t, "H2", c.parameter("heating.season_share", c.month.From))
	default:
		c.fail(badParameter(c.parameter("heating.mode", c.month.From), "season or even"))
	}
}

// inSeason reads the months of the heating season of the region.
func (c *calculation) inSeason() bool {
	return seasonal(c.word("heating.season_months"), c.snapshot.Period)
}

func seasonal(months string, p housing.Period) bool {
	for m := range strings.SplitSeq(months, " ") {
		if m == p.First().String()[5:7] {
			return true
		}
	}
	return false
}

// alike reports whether an earlier month may stand for this one in an average: a month of the heating
// season (п. 59) for one of the season. Snapshots that know no season take all months.
func (c *calculation) alike(service housing.Service, p housing.Period) bool {
	if service != housing.Heating {
		return true
	}
	months := c.optional("heating.season_months")
	return months == nil || seasonal(months.Value, p) == seasonal(months.Value, c.snapshot.Period)
}

func (c *calculation) heatingByNorm(t *serviceTable, rule string, share *housing.Parameter) {
	const service = housing.Heating
	var even housing.Ratio
	if share != nil {
		var ok bool
		if even, ok = c.fraction(share); !ok {
			return
		}
	}
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		cutBy(&c.cuts, t.norms)
		c.cutByOccupancy()
		c.cutByFlat()
		for piece := range c.cuts.pieces {
			l, ok := c.normLine(service, t, piece)
			if !ok {
				return
			}
			if l.formula != normAreaFormula {
				c.hold(service, "norm_base", "норматив отопления должен быть задан на 1 м²")
				return
			}
			if share != nil {
				l.formula, l.parameter, l.volume = evenFormula, share, l.volume.Mul(even)
			}
			l.service, l.charge.Rule = s.service, rule
			c.emitHeat(l, service, piece)
		}
	}
}

// fraction reads a parameter written as "7/12" or as a decimal.
func (c *calculation) fraction(p *housing.Parameter) (housing.Ratio, bool) {
	num, den, divided := strings.Cut(p.Value, "/")
	if !divided {
		den = "1"
	}
	above, err1 := housing.ParseDecimal(num)
	below, err2 := housing.ParseDecimal(den)
	if err1 != nil || err2 != nil || below.Sign() <= 0 || above.Sign() < 0 {
		c.fail(badParameter(p, `a fraction such as "7/12"`))
		return housing.Ratio{}, false
	}
	r, err := above.Ratio().Quo(below.Ratio())
	if err != nil {
		c.fail(err)
		return housing.Ratio{}, false
	}
	return r, true
}

// byHouseMeter charges Vд × Si / Sоб × T (H4, formula 3).
func (c *calculation) byHouseMeter(service housing.Service, t *serviceTable) {
	house := &c.snapshot.House
	switch {
	case house.Area.Sign() <= 0:
		c.hold(service, "house_area_zero", "у дома не указана общая площадь помещений (Sоб), а общедомовой прибор есть")
		return
	case t.overflow:
		c.hold(service, "house_volume_overflow", "объём по общедомовым приборам выходит за допустимые пределы")
		return
	case t.negative:
		c.hold(service, "house_volume_negative", "объём по общедомовому прибору отрицательный")
		return
	}
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		c.cutByOccupancy()
		c.cutByFlat()
		for piece := range c.cuts.pieces {
			o := c.occupancy(service, piece.From)
			tariff := c.price(service, t, housing.ZoneSingle, piece.From)
			if o == nil || tariff == nil {
				return
			}
			share, err := o.Area.Ratio().Quo(house.Area.Ratio())
			if err != nil {
				c.fail(err)
				return
			}
			days := c.daysOf(piece)
			c.emitHeat(line{
				charge:  housing.Charge{Rule: "H4", Method: housing.ByHouseMeter},
				formula: houseFormula, days: days, service: s.service, occupancy: o, tariff: tariff, table: t,
				volume: c.part(t.volume.Mul(share), days),
			}, service, piece)
		}
	}
}
