package charging

import (
	"github.com/kvitok-gkh/kvitok/housing"
)

// The common property by norm, and the norm as the limit of what a meter leaves it.

// limitCommon keeps a volume to the norm unless the owners have decided to pay all of it (R2.8.6).
func (c *calculation) limitCommon(share *commonShare) *commonShare {
	if c.word("soi.above_norm") == "pass_full_fact" || c.factsOf(share.service).AboveNormShared {
		return share
	}
	if mode := c.word("soi.above_norm"); mode != "manager_pays" {
		c.fail(badParameter(c.parameter("soi.above_norm", c.month.From), "manager_pays or pass_full_fact"))
	}
	limit, ok := c.normOfMonth(share.service)
	if !ok {
		c.tell(share.service, "common_norm_unknown", "норматив на общее имущество не указан: объём не ограничен")
		return share
	}
	if share.volume.Cmp(limit) <= 0 {
		return share
	}
	over := share.volume.Sub(limit)
	c.tell(share.service, "common_above_norm", "объём на общее имущество больше норматива на "+comma(over.String())+" "+
		share.service.Unit()+": превышение жителям не начислено")
	full, operands, formula := share.volume, share.operands, share.formula
	share.volume, share.rule, share.formula = limit, "R2.8.6", "V — меньшее из Vф и N × Sои, Vф"+formula[1:]
	share.operands = func() []housing.Operand {
		ops := append(operands(), decimalOf("Vф", "объём на общее имущество по показаниям", full, share.service.Unit()))
		return append(ops, decimalOf("N × Sои", "объём по нормативу, им ограничено", limit, share.service.Unit()))
	}
	return share
}

// normOfMonth is the norm volume of the common property in the month (formula 15).
func (c *calculation) normOfMonth(service housing.Service) (housing.Ratio, bool) {
	common := c.snapshot.House.Common.Ratio()
	norms := c.table(service).norms
	covered := 0
	var volume housing.Ratio
	for i := range norms {
		if norms[i].fact.Base != housing.PerArea || norms[i].fact.Value.Sign() < 0 {
			return housing.Ratio{}, false
		}
		days := c.daysOf(norms[i].valid)
		covered += days
		volume = volume.Add(c.part(common.Mul(norms[i].fact.Value.Ratio()), days))
	}
	return volume, common.Sign() > 0 && covered == c.days
}

// commonByNorm is formula 15: N × Sои.
func (c *calculation) commonByNorm(service housing.Service, rule string) *commonShare {
	t := c.table(service)
	house := &c.snapshot.House
	switch {
	case t.clash != "":
		c.tell(service, t.clash, "тарифы или нормативы на общее имущество противоречат друг другу: не начислено")
		return nil
	case house.Common.Sign() <= 0:
		c.tell(service, "common_area_zero", "у дома не указана площадь общего имущества (Sои): не начислено")
		return nil
	}
	if _, ok := c.normOfMonth(service); !ok {
		c.tell(service, "common_norm_unknown", "норматив на 1 м² общего имущества указан не на все дни месяца: не начислено")
		return nil
	}
	return &commonShare{service: service, rule: rule, method: housing.ByNorm, norms: t.norms}
}

// commonHeat is the heat in the hot water of the common property (formula 24).
func (c *calculation) commonHeat(water *commonShare) *commonShare {
	const service = housing.CommonHotWaterHeat
	if water == nil {
		return nil
	}
	t := c.table(housing.HotWaterHeat)
	covered := 0
	for i := range t.norms {
		if t.norms[i].fact.Base == housing.PerVolume && t.norms[i].fact.Value.Sign() >= 0 {
			covered += c.daysOf(t.norms[i].valid)
		}
	}
	if t.clash != "" || covered != c.days {
		c.tell(service, "no_norm", "норматив тепловой энергии на подогрев 1 м³ указан не на все дни месяца: не начислено")
		return nil
	}
	return &commonShare{
		service: service, rule: "R2.7.2", method: water.method, norms: t.norms, heat: true, volume: c.monthOf(water),
	}
}
