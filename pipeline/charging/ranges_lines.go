package charging

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// rangedPiece is the lines of a segment whose price has ranges, one for each zone, not yet cut.
type rangedPiece struct {
	segment segment
	lines   []line
}

// byRanges emits lines whose price has ranges, all those of the account in the month: its volume is cut at
// the bounds, then each range is spread over the segments as they have used it. A meter that was replaced, or days
// charged otherwise, make no new month. The bounds are those of one meter or of the account
// (electricity.range_scope); a social norm is always of the account.
func (c *calculation) byRanges(service housing.Service, t *serviceTable) {
	pieces := c.ranged
	c.ranged = nil
	if len(pieces) == 0 || c.held || c.err != nil {
		return
	}
	places, beside := c.places(pieces)
	if !beside || c.shared != nil || t.perPerson() || c.word("electricity.range_scope") == "per_account" {
		c.emitRanges(pieces, service, t)
		return
	}
	c.note(service, "range_per_meter",
		"несколько приборов: границы диапазонов применены к каждому, пока порядок региона не задан")
	for _, place := range places {
		c.emitRanges(c.ofPlace(pieces, place), service, t)
	}
}

// places lists where meters have counted, in order, "" where none has; beside reports whether two of them did at once.
func (c *calculation) places(pieces []rangedPiece) (places []string, beside bool) {
	for i := range pieces {
		here := ""
		for _, l := range pieces[i].lines {
			if l.first == l.last {
				places = append(places, "")
			}
			for j := l.first; j < l.last; j++ {
				place := c.placeOf(c.uses[j].meter)
				beside = beside || (here != "" && here != place)
				here = place
				places = append(places, place)
			}
		}
	}
	slices.Sort(places)
	return slices.Compact(places), beside
}

// placeOf is the number of the first meter of those that replaced each other.
func (c *calculation) placeOf(m *housing.MeterFacts) string {
	place := m.Serial
	for range c.acc.Meters { // no more steps than meters: facts may go round in a ring
		if m.Replaces == "" {
			break
		}
		place = m.Replaces
		old := slices.IndexFunc(c.acc.Meters, func(f housing.MeterFacts) bool {
			return f.Serial == place && f.Service == m.Service
		})
		if old < 0 {
			break
		}
		m = &c.acc.Meters[old]
	}
	return place
}

// ofPlace leaves of ranged lines what the meters of one place have counted.
func (c *calculation) ofPlace(pieces []rangedPiece, place string) []rangedPiece {
	var own []rangedPiece
	for _, p := range pieces {
		one := rangedPiece{segment: p.segment}
		for _, l := range p.lines {
			if l.first == l.last && place == "" {
				one.lines = append(one.lines, l)
			}
			for j := l.first; j < l.last; j++ {
				if c.placeOf(c.uses[j].meter) != place {
					continue
				}
				l.first, l.last = j, j+1
				l.volume, l.formula = housing.Ratio{}, meterFormula
				c.addUses(&l, c.uses[j:j+1], &p.segment)
				one.lines = append(one.lines, l)
				break
			}
		}
		if len(one.lines) > 0 {
			own = append(own, one)
		}
	}
	return own
}

// emitRanges cuts the volumes of all pieces together at the bounds of their days.
func (c *calculation) emitRanges(pieces []rangedPiece, service housing.Service, t *serviceTable) {
	var bounds []bound
	volumes := make([]housing.Ratio, maxZones)
	zoned := false
	for i := range pieces {
		p := &pieces[i]
		own := c.boundsOf(service, t, p.lines[0].service, p.segment.valid.From)
		if c.held || c.err != nil {
			return
		}
		for n := range own {
			if n == len(bounds) {
				bounds = append(bounds, bound{fact: own[n].fact, from: own[n].from})
			}
			bounds[n].value = bounds[n].value.Add(c.part(own[n].value, p.segment.days))
		}
		for z := range p.lines {
			at := zoneIndex(p.lines[z].charge.Zone)
			volumes[at] = volumes[at].Add(p.lines[z].volume)
			zoned = zoned || p.lines[z].charge.Zone != pieces[0].lines[0].charge.Zone
		}
	}
	if zoned && !c.only("electricity.range_zone_split", "proportional") {
		return
	}
	cut := c.inRanges(volumes, bounds)
	for i := range pieces {
		c.emitPiece(rangeOf{service: service, table: t, piece: &pieces[i], bounds: bounds, volumes: volumes}, cut)
	}
}

// emitPiece emits of each zone and range the part that the segment has of the month's volume.
func (c *calculation) emitPiece(of rangeOf, cut [][maxRanges]housing.Ratio) {
	for z := range of.piece.lines {
		l := &of.piece.lines[z]
		share, zone := housing.Whole(1).Ratio(), zoneIndex(l.charge.Zone)
		if of.volumes[zone].Sign() != 0 {
			var err error
			if share, err = l.volume.Quo(of.volumes[zone]); err != nil {
				c.fail(err)
				return
			}
		}
		for n := range len(of.bounds) + 1 {
			volume := cut[zone][n].Mul(share)
			if volume.Sign() == 0 && (n > 0 || l.volume.Sign() != 0) {
				continue
			}
			c.emitRange(l, volume, n, of)
		}
	}
}

// inRanges cuts the volumes of zones at the bounds. Each range is shared between zones in proportion
// to their volumes (R2.5.2), what whole units have moved between zones evened out by the next range.
func (c *calculation) inRanges(volumes []housing.Ratio, bounds []bound) [][maxRanges]housing.Ratio {
	out := make([][maxRanges]housing.Ratio, len(volumes))
	rest := slices.Clone(volumes)
	var total, low housing.Ratio
	for _, v := range volumes {
		total = total.Add(v)
	}
	for n, b := range bounds {
		high := total
		if b.value.Cmp(total) < 0 {
			high = b.value
		}
		size := high.Sub(low)
		if size.Sign() <= 0 {
			continue
		}
		whole := b.fact != nil && b.fact.Whole && high.Cmp(total) < 0
		parts, ok := c.shareRange(rest, size, total.Sub(low), whole)
		if !ok {
			return out
		}
		for i := range rest {
			out[i][n], rest[i] = parts[i], rest[i].Sub(parts[i])
		}
		low = high
	}
	for i := range out {
		out[i][len(bounds)] = rest[i]
	}
	return out
}

func (c *calculation) shareRange(volumes []housing.Ratio, size, total housing.Ratio, whole bool) ([]housing.Ratio, bool) {
	parts := make([]housing.Ratio, len(volumes))
	for i, v := range volumes {
		share, err := v.Quo(total)
		if err != nil {
			c.fail(err)
			return nil, false
		}
		parts[i] = size.Mul(share)
	}
	if !whole {
		return parts, true
	}
	if sum, err := size.Round(0); err == nil && sum.Ratio().Cmp(size) == 0 {
		if split, err := Split(sum, parts, 0); err == nil && within(split, volumes) {
			for i := range split {
				parts[i] = split[i].Ratio()
			}
		}
	}
	return parts, true
}

// within reports whether no zone gets more than it has used: then whole units would not fit.
func within(parts []housing.Decimal, volumes []housing.Ratio) bool {
	for i := range parts {
		if parts[i].Ratio().Cmp(volumes[i]) > 0 {
			return false
		}
	}
	return true
}

// rangeOf is where a line of a range belongs: its piece, and the bounds and volumes of all pieces.
type rangeOf struct {
	service housing.Service
	table   *serviceTable
	piece   *rangedPiece
	bounds  []bound
	volumes []housing.Ratio // by zone
}

func (c *calculation) emitRange(whole *line, volume housing.Ratio, n int, of rangeOf) {
	l, segment := *whole, of.piece.segment.valid
	l.volume, l.charge.Range = volume, n+1
	l.charge.Coefficient, l.parameter = housing.Decimal{}, nil
	zone := zoneIndex(whole.charge.Zone)
	if l.tariff = at(of.table.ranges.tariffs[n][zone], segment.From); l.tariff == nil {
		c.hold(of.service, "no_tariff", fmt.Sprintf("нет тарифа диапазона %d на %s", n+1, segment.From.Russian()))
		return
	}
	if l.tariff.Price.Sign() < 0 {
		c.hold(of.service, "negative_tariff", "тариф отрицательный: "+l.tariff.Price.Russian())
		return
	}
	l.special = &special{
		formula: "P = Vдиап × T", operands: func() []housing.Operand { return c.rangeOperands(whole, &l, of) },
	}
	c.emit(&l, of.service, segment)
	if whole.parameter != nil && whole.charge.Coefficient.Sign() > 0 && !c.held {
		up := l
		up.charge.Kind, up.charge.Rule, up.charge.Coefficient = housing.Uplift, "R2.2.2", whole.charge.Coefficient
		up.special = &special{formula: "P = Vдиап × (K − 1) × T", operands: func() []housing.Operand {
			ops := c.rangeOperands(whole, &up, of)
			return slices.Insert(ops, len(ops)-1, housing.Operand{
				Symbol: "K", Meaning: "повышающий коэффициент", Value: up.charge.Coefficient.String(),
				Basis: "параметр " + whole.parameter.Name + basis(whole.parameter.Basis),
			})
		}}
		c.emit(&up, of.service, segment)
	}
}

func (c *calculation) rangeOperands(whole, l *line, of rangeOf) []housing.Operand {
	var ops []housing.Operand
	unit := of.service.Unit()
	total := housing.Ratio{}
	for _, v := range of.volumes {
		total = total.Add(v)
	}
	inner := *whole
	inner.tariff, inner.special = l.tariff, nil
	inner.charge.Service, inner.charge.Segment = of.service, of.piece.segment.valid
	behind := c.volumeOperands(&inner)
	if whole.special != nil {
		behind = whole.special.operands()
		behind = behind[:len(behind)-1] // but the price
	}
	for _, o := range behind {
		if o.Symbol == "V" {
			o.Symbol = "Vз"
		}
		ops = append(ops, o)
	}
	ops = append(ops, housing.Operand{
		Symbol: "Vобщ", Meaning: "потребление за месяц, по всем зонам", Value: total.String(), Unit: unit,
	})
	var low, high housing.Ratio
	for n, b := range of.bounds {
		o := housing.Operand{
			Symbol: fmt.Sprintf("Г%d", n+1), Meaning: fmt.Sprintf("верхняя граница диапазона %d за эти дни", n+1),
			Value: b.value.String(), Unit: unit,
		}
		if b.fact != nil {
			o.Basis, o.Source = b.fact.Document, b.fact.Source
			if b.fact.Base == housing.RangePerPerson {
				o.Meaning += ", " + b.fact.UpTo.Russian() + " на человека, не меньше " + b.fact.Least.Russian()
			}
		} else {
			o.Basis = "параметр " + b.from.Name + basis(b.from.Basis)
		}
		ops = append(ops, o)
		if n == l.charge.Range-2 {
			low = b.value
		}
		if n == l.charge.Range-1 && b.value.Cmp(total) < 0 {
			high = b.value
		}
	}
	if high.Sign() == 0 {
		high = total
	}
	return append(ops, housing.Operand{
		Symbol: "Vдиап", Meaning: fmt.Sprintf("объём в диапазоне %d", l.charge.Range), Value: l.volume.String(), Unit: unit,
		Basis: rangeText(whole, total, high.Sub(low), of),
	}, tariffOperand(l, of.service))
}

// rangeText tells how much of the month lies in a range, and how a segment or zone has its part of it.
func rangeText(l *line, total, size housing.Ratio, of rangeOf) string {
	if size.Sign() <= 0 || l.volume.Cmp(total) == 0 {
		return ""
	}
	text := "за месяц в диапазоне " + comma(size.String()) + ", из них × Vз / Vобщ"
	for _, b := range of.bounds {
		if b.fact != nil && b.fact.Whole {
			return text + ", зонам целыми " + of.service.Unit()
		}
	}
	return text
}
