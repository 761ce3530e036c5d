package charging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// communal returns the communal flat that the room of the account at hand is part of, nil where it
// is none (R1.6).
func (c *calculation) communal() *housing.CommunalFlat {
	if c.acc.Premises.Kind != housing.Room {
		return nil
	}
	for i := range c.snapshot.CommunalFlats {
		if f := &c.snapshot.CommunalFlats[i]; f.Flat == c.acc.Premises.Flat {
			return f
		}
	}
	return nil
}

// sharedMeters collects the meters common to the flat of a room, and notes that they are shared.
func (c *calculation) sharedMeters(service housing.Service) []*housing.MeterFacts {
	flat := c.communal()
	if flat == nil {
		return nil
	}
	c.meters = c.meters[:0]
	for i := range flat.Meters {
		if m := &flat.Meters[i]; m.Service == service && c.active(m) {
			c.meters = append(c.meters, m)
		}
	}
	if len(c.meters) == 0 {
		return nil
	}
	c.only("communal.split", "people")
	c.shared = flat
	slices.SortFunc(c.meters, func(a, b *housing.MeterFacts) int { return strings.Compare(a.Serial, b.Serial) })
	return c.meters
}

func (c *calculation) cutByFlat() {
	if flat := c.communal(); flat != nil {
		for i := range flat.Occupancy {
			c.cuts.add(flat.Occupancy[i].Valid.From)
			c.cuts.add(flat.Occupancy[i].Valid.To)
		}
	}
}

// flatOn is what is true of a communal flat on a day, and holds the account where nothing is.
func (c *calculation) flatOn(service housing.Service, flat *housing.CommunalFlat, on housing.Date) *housing.CommunalPeople {
	for i := range flat.Occupancy {
		if p := &flat.Occupancy[i]; p.Valid.Contains(on) {
			return p
		}
	}
	c.hold(service, "no_communal", "нет сведений о коммунальной квартире "+flat.Flat+" на "+on.Russian())
	return nil
}

// share takes the room's part of what a common meter of its flat has counted: by people.
func (c *calculation) share(l *line, service housing.Service, segment housing.Interval) bool {
	o, p := c.occupancy(service, segment.From), c.flatOn(service, c.shared, segment.From)
	if o == nil || p == nil {
		return false
	}
	n, owners, ok := c.people(service, o, segment.From)
	if !ok {
		return false
	}
	if p.People < n {
		c.hold(service, "communal_people", "в коммунальной квартире "+c.shared.Flat+" проживающих меньше, чем в комнате")
		return false
	}
	share, err := housing.RatioOf(int64(n), int64(p.People))
	if err != nil {
		c.fail(err)
		return false
	}
	whole := *l
	whole.charge.Service, whole.charge.Segment = service, segment
	l.volume, l.people, l.owners, l.occupancy, l.charge.Rule = l.volume.Mul(share), n, owners, o, "R1.6"
	at := *l
	at.charge.Account, at.charge.Segment = c.acc.Number, segment
	l.special = &special{formula: "P = V × ni / nкв × T", operands: func() []housing.Operand {
		own := people(&at)
		own.Symbol, own.Meaning = "ni", own.Meaning+" в комнате"
		ops := append(append(c.meterOperands(&whole), own), c.guests(&at)...)
		return append(ops, housing.Operand{
			Symbol: "nкв", Meaning: "проживающие во всей квартире", Value: strconv.Itoa(p.People), Unit: "чел.", Source: p.Source,
		}, tariffOperand(&at, service))
	}}
	return true
}

// heatedArea is the area by which premises take part in the heat of the house: of a room its part of the
// whole flat, Sк × Sкв / Sкк. The flat is nil for premises of their own.
func (c *calculation) heatedArea(o *housing.Occupancy, on housing.Date) (area housing.Ratio, p *housing.CommunalPeople, ok bool) {
	flat := c.communal()
	if flat == nil {
		return o.Area.Ratio(), nil, true
	}
	if !c.only("communal.split_heating", "room_area") {
		return area, nil, false
	}
	if p = c.flatOn(housing.Heating, flat, on); p == nil || !c.roomFits(housing.Heating, flat, p, o) {
		return area, nil, false
	}
	return c.quo(o.Area.Ratio().Mul(p.Area.Ratio()), p.Rooms.Ratio()), p, true
}

// roomFits holds an account whose room is larger than the rooms of its flat together.
func (c *calculation) roomFits(service housing.Service, flat *housing.CommunalFlat, p *housing.CommunalPeople, o *housing.Occupancy) bool {
	if p.Rooms.Sign() <= 0 || p.Area.Sign() <= 0 || o.Area.Cmp(p.Rooms) > 0 {
		c.hold(service, "communal_area", "в коммунальной квартире "+flat.Flat+" площади не сходятся с площадью комнаты")
		return false
	}
	return true
}

// heatedOperands are the area of the premises or, of a room, what it is made of.
func heatedOperands(l *line, heated housing.Ratio, p *housing.CommunalPeople) []housing.Operand {
	own := area(l, "Si")
	if p == nil {
		return []housing.Operand{own}
	}
	own.Symbol, own.Meaning = "Sк", "площадь комнаты"
	return append(roomOperands(own, p), decimalOf("Si", "доля комнаты в площади квартиры: Sк × Sкв / Sкк", heated, "м²"))
}

// roomOperands are the areas that the share of a room is made of.
func roomOperands(own housing.Operand, p *housing.CommunalPeople) []housing.Operand {
	return []housing.Operand{
		own,
		{Symbol: "Sкк", Meaning: "площадь всех комнат квартиры", Value: p.Rooms.String(), Unit: "м²", Source: p.Source},
		{Symbol: "Sкв", Meaning: "общая площадь квартиры", Value: p.Area.String(), Unit: "м²", Source: p.Source},
	}
}

// emitHeat emits a line of heat that goes by area. A room is heated by its part of the whole flat:
// by the areas of the rooms (communal.split_heating).
func (c *calculation) emitHeat(l line, service housing.Service, segment housing.Interval) {
	flat := c.communal()
	if flat == nil || l.occupancy == nil {
		c.emit(&l, service, segment)
		return
	}
	if !c.only("communal.split_heating", "room_area") {
		return
	}
	p := c.flatOn(service, flat, segment.From)
	if p == nil || !c.roomFits(service, flat, p, l.occupancy) {
		return
	}
	factor, err := p.Area.Ratio().Quo(p.Rooms.Ratio())
	if err != nil {
		c.fail(err)
		return
	}
	base := l
	base.charge.Service, base.charge.Segment = service, segment
	l.volume = l.volume.Mul(factor)
	part := ""
	if l.days < c.days {
		part = " × d / D"
	}
	const room = "Sк / Sкк × Sкв"
	formula := strings.NewReplacer("Si", room, "S ×", room+" ×").Replace(base.text(part))
	l.special = &special{formula: formula, operands: func() []housing.Operand {
		var ops []housing.Operand
		for _, o := range c.operands(&base) {
			if o.Symbol != "S" && o.Symbol != "Si" {
				ops = append(ops, o)
				continue
			}
			o.Symbol, o.Meaning = "Sк", "площадь комнаты"
			ops = append(ops, roomOperands(o, p)...)
		}
		return ops
	}}
	c.emit(&l, service, segment)
}
