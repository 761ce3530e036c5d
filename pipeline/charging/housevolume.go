package charging

import (
	"strconv"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// houseVolume is the volume of a resource in the house in the month (Vд): by its meter, or what
// stands for it while the meter is broken (R2.8.8, H14).
type houseVolume struct {
	known    bool
	volume   housing.Ratio
	rule     string // R2.8.8 or H14 where it is an average; empty: by the meter
	wrong    bool   // the meter shows what it cannot: nobody is charged by it
	toNorm   bool   // the average has stood as long as it may, or cannot be made
	operands func() []housing.Operand
}

func (c *calculation) houseVolume(service housing.Service, t *serviceTable) houseVolume {
	f := t.facts
	if f != nil && !f.BrokenFrom.IsZero() && f.BrokenFrom.Before(c.month.To) {
		v := c.brokenHouseMeter(service, t)
		c.replaced(service, v)
		return v
	}
	switch {
	case !t.metered:
		return houseVolume{}
	case t.overflow:
		c.tell(service, "house_volume_overflow", "объём по общедомовым приборам выходит за допустимые пределы")
		return houseVolume{wrong: true}
	case t.negative:
		c.tell(service, "house_volume_negative", "объём по общедомовому прибору отрицательный")
		return houseVolume{wrong: true}
	}
	return houseVolume{known: true, volume: t.volume, operands: func() []housing.Operand {
		return []housing.Operand{{
			Symbol: "Vд", Meaning: "объём по общедомовому прибору", Value: t.sum.String(), Unit: service.Unit(),
			Basis: "ОДПУ № " + t.serials, Source: t.source,
		}}
	}}
}

// replaced hands on what stood for a broken meter, so that later months count it among those that were not
// measured; without a volume where the norm stood for it.
func (c *calculation) replaced(service housing.Service, v houseVolume) {
	for i := range c.house.outcomes {
		if c.house.outcomes[i].Service == service {
			return
		}
	}
	outcome := HouseOutcome{Service: service, Known: v.known}
	if volume, err := v.volume.Round(c.scale); v.known && err == nil {
		outcome.Volume = volume.Trim()
	}
	c.house.outcomes = append(c.house.outcomes, outcome)
}

// brokenHouseMeter puts the average of earlier months in the place of a broken house meter, for as
// many periods as п. 59(1) allows.
func (c *calculation) brokenHouseMeter(service housing.Service, t *serviceTable) houseVolume {
	rule, limit := "R2.8.8", "house_meter.average_periods"
	if service == housing.Heating {
		rule, limit = "H14", "heating.broken_average_months"
	}
	broken := "общедомовой прибор не работает с " + t.facts.BrokenFrom.Russian()
	if c.replacedMonths(t.facts) >= c.count(limit) {
		c.tell(service, "house_average_exhausted", broken+", среднее применялось предельное число месяцев: по нормативу")
		return houseVolume{rule: rule, toNorm: true}
	}
	if service == housing.Heating && t.facts.HeatingDays > 0 && t.facts.HeatingDays <= longestMonth {
		if v, ok := c.heatByDays(t.facts); ok {
			c.tell(service, "house_meter_broken", broken+": применено среднее с поправкой на температуру")
			v.rule = rule
			return v
		}
	}
	v, ok := c.meanOfMonths(service, t.facts)
	if !ok {
		c.tell(service, "house_no_average", broken+", месяцев для среднего недостаточно: по нормативу")
		return houseVolume{rule: rule, toNorm: true}
	}
	text := broken + ": применено среднее"
	if service == housing.Heating {
		text += " без поправки на температуру, она не указана"
	}
	c.tell(service, "house_meter_broken", text)
	v.rule = rule
	return v
}

// replacedMonths counts the months right before this one that were not measured.
func (c *calculation) replacedMonths(f *housing.HouseFacts) int {
	n := 0
	for p := c.snapshot.Period.Prev(); ; p = p.Prev() {
		h := houseMonth(f, p)
		if h == nil || h.Metered {
			return n
		}
		n++
	}
}

func houseMonth(f *housing.HouseFacts, p housing.Period) *housing.HouseMonth {
	for i := range f.History {
		if f.History[i].Period == p {
			return &f.History[i]
		}
	}
	return nil
}

// unknownMonth reports whether nobody knows what the house used in a month: it is missing, or went by norm.
func unknownMonth(h *housing.HouseMonth) bool { return h == nil || !h.Metered && h.Volume.IsZero() }

// heatByDays is H14: the heat of a heating day of the measured year before the failure, times the
// heating days of this month, corrected to the temperature outside.
func (c *calculation) heatByDays(f *housing.HouseFacts) (houseVolume, bool) {
	var heat, degrees housing.Ratio
	days, months := 0, 0
	broken := f.BrokenFrom.Period()
	for p := broken - monthsOfYear; p < broken; p++ {
		h := houseMonth(f, p)
		if h == nil || !h.Metered || h.HeatingDays <= 0 || h.HeatingDays > longestMonth {
			continue
		}
		heat = heat.Add(h.Volume.Ratio())
		degrees = degrees.Add(h.Outdoor.Ratio().Mul(whole(h.HeatingDays)))
		days, months = days+h.HeatingDays, months+1
	}
	if months == 0 || months < c.count("average.min_months") {
		return houseVolume{}, false
	}
	p := c.parameter("heating.indoor_temperature", c.month.From)
	indoor, ok := c.numberOf(p)
	if !ok {
		return houseVolume{}, false
	}
	mean := c.quo(degrees, whole(days))
	gap := indoor.Ratio().Sub(mean)
	now := indoor.Ratio().Sub(f.Outdoor.Ratio())
	if gap.Sign() <= 0 || now.Sign() < 0 {
		c.tell(housing.Heating, "outdoor_temperature", "температура наружного воздуха не ниже температуры в помещениях: поправка не применена")
		gap, now = whole(1), whole(1)
	}
	volume := c.quo(heat.Mul(whole(f.HeatingDays)).Mul(now), whole(days).Mul(gap))
	return houseVolume{known: true, volume: volume, operands: func() []housing.Operand {
		return []housing.Operand{
			{Symbol: "Vд", Meaning: "среднее за прибор: Vг / dг × d × (tв − t) / (tв − tг)", Value: volume.String(), Unit: "Гкал"},
			{Symbol: "Vг", Meaning: "тепловая энергия за месяцы отопления до отказа", Value: heat.String(), Unit: "Гкал", Source: f.Source},
			{Symbol: "dг", Meaning: "дней отопления в этих месяцах", Value: strconv.Itoa(days), Unit: "дн."},
			{Symbol: "d", Meaning: "дней отопления в этом месяце", Value: strconv.Itoa(f.HeatingDays), Unit: "дн.", Source: f.Source},
			{
				Symbol: "tв", Meaning: "температура в помещениях", Value: indoor.String(), Unit: "°C",
				Basis: "параметр " + p.Name + basis(p.Basis),
			},
			{Symbol: "t", Meaning: "средняя температура наружного воздуха в этом месяце", Value: f.Outdoor.String(), Unit: "°C"},
			{Symbol: "tг", Meaning: "то же в месяцы отопления до отказа", Value: mean.String(), Unit: "°C"},
		}
	}}, true
}

// meanOfMonths is the mean of the latest measured months of the house, of heating those of the season.
func (c *calculation) meanOfMonths(service housing.Service, f *housing.HouseFacts) (houseVolume, bool) {
	full, least := c.count("average.full_months"), c.count("average.min_months")
	var sum housing.Ratio
	months := 0
	for p := c.snapshot.Period.Prev(); months < full && p > c.snapshot.Period-3*monthsOfYear; p = p.Prev() {
		if h := houseMonth(f, p); h != nil && h.Metered && c.alike(service, p) {
			sum, months = sum.Add(h.Volume.Ratio()), months+1
		}
	}
	if months == 0 || months < least {
		return houseVolume{}, false
	}
	mean := c.quo(sum, whole(months))
	return houseVolume{known: true, volume: mean, operands: func() []housing.Operand {
		return []housing.Operand{{
			Symbol: "Vд", Meaning: "среднемесячный объём вместо показаний общедомового прибора", Value: mean.String(),
			Unit: service.Unit(), Basis: "измеренных месяцев: " + strconv.Itoa(months) + ", вместе " + comma(sum.String()), Source: f.Source,
		}}
	}}, true
}

// meanOfYear is a twelfth of the year before: of the heat for H5, of the common property for R2.8.5.
func (c *calculation) meanOfYear(service housing.Service, f *housing.HouseFacts) (houseVolume, bool) {
	year := c.lastYear()
	var sum housing.Ratio
	for p := year; p < year+monthsOfYear; p++ {
		h := houseMonth(f, p)
		if unknownMonth(h) {
			return houseVolume{}, false
		}
		sum = sum.Add(h.Volume.Ratio())
	}
	mean := c.quo(sum, whole(monthsOfYear))
	return houseVolume{known: true, volume: mean, operands: func() []housing.Operand {
		return []housing.Operand{{
			Symbol: "Vд", Meaning: "среднемесячный объём прошлого года", Value: mean.String(), Unit: service.Unit(),
			Basis: "объём за " + strconv.Itoa(year.Year()) + " год " + comma(sum.String()) + ", делённый на 12", Source: f.Source,
		}}
	}}, true
}

// lastYear is January of the year before.
func (c *calculation) lastYear() housing.Period {
	p := c.snapshot.Period - monthsOfYear
	for p.Month() != time.January {
		p--
	}
	return p
}

func whole(n int) housing.Ratio { return housing.Whole(int64(n)).Ratio() }

// numberOf reads a parameter as a number, and fails the calculation where it is none.
func (c *calculation) numberOf(p *housing.Parameter) (housing.Decimal, bool) {
	d, err := housing.ParseDecimal(p.Value)
	if err != nil && c.err == nil {
		c.fail(badParameter(p, "a number"))
	}
	return d, err == nil
}
