package charging

import (
	"cmp"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// serving is a service of the account at hand on days of the month.
type serving struct {
	service *housing.AccountService
	valid   housing.Interval
}

// serve collects when the account has a service in the month (R2.10.1); false where it has not, or
// where its facts contradict each other.
func (c *calculation) serve(service housing.Service) bool {
	c.served = c.served[:0]
	if c.nobodyHas(service) {
		return false
	}
	open := housing.Interval{From: c.acc.Opened, To: c.acc.Closed}
	open, ok := open.Within(c.snapshot.Period)
	if !ok {
		return false
	}
	for i := range c.acc.Services {
		s := &c.acc.Services[i]
		if s.Service != service {
			continue
		}
		valid, ok := s.Valid.Within(c.snapshot.Period)
		if !ok {
			continue
		}
		if valid.From.Before(open.From) {
			valid.From = open.From
		}
		if valid.To.After(open.To) {
			valid.To = open.To
		}
		if valid.From.Before(valid.To) {
			c.served = append(c.served, serving{s, valid})
		}
	}
	if len(c.served) > 1 {
		slices.SortFunc(c.served, func(a, b serving) int {
			return cmp.Or(a.valid.From.Cmp(b.valid.From), cmp.Compare(a.service.Payee, b.service.Payee))
		})
		for i := range c.served[1:] {
			if c.served[i].valid.Overlaps(c.served[i+1].valid) {
				c.hold(service, "service_overlap", "услуга подключена к лицевому счёту дважды на одни и те же дни")
				return false
			}
		}
	}
	return len(c.served) > 0
}

// cutter collects the days inside an interval on which something changes.
type cutter struct {
	bounds []housing.Date
}

func (k *cutter) reset(whole housing.Interval) {
	k.bounds = append(k.bounds[:0], whole.From, whole.To)
}

func (k *cutter) add(on housing.Date) {
	last := len(k.bounds) - 1
	if !on.After(k.bounds[0]) || !on.Before(k.bounds[last]) {
		return
	}
	for i, b := range k.bounds {
		switch b.Cmp(on) {
		case 0:
			return
		case 1:
			k.bounds = slices.Insert(k.bounds, i, on)
			return
		}
	}
}

// pieces goes over the segments between the changes.
func (k *cutter) pieces(yield func(housing.Interval) bool) {
	for i := range k.bounds[1:] {
		if !yield(housing.Interval{From: k.bounds[i], To: k.bounds[i+1]}) {
			return
		}
	}
}

func cutBy[T any](k *cutter, spans []span[T]) {
	for i := range spans {
		k.add(spans[i].valid.From)
		k.add(spans[i].valid.To)
	}
}

func (c *calculation) cutByOccupancy() {
	for i := range c.acc.Occupancy {
		c.cuts.add(c.acc.Occupancy[i].Valid.From)
		c.cuts.add(c.acc.Occupancy[i].Valid.To)
	}
	for i := range c.acc.Stays {
		c.cuts.add(c.acc.Stays[i].Valid.From)
		c.cuts.add(c.acc.Stays[i].Valid.To)
	}
}

// staying counts temporary residents on a day (R2.2.7: people.temporary).
func (c *calculation) staying(on housing.Date) int {
	n := 0
	for i := range c.acc.Stays {
		if c.acc.Stays[i].Valid.Contains(on) {
			n += c.acc.Stays[i].People
		}
	}
	return n
}

// daysOf counts the days of a segment of the month.
func (c *calculation) daysOf(i housing.Interval) int {
	if i.To == c.month.To {
		return c.days + 1 - i.From.Day()
	}
	return i.To.Day() - i.From.Day()
}

// part takes the share of the month that a segment has (segment.day_basis: actual days).
func (c *calculation) part(value housing.Ratio, days int) housing.Ratio {
	if days == c.days {
		return value
	}
	return value.Mul(c.shares[days])
}

// occupancy returns what is true of the account on a day, and holds it where nothing is.
func (c *calculation) occupancy(service housing.Service, on housing.Date) *housing.Occupancy {
	for i := range c.acc.Occupancy {
		if c.acc.Occupancy[i].Valid.Contains(on) {
			return &c.acc.Occupancy[i]
		}
	}
	c.hold(service, "no_occupancy", "нет сведений о площади и проживающих на "+on.Russian())
	return nil
}

// people counts who is charged by norm: those living there, or the owners where nobody is
// registered (R2.2.6).
func (c *calculation) people(
	service housing.Service, o *housing.Occupancy, on housing.Date,
) (n int, owners, ok bool) {
	if n := o.People + c.staying(on); n > 0 {
		return n, false, true
	}
	if c.word("people.none_registered") == "owners" && o.Owners > 0 {
		return o.Owners, true, true
	}
	c.hold(service, "no_people", "не указаны ни проживающие, ни собственники")
	return 0, false, false
}

// price returns the tariff of a zone on a day, and holds the account where there is none.
func (c *calculation) price(
	service housing.Service, t *serviceTable, zone housing.Zone, on housing.Date,
) *housing.Tariff {
	tariff := at(t.tariffs[zoneIndex(zone)], on)
	if t.ranged(zone, on) {
		tariff = at(t.ranges.tariffs[0][zoneIndex(zone)], on)
	}
	switch {
	case tariff == nil:
		text := "нет тарифа на " + on.Russian()
		if zone != housing.ZoneSingle {
			text += ", зона «" + zone.Russian() + "»"
		}
		c.hold(service, "no_tariff", text)
	case tariff.Price.Sign() < 0:
		c.hold(service, "negative_tariff", "тариф отрицательный: "+tariff.Price.Russian())
		return nil
	}
	return tariff
}

// norm returns the norm of a day, and holds the account where there is none of the wanted base.
func (c *calculation) norm(service housing.Service, t *serviceTable, on housing.Date) *housing.Norm {
	norm := at(t.norms, on)
	switch {
	case norm == nil:
		c.hold(service, "no_norm", "нет норматива потребления на "+on.Russian())
	case norm.Value.Sign() < 0:
		c.hold(service, "negative_norm", "норматив отрицательный: "+norm.Value.Russian())
		return nil
	}
	return norm
}

// sound reports whether the tariffs and norms of a service agree with themselves.
func (c *calculation) sound(service housing.Service, t *serviceTable) bool {
	switch t.clash {
	case "range_overlap":
		c.hold(service, t.clash, "на одни и те же дни действуют две границы одного диапазона")
	case "tariff_overlap":
		c.hold(service, t.clash, "на одни и те же дни действуют два тарифа")
	case "norm_overlap":
		c.hold(service, t.clash, "на одни и те же дни действуют два норматива")
	}
	return t.clash == ""
}
