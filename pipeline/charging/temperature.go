package charging

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// temperature refunds hours with a wrong temperature of hot water (Q5) or of a heated room (Q15), by
// the deviation from the allowed one; it emits the hours paid as cold water and returns the
// percentage of the others. Acts that overlap are not counted twice.
func (c *calculation) temperature(service housing.Service, first int, all []deviation) reduction {
	slices.SortFunc(all, func(a, b deviation) int {
		return cmp.Or(a.from-b.from, a.to-b.to, a.act.Measured.Cmp(b.act.Measured), cmp.Compare(a.act.Document, b.act.Document))
	})
	d := reduction{rule: "Q15", formula: "P = −Pм × r / 100, r = Σ h × Δ × p"}
	hot := qualityOf(service) == housing.HotWater
	if hot {
		d.rule = "Q5"
	} else if service != housing.Heating {
		c.note(service, "quality_service", "для этой услуги температура не предусмотрена: акт не учтён")
		return d
	}
	until, lukewarm := 0, 0
	var coldActs []string
	for _, v := range all {
		v.from = max(v.from, until)
		if v.from >= v.to {
			continue
		}
		until = v.to
		if hot && v.act.Measured.Decimal().Cmp(c.decimal("quality.hot_temperature.cold_below")) < 0 {
			lukewarm += v.to - v.from
			coldActs = append(coldActs, v.act.Document)
			continue
		}
		c.deviate(&d, v)
	}
	if hours := c.fullUnits(lukewarm, minutesOfHour); hours > 0 && c.err == nil {
		c.byColdTariff(service, first, hours, coldActs)
	}
	return d
}

// deviate adds the hours of one act by day and by night.
func (c *calculation) deviate(d *reduction, v deviation) {
	night := c.nightMinutes(v.from, v.to)
	for i, minutes := range []int{v.to - v.from - night, night} {
		hours := c.fullUnits(minutes, minutesOfHour)
		degrees, steps, rate := c.steps(v.act, i == 1)
		if hours == 0 || steps.Sign() <= 0 || c.err != nil {
			continue
		}
		d.percent = d.percent.Add(housing.Whole(int64(hours)).Ratio().Mul(steps).Mul(rate.Ratio()))
		when := "днём"
		if i == 1 {
			when = "ночью"
		}
		d.operands = append(d.operands, housing.Operand{
			Symbol: "h", Meaning: "полных часов " + when, Value: housing.Whole(int64(hours)).String(), Unit: "ч", Basis: v.act.Document,
			Source: v.act.Source,
		}, housing.Operand{
			Symbol: "Δ", Meaning: "отклонение от допустимого (" + degrees.String() + " °C), полных шагов",
			Value: steps.String(), Basis: "измерено " + v.act.Measured.Decimal().Russian() + " °C",
		}, housing.Operand{Symbol: "p", Meaning: "снижение за час и шаг", Value: rate.String(), Unit: "%"})
		d.acts, d.source = append(d.acts, v.act.Document), v.act.Source
	}
}

// steps counts how many full steps a measured temperature lies beyond the allowed one: of a degree
// for a room, of three for hot water.
func (c *calculation) steps(a *housing.QualityAct, night bool) (degrees, steps housing.Ratio, rate housing.Decimal) {
	measured := a.Measured.Decimal().Ratio()
	var low, high, step housing.Ratio
	if a.Service == housing.HotWater {
		tolerance := c.ratio("quality.hot_temperature.day_tolerance")
		if night {
			tolerance = c.ratio("quality.hot_temperature.night_tolerance")
		}
		low = c.ratio("quality.hot_temperature.min").Sub(tolerance)
		high = c.ratio("quality.hot_temperature.max").Add(tolerance)
		step, rate = c.ratio("quality.hot_temperature.step"), c.decimal("quality.hot_temperature.percent_hour")
	} else {
		low = c.ratio("quality.room_temperature.room")
		if a.Corner {
			low = c.ratio("quality.room_temperature.corner")
		}
		high = low.Add(c.ratio("quality.room_temperature.excess"))
		if night {
			low = low.Sub(c.ratio("quality.room_temperature.night_drop"))
		}
		step, rate = housing.Whole(1).Ratio(), c.decimal("quality.room_temperature.percent_hour_degree")
	}
	degrees = low.Sub(measured)
	if degrees.Sign() < 0 {
		degrees = measured.Sub(high)
	}
	if degrees.Sign() <= 0 || step.Sign() <= 0 {
		return degrees, housing.Ratio{}, rate
	}
	steps, err := degrees.Quo(step)
	if err != nil {
		c.fail(err)
		return degrees, housing.Ratio{}, rate
	}
	if a.Service != housing.HotWater && c.word("quality.partial_degree") == "exact" {
		return degrees, steps, rate
	}
	full, err := steps.Cut(0)
	if err != nil {
		c.hold(a.Service, "quality_temperature", "температура в акте "+a.Document+" неправдоподобна")
		return degrees, housing.Ratio{}, rate
	}
	return degrees, full.Ratio(), rate
}

// nightMinutes counts the minutes of the night (quality.night_hours) between two of the month.
func (c *calculation) nightMinutes(from, to int) int {
	p := c.parameter("quality.night_hours", c.month.From)
	start, end, ok := strings.Cut(p.Value, " ")
	first, err1 := housing.ParseDecimal(start)
	last, err2 := housing.ParseDecimal(end)
	if !ok || err1 != nil || err2 != nil || first.Cmp(last) >= 0 || first.Scale()+last.Scale() != 0 {
		c.fail(badParameter(p, `two hours such as "0 5"`))
		return 0
	}
	n := 0
	for day := from / minutesOfDay; day*minutesOfDay < to; day++ {
		low := day*minutesOfDay + int(first.Units())*minutesOfHour
		high := day*minutesOfDay + int(last.Units())*minutesOfHour
		n += max(0, min(to, high)-max(from, low))
	}
	return n
}

// byColdTariff pays the hours of hot water below quality.hot_temperature.cold_below by the tariff of
// cold water: the month's volume falls on its hours evenly, since no meter counts hours.
func (c *calculation) byColdTariff(service housing.Service, first, hours int, acts []string) {
	cold := &c.tables[slices.Index(c.services, housing.ColdWater)]
	slices.Sort(acts)
	document := strings.Join(slices.Compact(acts), "; ")
	days := 0
	for _, s := range c.served {
		days += c.daysOf(s.valid)
	}
	share, err := housing.RatioOf(int64(hours), int64(days)*minutesOfDay/minutesOfHour)
	if err != nil {
		c.fail(err)
		return
	}
	for i, last := first, len(c.lines); i < last; i++ {
		base := c.lines[i]
		if !counted(&base.charge) || base.tariff == nil || base.volume.Sign() == 0 {
			continue
		}
		price := at(cold.tariffs[0], base.charge.Segment.From)
		if service == housing.HotWaterHeat {
			price = &housing.Tariff{Document: "тепловая энергия за эти часы не оплачивается"}
		}
		if price == nil {
			c.note(service, "no_cold_tariff", "нет тарифа холодной воды: часы горячей воды ниже нормы не пересчитаны")
			return
		}
		if base.tariff.Price.Cmp(price.Price) <= 0 {
			continue
		}
		volume := base.volume
		l := line{service: base.service, days: base.days}
		l.exact = negative(volume.Mul(share).Mul(base.tariff.Price.Ratio().Sub(price.Price.Ratio())))
		l.charge = housing.Charge{Rule: "Q5", Method: base.charge.Method, Reason: reasonQuality, Document: document}
		l.special = &special{formula: "P = −V × h / H × (Tгв − Tхв)", operands: func() []housing.Operand {
			hot := tariffOperand(base, service)
			hot.Symbol = "Tгв"
			return []housing.Operand{
				{Symbol: "V", Meaning: "объём услуги за отрезок", Value: volume.String(), Unit: service.Unit()},
				{
					Symbol: "h", Meaning: "полных часов с температурой, при которой вода оплачивается как холодная",
					Value: housing.Whole(int64(hours)).String(), Unit: "ч", Basis: document,
				},
				{Symbol: "H", Meaning: "часов услуги в месяце", Value: housing.Whole(int64(days) * minutesOfDay / minutesOfHour).String(), Unit: "ч"},
				hot,
				{
					Symbol: "Tхв", Meaning: "тариф холодной воды", Value: price.Price.String(), Unit: "₽/" + service.Unit(),
					Basis: price.Document, Source: price.Source,
				},
			}
		}}
		c.correction(l, service, base.charge.Segment)
	}
}

// planned takes the volume off that a planned outage of hot water did not deliver, from lines by
// norm only, for at most quality.planned_hot_days from its beginning; longer, the rest of it is an
// interruption, of which nothing is allowed. The heat of hot water follows the water (mirrorWater).
func (c *calculation) planned(service housing.Service, a *housing.QualityAct, o outage, first int) (rest []outage) {
	limit := c.month.From.Midnight().MinutesUntil(a.From) + c.count("quality.planned_hot_days")*minutesOfDay
	if o.to > limit {
		rest = []outage{{max(o.from, limit), o.to, 0, []string{a.Document}, a.Source}}
		o.to = max(o.from, limit)
	}
	if service == housing.HotWaterHeat {
		return rest
	}
	for i, last := first, len(c.lines); i < last; i++ {
		base := c.lines[i]
		absent := base.charge.Kind == housing.Correction && base.charge.Reason == reasonAbsence // taken off already
		if base.charge.Method != housing.ByNorm || base.tariff == nil || (base.charge.Kind == housing.Correction && !absent) {
			continue
		}
		begin := base.charge.Segment.From.Day() - 1
		from, to := max(o.from, begin*minutesOfDay), min(o.to, (begin+base.days)*minutesOfDay)
		if hours := c.fullUnits(max(0, to-from), minutesOfHour); hours > 0 {
			c.notDelivered(base, a, hours)
		}
	}
	return rest
}

// counted reports whether a line is part of the volume that was used: a base line, or what absence or
// a planned outage took off one.
func counted(ch *housing.Charge) bool {
	return ch.Kind == housing.BaseCharge ||
		(ch.Kind == housing.Correction && (ch.Reason == reasonAbsence || ch.Reason == reasonPlanned))
}

func (c *calculation) notDelivered(base *line, a *housing.QualityAct, hours int) {
	whole := int64(base.days) * minutesOfDay / minutesOfHour
	share, err := housing.RatioOf(int64(hours), whole)
	if err != nil {
		c.fail(err)
		return
	}
	of := *base
	l := line{service: of.service, days: of.days, exact: negative(of.exact.Mul(share))}
	l.charge = housing.Charge{
		Rule: "R2.13.5", Method: of.charge.Method, Range: of.charge.Range, Price: of.charge.Price,
		Reason: reasonPlanned, Document: a.Document,
	}
	if of.charge.Kind != housing.Uplift {
		l.volume, l.tariff = negative(of.volume.Mul(share)), of.tariff
	}
	source := a.Source
	l.special = &special{formula: "P = −Pу × h / H", operands: func() []housing.Operand {
		return []housing.Operand{
			{
				Symbol: "Pу", Meaning: "начислено по нормативу за отрезок, до округления", Value: of.exact.String(), Unit: "₽",
				Basis: "правило " + of.charge.Rule,
			},
			{
				Symbol: "h", Meaning: "полных часов отключения", Value: housing.Whole(int64(hours)).String(), Unit: "ч",
				Basis: a.Document, Source: source,
			},
			{Symbol: "H", Meaning: "часов в отрезке", Value: housing.Whole(whole).String(), Unit: "ч"},
		}
	}}
	c.correction(l, of.charge.Service, of.charge.Segment)
}
