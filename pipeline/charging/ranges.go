package charging

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// maxRanges is the number of ranges of consumption that a price may have.
const maxRanges = 5

// ranges is what the house knows about the ranges of one service (R2.5): a price list for each and
// the bounds between them.
type ranges struct {
	tariffs [maxRanges][maxZones][]span[housing.Tariff] // by range − 1
	bounds  map[string]*[maxRanges][]span[housing.ConsumptionRange]
	count   int
}

// buildRanges collects the tariffs and bounds of ranges of a service; nil where it has none.
func (c *calculation) buildRanges(service housing.Service, t *serviceTable) {
	top := 0
	for i := range c.snapshot.Tariffs {
		if f := &c.snapshot.Tariffs[i]; f.Service == service && f.Valid.Overlaps(c.month) {
			top = max(top, f.Range)
		}
	}
	if top <= 0 || top > maxRanges {
		return
	}
	r := &ranges{count: top, bounds: map[string]*[maxRanges][]span[housing.ConsumptionRange]{}}
	for n := range top {
		for _, zone := range zones() {
			spans, clash := resolve(c, c.snapshot.Tariffs, func(f *housing.Tariff) (housing.Interval, bool, bool) {
				return f.Valid, f.House != "", f.Service == service && f.Zone == zone && f.Range == n+1
			})
			r.tariffs[n][zoneIndex(zone)] = spans
			if clash {
				t.clash = "tariff_overlap"
			}
		}
	}
	for i := range c.snapshot.Ranges {
		category := c.snapshot.Ranges[i].Category
		if c.snapshot.Ranges[i].Service != service || r.bounds[category] != nil {
			continue
		}
		r.bounds[category] = &[maxRanges][]span[housing.ConsumptionRange]{}
		for n := range maxRanges {
			spans, clash := resolve(c, c.snapshot.Ranges, func(f *housing.ConsumptionRange) (housing.Interval, bool, bool) {
				return f.Valid, f.House != "", f.Service == service && f.Category == category && f.Range == n+1
			})
			r.bounds[category][n] = spans
			if clash {
				t.clash = "range_overlap"
			}
		}
	}
	t.ranges = r
}

// cutByTariffs cuts where a price of a zone changes, whatever its range.
func (c *calculation) cutByTariffs(t *serviceTable, zone housing.Zone) {
	cutBy(&c.cuts, t.tariffs[zoneIndex(zone)])
	if t.ranges == nil {
		return
	}
	for n := range t.ranges.count {
		cutBy(&c.cuts, t.ranges.tariffs[n][zoneIndex(zone)])
	}
	for _, bounds := range t.ranges.bounds {
		for n := range bounds {
			cutBy(&c.cuts, bounds[n])
		}
	}
}

// ranged reports whether a price has ranges on a day.
func (t *serviceTable) ranged(zone housing.Zone, on housing.Date) bool {
	return t.ranges != nil && at(t.ranges.tariffs[0][zoneIndex(zone)], on) != nil
}

// bound is the upper limit of a range for an account in a month.
type bound struct {
	value housing.Ratio
	fact  *housing.ConsumptionRange
	base  housing.Decimal // as it stands in the fact or parameter
	from  *housing.Parameter
}

// boundsOf gives the bounds of the ranges of an account on a day: those of its category, else of all
// others, else the federal ceiling with a finding.
func (c *calculation) boundsOf(service housing.Service, t *serviceTable, s *housing.AccountService, on housing.Date) []bound {
	list := t.ranges.bounds[s.Category]
	if list == nil {
		list = t.ranges.bounds[""]
	}
	var bounds []bound
	if list != nil {
		for n := range t.ranges.count - 1 {
			fact := at(list[n], on)
			if fact == nil {
				break
			}
			bounds = append(bounds, bound{value: c.boundValue(service, fact, on), fact: fact, base: fact.UpTo})
		}
	}
	if len(bounds) == t.ranges.count-1 {
		return bounds
	}
	p := c.parameter(string(service)+".range_ceiling", on)
	c.note(service, "range_threshold_missing", "границы диапазонов региона не заданы: применён федеральный предел")
	bounds = bounds[:0]
	for word := range strings.SplitSeq(p.Value, " ") {
		d, err := housing.ParseDecimal(word)
		if err != nil {
			c.fail(badParameter(p, "bounds of ranges, by spaces"))
			return nil
		}
		bounds = append(bounds, bound{value: d.Ratio(), base: d, from: p})
	}
	if len(bounds) < t.ranges.count-1 {
		c.hold(service, "no_range", fmt.Sprintf("тарифов по диапазонам %d, а границ %d", t.ranges.count, len(bounds)))
		return nil
	}
	return bounds[:t.ranges.count-1]
}

// boundValue is UpTo, or UpTo × people but at least Least; where nobody is registered a norm per
// person is zero (R2.5.3).
func (c *calculation) boundValue(service housing.Service, fact *housing.ConsumptionRange, on housing.Date) housing.Ratio {
	if fact.Base != housing.RangePerPerson {
		return fact.UpTo.Ratio()
	}
	o := c.occupancy(service, on)
	if o == nil || o.People+c.staying(on) <= 0 {
		return housing.Ratio{}
	}
	value := fact.UpTo.Ratio().Mul(housing.Whole(int64(o.People + c.staying(on))).Ratio())
	if value.Cmp(fact.Least.Ratio()) < 0 {
		return fact.Least.Ratio()
	}
	return value
}

// inRanges cuts the volumes of zones at the bounds. Each range is shared between zones in proportion to their volumes (R2.5.2).
func (c *calculation) inRanges(volumes []housing.Ratio, bounds []bound) [][maxRanges]housing.Ratio {
	out := make([][maxRanges]housing.Ratio, len(volumes))
	var total, low housing.Ratio
	for _, v := range volumes {
		total = total.Add(v)
	}
	for n := range len(bounds) + 1 {
		high := total
		if n < len(bounds) {
			if bounds[n].value.Cmp(total) < 0 {
				high = bounds[n].value
			}
		}
		size := high.Sub(low)
		if size.Sign() <= 0 || total.Sign() <= 0 {
			continue
		}
		whole := n < len(bounds) && bounds[n].fact != nil && bounds[n].fact.Whole && high.Cmp(total) < 0
		c.shareRange(out, volumes, n, size, total, whole)
		low = high
	}
	for i := range out { // the last range takes what whole units left of a zone
		last := len(bounds)
		rest := volumes[i]
		for n := range last {
			rest = rest.Sub(out[i][n])
		}
		out[i][last] = rest
	}
	return out
}

func (c *calculation) shareRange(
	out [][maxRanges]housing.Ratio, volumes []housing.Ratio, n int, size, total housing.Ratio, whole bool,
) {
	parts := make([]housing.Ratio, len(volumes))
	for i, v := range volumes {
		share, err := v.Quo(total)
		if err != nil {
			c.fail(err)
			return
		}
		parts[i] = size.Mul(share)
	}
	if whole {
		if sum, err := size.Round(0); err == nil && sum.Ratio().Cmp(size) == 0 {
			if split, err := Split(sum, parts, 0); err == nil {
				for i := range split {
					parts[i] = split[i].Ratio()
				}
			}
		}
	}
	for i := range parts {
		out[i][n] = parts[i]
	}
}

// emitRanges emits the lines of one segment whose price has ranges: for each zone one a range.
func (c *calculation) emitRanges(lines []line, service housing.Service, t *serviceTable, segment housing.Interval) {
	if len(lines) == 0 {
		return
	}
	bounds := c.boundsOf(service, t, lines[0].service, segment.From)
	if c.held || c.err != nil {
		return
	}
	part := c.shares[lines[0].days]
	volumes := make([]housing.Ratio, len(lines)) // of a whole month, so that a cut changes no whole unit
	for i := range lines {
		whole, err := lines[i].volume.Quo(part)
		if err != nil {
			c.fail(err)
			return
		}
		volumes[i] = whole
	}
	cut := c.inRanges(volumes, bounds)
	for i := range lines {
		for n := range len(bounds) + 1 {
			if cut[i][n].Sign() == 0 && (n > 0 || volumes[i].Sign() != 0) {
				continue
			}
			c.emitRange(lines[i], cut[i][n].Mul(part), n, bounds, rangeOf{service: service, table: t, segment: segment, lines: lines})
		}
	}
}

// byRanges emits the lines of a segment whose price has ranges. The bounds are those of one meter or
// of the account (electricity.range_scope); a social norm is always of the account.
func (c *calculation) byRanges(lines []line, service housing.Service, t *serviceTable, s segment) {
	per := map[string][]line{}
	var serials []string
	for i := range lines {
		for j := lines[i].first; j < lines[i].last; j++ {
			serial := c.uses[j].meter.Serial
			if !slices.Contains(serials, serial) {
				serials = append(serials, serial)
			}
		}
	}
	if len(serials) < 2 || c.shared != nil || c.word("electricity.range_scope") == "per_account" || t.perPerson() {
		c.emitRanges(lines, service, t, s.valid)
		return
	}
	c.note(service, "range_per_meter",
		"несколько приборов: границы диапазонов применены к каждому, пока порядок региона не задан")
	for _, l := range lines {
		for j := l.first; j < l.last; j++ {
			one := l
			one.first, one.last = j, j+1
			one.volume, one.formula = housing.Ratio{}, meterFormula
			c.addUses(&one, c.uses[j:j+1], s, s.total)
			serial := c.uses[j].meter.Serial
			per[serial] = append(per[serial], one)
		}
	}
	slices.Sort(serials)
	for _, serial := range serials {
		c.emitRanges(per[serial], service, t, s.valid)
	}
}

// perPerson reports whether one of the bounds is a social norm.
func (t *serviceTable) perPerson() bool {
	for _, bounds := range t.ranges.bounds {
		for n := range bounds {
			for _, b := range bounds[n] {
				if b.fact.Base == housing.RangePerPerson {
					return true
				}
			}
		}
	}
	return false
}

// rangeOf is where a line of a range belongs.
type rangeOf struct {
	service housing.Service
	table   *serviceTable
	segment housing.Interval
	lines   []line // of all zones of the segment
}

func (c *calculation) emitRange(whole line, volume housing.Ratio, n int, bounds []bound, of rangeOf) {
	l := whole
	l.volume, l.charge.Range = volume, n+1
	l.charge.Coefficient, l.parameter = housing.Decimal{}, nil
	zone := zoneIndex(whole.charge.Zone)
	if l.tariff = at(of.table.ranges.tariffs[n][zone], of.segment.From); l.tariff == nil {
		c.hold(of.service, "no_tariff", fmt.Sprintf("нет тарифа диапазона %d на %s", n+1, of.segment.From.Russian()))
		return
	}
	if l.tariff.Price.Sign() < 0 {
		c.hold(of.service, "negative_tariff", "тариф отрицательный: "+l.tariff.Price.Russian())
		return
	}
	l.special = &special{
		formula: "P = Vдиап × T", operands: func() []housing.Operand { return c.rangeOperands(&whole, &l, bounds, of) },
	}
	c.emit(l, of.service, of.segment)
	if whole.parameter != nil && whole.charge.Coefficient.Sign() > 0 && !c.held {
		up := l
		up.charge.Kind, up.charge.Rule, up.charge.Coefficient = housing.Uplift, "R2.2.2", whole.charge.Coefficient
		up.special = &special{formula: "P = Vдиап × (K − 1) × T", operands: func() []housing.Operand {
			ops := c.rangeOperands(&whole, &up, bounds, of)
			return slices.Insert(ops, len(ops)-1, housing.Operand{
				Symbol: "K", Meaning: "повышающий коэффициент", Value: up.charge.Coefficient.String(),
				Basis: "параметр " + whole.parameter.Name + basis(whole.parameter.Basis),
			})
		}}
		c.emit(up, of.service, of.segment)
	}
}

func (c *calculation) rangeOperands(whole, l *line, bounds []bound, of rangeOf) []housing.Operand {
	var ops []housing.Operand
	unit := of.service.Unit()
	total := housing.Ratio{}
	for i := range of.lines {
		total = total.Add(of.lines[i].volume)
	}
	inner := *whole
	inner.tariff, inner.special = l.tariff, nil
	inner.charge.Service, inner.charge.Segment = of.service, of.segment
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
		Symbol: "Vобщ", Meaning: "потребление отрезка по всем зонам", Value: total.String(), Unit: unit,
	})
	for n, b := range bounds {
		o := housing.Operand{
			Symbol: fmt.Sprintf("Г%d", n+1), Meaning: fmt.Sprintf("верхняя граница диапазона %d в месяц", n+1),
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
	}
	return append(ops, housing.Operand{
		Symbol: "Vдиап", Meaning: fmt.Sprintf("объём в диапазоне %d", l.charge.Range), Value: l.volume.String(), Unit: unit,
	}, tariffOperand(l, of.service))
}
