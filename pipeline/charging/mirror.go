package charging

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// mirrorWater takes to sewage and to the heat of hot water what corrections of water moved: less
// water, less of both (R2.3.1, R2.7.2).
func (c *calculation) mirrorWater(service housing.Service, t *serviceTable, first int) {
	if first == len(c.lines) || (c.lines[first].charge.Rule != "R2.3.1" && c.lines[first].charge.Rule != "R2.7.2") {
		return
	}
	begin := first
	for begin > 0 && c.lines[begin-1].charge.Account == c.acc.Number && isWater(c.lines[begin-1].charge.Service) {
		begin--
	}
	for i := begin; i < first; i++ {
		w := c.lines[i]
		wanted := w.charge.Service == housing.HotWater || (w.charge.Service == housing.ColdWater && service == housing.Sewage)
		if wanted && w.charge.Kind == housing.Correction && w.volume.Sign() != 0 {
			c.mirror(*w, service, t)
		}
	}
}

// mirror emits the correction of a service that follows one of water.
func (c *calculation) mirror(w line, service housing.Service, t *serviceTable) {
	for _, s := range slices.Clone(c.served) {
		days, ok := common(s.valid, w.charge.Segment)
		if !ok {
			continue
		}
		share, err := housing.RatioOf(int64(c.daysOf(days)), int64(c.daysOf(w.charge.Segment)))
		if err != nil {
			c.fail(err)
			return
		}
		l := line{service: s.service, days: c.daysOf(days), volume: w.volume.Mul(share)}
		if l.tariff = c.price(service, t, housing.ZoneSingle, days.From); l.tariff == nil {
			return
		}
		l.charge.Rule, l.charge.Method = "R2.3.1", w.charge.Method
		l.charge.Reason, l.charge.Document = w.charge.Reason, w.charge.Document
		moved, water := l.volume, w.charge
		l.special = &special{formula: "P = V × T"}
		if service == housing.HotWaterHeat {
			l.charge.Rule = "R2.7.2"
			if l.norm = c.norm(service, t, days.From); l.norm == nil {
				return
			}
			l.volume = l.volume.Mul(l.norm.Value.Ratio())
			l.special.formula = "P = V × q × T"
		}
		at := l
		l.special.operands = func() []housing.Operand {
			ops := []housing.Operand{{
				Symbol: "V", Meaning: "изменение объёма: " + strings.ToLower(water.Service.Russian()),
				Value: moved.String(), Unit: "м³", Basis: ReasonRussian(water.Reason) + withDocument(water.Document),
			}}
			if at.norm != nil {
				ops = append(ops, housing.Operand{
					Symbol: "q", Meaning: "норматив расхода тепловой энергии на подогрев", Value: at.norm.Value.String(),
					Unit: "Гкал/м³", Basis: at.norm.Document, Source: at.norm.Source,
				})
			}
			return append(ops, tariffOperand(&at, service))
		}
		c.correction(l, service, days)
	}
}
