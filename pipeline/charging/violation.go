package charging

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// refund gives back what was charged above the readings: by averages set too high (R2.11.7), or by
// readings that a check did not confirm (R2.11.3).
func (c *calculation) refund(service housing.Service, t *serviceTable, firstUse int) {
	for i := firstUse; i < len(c.uses); i++ {
		u := &c.uses[i]
		if u.excess.Sign() <= 0 || len(c.served) == 0 || !c.only("meter.negative", "negative_recalculation") {
			continue
		}
		last := c.served[len(c.served)-1]
		tariff := c.price(service, t, u.zone, last.valid.To.AddDays(-1))
		if tariff == nil {
			return
		}
		l := line{service: last.service, tariff: tariff, volume: negative(u.excess), days: c.days, first: i, last: i + 1}
		l.charge.Method, l.charge.Zone, l.charge.Range = housing.ByMeter, u.zone, tariff.Range
		l.charge.Rule, l.charge.Reason = "R2.11.7", reasonNegative
		if u.charged.Sign() == 0 {
			l.charge.Rule, l.charge.Reason = "R2.11.3", reasonCheck
		}
		l.special = &special{formula: "P = −V × T, V — начислено сверх показаний", operands: func() []housing.Operand {
			ops := c.meterOperands(&line{charge: l.charge, first: i, last: i + 1, days: c.days, volume: c.uses[i].excess})
			ops[len(ops)-1].Meaning = "начислено ранее сверх показаний"
			return append(ops, tariffOperand(&l, service))
		}}
		c.correction(l, service, housing.Interval{From: c.served[0].valid.From, To: last.valid.To})
	}
}

// violations charges consumption past the meter (R2.11.8): what was connected unlawfully by its
// power round the clock, tampering by the norm × tampering.norm_factor less what was charged for
// those days, for at most tampering.max_months before the act.
func (c *calculation) violations(service housing.Service, t *serviceTable, first int) {
	some := slices.Clone(c.acc.Violations)
	slices.SortStableFunc(some, func(a, b housing.Violation) int {
		return cmp.Or(a.Valid.From.Cmp(b.Valid.From), a.Valid.To.Cmp(b.Valid.To),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Document, b.Document))
	})
	last := len(c.lines)
	for i := range some {
		v := &some[i]
		if v.Service != service {
			continue
		}
		valid := v.Valid
		if v.Kind == housing.Tampering {
			valid.From = latest(valid.From, monthsBefore(v.Found, c.count("tampering.max_months")))
		}
		for _, s := range slices.Clone(c.served) {
			if days, ok := common(s.valid, valid); ok {
				c.violation(service, t, v, serving{s.service, days}, c.lines[first:last])
			}
		}
	}
}

func latest(a, b housing.Date) housing.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// monthsBefore is the same day so many months earlier, or the last day of a shorter month.
func monthsBefore(on housing.Date, months int) housing.Date {
	p := on.Period() - housing.Period(months) //nolint:gosec // a few months
	return p.First().AddDays(min(on.Day(), p.Days()) - 1)
}

func (c *calculation) violation(
	service housing.Service, t *serviceTable, v *housing.Violation, s serving, charged []*line,
) {
	c.cuts.reset(s.valid)
	c.cutByTariffs(t, housing.ZoneSingle)
	if v.Kind == housing.Tampering {
		cutBy(&c.cuts, t.norms)
		c.cutByOccupancy()
	}
	for _, piece := range slices.Collect(c.cuts.pieces) {
		l := line{service: s.service, days: c.daysOf(piece)}
		if l.tariff = c.price(service, t, housing.ZoneSingle, piece.From); l.tariff == nil {
			return
		}
		l.charge.Rule, l.charge.Document, l.charge.Range = "R2.11.8", v.Document, l.tariff.Range
		ok := true
		if v.Kind == housing.Unauthorised {
			c.byPower(&l, service, v)
		} else {
			ok = c.byFactor(&l, service, t, v, piece, charged)
		}
		if !ok {
			return
		}
		c.correction(l, service, piece)
	}
}

func (c *calculation) byPower(l *line, service housing.Service, v *housing.Violation) {
	const hours = 24
	days := l.days
	l.charge.Method, l.charge.Reason = housing.ByNorm, reasonUnlawful
	l.volume = v.Power.Ratio().Mul(housing.Whole(int64(hours * days)).Ratio())
	at, tariff, document, source := *l, v.Power, v.Document, v.Source
	l.special = &special{formula: "P = W × 24 × d × T", operands: func() []housing.Operand {
		return []housing.Operand{
			{
				Symbol: "W", Meaning: "мощность подключённого оборудования (пропускная способность трубы)",
				Value: tariff.String(), Unit: service.Unit() + "/ч", Basis: document, Source: source,
			},
			{Symbol: "h", Meaning: "часов в сутках", Value: strconv.Itoa(hours), Unit: "ч"},
			{Symbol: "d", Meaning: "дней", Value: strconv.Itoa(days), Unit: "дн."},
			tariffOperand(&at, service),
		}
	}}
}

func (c *calculation) byFactor(
	l *line, service housing.Service, t *serviceTable, v *housing.Violation, piece housing.Interval, charged []*line,
) bool {
	base, ok := c.normLine(service, t, piece)
	if !ok {
		return false
	}
	factor := c.parameter("tampering.norm_factor", c.month.From)
	k, err := housing.ParseDecimal(factor.Value)
	if err != nil || k.Sign() <= 0 {
		c.fail(badParameter(factor, "a positive number"))
		return false
	}
	var before housing.Ratio
	if c.word("tampering.deduct_charged") == "true" {
		before = c.chargedOn(charged, piece)
	}
	l.charge.Method, l.charge.Reason = housing.ByNorm, reasonTamper
	l.volume = base.volume.Mul(k.Ratio()).Sub(before)
	if l.volume.Sign() < 0 {
		l.volume = housing.Ratio{}
	}
	at, document, source := *l, v.Document, v.Source
	l.special = &special{formula: "P = V × T, V = Vн × F − Vу", operands: func() []housing.Operand {
		ops := c.volumeOperands(&base)
		if base.special != nil {
			ops = base.special.operands()
		}
		unit := service.Unit()
		return append(ops, housing.Operand{
			Symbol: "Vн", Meaning: "объём по нормативу за дни нарушения", Value: base.volume.String(), Unit: unit,
		}, housing.Operand{
			Symbol: "F", Meaning: "кратность норматива при вмешательстве", Value: k.String(),
			Basis: "параметр " + factor.Name + basis(factor.Basis) + withDocument(document), Source: source,
		}, housing.Operand{
			Symbol: "Vу", Meaning: "уже начислено за эти дни", Value: before.String(), Unit: unit,
		}, housing.Operand{Symbol: "V", Meaning: "доначисляемый объём", Value: at.volume.String(), Unit: unit},
			tariffOperand(&at, service))
	}}
	return true
}

func withDocument(document string) string {
	if document == "" {
		return ""
	}
	return ", " + document
}

// chargedOn is the volume of base lines that falls on the days of a piece.
func (c *calculation) chargedOn(lines []*line, piece housing.Interval) housing.Ratio {
	var sum housing.Ratio
	for i := range lines {
		l := lines[i]
		days, ok := common(l.charge.Segment, piece)
		if !ok || l.charge.Kind != housing.BaseCharge {
			continue
		}
		share, err := housing.RatioOf(int64(c.daysOf(days)), int64(c.daysOf(l.charge.Segment)))
		if err != nil {
			c.fail(err)
			return housing.Ratio{}
		}
		sum = sum.Add(l.volume.Mul(share))
	}
	return sum
}
