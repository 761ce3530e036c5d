package charging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// traces writes down why the wanted lines are what they are.
func (c *calculation) traces(wanted func(*line) bool) []housing.Trace {
	var traces []housing.Trace
	for i := range c.lines {
		if l := c.lines[i]; wanted(l) {
			traces = append(traces, c.trace(l))
		}
	}
	if len(c.compensations) > 0 {
		for i := range c.compensations {
			if l := &c.compensations[i]; wanted(l) {
				traces = append(traces, c.trace(l))
			}
		}
		slices.SortStableFunc(traces, func(a, b housing.Trace) int { return strings.Compare(a.Charge.Account, b.Charge.Account) })
	}
	return traces
}

func (c *calculation) trace(l *line) housing.Trace {
	if l.why != nil {
		return c.reasoned(l)
	}
	part := ""
	if l.days < c.days {
		part = " × d / D"
	}
	formula, operands := l.text(part), c.operands
	if l.special != nil {
		formula, operands = l.special.formula, func(*line) []housing.Operand { return l.special.operands() }
	}
	clause, rounding := c.clause(l.charge.Rule), "один раз, до копейки, половина копейки — вверх"
	if l.charge.Range > 0 {
		clause += "; " + c.clause("R2.5.1")
	}
	clause += c.grounds(l)
	if l.charge.Amount < 0 {
		rounding = "один раз, до копейки, половина копейки — от нуля"
	}
	return housing.Trace{
		Charge:   l.charge,
		Formula:  formula,
		Operands: operands(l),
		Clause:   clause,
		Exact:    l.exact.String(),
		Rounding: rounding,
	}
}

// operands are the symbols of the formula in the order in which they stand in it.
func (c *calculation) operands(l *line) []housing.Operand {
	ops := c.volumeOperands(l)
	if l.days < c.days && l.formula != meterFormula && l.formula != sewageFormula {
		ops = append(ops, c.dayOperands(l)...)
	}
	if l.charge.Kind == housing.Uplift {
		ops = append(ops, housing.Operand{
			Symbol: "K", Meaning: "повышающий коэффициент", Value: l.charge.Coefficient.String(),
			Basis: "параметр " + l.parameter.Name + basis(l.parameter.Basis),
		})
	}
	meaning := "тариф"
	if l.formula == areaFormula {
		meaning = "ставка"
	}
	if l.charge.Zone != housing.ZoneSingle {
		meaning += ", зона «" + l.charge.Zone.Russian() + "»"
	}
	return append(ops, housing.Operand{
		Symbol: "T", Meaning: meaning, Value: l.tariff.Price.String(), Unit: "₽/" + l.charge.Service.Unit(),
		Basis: l.tariff.Document, Source: l.tariff.Source,
	})
}

func (c *calculation) volumeOperands(l *line) []housing.Operand {
	switch l.formula {
	case areaFormula:
		return []housing.Operand{area(l, "S")}
	case meterFormula, averageFormula:
		return c.meterOperands(l)
	case normFormula, upliftFormula, wasteFormula:
		return append(append([]housing.Operand{people(l)}, c.guests(l)...), norm(l))
	case normAreaFormula, upliftAreaFormula, wasteAreaFormula:
		return []housing.Operand{area(l, "S"), norm(l)}
	case evenFormula:
		return []housing.Operand{area(l, "S"), norm(l), {
			Symbol: "k", Meaning: "доля отопительного периода в году", Value: l.parameter.Value,
			Basis: "параметр " + l.parameter.Name + basis(l.parameter.Basis),
		}}
	case sewageFormula:
		return []housing.Operand{
			{Symbol: "Vхв", Meaning: "объём холодной воды", Value: l.cold.String(), Unit: "м³"},
			{Symbol: "Vгв", Meaning: "объём горячей воды", Value: l.hot.String(), Unit: "м³"},
		}
	case houseFormula:
		house := &c.snapshot.House
		return []housing.Operand{
			{
				Symbol: "Vд", Meaning: "объём по общедомовому прибору", Value: l.table.sum.String(),
				Unit: l.charge.Service.Unit(), Basis: "ОДПУ № " + l.table.serials, Source: l.table.source,
			},
			area(l, "Si"),
			{
				Symbol: "Sоб", Meaning: "общая площадь всех помещений дома", Value: house.Area.String(),
				Unit: "м²", Source: house.Source,
			},
		}
	}
	return nil
}

func area(l *line, symbol string) housing.Operand {
	return housing.Operand{
		Symbol: symbol, Meaning: "общая площадь помещения", Value: l.occupancy.Area.String(),
		Unit: "м²", Source: l.occupancy.Source,
	}
}

func people(l *line) housing.Operand {
	o := housing.Operand{
		Symbol: "n", Meaning: "проживающие", Value: strconv.Itoa(l.people), Unit: "чел.", Source: l.occupancy.Source,
	}
	if l.owners {
		o.Meaning, o.Basis = "собственники (никто не зарегистрирован)", "Правила 354, п. 56(2)"
	}
	return o
}

// guests are the temporary residents among the people of a line, each with what proves them.
func (c *calculation) guests(l *line) []housing.Operand {
	if l.people <= l.occupancy.People || l.owners {
		return nil
	}
	var ops []housing.Operand
	for i := range c.snapshot.Accounts {
		a := &c.snapshot.Accounts[i]
		if a.Number != l.charge.Account {
			continue
		}
		for j := range a.Stays {
			if s := &a.Stays[j]; s.Valid.Contains(l.charge.Segment.From) {
				ops = append(ops, housing.Operand{
					Symbol: "nв", Meaning: "из них проживают временно", Value: strconv.Itoa(s.People), Unit: "чел.",
					Basis: s.Document, Source: s.Source,
				})
			}
		}
	}
	return ops
}

func norm(l *line) housing.Operand {
	per := "м²"
	if l.norm.Base == housing.PerPerson {
		per = "чел."
	}
	meaning, span := "норматив потребления", "мес."
	if l.charge.Service == housing.SolidWaste {
		meaning, span = "норматив накопления", "год"
	}
	return housing.Operand{
		Symbol: "N", Meaning: meaning, Value: l.norm.Value.String(),
		Unit:  l.charge.Service.Unit() + "/" + per + " в " + span,
		Basis: l.norm.Document, Source: l.norm.Source,
	}
}

// meterOperands lists for each register its two readings, or its average, and then the volume.
func (c *calculation) meterOperands(l *line) []housing.Operand {
	var ops []housing.Operand
	unit := l.charge.Service.Unit()
	for i := l.first; i < l.last; i++ {
		u := &c.uses[i]
		meter := "ИПУ № " + u.meter.Serial
		if u.months > 0 {
			ops = append(ops, housing.Operand{
				Symbol: "Vср", Meaning: "среднемесячный объём", Value: u.volume.String(), Unit: unit,
				Basis: meter + ", " + c.averageText(u), Source: u.meter.Source,
			})
			continue
		}
		rolled := ""
		if u.rolled {
			rolled = ", переход через ноль, разрядов " + strconv.Itoa(u.meter.Digits)
		}
		ops = append(ops, reading("П₁", "предыдущее показание", u.previous, unit, meter),
			reading("П₂", "текущее показание", u.current, unit, meter+rolled))
		if u.charged.Sign() > 0 {
			ops = append(ops, housing.Operand{
				Symbol: "Vр", Meaning: "начислено ранее без показаний, вычитается", Value: u.charged.String(), Unit: unit,
				Basis: meter,
			})
		}
	}
	meaning := "объём за месяц"
	if l.days < c.days {
		meaning = "объём, приходящийся на отрезок с " + l.charge.Segment.From.Russian() +
			" по " + l.charge.Segment.To.AddDays(-1).Russian()
	}
	return append(ops, housing.Operand{Symbol: "V", Meaning: meaning, Value: l.volume.String(), Unit: unit})
}

func reading(symbol, meaning string, r *housing.Reading, unit, meter string) housing.Operand {
	return housing.Operand{
		Symbol: symbol, Meaning: meaning, Value: r.Value.String(), Unit: unit,
		Basis: meter + " на " + r.On.Russian(), Source: r.Source,
	}
}

func basis(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
