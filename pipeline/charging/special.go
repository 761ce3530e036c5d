package charging

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// special is how a line that no formula of the common ones describes explains itself. The operands
// are made only for a trace.
type special struct {
	formula  string
	operands func() []housing.Operand
	personal housing.Ratio // part of the volume that absence takes off, where it is not all of it
	mixed    bool          // personal is set
}

// Reasons of corrections.
const (
	reasonAbsence  = "absence"
	reasonQuality  = "quality"
	reasonPlanned  = "planned_outage"
	reasonNegative = "negative_consumption"
	reasonCheck    = "check"
	reasonTamper   = "tampering"
	reasonUnlawful = "unauthorised_connection"
	reasonWaste    = "waste_year"
)

// ReasonRussian names the reason of a correction for a receipt, "" for an unknown one.
func ReasonRussian(reason string) string {
	switch reason {
	case reasonAbsence:
		return "временное отсутствие"
	case reasonQuality:
		return "перерывы или ненадлежащее качество"
	case reasonPlanned:
		return "плановое отключение"
	case reasonNegative:
		return "ранее начислено больше показаний"
	case reasonCheck:
		return "проверка показаний"
	case reasonTamper:
		return "вмешательство в работу прибора"
	case reasonUnlawful:
		return "самовольное подключение"
	case reasonWaste:
		return "корректировка ТКО за год"
	case reasonBenefit:
		return "льгота"
	case reasonSubsidy:
		return "субсидия"
	case reasonHeatYear, reasonCommonYear:
		return "корректировка за прошедший год по общедомовому прибору"
	case reasonDistributors:
		return "корректировка за прошедший год по распределителям"
	}
	return ""
}

// optional returns a parameter that older snapshots do not have, nil where there is none: what the
// rule did before such a parameter existed stays what it does without it.
func (c *calculation) optional(name string) *housing.Parameter {
	for i := range c.snapshot.Parameters {
		if p := &c.snapshot.Parameters[i]; p.Name == name && p.Valid.Contains(c.month.From) {
			return p
		}
	}
	return nil
}

// only fails unless a parameter has the one value that its rule knows: another reading of the law is
// never passed over in silence.
func (c *calculation) only(name, value string) bool {
	p := c.parameter(name, c.month.From)
	if c.err == nil && p.Value != value {
		c.fail(badParameter(p, value))
	}
	return c.err == nil
}

// ratio reads a parameter of the month as a decimal that is not negative.
func (c *calculation) ratio(name string) housing.Ratio {
	p := c.parameter(name, c.month.From)
	if c.err != nil {
		return housing.Ratio{}
	}
	d, err := housing.ParseDecimal(p.Value)
	if err != nil || d.Sign() < 0 {
		c.fail(badParameter(p, "a decimal number"))
	}
	return d.Ratio()
}

// listed reports whether a parameter that is a list of words has a word.
func (c *calculation) listed(name, word string) bool {
	for w := range strings.SplitSeq(c.word(name), " ") {
		if w == word {
			return true
		}
	}
	return false
}

// correct adds what stands beside the lines of a service: refunds and additional charges, each a
// line of its own with its reason (lines[first:] and uses[firstUse:] are those of the service).
func (c *calculation) correct(service housing.Service, t *serviceTable, first, firstUse int) {
	c.refund(service, t, firstUse)
	if len(c.acc.Violations) > 0 {
		c.violations(service, t, first)
	}
	if service == housing.Sewage || service == housing.HotWaterHeat {
		c.mirrorWater(service, t, first)
	}
	if service == housing.SolidWaste {
		c.wasteYears()
	}
	if len(c.acc.Absences) > 0 {
		c.absences(service, first)
	}
	if len(c.snapshot.QualityActs) > 0 {
		c.quality(service, first)
	}
}

// correction emits a line beside the others: its exact sum may be negative, and it has a reason.
// The sum is volume × price unless the line has it already.
func (c *calculation) correction(l line, service housing.Service, segment housing.Interval) {
	ch := &l.charge
	ch.Account, ch.Service, ch.Segment, ch.Kind = c.acc.Number, service, segment, housing.Correction
	ch.Payee = l.service.Payee
	if l.tariff != nil {
		ch.Price = l.tariff.Price
		l.exact = l.volume.Mul(l.tariff.Price.Ratio())
	}
	amount, err := l.exact.Money()
	if err != nil {
		c.hold(service, "amount_overflow", "сумма начисления выходит за допустимые пределы")
		return
	}
	volume, err := l.volume.Round(c.scale)
	if err != nil {
		c.hold(service, "volume_overflow", "объём выходит за допустимые пределы")
		return
	}
	ch.Amount, ch.Volume = amount, volume.Trim()
	if amount != 0 || ch.Volume.Sign() != 0 {
		c.lines = append(c.lines, c.keep(&l))
	}
}

// negative turns the sign.
func negative(r housing.Ratio) housing.Ratio { return r.Mul(housing.Whole(-1).Ratio()) }

// common is the days that two intervals of the month share.
func common(a, b housing.Interval) (housing.Interval, bool) {
	if a.From.Before(b.From) {
		a.From = b.From
	}
	if a.To.IsZero() || (!b.To.IsZero() && a.To.After(b.To)) {
		a.To = b.To
	}
	return a, a.From.Before(a.To)
}

// tariffOperand is the price of a unit.
func tariffOperand(l *line, service housing.Service) housing.Operand {
	meaning := "тариф"
	if l.charge.Zone != housing.ZoneSingle {
		meaning += ", зона «" + l.charge.Zone.Russian() + "»"
	}
	if l.charge.Range > 0 {
		meaning += ", диапазон " + housing.Whole(int64(l.charge.Range)).String()
	}
	return housing.Operand{
		Symbol: "T", Meaning: meaning, Value: l.tariff.Price.String(), Unit: "₽/" + service.Unit(),
		Basis: l.tariff.Document, Source: l.tariff.Source,
	}
}
