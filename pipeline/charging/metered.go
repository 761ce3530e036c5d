package charging

import (
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// verdict is what a service with meters is charged by; the worst meter decides for all of them,
// because a norm stands for the whole service.
type verdict uint8

const (
	byReadings verdict = iota
	byAverage
	plainNorm  // norm without K (п. 60, no readings)
	raisedNorm // norm × K (п. 60, expired or failed meter)
)

// consumption charges a service that individual meters may count: by readings (R2.1.1, R2.1.2), by
// an average where readings are missing or the verification has expired (R2.11), else by norm.
func (c *calculation) consumption(service housing.Service, t *serviceTable) {
	if !c.sound(service, t) {
		return
	}
	c.ranged, c.shared = nil, nil
	c.consume(service, t)
	c.byRanges(service, t)
}

// consume emits the lines of a service; those whose price has ranges are kept until the month's volume is known.
func (c *calculation) consume(service housing.Service, t *serviceTable) {
	meters := c.metersOf(service)
	if len(meters) == 0 && c.acc.Premises.Kind == housing.Room {
		meters = c.sharedMeters(service)
	}
	if c.eventful(meters) {
		c.byStates(service, t, slices.Clone(meters))
		return
	}
	first := len(c.uses)
	found, decision, rule := 0, byReadings, ""
	for _, m := range meters {
		found++
		d, r := c.measure(m)
		if d > decision || rule == "" {
			rule = r
		}
		decision = max(decision, d)
	}
	switch {
	case c.held:
	case found == 0:
		c.withoutMeter(service, t)
	case decision >= plainNorm:
		c.uses = c.uses[:first]
		c.byNorm(service, t, normCase{rule: rule, raised: decision == raisedNorm})
	default:
		c.byMeters(service, t, first)
	}
}

// metersOf collects the meters of a service that stood in the month, in the order of their numbers:
// the order in which facts are listed must not matter.
func (c *calculation) metersOf(service housing.Service) []*housing.MeterFacts {
	c.meters = c.meters[:0]
	for i := range c.acc.Meters {
		if m := &c.acc.Meters[i]; m.Service == service && (c.active(m) || c.endedAtOnce(m)) {
			c.meters = append(c.meters, m)
		}
	}
	slices.SortFunc(c.meters, func(a, b *housing.MeterFacts) int { return strings.Compare(a.Serial, b.Serial) })
	return c.meters
}

// withoutMeter charges by norm, each time of service with its own possibility of a meter.
func (c *calculation) withoutMeter(service housing.Service, t *serviceTable) {
	all := c.served
	for i := range all {
		c.served = all[i : i+1]
		c.byNorm(service, t, normCase{rule: "R2.2.1", raised: all[i].service.MeterPossible})
	}
	c.served = all
}

// active reports whether a meter stood on any day of the month.
func (c *calculation) active(m *housing.MeterFacts) bool {
	return (m.Commissioned.IsZero() || m.Commissioned.Before(c.month.To)) &&
		(m.Closed.IsZero() || m.Closed.After(c.month.From))
}

// segment is a piece of the month in which one tariff of every zone holds. Before counts the days
// served earlier in the month: days without the service carry no consumption.
type segment struct {
	valid        housing.Interval
	service      *housing.AccountService
	days, before int
	total        int // days served in the month
}

// byMeters emits a line for each segment and zone, the meters of a zone added up.
func (c *calculation) byMeters(service housing.Service, t *serviceTable, first int) {
	uses := c.uses[first:]
	slices.SortStableFunc(uses, func(a, b use) int { return zoneIndex(a.zone) - zoneIndex(b.zone) })
	total := c.cutSegments(t, uses)
	zones := 0 // with ranges
	for i := range c.segments {
		s := &c.segments[i]
		s.total = total
		ranged, ok := c.bySegment(service, t, s, first)
		if !ok {
			return
		}
		if zones > 0 && len(ranged) != zones && len(ranged) > 0 {
			c.hold(service, "no_tariff", "тарифы по диапазонам заданы не для всех зон: "+s.valid.From.Russian())
			return
		}
		if len(ranged) > 0 {
			zones = len(ranged)
			c.ranged = append(c.ranged, rangedPiece{*s, ranged})
		}
	}
}

// cutSegments fills c.segments and returns the days that the service was served.
func (c *calculation) cutSegments(t *serviceTable, uses []use) int {
	c.segments = c.segments[:0]
	total := 0
	for _, s := range c.served {
		c.cuts.reset(s.valid)
		for i := range uses {
			c.cutByTariffs(t, uses[i].zone)
		}
		if c.shared != nil {
			c.cutByOccupancy()
			c.cutByFlat()
		} else if t.ranges != nil && t.perPerson() {
			c.cutByOccupancy()
		}
		for piece := range c.cuts.pieces {
			days := c.daysOf(piece)
			c.segments = append(c.segments, segment{piece, s.service, days, total, 0})
			total += days
		}
	}
	return total
}

// bySegment emits the lines of a segment, and returns those whose price has ranges instead.
func (c *calculation) bySegment(service housing.Service, t *serviceTable, s *segment, first int) (ranged []line, ok bool) {
	uses := c.uses[first:]
	for i := 0; i < len(uses); {
		end := i + 1
		for end < len(uses) && uses[end].zone == uses[i].zone {
			end++
		}
		l := line{formula: meterFormula, days: s.days, service: s.service, first: first + i, last: first + end}
		l.tariff = c.price(service, t, uses[i].zone, s.valid.From)
		if l.tariff == nil {
			return nil, false
		}
		c.addUses(&l, uses[i:end], s)
		if c.shared != nil && !c.share(&l, service, s.valid) {
			return nil, false
		}
		if t.ranged(uses[i].zone, s.valid.From) {
			ranged = append(ranged, l)
		} else {
			c.emit(&l, service, s.valid)
		}
		i = end
	}
	return ranged, true
}

// addUses adds up the volumes that the meters of a zone have in a segment.
func (c *calculation) addUses(l *line, uses []use, s *segment) {
	l.charge.Zone, l.charge.Method, l.charge.Rule = uses[0].zone, housing.ByMeter, "R2.1.1"
	if uses[0].zone != housing.ZoneSingle {
		l.charge.Rule = "R2.1.2"
	}
	for i := range uses {
		u := &uses[i]
		if u.months > 0 {
			l.charge.Method, l.charge.Rule, l.formula = housing.ByAverage, u.rule, averageFormula
			l.volume = l.volume.Add(c.part(u.volume, s.days))
			continue
		}
		l.volume = l.volume.Add(c.metered(u, s))
	}
}

// metered splits the volume of a month by days (R2.10.2: segment.metered_split), unless a reading
// was taken where a segment ends: then the reading decides.
func (c *calculation) metered(u *use, s *segment) housing.Ratio {
	if s.days == s.total {
		return u.volume
	}
	low, high := knot{}, knot{days: s.total, volume: u.volume}
	for _, k := range c.knots(u) {
		if k.days <= s.before && k.days > low.days {
			low = k
		}
		if k.days >= s.before+s.days && k.days < high.days {
			high = k
		}
	}
	share, err := housing.RatioOf(int64(s.days), int64(high.days-low.days))
	if err != nil {
		c.fail(err)
		return housing.Ratio{}
	}
	return high.volume.Sub(low.volume).Mul(share)
}

// knot is how much a meter has counted in the month up to a change.
type knot struct {
	days   int // served before the change
	volume housing.Ratio
}

// knots are the readings taken on the day of a change or on the evening before it.
func (c *calculation) knots(u *use) []knot {
	if u.charged.Sign() > 0 || u.cut || u.control {
		return nil // the readings measure other days too
	}
	var knots []knot
	var counted housing.Ratio
	previous := u.previous
	for i := range u.meter.Readings {
		r := &u.meter.Readings[i]
		if r.Zone != u.zone || !r.On.After(u.previous.On) || r.On.After(u.current.On) {
			continue
		}
		step, _ := advance(previous, r, u.meter.Digits)
		counted, previous = counted.Add(step), r
		for _, s := range c.segments[1:] {
			if s.valid.From == r.On || s.valid.From == r.On.AddDays(1) {
				knots = append(knots, knot{s.before, counted})
				break
			}
		}
	}
	return knots
}
