package charging

import (
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// correctCommon recalculates КР на СОИ of the year before by the house meter (R2.8.5): each month keeps
// to its norm (R2.8.6), a negative month is taken off the ones after it (R2.8.7).
func (c *calculation) correctCommon(order []int, service housing.Service, f *housing.HouseFacts) {
	if !c.houseArea(service) {
		return
	}
	months, ok := c.yearOf(service, f)
	if !ok {
		return
	}
	volumes, left := c.yearOfCommon(service, f, months)
	for i := range c.house.outcomes {
		if o := &c.house.outcomes[i]; o.Service == service {
			o.Carried = left
		}
	}
	area := c.snapshot.House.Area
	for _, at := range order {
		a := &c.snapshot.Accounts[at]
		shares := c.yearShares(a, service, func(p *housing.PastCharge) pastShare {
			v := volumes[p.Valid.From.Period().Month()-1]
			own := c.pastArea(p)
			cost := c.quo(v.Mul(own).Mul(p.Price.Ratio()), area.Ratio())
			return pastShare{past: p, cost: cost, text: func() string {
				return fmt.Sprintf("V %s × %s / %s × %s", comma(v.String()), comma(own.String()), area.Russian(), p.Price.Russian())
			}}
		})
		for i := range shares {
			c.correctYear(&shares[i], service, "R2.8.5")
		}
	}
}

// yearOfCommon gives what each month of the year comes to after carrying and limits, and what stays
// negative at its end.
func (c *calculation) yearOfCommon(
	service housing.Service, f *housing.HouseFacts, months []*housing.HouseMonth,
) ([]housing.Ratio, housing.Decimal) {
	volumes := make([]housing.Ratio, len(months))
	carry := c.carried(service, f).Ratio()
	pass := c.word("soi.above_norm") == "pass_full_fact" || f.AboveNormShared
	keep := c.word("soi.negative") == "carry_forward"
	unlimited := false
	for i, h := range months {
		v := h.Volume.Ratio()
		if keep {
			v = v.Add(carry)
			carry = housing.Ratio{}
		}
		if v.Sign() < 0 {
			carry = v
			continue
		}
		volumes[i] = v
		if pass {
			continue
		}
		if limit, ok := c.normOfPast(service, h.Period); !ok {
			unlimited = true
		} else if v.Cmp(limit) > 0 {
			volumes[i] = limit
		}
	}
	if unlimited {
		c.tell(service, "common_norm_unknown", "норматив на общее имущество известен не на все месяцы прошлого года: объём не ограничен")
	}
	left, err := carry.Round(c.scale)
	if err != nil || !keep {
		left = housing.Decimal{}
	}
	return volumes, left.Trim()
}

// normOfPast is the norm volume of the common property in an earlier month, by the norm of its first
// day.
func (c *calculation) normOfPast(service housing.Service, p housing.Period) (housing.Ratio, bool) {
	var found *housing.Norm
	for i := range c.snapshot.Norms {
		n := &c.snapshot.Norms[i]
		if n.Service != service || n.Base != housing.PerArea || !n.Valid.Contains(p.First()) {
			continue
		}
		if found == nil || (n.House != "" && found.House == "") {
			found = n
		}
	}
	common := c.snapshot.House.Common.Ratio()
	if found == nil || found.Value.Sign() < 0 || common.Sign() <= 0 {
		return housing.Ratio{}, false
	}
	return common.Mul(found.Value.Ratio()), true
}
