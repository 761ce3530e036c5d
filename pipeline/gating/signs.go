package gating

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Sign is a reason to hold an account.
type Sign struct {
	Code string
	Text string // in Russian
}

// The codes of signs, the gravest first.
const (
	NotCharged   = "not_charged"
	NegativeLine = "negative_line"
	VolumeJump   = "volume_jump"
	ZeroVolume   = "zero_volume"
	Unexplained  = "unexplained"
	Change       = "change"
	TariffChange = "tariff_change"
)

func rank(code string) int {
	return slices.Index([]string{NotCharged, NegativeLine, VolumeJump, ZeroVolume, Unexplained, Change, TariffChange}, code)
}

// signsOf looks at the lines of one service.
func (p *pair) signsOf(service housing.Service) []Sign {
	var signs []Sign
	for i := range p.now.lines {
		c := &p.now.lines[i]
		if c.Service == service && c.Amount < 0 && (!c.Kind.Apart() || c.Reason == "") {
			signs = append(signs, Sign{NegativeLine, fmt.Sprintf("%s: отрицательная строка %s руб. без причины",
				service.Russian(), c.Amount.Russian())})
		}
	}
	if s, found := p.zero(service); found {
		return append(signs, s)
	}
	if s, found := p.jump(service); found {
		signs = append(signs, s)
	}
	return signs
}

// zero asks why a meter stands still after use.
func (p *pair) zero(service housing.Service) (Sign, bool) {
	if p.before == nil {
		return Sign{}, false
	}
	was, cost, _ := p.use(p.before, service)
	is, _, method := p.use(p.now, service)
	if was.Sign() <= 0 || is.Sign() != 0 || method != housing.ByMeter || service == housing.Sewage || cost < p.limits.ZeroMin {
		return Sign{}, false
	}
	return Sign{ZeroVolume, fmt.Sprintf("%s: нулевой объём по прибору, в прошлом месяце %s %s",
		service.Russian(), quantity(was), service.Unit())}, true
}

// jump asks about a volume that is several times the usual one: of last month (with the days, people
// and area of this one), of the months before, or the norm where nothing else is known. What a norm or
// a mean gives in place of a meter is no reading to be mistyped, and what is below the norm is no lot.
func (p *pair) jump(service housing.Service) (Sign, bool) {
	is, cost, method := p.use(p.now, service)
	if is.Sign() <= 0 || cost < p.limits.JumpMin || p.replaced(service, method) || p.followsWater(service) {
		return Sign{}, false
	}
	usual, of := p.chains[service].area, "в прошлом месяце"
	if mean := p.meanOf(service); mean.Cmp(usual) > 0 {
		usual, of = mean, "в среднем за прошлые месяцы"
	}
	if method == housing.ByMeter {
		normal := p.normal(service)
		if usual.Sign() <= 0 {
			usual, of = normal, "по нормативу"
		}
		if is.Cmp(normal) <= 0 {
			return Sign{}, false
		}
	}
	if usual.Sign() <= 0 || is.Cmp(usual.Mul(p.limits.VolumeJump.Ratio())) < 0 {
		return Sign{}, false
	}
	return Sign{VolumeJump, fmt.Sprintf("%s: объём %s %s, %s %s: больше в %s раз и более",
		service.Russian(), quantity(is), service.Unit(), of, quantity(usual), p.limits.VolumeJump.Trim().Russian())}, true
}

// replaced reports whether a norm or a mean took the place of another way of charging.
func (p *pair) replaced(service housing.Service, method housing.Method) bool {
	if p.before == nil || method == housing.ByMeter {
		return false
	}
	_, _, earlier := p.use(p.before, service)
	return earlier != method
}

// followsWater reports whether the volume is only the sum of others, which are looked at themselves.
func (p *pair) followsWater(service housing.Service) bool {
	return service == housing.Sewage && (p.now.charges(housing.ColdWater) || p.now.charges(housing.HotWater))
}

// use adds up the base lines of a service; the method is that of a meter if any line is.
func (p *pair) use(m *month, service housing.Service) (volume housing.Ratio, cost housing.Money, method housing.Method) {
	for i := range m.lines {
		c := &m.lines[i]
		if c.Service != service || c.Kind.Apart() {
			continue
		}
		p.add(&cost, c.Amount)
		if c.Kind != housing.Uplift {
			volume = volume.Add(c.Volume.Ratio())
			if method != housing.ByMeter {
				method = c.Method
			}
		}
	}
	return volume, cost, method
}

// meanOf is the mean of the earlier months that the facts know of the meters of a service.
func (p *pair) meanOf(service housing.Service) housing.Ratio {
	var sum housing.Ratio
	months := map[housing.Period]bool{}
	for i := range p.now.facts.Meters {
		if m := &p.now.facts.Meters[i]; m.Service == service {
			for _, v := range m.History {
				sum = sum.Add(v.Volume.Ratio())
				months[v.Period] = true
			}
		}
	}
	mean, err := sum.Quo(housing.Whole(int64(len(months))).Ratio())
	if err != nil {
		return housing.Ratio{}
	}
	return mean
}

// normal is the volume of a month by norm, 0 where no norm of persons is known.
func (p *pair) normal(service housing.Service) housing.Ratio {
	norm := onlyNorm(p.now.snapshot, service)
	o := occupancyOn(p.now.facts, p.now.snapshot.Period.Last())
	if norm == nil || o == nil || norm.Base != housing.PerPerson {
		return housing.Ratio{}
	}
	return norm.Value.Ratio().Mul(housing.Whole(int64(people(o))).Ratio())
}

// changeSigns looks at the account as a whole.
func (p *pair) changeSigns(c *housing.AccountChange) []Sign {
	var signs []Sign
	if p.before != nil && c.Was != 0 && len(p.now.lines) == 0 {
		return []Sign{{NotCharged, "в прошлом месяце начислено " + c.Was.Russian() + " руб., в этом начислений нет"}}
	}
	if c.New {
		return nil
	}
	if abs(c.Unexplained) > p.limits.UnexplainedMax {
		signs = append(signs, Sign{Unexplained, "необъяснённое изменение " + c.Unexplained.Russian() + " руб., допускается " +
			p.limits.UnexplainedMax.Russian()})
	}
	var own housing.Money // what a mistyped fact of the account would change
	for _, s := range c.Services {
		if !p.limits.Seasonal[s.Service] {
			for _, part := range []housing.Money{s.Volume, s.People, s.Area} {
				p.add(&own, part)
			}
		}
	}
	if p.exceeds(own, c.Was, p.limits.ChangePercent) {
		signs = append(signs, Sign{Change, fmt.Sprintf("изменение из-за объёма, проживающих и площади %s руб. при %s руб. в прошлом месяце, допускается %s %%",
			own.Russian(), c.Was.Russian(), p.limits.ChangePercent.Russian())})
	}
	if p.exceeds(c.Tariff, c.Was, p.limits.TariffPercent) {
		signs = append(signs, Sign{TariffChange, fmt.Sprintf("изменение из-за тарифов %s руб. при %s руб. в прошлом месяце, допускается %s %%",
			c.Tariff.Russian(), c.Was.Russian(), p.limits.TariffPercent.Russian())})
	}
	return signs
}

// exceeds reports whether a change is large enough to be looked at and above so many percent.
func (p *pair) exceeds(change, of housing.Money, percent housing.Decimal) bool {
	if abs(change) < p.limits.ChangeMin || change == 0 || of <= 0 {
		return false
	}
	const whole = 100
	limit := housing.Whole(int64(of)).Ratio().Mul(percent.Ratio())
	return housing.Whole(int64(abs(change))).Ratio().Mul(housing.Whole(whole).Ratio()).Cmp(limit) > 0
}

// quantity prints a volume.
func quantity(r housing.Ratio) string {
	const digits = 3
	d, err := r.Round(digits)
	if err != nil {
		return r.String()
	}
	return d.Trim().Russian()
}
