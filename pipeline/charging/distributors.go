package charging

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// distributed finds the accounts with readings of heat distributors for the year before (H9). They
// count only where more of the house is equipped than heating.distributors_min_area.
func (c *calculation) distributed(order []int) map[string]housing.DistributorShare {
	const service = housing.Heating
	shares := map[string]housing.DistributorShare{}
	var area housing.Ratio
	for _, at := range order {
		a := &c.snapshot.Accounts[at]
		if c.house.held[a.Number] {
			continue
		}
		d, found, sound := c.distributorsOf(a)
		if !sound {
			return nil
		}
		if found {
			shares[a.Number] = d
			area = area.Add(c.pastAreaDays(a))
		}
	}
	if len(shares) == 0 {
		return nil
	}
	if mode := c.word("heating.distributors"); mode != "h4_h5_yearly_correction" {
		c.fail(badParameter(c.parameter("heating.distributors", c.month.From), "h4_h5_yearly_correction"))
		return nil
	}
	least, ok := c.fraction(c.parameter("heating.distributors_min_area", c.month.From))
	if !ok {
		return nil
	}
	if days := whole(c.heatedDays()); area.Cmp(least.Mul(days).Mul(c.snapshot.House.Area.Ratio())) <= 0 {
		c.tell(service, "distributors_too_few", "распределителями оборудована недостаточная доля площади дома: они не применены")
		return nil
	}
	return shares
}

// distributorsOf finds what the distributors of an account showed in the year before.
func (c *calculation) distributorsOf(a *housing.AccountFacts) (share housing.DistributorShare, found, sound bool) {
	year := c.lastYear().Year()
	for _, d := range a.Distributors {
		if d.Year != year {
			continue
		}
		if found || d.Value.Sign() < 0 {
			c.tell(housing.Heating, "distributors_wrong", "показания распределителей лицевого счёта "+a.Number+
				" отрицательны или указаны дважды: распределители не применены")
			return share, false, false
		}
		share, found = d, true
	}
	return share, found, true
}

// heatedDays counts the days of the months of the year before for which anybody was charged heating: out of
// season nobody's area counts.
func (c *calculation) heatedDays() int {
	heated := map[housing.Period]bool{}
	for i := range c.snapshot.Accounts {
		for j := range c.snapshot.Accounts[i].Past {
			if p := &c.snapshot.Accounts[i].Past[j]; p.Service == housing.Heating && c.ofLastYear(p) {
				heated[p.Valid.From.Period()] = true
			}
		}
	}
	days := 0
	for month := range heated {
		days += month.Days()
	}
	return days
}

// pastAreaDays is the area of an account in the year before, times its days.
func (c *calculation) pastAreaDays(a *housing.AccountFacts) housing.Ratio {
	var sum housing.Ratio
	for i := range a.Past {
		if p := &a.Past[i]; p.Service == housing.Heating && c.ofLastYear(p) {
			sum = sum.Add(p.Area.Ratio().Mul(whole(p.Valid.Days())))
		}
	}
	return sum
}

// distribute shares the year's heating of the equipped premises by their distributors:
// P = ΣPm × m / Σm − charged. The parts add up to the sum (largest remainder).
func (c *calculation) distribute(shares []yearShare, equipped map[string]housing.DistributorShare) {
	const service = housing.Heating
	if len(shares) == 0 {
		return
	}
	var cost, units housing.Ratio
	for i := range shares {
		cost = cost.Add(shares[i].cost)
		units = units.Add(equipped[shares[i].account.Number].Value.Ratio())
	}
	if units.Sign() == 0 {
		c.tell(service, "distributors_zero", "показания распределителей за год нулевые: корректировка не сделана")
		return
	}
	parts := make([]housing.Ratio, len(shares))
	for i := range shares {
		parts[i] = c.quo(cost.Mul(equipped[shares[i].account.Number].Value.Ratio()), units)
	}
	total, err := cost.Round(2)
	if err == nil {
		var split []housing.Decimal
		if split, err = Split(total, parts, 2); err == nil {
			for i := range shares {
				c.distributorLine(&shares[i], equipped, distribution{cost, units, parts[i], split[i], len(shares)})
			}
			return
		}
	}
	c.tell(service, "amount_overflow", "сумма по распределителям выходит за допустимые пределы")
}

// distribution is the part of an account in the heating of the equipped premises.
type distribution struct {
	cost, units, exact housing.Ratio
	part               housing.Decimal
	premises           int
}

func (c *calculation) distributorLine(s *yearShare, equipped map[string]housing.DistributorShare, d distribution) {
	own := equipped[s.account.Number]
	amount, err := housing.Money(d.part.Units()).Sub(s.charged)
	if err != nil {
		c.tell(housing.Heating, "amount_overflow", "сумма по распределителям выходит за допустимые пределы")
		return
	}
	c.emitCorrection(s, line{
		charge: housing.Charge{Service: housing.Heating, Rule: "H9", Amount: amount},
		exact:  d.exact.Sub(roubles(s.charged)),
		why: func(*line) reason {
			return reason{
				formula:  "P = ΣP × m / Σm − Pн",
				rounding: "части суммы дома отсекаются до копейки, недостающие копейки — по наибольшему остатку",
				operands: []housing.Operand{
					{
						Symbol: "ΣP", Meaning: "плата за год помещений с распределителями", Value: d.cost.String(), Unit: "₽",
						Basis: "помещений: " + strconv.Itoa(d.premises),
					},
					{Symbol: "m", Meaning: "показания распределителей помещения за год", Value: own.Value.String(), Unit: "ед.", Source: own.Source},
					decimalOf("Σm", "показания распределителей всех этих помещений", d.units, "ед."),
					chargedOperand(s),
				},
			}
		},
	})
}
