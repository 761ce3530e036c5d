package charging

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// heatShares is how the heat of a house divides into individual parts and the common one
// (P = (Vi + Si × (Vд − ΣVi) / Sоб) × T), of this month or of a month corrected.
type heatShares struct {
	volume      housing.Ratio // Vд
	metered     housing.Ratio // Σ Vi of the metered premises
	meteredArea housing.Ratio
	ownArea     housing.Ratio // of the premises with a heat source of their own

	perArea    housing.Ratio // Vi of 1 m² without a meter
	baseArea   housing.Ratio // what Vд is divided by for it
	rest       housing.Ratio // area of the premises without a meter or a source of their own
	individual housing.Ratio // Σ Vi of all
	common     housing.Ratio // Vд − Σ Vi
	missing    housing.Ratio // by how much Σ Vi exceeds Vд where the common part was set to zero
	perCommon  housing.Ratio // common part of 1 m²
}

// divide fills in what follows from the volumes and areas (H6, H10, H12).
func (c *calculation) divide(s *heatShares) {
	area := c.snapshot.House.Area.Ratio()
	s.baseArea = area
	switch mode := c.word("heating.own_source_area"); mode {
	case "excluded":
		s.baseArea = area.Sub(s.ownArea)
	case "included":
	default:
		c.fail(badParameter(c.parameter("heating.own_source_area", c.month.From), "excluded or included"))
	}
	if mode := c.word("heating.h6_unmetered"); mode != "si_vd_over_sob" {
		c.fail(badParameter(c.parameter("heating.h6_unmetered", c.month.From), "si_vd_over_sob"))
	}
	if s.baseArea.Sign() > 0 {
		s.perArea = c.quo(s.volume, s.baseArea)
	}
	if s.rest = area.Sub(s.meteredArea).Sub(s.ownArea); s.rest.Sign() < 0 {
		s.rest = housing.Ratio{}
	}
	s.individual = s.metered.Add(s.perArea.Mul(s.rest))
	s.common = s.volume.Sub(s.individual)
	if s.common.Sign() < 0 {
		switch mode := c.word("heating.negative_common"); mode {
		case "zero":
			s.missing, s.common = s.individual.Sub(s.volume), housing.Ratio{}
		case "deduct":
		default:
			c.fail(badParameter(c.parameter("heating.negative_common", c.month.From), "zero or deduct"))
		}
	}
	s.perCommon = c.quo(s.common, area)
}

// heatHouse is the heat of a block of flats in the month.
type heatHouse struct {
	heatShares
	source houseVolume
	rule   string // of premises without a meter where none has one: H4, H5, H14
	method housing.Method
	uses   map[string]heatUse // metered accounts by number
	all    bool               // every premises has a meter
	pool   *pool
}

// heatUse is the metered volume of an account.
type heatUse struct {
	first, last int // uses[first:last]
	months      int // of the year before, where payment is even
	volume      housing.Ratio
	method      housing.Method
}

// noHeatVolume is why a house has no heat to divide: its premises pay by norm.
type noHeatVolume struct {
	rule  string // empty: no house meter at all
	wrong bool   // the house cannot be divided at all: its accounts are held
}

// gatherHeat looks at all premises before any is charged: what one pays for heating depends on the
// meters of the others (H4 to H7, H10, H14). Snapshots without facts of the house about heating go
// on as before.
func (c *calculation) gatherHeat(order []int) {
	const service = housing.Heating
	t := c.table(service)
	if t.facts == nil || c.snapshot.House.Kind != housing.BlockOfFlats || len(t.facts.Made) > 0 || c.err != nil {
		return
	}
	h := &heatHouse{rule: "H4", method: housing.ByHouseMeter, uses: map[string]heatUse{}}
	if !c.heatVolume(h, t) {
		return
	}
	if !c.houseArea(service) {
		c.house.noHeat.wrong = true
		return
	}
	h.volume = h.source.volume
	even := c.word("heating.mode") == "even"
	for _, at := range order {
		c.acc, c.held = &c.snapshot.Accounts[at], false
		c.gatherAccount(h, even)
	}
	c.divide(&h.heatShares)
	h.all = h.meteredArea.Add(h.ownArea).Cmp(c.snapshot.House.Area.Ratio()) >= 0
	if h.missing.Sign() > 0 {
		c.tell(service, "heating_negative_common", "индивидуальное потребление больше объёма дома на "+
			comma(h.missing.String())+" Гкал: общедомовая часть принята равной нулю")
	}
	if c.err != nil {
		return
	}
	h.pool = c.newPool(service, h.individual.Add(h.common))
	c.house.heat = h
}

// heatVolume decides which volume of the house is divided (H4, H5, H14).
func (c *calculation) heatVolume(h *heatHouse, t *serviceTable) bool {
	const service = housing.Heating
	if c.word("heating.mode") != "even" {
		h.source = c.lessProduction(c.houseVolume(service, t), t.facts)
		c.house.noHeat = noHeatVolume{h.source.rule, h.source.wrong}
		if h.source.rule != "" {
			h.rule, h.method = h.source.rule, housing.ByAverage
		}
		return h.source.known
	}
	if len(t.facts.History) == 0 && !t.metered {
		return false
	}
	mean, ok := c.meanOfYear(service, t.facts)
	if !ok {
		c.tell(service, "house_history_short",
			"нет объёма дома за все месяцы прошлого года: отопление начислено по нормативу")
		return false
	}
	h.source, h.rule, h.method = mean, "H5", housing.ByAverage
	return true
}

// lessProduction takes off the heat that the house spent on its hot water.
func (c *calculation) lessProduction(v houseVolume, f *housing.HouseFacts) houseVolume {
	if !v.known || v.rule != "" || f.Production.IsZero() {
		return v
	}
	counted, operands := v.volume, v.operands
	v.volume = counted.Sub(f.Production.Ratio())
	if v.volume.Sign() < 0 {
		c.tell(housing.Heating, "heating_production", "на горячую воду израсходовано больше тепловой энергии, чем показал прибор дома: на отопление ничего не осталось")
		v.volume = housing.Ratio{}
	}
	v.operands = func() []housing.Operand {
		ops := operands()
		ops[0].Value, ops[0].Meaning = v.volume.String(), "объём по общедомовому прибору за вычетом израсходованного на горячую воду"
		ops[0].Basis += joined(", показал ", comma(counted.String()), ", на горячую воду ", f.Production.Russian())
		return ops
	}
	return v
}

// gatherAccount adds the areas and the metered heat of an account.
func (c *calculation) gatherAccount(h *heatHouse, even bool) {
	const service = housing.Heating
	mark := len(c.findings)
	c.checkAccount()
	if c.held || !c.serve(service) {
		c.findings = c.findings[:mark] // told again when the account is charged
		return
	}
	area, own := c.servedAreas()
	h.ownArea = h.ownArea.Add(own)
	meters := c.metersOf(service)
	if len(meters) == 0 || area.Sign() == 0 {
		return
	}
	u := heatUse{first: len(c.uses), method: housing.ByMeter}
	decision, unmetered := byReadings, false
	for _, m := range meters {
		if even {
			mean, ok := c.yearOfMeter(m)
			unmetered = unmetered || !ok
			u.volume, u.months, u.method = u.volume.Add(mean), monthsOfYear, housing.ByAverage
			continue
		}
		d, _ := c.measure(m)
		decision = max(decision, d)
	}
	if decision >= plainNorm || unmetered {
		c.uses = c.uses[:u.first]
		c.note(service, "heating_meter_unmetered",
			"по ИПУ отопления нет ни показаний, ни среднего: помещение учтено как не оборудованное прибором")
		return
	}
	for i := u.first; i < len(c.uses); i++ {
		u.volume = u.volume.Add(c.uses[i].volume)
		if c.uses[i].months > 0 {
			u.method = housing.ByAverage
		}
	}
	u.last = len(c.uses)
	h.uses[c.acc.Number] = u
	h.metered, h.meteredArea = h.metered.Add(u.volume), h.meteredArea.Add(area)
}

// servedAreas are the areas of the account at hand in the month, each for its days: heated by the
// house, and by a source of their own.
func (c *calculation) servedAreas() (area, own housing.Ratio) {
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		c.cutByOccupancy()
		for piece := range c.cuts.pieces {
			o := c.occupancyQuiet(piece.From)
			if o == nil {
				continue
			}
			part := c.part(o.Area.Ratio(), c.daysOf(piece))
			if s.service.OwnSource {
				own = own.Add(part)
			} else {
				area = area.Add(part)
			}
		}
	}
	return area, own
}

// yearOfMeter is a twelfth of what a meter counted in the year before (H5 with meters).
func (c *calculation) yearOfMeter(m *housing.MeterFacts) (housing.Ratio, bool) {
	var sum housing.Ratio
	year := c.lastYear()
	for p := year; p < year+monthsOfYear; p++ {
		known := false
		for _, v := range m.History {
			if v.Period == p {
				sum, known = sum.Add(v.Volume.Ratio()), true
			}
		}
		if !known {
			return housing.Ratio{}, false
		}
	}
	return c.quo(sum, whole(monthsOfYear)), true
}

// heatingOfHouse charges heating where the snapshot has facts of the house about it.
func (c *calculation) heatingOfHouse(t *serviceTable) {
	const service = housing.Heating
	switch {
	case len(t.facts.Made) > 0:
		c.madeHeating(t)
		return
	case c.house.noHeat.wrong:
		c.hold(service, "house_heat_unknown", "площадь дома или объём по общедомовому прибору не годятся для расчёта отопления")
		return
	case c.house.heat != nil:
		c.heatByShares(c.house.heat, t)
		return
	}
	c.heatOfNorm(t)
}

// heatOfNorm charges heating where no volume of the house is known (H1, H2, H3; H14 when the average
// has stood as long as it may).
func (c *calculation) heatOfNorm(t *serviceTable) {
	const service = housing.Heating
	if mode := c.word("heating.h3"); mode != "own_source_zero, pre2012_as_h1_h2" {
		c.fail(badParameter(c.parameter("heating.h3", c.month.From), "own_source_zero, pre2012_as_h1_h2"))
		return
	}
	heated := make([]serving, 0, len(c.served))
	for _, s := range c.served {
		if s.service.OwnSource {
			c.note(service, "own_heat_source", "собственный источник тепла, прибора на доме нет: отопление не начислено")
			continue
		}
		heated = append(heated, s)
	}
	c.served = heated
	rule := c.house.noHeat.rule
	if t.facts.NormBefore2012 {
		rule = "H3"
		c.tell(service, "norm_before_2012", "норматив отопления установлен до 2012 года: применены формулы 2, 2(1)")
	}
	switch c.word("heating.mode") {
	case "season":
		if c.inSeason() {
			c.heatingByNorm(t, firstOf(rule, "H1"), nil)
		}
	case "even":
		c.heatingByNorm(t, firstOf(rule, "H2"), c.parameter("heating.season_share", c.month.From))
	default:
		c.fail(badParameter(c.parameter("heating.mode", c.month.From), "season or even"))
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// heatByShares charges the part of a premises in the heat of the house.
func (c *calculation) heatByShares(h *heatHouse, t *serviceTable) {
	const service = housing.Heating
	use, metered := h.uses[c.acc.Number]
	total := 0
	for _, s := range c.served {
		if !s.service.OwnSource {
			total += c.daysOf(s.valid)
		}
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
			l := line{days: c.daysOf(piece), service: s.service, occupancy: o, tariff: tariff, pool: h.pool}
			heated, flat, ok := c.heatedArea(o, piece.From)
			if !ok {
				return
			}
			common := c.part(heated.Mul(h.perCommon), l.days)
			var individual housing.Ratio
			switch l.charge.Rule, l.charge.Method = h.wayOf(s.service, use, metered); {
			case s.service.OwnSource:
			case metered:
				individual = c.quo(use.volume.Mul(whole(l.days)), whole(total))
			default:
				individual = c.part(heated.Mul(h.perArea), l.days)
			}
			l.volume = individual.Add(common)
			l.why = c.heatReason(h, individual, func(l *line) []housing.Operand { return heatedOperands(l, heated, flat) })
			c.emit(&l, service, piece)
		}
	}
}

// wayOf is the rule by which premises take part in the heat of the house, and what their volume is based on.
func (h *heatHouse) wayOf(s *housing.AccountService, use heatUse, metered bool) (string, housing.Method) {
	switch {
	case s.OwnSource:
		return "H10", h.method
	case metered:
		return h.meteredRule(), use.method
	case len(h.uses) > 0 || h.ownArea.Sign() > 0:
		return h.meteredRule(), h.method
	}
	return h.rule, h.method
}

// meteredRule is the rule of a house where somebody has a meter or a heat source of his own; the
// substitute of a broken house meter keeps its name.
func (h *heatHouse) meteredRule() string {
	switch {
	case h.rule == "H14":
		return h.rule
	case len(h.uses) == 0:
		return h.rule // nobody has a meter, somebody has a source of his own
	case h.all:
		return "H7"
	}
	return "H6"
}

// decimalOf writes a fraction as an operand has it.
func decimalOf(symbol, meaning string, value housing.Ratio, unit string) housing.Operand {
	return housing.Operand{Symbol: symbol, Meaning: meaning, Value: value.String(), Unit: unit}
}

func joined(parts ...string) string { return strings.Join(parts, "") }
