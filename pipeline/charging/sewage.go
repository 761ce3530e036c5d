package charging

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// sewage charges the sum of cold and hot water of the same days (R2.3.1), each as it was charged
// itself, by meter, average or norm without K; where the account has no water here, the norm of
// sewage (R2.3.2).
func (c *calculation) sewage(t *serviceTable) {
	const service = housing.Sewage
	if !c.sound(service, t) {
		return
	}
	if mode := c.word("sewage.volume"); mode != "cold_plus_hot" {
		c.fail(badParameter(c.parameter("sewage.volume", c.month.From), "cold_plus_hot"))
		return
	}
	water := c.waterLines()
	if len(water) == 0 {
		if c.held {
			return // the water itself could not be charged
		}
		c.byNorm(service, t, normCase{rule: "R2.3.2"})
		c.byRanges(service, t)
		return
	}
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		cutBy(&c.cuts, t.tariffs[0])
		for piece := range c.cuts.pieces {
			tariff := c.price(service, t, housing.ZoneSingle, piece.From)
			if tariff == nil {
				return
			}
			l := line{formula: sewageFormula, days: c.daysOf(piece), service: s.service, tariff: tariff}
			l.charge.Rule = "R2.3.1"
			c.addWater(&l, water, piece)
			c.emit(&l, service, piece)
		}
	}
}

// waterLines are the base lines of cold and hot water of the account at hand.
func (c *calculation) waterLines() []*line {
	first := len(c.lines)
	for first > 0 && c.lines[first-1].charge.Account == c.acc.Number && isWater(c.lines[first-1].charge.Service) {
		first--
	}
	water := c.lines[first:]
	if !slices.ContainsFunc(water, func(l *line) bool { return l.charge.Service != housing.HotWaterHeat }) {
		return nil
	}
	return water
}

func isWater(s housing.Service) bool {
	return s == housing.ColdWater || s == housing.HotWater || s == housing.HotWaterHeat
}

// addWater takes of each water line the days that the segment shares with it.
func (c *calculation) addWater(l *line, water []*line, piece housing.Interval) {
	l.charge.Method = housing.ByMeter
	for i := range water {
		w := water[i]
		if w.charge.Kind != housing.BaseCharge || w.charge.Service == housing.HotWaterHeat ||
			!w.charge.Segment.Overlaps(piece) {
			continue
		}
		common := w.charge.Segment
		if common.From.Before(piece.From) {
			common.From = piece.From
		}
		if common.To.After(piece.To) {
			common.To = piece.To
		}
		volume := w.volume
		if days, of := c.daysOf(common), c.daysOf(w.charge.Segment); days != of {
			share, err := housing.RatioOf(int64(days), int64(of))
			if err != nil {
				c.fail(err)
				return
			}
			volume = volume.Mul(share)
		}
		if w.charge.Service == housing.ColdWater {
			l.cold = l.cold.Add(volume)
		} else {
			l.hot = l.hot.Add(volume)
		}
		l.charge.Method = weaker(l.charge.Method, w.charge.Method)
	}
	l.volume = l.cold.Add(l.hot)
}

// weaker returns the less certain of two methods: a sum is only as good as its worst part.
func weaker(a, b housing.Method) housing.Method {
	rank := func(m housing.Method) int {
		return slices.Index([]housing.Method{housing.ByAverage, housing.ByNorm}, m)
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}
