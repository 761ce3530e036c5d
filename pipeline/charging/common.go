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
