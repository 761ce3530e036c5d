package charging

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// commonShare is the volume of a resource that the common property takes in the month, and how it is
// shared: V × Si / Sоб × T (formula 10).
type commonShare struct {
	service housing.Service
	rule    string
	method  housing.Method
	norms   []span[housing.Norm] // of a m² of common property (formula 15); none where volume is known
	volume  housing.Ratio        // of the whole month
	heat    bool                 // norms are q, the heat of a m³ of volume

	formula  string // of the volume
	operands func() []housing.Operand
	pool     *pool
}

// commonServices lists the common property in the order in which one needs another: heat needs hot
// water, sewage needs all water.
func commonServices() [5]housing.Service {
	return [...]housing.Service{
		housing.CommonColdWater, housing.CommonHotWater, housing.CommonHotWaterHeat, housing.CommonElectricity,
		housing.CommonSewage,
	}
}

// commonProperty charges the resources of the common property (R2.8): КР на СОИ where a company or an
// association manages the house, ОДН where nobody does (R2.8.1).
func (c *calculation) commonProperty(order []int) {
	if !c.house.commonLines || c.err != nil {
		return
	}
	if c.snapshot.House.Manager == "" {
		c.tell("", "manager_unknown", "не указан способ управления домом: общее имущество начислено как при управляющей организации")
	}
	shared := map[housing.Service]*commonShare{}
	for _, service := range commonServices() {
		if !c.table(service).wanted || !c.chargedInCommon(service) {
			continue
		}
		if !c.houseArea(service) {
			return
		}
		share := c.commonShare(service, shared)
		if share == nil || c.err != nil {
			continue
		}
		shared[service] = share
		share.pool = c.newPool(service, c.totalOf(share))
		c.each(order, func(*housing.AccountFacts) {
			if c.serve(service) {
				c.commonLine(share)
			}
		})
	}
}

// odn reports whether the common property is a utility (ОДН) and no part of maintenance.
func (c *calculation) odn() bool {
	switch mode := c.word("soi.kind"); mode {
	case "soi":
		return false
	case "odn":
		return true
	case "by_manager":
	default:
		c.fail(badParameter(c.parameter("soi.kind", c.month.From), "by_manager, soi or odn"))
	}
	m := c.snapshot.House.Manager
	return m == housing.DirectOwners || m == housing.NoManager
}

// chargedInCommon reports whether the law has a line of common property for a resource (R2.8.2); the heat of hot
// water goes with the water.
func (c *calculation) chargedInCommon(service housing.Service) bool {
	resource := service.Resource()
	if resource == housing.HotWaterHeat {
		resource = housing.HotWater
	}
	if slices.Contains(strings.Fields(c.word("soi.resources")), string(resource)) {
		return true
	}
	c.tell(service, "common_not_charged", "ресурс не входит в состав общего имущества (параметр soi.resources): не начислен")
	return false
}

// way is how the common property is charged: the decision of the owners, else soi.method; by the fact
// where the meter reads itself, and always for ОДН (R2.8.5).
func (c *calculation) way(f *housing.HouseFacts) housing.CommonMethod {
	switch {
	case c.odn() || f.Automatic:
		return housing.CommonFact
	case f.Method != "":
		return f.Method
	}
	m := housing.CommonMethod(c.word("soi.method"))
	if !m.Valid() || m == "" {
		c.fail(badParameter(c.parameter("soi.method", c.month.From), "fact, norm, norm_then_recalc or average"))
	}
	return m
}

// factsOf returns the facts of the house about a service, empty ones where there are none.
func (c *calculation) factsOf(service housing.Service) *housing.HouseFacts {
	if f := c.table(service).facts; f != nil {
		return f
	}
	return &housing.HouseFacts{Service: service}
}

// commonShare decides the volume of a resource, nil where nothing is charged.
func (c *calculation) commonShare(service housing.Service, shared map[housing.Service]*commonShare) *commonShare {
	if service == housing.CommonHotWaterHeat {
		return c.commonHeat(shared[housing.CommonHotWater])
	}
	f := c.factsOf(service)
	way := c.way(f)
	fact := c.commonFact(service, shared, way == housing.CommonFact)
	outcome := HouseOutcome{Service: service, Carried: f.Carried}
	if service == housing.CommonSewage && fact.ofWater {
		c.sewageOutcome(&outcome)
	} else if fact.known {
		if v, err := fact.volume.Round(c.scale); err == nil {
			outcome.Known, outcome.Volume = true, v.Trim()
		}
	}
	share := c.commonWay(service, way, fact, &outcome)
	if share == nil && fact.incomplete && way == housing.CommonFact {
		return nil // the month is computed again when the accounts are mended: nothing to hand on
	}
	if share != nil {
		if v, err := c.monthOf(share).Round(c.scale); err == nil {
			outcome.Charged = v.Trim()
		}
	}
	c.house.outcomes = append(c.house.outcomes, outcome)
	return share
}

func (c *calculation) commonWay(
	service housing.Service, way housing.CommonMethod, fact commonFact, outcome *HouseOutcome,
) *commonShare {
	switch way {
	case housing.CommonFact:
		switch {
		case fact.incomplete:
			return nil
		case fact.toNorm:
			return c.commonByNorm(service, "R2.8.8")
		case !fact.known:
			if !c.odn() {
				c.tell(service, "no_house_meter", "показаний общедомового прибора нет: общее имущество начислено по нормативу")
			}
			return c.commonByNorm(service, "R2.8.4")
		}
		return c.commonByFact(service, fact, outcome)
	case housing.CommonAverage:
		mean, ok := c.meanOfYear(service, c.factsOf(service))
		if !ok {
			c.tell(service, "house_history_short", "нет объёмов общего имущества за все месяцы прошлого года: начислено по нормативу")
			return c.commonByNorm(service, "R2.8.4")
		}
		share := &commonShare{
			service: service, rule: "R2.8.5", method: housing.ByAverage, volume: mean.volume, formula: "V = Vг / 12",
			operands: func() []housing.Operand {
				ops := mean.operands()
				ops[0].Symbol, ops[0].Meaning = "V", "среднемесячный объём на общее имущество за прошлый год"
				return ops
			},
		}
		if share.volume.Sign() <= 0 {
			c.tell(service, "common_negative", "среднемесячный объём на общее имущество за прошлый год не положителен: не начислено")
			return nil
		}
		return c.limitCommon(share)
	case housing.CommonNorm, housing.CommonNormRecalc, "":
	}
	return c.commonByNorm(service, "R2.8.4")
}

// commonByFact takes off what was negative before (R2.8.7) and keeps to the norm (R2.8.6).
func (c *calculation) commonByFact(service housing.Service, fact commonFact, outcome *HouseOutcome) *commonShare {
	f := c.factsOf(service)
	carried := c.carried(service, f)
	volume := fact.volume.Add(carried.Ratio())
	if c.odn() {
		volume, carried = fact.volume, housing.Decimal{}
	}
	outcome.Carried = housing.Decimal{}
	if volume.Sign() <= 0 {
		c.negativeCommon(service, volume, outcome)
		return nil
	}
	share := &commonShare{
		service: service, rule: fact.rule, method: fact.method, volume: volume, formula: fact.formula, operands: fact.operands,
	}
	if !carried.IsZero() {
		share.formula += " + Vп"
		share.operands = func() []housing.Operand {
			return append(fact.operands(), housing.Operand{
				Symbol: "Vп", Meaning: "отрицательный объём прошлых месяцев", Value: carried.String(),
				Unit: service.Unit(), Source: f.Source,
			})
		}
	}
	return c.limitCommon(share)
}

// carried is the negative volume of earlier months that still counts.
func (c *calculation) carried(service housing.Service, f *housing.HouseFacts) housing.Decimal {
	if f.Carried.IsZero() {
		return housing.Decimal{}
	}
	if f.Carried.Sign() > 0 {
		c.tell(service, "common_carried", "перенесённый объём общего имущества должен быть отрицательным: не учтён")
		return housing.Decimal{}
	}
	if mode := c.word("soi.negative"); mode != "carry_forward" {
		if mode != "drop" {
			c.fail(badParameter(c.parameter("soi.negative", c.month.From), "carry_forward or drop"))
		}
		return housing.Decimal{}
	}
	switch mode := c.word("soi.negative_expiry"); mode {
	case "none":
	case "year_end":
		if c.snapshot.Period.Month() == 1 {
			c.tell(service, "common_carried_expired", "отрицательный объём прошлого года не перенесён: "+f.Carried.Russian())
			return housing.Decimal{}
		}
	default:
		c.fail(badParameter(c.parameter("soi.negative_expiry", c.month.From), "none or year_end"))
	}
	return f.Carried
}

// negativeCommon charges nothing; КР на СОИ carries the volume on to later months (R2.8.7).
func (c *calculation) negativeCommon(service housing.Service, volume housing.Ratio, outcome *HouseOutcome) {
	if volume.Sign() == 0 {
		return
	}
	text := "объём на общее имущество отрицательный, " + comma(volume.String()) + " " + service.Unit() + ": не начислено"
	if !c.odn() && c.word("soi.negative") == "carry_forward" {
		if v, err := volume.Round(c.scale); err == nil {
			outcome.Carried = v.Trim()
			text += ", перенесено на следующие месяцы"
		}
	}
	c.tell(service, "common_negative", text)
}

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
			c.emit(l, share.service, piece)
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
