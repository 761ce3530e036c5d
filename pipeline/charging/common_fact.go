package charging

import (
	"github.com/kvitok-gkh/kvitok/housing"
)

// commonFact is what the house meter leaves for the common property (R2.8.3, formulas 11, 12):
// V = Vд − Vнеж − Vбез − ΣV − Vпр, negative where the premises have used more than the house.
type commonFact struct {
	known      bool
	incomplete bool // accounts are held, or the meter shows what it cannot
	toNorm     bool // the meter is broken for too long
	ofWater    bool // sewage without a meter of its own
	volume     housing.Ratio
	rule       string
	method     housing.Method
	formula    string
	operands   func() []housing.Operand
}

func (c *calculation) commonFact(service housing.Service, shared map[housing.Service]*commonShare, needed bool) commonFact {
	resource := service.Resource()
	t := c.table(resource)
	if service == housing.CommonSewage && !t.metered && (t.facts == nil || t.facts.BrokenFrom.IsZero()) {
		return c.commonSewage(shared)
	}
	if !t.metered && (t.facts == nil || t.facts.BrokenFrom.IsZero()) {
		return commonFact{}
	}
	if missing := c.heldWith(resource); len(missing) > 0 {
		if needed {
			c.tellHeld(service, missing)
		}
		return commonFact{incomplete: true}
	}
	house := c.houseVolume(resource, t)
	if !house.known {
		return commonFact{toNorm: house.toNorm, incomplete: house.wrong}
	}
	sums := c.sumResource(resource)
	outside, production := housing.Decimal{}, housing.Decimal{}
	var source housing.Source
	if t.facts != nil {
		outside, production, source = t.facts.Outside, t.facts.Production, t.facts.Source
	}
	fact := commonFact{
		known: true, rule: "R2.8.3", method: housing.ByHouseMeter, formula: "V = Vд − Vнеж − Vбез − ΣV − Vпр",
	}
	if house.rule != "" {
		fact.rule, fact.method = house.rule, housing.ByAverage
	}
	nonresidential := sums.nonresidential.Add(outside.Ratio())
	fact.volume = house.volume.Sub(nonresidential).Sub(sums.unmetered).Sub(sums.metered).Sub(production.Ratio())
	unit := resource.Unit()
	fact.operands = func() []housing.Operand {
		return append(
			house.operands(),
			housing.Operand{
				Symbol: "Vнеж", Meaning: "нежилые помещения и помещения с прямыми договорами", Value: nonresidential.String(),
				Unit: unit, Source: source,
			},
			decimalOf("Vбез", "помещения без приборов: норматив или среднее", sums.unmetered, unit),
			decimalOf("ΣV", "помещения с приборами", sums.metered, unit),
			housing.Operand{
				Symbol: "Vпр", Meaning: "на производство отопления и горячей воды", Value: production.String(),
				Unit: unit, Source: source,
			},
		)
	}
	return fact
}

// resourceSums are the volumes charged to the premises, without any coefficient (R2.2.3).
type resourceSums struct {
	nonresidential, unmetered, metered housing.Ratio
}

func (c *calculation) sumResource(resource housing.Service) resourceSums {
	other := map[string]bool{}
	for i := range c.snapshot.Accounts {
		if a := &c.snapshot.Accounts[i]; a.Premises.Kind == housing.NonResidential {
			other[a.Number] = true
		}
	}
	var s resourceSums
	for i := range c.lines {
		l := c.lines[i]
		if l.charge.Service != resource || l.charge.Kind != housing.BaseCharge {
			continue
		}
		switch {
		case other[l.charge.Account]:
			s.nonresidential = s.nonresidential.Add(l.volume)
		case l.charge.Method == housing.ByMeter:
			s.metered = s.metered.Add(l.volume)
		default:
			s.unmetered = s.unmetered.Add(l.volume)
		}
	}
	return s
}

// commonSewage takes the water of the common property where no meter counts the sewage of the house.
func (c *calculation) commonSewage(shared map[housing.Service]*commonShare) commonFact {
	cold, hot := shared[housing.CommonColdWater], shared[housing.CommonHotWater]
	var coldVolume, hotVolume housing.Ratio
	method := housing.ByHouseMeter
	if cold != nil {
		coldVolume, method = c.monthOf(cold), cold.method
	}
	if hot != nil {
		hotVolume = c.monthOf(hot)
		method = weaker(method, hot.method)
	}
	if cold == nil && hot == nil {
		return commonFact{ofWater: true}
	}
	return commonFact{
		known: true, ofWater: true, rule: "R2.8.3", method: method, volume: coldVolume.Add(hotVolume), formula: "V = Vхв + Vгв",
		operands: func() []housing.Operand {
			return []housing.Operand{
				decimalOf("Vхв", "холодная вода на общее имущество", coldVolume, "м³"),
				decimalOf("Vгв", "горячая вода на общее имущество", hotVolume, "м³"),
			}
		},
	}
}

// sewageOutcome hands on what the meters of water have left for the common property, whichever way it
// is charged.
func (c *calculation) sewageOutcome(outcome *HouseOutcome) {
	for _, water := range c.house.outcomes {
		if water.Service != housing.CommonColdWater && water.Service != housing.CommonHotWater {
			continue
		}
		sum, err := outcome.Volume.Add(water.Volume)
		if !water.Known || err != nil {
			outcome.Known, outcome.Volume = false, housing.Decimal{}
			return
		}
		outcome.Known, outcome.Volume = true, sum.Trim()
	}
}
