package charging

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// capReason says up to what a benefit within the norm is given, for a trace.
type capReason struct {
	meaning string
	value   housing.Ratio // for one person on the days at hand
	unit    string
	basis   string
	source  housing.Source
}

// capOf is the volume of a line that is within the norm of one person; no reason where no norm is known.
func (c *calculation) capOf(p *reliefPiece) (housing.Ratio, *capReason) {
	l := p.base[p.at]
	if byArea(l) {
		return c.socialArea(p)
	}
	unit := p.service.Unit()
	if l.people > 0 && (l.charge.Method == housing.ByNorm || l.charge.Method == housing.ByPeople) {
		value := p.volume.Mul(oneOf(p.people))
		return value, &capReason{meaning: "норматив на одного человека: начислено по нему", value: value, unit: unit, source: l.occupancy.Source}
	}
	norm, reason := c.personNorm(p, p.service)
	if reason == nil {
		return norm, nil
	}
	norm = norm.Mul(c.shares[c.daysOf(p.days)])
	// Zones and ranges of consumption divide the norm as they divide the volume.
	var whole housing.Ratio
	for _, other := range p.base {
		if other.charge.Segment == l.charge.Segment {
			whole = whole.Add(other.volume)
		}
	}
	if part, err := l.volume.Quo(whole); err == nil {
		norm = norm.Mul(part)
	}
	reason.value = norm
	return norm, reason
}

// byArea reports whether a line goes by the area of the premises.
func byArea(l *line) bool {
	switch l.charge.Service { //nolint:exhaustive // the rest goes by people or meters
	case housing.Maintenance, housing.CapitalRepair, housing.Rent, housing.Heating:
		return true
	}
	return l.charge.Service.Resource() != "" || l.charge.Method == housing.ByArea
}

// socialArea is the part of a line by area that the social norm of area leaves to one person.
func (c *calculation) socialArea(p *reliefPiece) (housing.Ratio, *capReason) {
	parameter := c.parameter("benefit.social_area", c.month.From)
	perPerson, ok := socialAreaOf(parameter.Value, p.people)
	if c.err == nil && !ok {
		c.fail(badParameter(parameter, "three areas: of one, of two together, of each of three and more"))
	}
	part, err := perPerson.Quo(p.area)
	if c.err != nil || err != nil {
		return housing.Ratio{}, nil
	}
	value := p.volume.Mul(part)
	return value, &capReason{
		meaning: "социальная норма площади на одного человека — " + comma(perPerson.String()) + " м²", value: value, unit: p.service.Unit(),
		basis: "параметр " + parameter.Name + basis(parameter.Basis),
	}
}

// socialAreaOf reads "33 42 18": m² of one living alone, of two together, of each of three and more.
func socialAreaOf(text string, people int) (housing.Ratio, bool) {
	words := strings.Fields(text)
	if len(words) != 3 {
		return housing.Ratio{}, false
	}
	at := min(max(people, 1), len(words)) - 1
	d, err := housing.ParseDecimal(words[at])
	if err != nil || d.Sign() <= 0 {
		return housing.Ratio{}, false
	}
	if at == 1 {
		return d.Ratio().Mul(oneOf(2)), true
	}
	return d.Ratio(), true
}

// personNorm is the norm of consumption of one person in a month.
func (c *calculation) personNorm(p *reliefPiece, service housing.Service) (housing.Ratio, *capReason) {
	on := p.days.From
	norm := at(c.table(service).norms, on)
	switch {
	case norm == nil && service == housing.Sewage:
		return c.waterNorms(p)
	case norm == nil:
		return housing.Ratio{}, nil
	}
	reason := &capReason{
		meaning: "норматив потребления на одного человека", unit: service.Unit(), basis: norm.Document, source: norm.Source,
	}
	value := norm.Value.Ratio()
	switch norm.Base {
	case housing.PerPerson:
		if service == housing.SolidWaste {
			value = value.Mul(oneOf(monthsOfYear))
		}
	case housing.PerArea:
		parameter := c.parameter("benefit.social_area", c.month.From)
		area, _ := socialAreaOf(parameter.Value, p.people)
		value = value.Mul(area)
		reason.meaning = "норматив потребления на социальную норму площади одного человека"
	case housing.PerVolume: // heat for a m³ of hot water
		water, known := c.personNorm(p, housing.HotWater)
		if known == nil {
			return housing.Ratio{}, nil
		}
		value = value.Mul(water)
		reason.meaning = "норматив тепла на норматив горячей воды одного человека"
	}
	return value, reason
}

// waterNorms are the norms of the water that an account gets, where sewage has none of its own.
func (c *calculation) waterNorms(p *reliefPiece) (housing.Ratio, *capReason) {
	var sum housing.Ratio
	var documents []string
	for _, water := range []housing.Service{housing.ColdWater, housing.HotWater} {
		has := false
		for i := range c.acc.Services {
			has = has || (c.acc.Services[i].Service == water && c.acc.Services[i].Valid.Contains(p.days.From))
		}
		if !has {
			continue
		}
		value, reason := c.personNorm(p, water)
		if reason == nil {
			return housing.Ratio{}, nil
		}
		sum = sum.Add(value)
		if reason.basis != "" {
			documents = append(documents, reason.basis)
		}
	}
	if sum.Sign() == 0 {
		return sum, nil
	}
	return sum, &capReason{
		meaning: "нормативы холодной и горячей воды на одного человека", unit: housing.Sewage.Unit(), basis: strings.Join(documents, "; "),
	}
}
