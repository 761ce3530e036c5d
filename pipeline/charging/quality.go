package charging

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

const (
	minutesOfHour = 60
	minutesOfDay  = 24 * 60
	percents      = 100
)

// outage is minutes of the month, counted from its first midnight, on which a service was wanting.
type outage struct {
	from, to int
	allowed  int // minutes at once that bring no refund
	acts     []string
	source   housing.Source
}

// deviation is minutes with a temperature that was not as it must be.
type deviation struct {
	from, to int
	act      *housing.QualityAct
}

// quality takes off the month's charge of a service what its acts say (R2.13): a planned outage by the
// volume not delivered, hours of lukewarm water by the tariff of cold water; of what is left a
// percentage for interruptions, one line, and for temperature, one line. Together never more than the
// charge itself.
func (c *calculation) quality(service housing.Service, first int) {
	if len(c.lines) == first || len(c.served) == 0 {
		return
	}
	acts := c.gather(service, first)
	var measured reduction
	if len(acts.warm) > 0 {
		measured = c.temperature(service, first, without(acts.warm, append(acts.off, acts.outages...)))
	}
	r := refunds{service: service, first: first, month: c.chargedMonth(first)}
	if len(acts.outages) > 0 {
		c.interrupted(&r, merge(acts.outages))
	}
	c.takeOff(&r, measured)
}

// gathered is the acts on a service of the account in the month.
type gathered struct {
	outages []outage
	off     []outage // planned
	warm    []deviation
}

// gather sorts the acts by what they are; planned outages are taken off at once.
func (c *calculation) gather(service housing.Service, first int) gathered {
	var g gathered
	for i := range c.acts {
		a := &c.acts[i]
		from, to, ok := c.window(a, service)
		if !ok {
			continue
		}
		switch a.Kind {
		case housing.Interruption:
			if allowed, known := c.allowedAtOnce(a); known {
				g.outages = append(g.outages, outage{from, to, allowed, []string{a.Document}, a.Source})
			}
		case housing.Temperature:
			g.warm = append(g.warm, deviation{from, to, a})
		case housing.Planned:
			for _, o := range g.off {
				from = max(from, o.to) // acts stand in the order of their beginnings
			}
			if from < to {
				g.off = append(g.off, outage{from: from, to: to})
				g.outages = append(g.outages, c.planned(service, a, outage{from: from, to: to}, first)...)
			}
		}
	}
	return g
}

// without leaves of the deviations what no outage covers: nothing was delivered then.
func without(all []deviation, outages []outage) []deviation {
	for _, o := range outages {
		var rest []deviation
		for _, v := range all {
			if head := (deviation{v.from, min(v.to, o.from), v.act}); head.from < head.to {
				rest = append(rest, head)
			}
			if tail := (deviation{max(v.from, o.to), v.to, v.act}); tail.from < tail.to {
				rest = append(rest, tail)
			}
		}
		all = rest
	}
	return all
}

// window is the part of an act that concerns the service of the account in the month.
func (c *calculation) window(a *housing.QualityAct, service housing.Service) (from, to int, ok bool) {
	if a.Service != qualityOf(service) || (len(a.Accounts) > 0 && !slices.Contains(a.Accounts, c.acc.Number)) {
		return 0, 0, false
	}
	start := c.month.From.Midnight()
	low := start.MinutesUntil(c.served[0].valid.From.Midnight())
	high := start.MinutesUntil(c.served[len(c.served)-1].valid.To.Midnight())
	from, to = max(start.MinutesUntil(a.From), low), min(start.MinutesUntil(a.To), high)
	return from, to, from < to
}

// merge joins interruptions that overlap or touch: the hours of one are not counted twice, and the
// shorter allowance holds.
func merge(all []outage) []outage {
	slices.SortFunc(all, func(a, b outage) int {
		return cmp.Or(a.from-b.from, a.to-b.to, a.allowed-b.allowed, slices.Compare(a.acts, b.acts))
	})
	merged := all[:0:0]
	for _, o := range all {
		n := len(merged)
		if n == 0 || merged[n-1].to < o.from {
			merged = append(merged, o)
			continue
		}
		last := &merged[n-1]
		last.to, last.allowed = max(last.to, o.to), min(last.allowed, o.allowed)
		last.acts = append(slices.Clone(last.acts), o.acts...)
	}
	return merged
}

// refunds is what quality has taken off a service so far.
type refunds struct {
	service housing.Service
	first   int           // line of the service
	month   housing.Money // charged
	used    housing.Ratio // percent
}

// chargedMonth is the month's charge that a percentage is taken of: base lines, the excess of a
// coefficient, and what absence, a planned outage or lukewarm water took off.
func (c *calculation) chargedMonth(first int) housing.Money {
	var sum housing.Money
	for i := first; i < len(c.lines); i++ {
		ch := &c.lines[i].charge
		if ch.Kind == housing.Correction && ch.Reason != reasonAbsence && ch.Reason != reasonPlanned && ch.Reason != reasonQuality {
			continue
		}
		total, err := sum.Add(ch.Amount)
		if err != nil {
			c.hold(ch.Service, "amount_overflow", "сумма начисления выходит за допустимые пределы")
			return 0
		}
		sum = total
	}
	return max(sum, 0)
}

// allowedText names the limits of single interruptions, each once.
func allowedText(all []outage) string {
	var limits []string
	for _, o := range all {
		if text := hoursText(o.allowed); !slices.Contains(limits, text) {
			limits = append(limits, text)
		}
	}
	return strings.Join(limits, " и ")
}

// interrupted refunds a percentage for each hour above what is allowed. Two programs read the limit
// in two ways; quality.excess_mode says which holds (D6).
func (c *calculation) interrupted(r *refunds, all []outage) {
	total, single := 0, 0
	var acts []string
	for _, o := range all {
		total += o.to - o.from
		single += max(0, o.to-o.from-o.allowed)
		acts = append(acts, o.acts...)
	}
	month, limited := c.monthlyAllowance(qualityOf(r.service))
	monthly := 0
	if limited {
		monthly = max(0, total-month)
	}
	excess := max(monthly, single)
	switch mode := c.parameter("quality.excess_mode", c.month.From); mode.Value {
	case "larger":
	case "monthly_total":
		if limited {
			excess = monthly
		}
	case "single_limit":
		excess = single
	default:
		c.fail(badParameter(mode, "larger, monthly_total or single_limit"))
		return
	}
	step, rate := c.interruptionRate(qualityOf(r.service))
	units := c.fullUnits(excess, step)
	if units == 0 || c.err != nil {
		return
	}
	basis := "перерыв всего " + hoursText(total)
	if excess == single {
		basis += "; сверх допустимого подряд, " + allowedText(all) + ", — " + hoursText(single)
	} else {
		basis += "; сверх допустимого за месяц, " + hoursText(month) + ", — " + hoursText(monthly)
	}
	word, unit := "полных часов превышения", "ч"
	if step == minutesOfDay {
		word, unit = "полных суток превышения", "сут."
	}
	c.takeOff(r, reduction{
		rule: interruptionRule(qualityOf(r.service)), acts: acts, source: all[0].source,
		percent: rate.Ratio().Mul(housing.Whole(int64(units)).Ratio()),
		operands: []housing.Operand{
			{Symbol: "h", Meaning: word, Value: housing.Whole(int64(units)).String(), Unit: unit, Basis: basis},
			{Symbol: "p", Meaning: "снижение за каждый из них", Value: rate.String(), Unit: "%"},
		},
		formula: "P = −Pм × r / 100, r = h × p",
	})
}

// fullUnits counts full hours (or days) of an excess; an incomplete one is dropped (D13).
func (c *calculation) fullUnits(minutes, step int) int {
	units := minutes / step
	if minutes%step == 0 {
		return units
	}
	switch p := c.parameter("quality.partial_hour", c.month.From); p.Value {
	case "drop":
	case "count_as_full":
		units++
	default:
		c.fail(badParameter(p, "drop or count_as_full"))
	}
	return units
}

// reduction is one line of quality.
type reduction struct {
	rule, formula string
	acts          []string
	source        housing.Source
	percent       housing.Ratio
	operands      []housing.Operand
}

// takeOff emits a line of −percent of the month, no more than is left of it.
func (c *calculation) takeOff(r *refunds, d reduction) {
	whole := housing.Whole(percents).Ratio()
	if left := whole.Sub(r.used); d.percent.Cmp(left) > 0 {
		d.percent = left
		c.note(r.service, "quality_capped", "снижение платы ограничено начислением за месяц")
	}
	if d.percent.Sign() <= 0 || r.month <= 0 {
		return
	}
	r.used = r.used.Add(d.percent)
	share, err := d.percent.Quo(whole)
	if err != nil {
		c.fail(err)
		return
	}
	month, err := housing.RatioOf(int64(r.month), kopecks)
	if err != nil {
		c.fail(err)
		return
	}
	slices.Sort(d.acts)
	base := c.lines[r.first]
	l := line{service: base.service, days: c.days, exact: negative(month.Mul(share))}
	l.charge = housing.Charge{
		Rule: d.rule, Method: base.charge.Method, Reason: reasonQuality,
		Document: strings.Join(slices.Compact(d.acts), "; "),
	}
	paid, document := r.month, l.charge.Document
	l.special = &special{formula: d.formula, operands: func() []housing.Operand {
		ops := append([]housing.Operand{{
			Symbol: "Pм", Meaning: "начислено за услугу за месяц", Value: paid.String(), Unit: "₽",
		}}, d.operands...)
		return append(ops, housing.Operand{
			Symbol: "r", Meaning: "снижение платы, не больше 100 %", Value: d.percent.String(), Unit: "%", Basis: document, Source: d.source,
		})
	}}
	c.correction(l, r.service, housing.Interval{From: c.served[0].valid.From, To: c.served[len(c.served)-1].valid.To})
}

func hoursText(minutes int) string {
	text := housing.Whole(int64(minutes/minutesOfHour)).String() + " ч"
	if rest := minutes % minutesOfHour; rest > 0 {
		text += " " + housing.Whole(int64(rest)).String() + " мин"
	}
	return text
}
