package charging

import (
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// absences takes off what people who were away did not use (R2.12, ТКО: R2.9.3): of services that
// are charged by norm because no meter can stand, by full days and people, a line for each absence.
func (c *calculation) absences(service housing.Service, first int) {
	waste := service == housing.SolidWaste
	if !c.absenceCounts(service) {
		return
	}
	all := slices.Clone(c.acc.Absences)
	slices.SortStableFunc(all, cmpAbsence)
	var days []housing.Interval // of each absence, those that count
	for i := range all {
		days = append(days, c.absentDays(&all[i], service))
	}
	for i, last := first, len(c.lines); i < last; i++ {
		l := c.lines[i]
		ch := &l.charge
		if ch.Kind != housing.BaseCharge || l.people == 0 || l.owners || !byPeople(ch) {
			continue
		}
		c.absencesOf(*l, all, days, waste)
	}
}

// absenceCounts reports whether absence lowers a service: waste since the act that brought it.
func (c *calculation) absenceCounts(service housing.Service) bool {
	const way = "by_full_days_and_people"
	if service == housing.SolidWaste {
		return c.optional("tko.absence") != nil && c.only("tko.absence", way)
	}
	return c.only("absence.amount", way) && c.listed("absence.services", string(service))
}

// byPeople reports whether a line goes by the norm of a person.
func byPeople(ch *housing.Charge) bool {
	return (ch.Method == housing.ByNorm && (ch.Rule == "R2.2.1" || ch.Rule == "R2.3.2" || ch.Rule == "R2.4.1")) ||
		(ch.Method == housing.ByPeople && ch.Rule == "R2.9.1")
}

// absentDays are the full days of an absence that a refund is due for: between leaving and return,
// if they are more than absence.min_full_days and the application came in time.
func (c *calculation) absentDays(a *housing.Absence, service housing.Service) housing.Interval {
	none := housing.Interval{From: c.month.To, To: c.month.To}
	full := housing.Interval{From: a.Left.AddDays(1), To: a.Returned}
	if a.Returned.IsZero() {
		full.To = c.month.To
	}
	if !full.From.Before(full.To) || full.Days() <= c.count("absence.min_full_days") {
		c.note(service, "absence_too_short", "отсутствие с "+a.Left.Russian()+": полных дней не больше "+
			strconv.Itoa(c.count("absence.min_full_days"))+", перерасчёта нет")
		return none
	}
	if a.Applied.IsZero() || a.Returned.IsZero() {
		// nothing to compare with
	} else if a.Applied.After(a.Returned.AddDays(c.count("absence.apply_days"))) {
		c.note(service, "absence_late", "заявление от "+a.Applied.Russian()+" подано позже срока после возвращения "+
			a.Returned.Russian()+": перерасчёта нет")
		return none
	}
	if !a.Applied.IsZero() && !a.Applied.After(a.Left) { // in advance
		limit := monthsBefore(a.Left, -c.count("absence.advance_months"))
		if limit.Before(full.To) {
			full.To = limit
		}
	}
	return full
}

func (c *calculation) absencesOf(l line, all []housing.Absence, days []housing.Interval, waste bool) {
	k := cutter{}
	k.reset(l.charge.Segment)
	for i := range all {
		k.add(days[i].From)
		k.add(days[i].To)
	}
	for piece := range k.pieces {
		left := l.people
		for i := range all {
			a := &all[i]
			if !days[i].Contains(piece.From) || a.People <= 0 {
				continue
			}
			if !waste && l.service.MeterPossible && !a.Emergency {
				c.note(l.charge.Service, "absence_meter_possible",
					"прибор учёта возможен и не установлен: перерасчёта за временное отсутствие нет")
				continue
			}
			n := min(a.People, left)
			if n < a.People {
				c.note(l.charge.Service, "absence_exceeds_people", "отсутствующих больше, чем проживающих")
			}
			if n > 0 {
				c.absent(l, a, n, piece)
			}
			left -= n
		}
	}
}

// absent emits −n₀ / n × d₀ / d of the line that goes by people.
func (c *calculation) absent(of line, a *housing.Absence, n int, piece housing.Interval) {
	days := c.daysOf(piece)
	share, err := housing.RatioOf(int64(n)*int64(days), int64(of.people)*int64(of.days))
	if err != nil {
		c.fail(err)
		return
	}
	base := of.volume
	if of.special != nil && of.special.mixed {
		base = of.special.personal
	}
	l := line{service: of.service, tariff: of.tariff, days: days, volume: negative(base.Mul(share))}
	l.charge = housing.Charge{
		Zone: of.charge.Zone, Range: of.charge.Range, Method: of.charge.Method, Rule: "R2.12.4",
		Reason: reasonAbsence, Document: a.Document,
	}
	if of.charge.Service == housing.SolidWaste {
		l.charge.Rule = "R2.9.3"
	}
	at, absence := l, *a
	l.special = &special{formula: "P = −V × n₀ / n × d₀ / d × T", operands: func() []housing.Operand {
		unit := of.charge.Service.Unit()
		returned := "не указан"
		if !absence.Returned.IsZero() {
			returned = absence.Returned.Russian()
		}
		return []housing.Operand{
			{
				Symbol: "V", Meaning: "объём по нормативу с " + of.charge.Segment.From.Russian() + " по " +
					of.charge.Segment.To.AddDays(-1).Russian(), Value: base.String(), Unit: unit,
			},
			{
				Symbol: "n₀", Meaning: "отсутствовали (выезд " + absence.Left.Russian() + ", возвращение " + returned + ")",
				Value: strconv.Itoa(n), Unit: "чел.", Basis: absence.Document, Source: absence.Source,
			},
			{Symbol: "n", Meaning: "проживающие", Value: strconv.Itoa(of.people), Unit: "чел.", Source: of.occupancy.Source},
			{
				Symbol: "d₀", Meaning: "полных дней отсутствия", Value: strconv.Itoa(days), Unit: "дн.",
				Basis: "с " + piece.From.Russian() + " по " + piece.To.AddDays(-1).Russian(),
			},
			{Symbol: "d", Meaning: "дней в отрезке", Value: strconv.Itoa(of.days), Unit: "дн."},
			tariffOperand(&at, of.charge.Service),
		}
	}}
	c.correction(l, of.charge.Service, piece)
}
