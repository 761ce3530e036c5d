package charging

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// use is what one register of a meter comes to in the month, by readings or by an average.
type use struct {
	meter    *housing.MeterFacts
	zone     housing.Zone
	previous *housing.Reading
	current  *housing.Reading
	volume   housing.Ratio
	charged  housing.Ratio // since the previous reading, without readings
	months   int           // of the average; 0: by readings
	rule     string
	rolled   bool          // the register passed through zero
	control  bool          // a reading was taken at a check
	cut      bool          // volume is that of a part of its days
	excess   housing.Ratio // charged above the readings, to be refunded
}

// measure decides by what a meter counts this month and keeps its uses: the state machine of R2.11
// as far as a month without readings (b) and an expired verification (a; d for electricity).
func (c *calculation) measure(m *housing.MeterFacts) (verdict, string) {
	first := len(c.uses)
	if !m.VerifyBy.IsZero() && !m.VerifyBy.After(c.month.From) {
		rule := "R2.11a"
		if m.Service == housing.Electricity {
			rule = "R2.11d"
		}
		c.note(m.Service, "verification_expired",
			"срок поверки ИПУ № "+m.Serial+" истёк "+m.VerifyBy.Russian()+", показания не применены")
		return c.substitute(m, rule), rule
	}
	for _, zone := range m.Zones {
		u, ok := c.read(m, zone)
		if !ok {
			c.uses = c.uses[:first]
			return c.substitute(m, "R2.11b"), "R2.11b"
		}
		c.uses = append(c.uses, u)
	}
	if m.Commissioned.After(c.month.From) && !c.replaces(m) {
		c.note(m.Service, "meter_partial_month", "ИПУ № "+m.Serial+" введён "+m.Commissioned.Russian()+
			": дни месяца до ввода не начислены")
	}
	return byReadings, "R2.1.1"
}

// replaces reports whether another meter counted the days of the month before this one.
func (c *calculation) replaces(m *housing.MeterFacts) bool {
	return slices.ContainsFunc(c.acc.Meters, func(old housing.MeterFacts) bool {
		return old.Service == m.Service && old.Closed.After(c.month.From) && !old.Closed.After(m.Commissioned)
	})
}

// read takes the volume of a register from its readings. The first of them bounds the month from
// below: the last one before it, or the initial one of a meter put in within it.
func (c *calculation) read(m *housing.MeterFacts, zone housing.Zone) (use, bool) {
	return c.readSpan(m, zone, m.Readings, c.month)
}

// readSpan reads within days of the month.
func (c *calculation) readSpan(
	m *housing.MeterFacts, zone housing.Zone, readings []housing.Reading, days housing.Interval,
) (use, bool) {
	u := use{meter: m, zone: zone}
	for i := range readings {
		r := &readings[i]
		if r.Zone != zone || !r.On.Before(days.To) {
			continue
		}
		if u.previous == nil || r.On.Before(days.From) {
			u.previous = r
			continue
		}
		before := u.previous
		if u.current != nil {
			before = u.current
		}
		step, rolled := advance(before, r, m.Digits)
		u.rolled, u.control = u.rolled || rolled, u.control || r.Control
		u.volume, u.current = u.volume.Add(step), r
	}
	if u.previous == nil || u.current == nil {
		c.note(m.Service, "no_reading", "нет показаний за месяц по ИПУ № "+m.Serial+zoneNote(zone))
		return u, false
	}
	if u.rolled && !c.plausible(&u) {
		c.note(m.Service, "smaller_reading", "показание "+u.current.Value.Russian()+" меньше предыдущего "+
			u.previous.Value.Russian()+" по ИПУ № "+m.Serial+zoneNote(zone)+": не принято")
		return u, false
	}
	c.settle(&u)
	return u, true
}

// settle takes off what was charged by an average or norm since the previous reading: the reading
// measures those months again, and the days of that reading's own month that came after it (п. 61). What was
// charged above it is told, to be recalculated (R2.11.7).
func (c *calculation) settle(u *use) {
	since := u.previous.On.Period()
	if u.previous.On == u.meter.Commissioned {
		since = since.Prev() // the initial reading: what its own month was charged for came after it
	}
	for _, h := range u.meter.History {
		switch {
		case h.Metered || h.Zone != u.zone || h.Period >= c.snapshot.Period:
		case h.Period > since:
			u.charged = u.charged.Add(h.Volume.Ratio())
		case h.Period == u.previous.On.Period():
			u.charged = u.charged.Add(h.Unread.Ratio())
		}
	}
	if u.charged.Sign() <= 0 && u.volume.Sign() >= 0 {
		return
	}
	u.volume = u.volume.Sub(u.charged)
	if u.volume.Sign() < 0 {
		u.excess, u.volume = negative(u.volume), housing.Ratio{}
	}
	if u.excess.Sign() > 0 && !c.refunds {
		c.note(u.meter.Service, "charged_above_reading", "без показаний начислено больше, чем показал ИПУ № "+
			u.meter.Serial+zoneNote(u.zone)+", на "+comma(u.excess.String())+": нужен перерасчёт")
		u.excess = housing.Ratio{}
	}
}

// advance is the difference of two readings; a smaller one means that the register of so many
// digits passed through zero (R2.11.6).
func advance(before, after *housing.Reading, digits int) (step housing.Ratio, rolled bool) {
	step = after.Value.Ratio().Sub(before.Value.Ratio())
	if step.Sign() >= 0 || after.Control {
		return step, false
	}
	turn := housing.Whole(1).Ratio()
	for range digits {
		turn = turn.Mul(housing.Whole(10).Ratio())
	}
	return step.Add(turn), true
}

// plausible accepts a passage through zero only up to meter.rollover_max_ratio times the average,
// or the norm where there is no history.
func (c *calculation) plausible(u *use) bool {
	limit := housing.Whole(int64(c.count("meter.rollover_max_ratio"))).Ratio()
	usual, months := c.average(u.meter, u.zone)
	if months == 0 {
		service := u.meter.Service
		norm := at(c.tables[slices.Index(c.services, service)].norms, c.month.From)
		o := c.occupancyQuiet(c.month.From)
		if norm == nil || o == nil || norm.Base != housing.PerPerson {
			return false
		}
		usual = housing.Whole(int64(max(o.People, o.Owners))).Ratio().Mul(norm.Value.Ratio())
	}
	return u.volume.Sign() >= 0 && u.volume.Cmp(usual.Mul(limit)) <= 0
}

func (c *calculation) occupancyQuiet(on housing.Date) *housing.Occupancy {
	for i := range c.acc.Occupancy {
		if c.acc.Occupancy[i].Valid.Contains(on) {
			return &c.acc.Occupancy[i]
		}
	}
	return nil
}

// substitute puts the average in place of readings for as many periods in a row as the rules allow,
// then the norm: × K where the meter itself is out of order (R2.11a) or nobody may see it (R2.11c),
// without K where only the readings are missing (R2.11b) or no average can be made.
func (c *calculation) substitute(m *housing.MeterFacts, rule string) verdict {
	if limit, limited := c.averageLimit(rule); limited && c.substituted(m) >= limit {
		c.note(m.Service, "average_exhausted",
			"среднее по ИПУ № "+m.Serial+" применялось предельное число периодов подряд: начислено по нормативу")
		if rule == "R2.11a" || rule == "R2.11c" {
			return raisedNorm
		}
		return plainNorm
	}
	first := len(c.uses)
	for _, zone := range m.Zones {
		volume, months := c.average(m, zone)
		if months == 0 {
			c.uses = c.uses[:first]
			c.note(m.Service, "no_average",
				"по ИПУ № "+m.Serial+" недостаточно месяцев для среднего: начислено по нормативу")
			return plainNorm
		}
		c.uses = append(c.uses, use{meter: m, zone: zone, volume: volume, months: months, rule: rule})
	}
	return byAverage
}

// averageLimit is how many periods in a row an average may stand.
func (c *calculation) averageLimit(rule string) (limit int, limited bool) {
	name := "average.limit_periods"
	switch {
	case rule == "R2.11d":
		name += ".electricity"
	case c.acc.Premises.Kind == housing.NonResidential:
		name += ".nonresidential"
	}
	if c.word(name) == "none" {
		return 0, false
	}
	return c.count(name), true
}

// substituted counts the months right before this one that were not charged by readings; a reading
// starts the count anew (average.counter_reset).
func (c *calculation) substituted(m *housing.MeterFacts) int {
	n := 0
	for p := c.snapshot.Period.Prev(); ; p = p.Prev() {
		known, metered := false, false
		for _, h := range m.History {
			known = known || h.Period == p
			metered = metered || (h.Period == p && h.Metered)
		}
		if !known || metered {
			return n
		}
		n++
	}
}

// average is the mean of the latest metered months of a register, months is 0 where they are too few.
func (c *calculation) average(m *housing.MeterFacts, zone housing.Zone) (mean housing.Ratio, months int) {
	volumes := c.averaged(m, zone)
	if len(volumes) == 0 || len(volumes) < c.count("average.min_months") {
		return housing.Ratio{}, 0
	}
	mean, err := sumOf(volumes).Quo(housing.Whole(int64(len(volumes))).Ratio())
	if err != nil {
		c.fail(err)
	}
	return mean, len(volumes)
}

// averaged are the latest metered months of a register, at most average.full_months of them. Of heating only
// months of the season count, out of it those out of it.
func (c *calculation) averaged(m *housing.MeterFacts, zone housing.Zone) []housing.MonthVolume {
	var volumes []housing.MonthVolume
	for _, h := range m.History {
		if h.Metered && h.Zone == zone && h.Period < c.snapshot.Period && h.Volume.Sign() >= 0 && c.alike(m.Service, h.Period) {
			volumes = append(volumes, h)
		}
	}
	slices.SortFunc(volumes, func(a, b housing.MonthVolume) int {
		return cmp.Or(int(b.Period)-int(a.Period), a.Volume.Cmp(b.Volume))
	})
	return volumes[:min(len(volumes), max(c.count("average.full_months"), 0))]
}

func sumOf(volumes []housing.MonthVolume) (sum housing.Ratio) {
	for _, h := range volumes {
		sum = sum.Add(h.Volume.Ratio())
	}
	return sum
}

// averageText tells what an average is made of; snapshots that know no states of meters keep their sheets.
func (c *calculation) averageText(u *use) string {
	text := "месяцев: " + strconv.Itoa(u.months)
	if !c.states {
		return text
	}
	volumes := c.averaged(u.meter, u.zone)
	months := make([]string, len(volumes))
	for i, h := range volumes {
		months[i] = h.Period.First().Russian()[3:] + " — " + h.Volume.Russian()
	}
	return text + ", вместе " + comma(sumOf(volumes).String()) + " (" + strings.Join(months, "; ") + ")"
}

func zoneNote(z housing.Zone) string {
	if z == housing.ZoneSingle {
		return ""
	}
	var b strings.Builder
	b.WriteString(", зона «")
	b.WriteString(z.Russian())
	b.WriteString("»")
	return b.String()
}
