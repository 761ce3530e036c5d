package charging

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// heatReason tells the share of a premises in the heat of the house.
func (c *calculation) heatReason(h *heatHouse, individual housing.Ratio, areas func(*line) []housing.Operand) func(l *line) reason {
	return func(l *line) reason {
		part := c.partText(l)
		simple := len(h.uses) == 0 && h.ownArea.Sign() == 0
		if simple {
			r := reason{formula: "P = Vд × Si / Sоб" + part + " × T", operands: h.source.operands()}
			r.operands = append(append(r.operands, areas(l)...), c.areaOfHouse())
			return c.withDays(r, l, resourcePrice(l.tariff, housing.Heating))
		}
		common := "(Vд − ΣVi)"
		if h.missing.Sign() > 0 {
			common = "Vо"
		}
		r := reason{formula: "P = (Vi + Si × " + common + " / Sоб" + part + ") × T"}
		use, metered := h.uses[l.charge.Account]
		switch {
		case l.service.OwnSource:
			r.formula = "P = Si × " + common + " / Sоб" + part + " × T"
		case metered:
			r.operands = c.useOperands(&use)
			r.operands = append(r.operands, decimalOf("Vi", "тепловая энергия по ИПУ", individual, "Гкал"))
		default:
			vi := decimalOf("Vi", "тепловая энергия помещения без ИПУ: Si × Vд / S", individual, "Гкал")
			vi.Basis = joined("S = ", comma(h.baseArea.String()), " м²")
			if h.ownArea.Sign() > 0 {
				vi.Basis += joined(", без помещений с собственным источником тепла, ", comma(h.ownArea.String()), " м²; параметр heating.own_source_area")
			}
			r.operands = append(r.operands, vi)
		}
		r.operands = append(r.operands, areas(l)...)
		r.operands = append(r.operands, h.source.operands()...)
		sum := decimalOf("ΣVi", "индивидуальное потребление всех помещений", h.individual, "Гкал")
		sum.Basis = joined("по ИПУ ", comma(h.metered.String()), ", помещений с ИПУ ", strconv.Itoa(len(h.uses)))
		if h.rest.Sign() > 0 {
			sum.Basis += joined("; остальные ", comma(h.rest.String()), " м² × Vд / ", comma(h.baseArea.String()), " м²")
		}
		r.operands = append(r.operands, sum)
		if h.missing.Sign() > 0 {
			r.operands = append(r.operands, housing.Operand{
				Symbol: "Vо", Meaning: "общедомовая часть Vд − ΣVi, отрицательная принята равной нулю", Value: "0", Unit: "Гкал",
				Basis: "параметр heating.negative_common",
			})
		}
		r.operands = append(r.operands, c.areaOfHouse())
		return c.withDays(r, l, resourcePrice(l.tariff, housing.Heating))
	}
}

// useOperands are the readings or the average behind a metered volume.
func (c *calculation) useOperands(u *heatUse) []housing.Operand {
	if u.months > 0 {
		mean := decimalOf("Vср", "среднемесячный объём ИПУ за прошлый год", u.volume, "Гкал")
		mean.Basis = joined("объём за ", strconv.Itoa(c.lastYear().Year()), " год ", comma(u.volume.Mul(whole(u.months)).String()),
			", делённый на ", strconv.Itoa(u.months))
		return []housing.Operand{mean}
	}
	l := line{first: u.first, last: u.last, days: c.days, volume: u.volume}
	l.charge.Service = housing.Heating
	ops := c.meterOperands(&l)
	return ops[:len(ops)-1] // the volume is told as Vi
}

// partText is what a formula gets where a line is of a part of the month.
func (c *calculation) partText(l *line) string {
	if l.days < c.days {
		return " × d / D"
	}
	return ""
}

// withDays appends the days of a part of the month and then the price.
func (c *calculation) withDays(r reason, l *line, price housing.Operand) reason {
	if l.days < c.days {
		r.operands = append(r.operands, c.dayOperands(l)...)
	}
	r.operands = append(r.operands, price)
	return r
}

func (c *calculation) areaOfHouse() housing.Operand {
	house := &c.snapshot.House
	return housing.Operand{
		Symbol: "Sоб", Meaning: "общая площадь всех помещений дома", Value: house.Area.String(), Unit: "м²", Source: house.Source,
	}
}

// dayOperands are the days of a segment and of the month.
func (c *calculation) dayOperands(l *line) []housing.Operand {
	return []housing.Operand{
		{
			Symbol: "d", Meaning: "дней в отрезке", Value: strconv.Itoa(l.days), Unit: "дн.",
			Basis: "с " + l.charge.Segment.From.Russian() + " по " + l.charge.Segment.To.AddDays(-1).Russian(),
		},
		{Symbol: "D", Meaning: "дней в месяце", Value: strconv.Itoa(c.days), Unit: "дн."},
	}
}

func resourcePrice(t *housing.Tariff, service housing.Service) housing.Operand {
	return housing.Operand{
		Symbol: "T", Meaning: "тариф", Value: t.Price.String(), Unit: "₽/" + service.Unit(), Basis: t.Document, Source: t.Source,
	}
}

// reasoned is the trace of a line that tells its formula and operands itself.
func (c *calculation) reasoned(l *line) housing.Trace {
	why := l.why(l)
	t := housing.Trace{
		Charge: l.charge, Formula: why.formula, Operands: why.operands, Clause: c.clause(l.charge.Rule) + c.grounds(l),
		Exact: l.exact.String(), Rounding: "один раз, до копейки, половина копейки — вверх",
	}
	if l.charge.Amount < 0 {
		t.Rounding = "один раз, до копейки, половина копейки — от нуля"
	}
	if why.rounding != "" {
		t.Rounding = why.rounding
	}
	return t
}

// yearText tells which year a correction is of.
func yearText(ch *housing.Charge) string {
	year := strconv.Itoa(ch.Segment.From.Period().Year() - 1)
	switch ch.Reason {
	case reasonHeatYear, reasonCommonYear:
		return ", корректировка за " + year + " год по общедомовому прибору"
	case reasonDistributors:
		return ", корректировка за " + year + " год по распределителям"
	}
	return ""
}
