package charging

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// interruptionRule is the row of Приложение № 1 for interruptions of a service.
func interruptionRule(service housing.Service) string {
	switch service { //nolint:exhaustive // the rest have no such row
	case housing.ColdWater:
		return "Q1"
	case housing.HotWater:
		return "Q4"
	case housing.Sewage:
		return "Q8"
	case housing.Electricity:
		return "Q9"
	case housing.Gas:
		return "Q10"
	case housing.Heating:
		return "Q14"
	case housing.SolidWaste:
		return "Q17"
	}
	return "Q"
}

// qualityOf is the service that the acts of a service name: the heat of hot water has no other
// quality than the water.
func qualityOf(service housing.Service) housing.Service {
	if service == housing.HotWaterHeat {
		return housing.HotWater
	}
	return service
}

// hours reads a parameter as minutes; "none" is no limit.
func (c *calculation) hours(name string) (minutes int, limited bool) {
	if c.word(name) == "none" {
		return 0, false
	}
	return c.count(name) * minutesOfHour, true
}

func (c *calculation) monthlyAllowance(service housing.Service) (minutes int, limited bool) {
	return c.hours("quality." + string(service) + ".month_hours")
}

// interruptionRate is what each full step above the allowance takes off: a percentage an hour, for
// solid waste a day.
func (c *calculation) interruptionRate(service housing.Service) (step int, rate housing.Decimal) {
	name, step := "quality."+string(service)+".percent_hour", minutesOfHour
	if service == housing.SolidWaste {
		name, step = "quality.solid_waste.percent_day", minutesOfDay
	}
	return step, c.decimal(name)
}

// decimal reads a parameter of the month as a decimal.
func (c *calculation) decimal(name string) housing.Decimal {
	p := c.parameter(name, c.month.From)
	if c.err != nil {
		return housing.Decimal{}
	}
	d, err := housing.ParseDecimal(p.Value)
	if err != nil {
		c.fail(badParameter(p, "a decimal number"))
	}
	return d
}

// allowedAtOnce is how long one interruption may last without a refund.
func (c *calculation) allowedAtOnce(a *housing.QualityAct) (minutes int, ok bool) {
	prefix := "quality." + string(a.Service) + "."
	var limited bool
	switch a.Service { //nolint:exhaustive // the rest have no such row
	case housing.ColdWater:
		minutes, limited = c.hours(prefix + "single_hours")
		if a.Accident {
			minutes, limited = c.hours("quality.cold_accident_hours")
		}
	case housing.HotWater:
		minutes, limited = c.hours(prefix + "single_hours")
		if a.Accident {
			minutes, limited = c.hours(prefix + "accident_hours")
		}
	case housing.Electricity:
		name := "single_hours.one_source"
		if a.Sources > 1 {
			name = "single_hours.two_sources"
		}
		minutes, limited = c.hours(prefix + name)
	case housing.Heating:
		minutes, limited = c.heatingAtOnce(a)
	case housing.SolidWaste:
		name := "single_hours"
		if !a.Measured.IsZero() && a.Measured.Decimal().Cmp(c.decimal(prefix+"warm_above")) > 0 {
			name = "single_hours_warm"
		}
		minutes, limited = c.hours(prefix + name)
	case housing.Sewage, housing.Gas:
		minutes, limited = c.hours(prefix + "single_hours")
	default:
		c.note(a.Service, "quality_service", "для этой услуги перерывы не предусмотрены: акт "+a.Document+" не учтён")
		return 0, false
	}
	if !limited {
		minutes = c.days * minutesOfDay
	}
	return minutes, c.err == nil
}

// heatingAtOnce reads the steps "12:16 10:8 8:4" (°C of the room: hours); a room that nobody has
// measured has the first step, a colder one than the last has none.
func (c *calculation) heatingAtOnce(a *housing.QualityAct) (minutes int, limited bool) {
	p := c.parameter("quality.heating.single_hours", c.month.From)
	for step := range strings.SplitSeq(p.Value, " ") {
		above, hours, _ := strings.Cut(step, ":")
		degrees, err1 := housing.ParseDecimal(above)
		allowed, err2 := housing.ParseDecimal(hours)
		if err1 != nil || err2 != nil || allowed.Scale() != 0 {
			c.fail(badParameter(p, `steps such as "12:16 10:8 8:4"`))
			return 0, true
		}
		if a.Measured.IsZero() || a.Measured.Decimal().Cmp(degrees) >= 0 {
			return int(allowed.Units()) * minutesOfHour, true
		}
	}
	return 0, true
}
