package charging

import (
	"fmt"
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
	t.ranges = r
	c.buildBounds(service, t)
}

// buildBounds collects the bounds of ranges, for each category of accounts its own.
func (c *calculation) buildBounds(service housing.Service, t *serviceTable) {
	all := t.ranges.bounds
	for i := range c.snapshot.Ranges {
		category := c.snapshot.Ranges[i].Category
		if c.snapshot.Ranges[i].Service != service || all[category] != nil {
			continue
		}
		all[category] = &[maxRanges][]span[housing.ConsumptionRange]{}
		for n := range maxRanges {
			spans, clash := resolve(c, c.snapshot.Ranges, func(f *housing.ConsumptionRange) (housing.Interval, bool, bool) {
				return f.Valid, f.House != "", f.Service == service && f.Category == category && f.Range == n+1
			})
			all[category][n] = spans
			if clash {
				t.clash = "range_overlap"
			}
		}
	}
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
