package pipeline

import (
	"fmt"
	"log/slog"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// PayBy is the last day to pay for a month: ЖК РФ, ст. 155 ч. 1 by the parameter due.day, moved to the
// next working day where it falls on a day off (ГК РФ, ст. 193). Where the calendar of that year is not
// known, weekends count as off and the log says so.
func (p *Pipeline) PayBy(period housing.Period) (housing.Date, error) {
	day, known, err := payBy(period, p.Parameters, p.Workdays)
	if err == nil && !known {
		p.Log.Warn("the calendar of working days is not confirmed for this day: add the year to workdays of the configuration",
			slog.String("day", day.String()))
	}
	return day, err
}

func payBy(period housing.Period, list []housing.Parameter, calendar housing.Workdays) (day housing.Date, known bool, err error) {
	for _, parameter := range list {
		if parameter.Name != "due.day" || !parameter.Valid.Contains(period.First()) {
			continue
		}
		n, err := strconv.Atoi(parameter.Value)
		if err != nil || n < 1 || n > 28 {
			return housing.Date{}, false, fmt.Errorf("parameter due.day is %q, not a day of every month", parameter.Value)
		}
		day, known = calendar.NextWorking(period.Next().First().AddDays(n - 1))
		return day, known, nil
	}
	return housing.Date{}, false, fmt.Errorf("parameter due.day has no value for %s", period)
}
