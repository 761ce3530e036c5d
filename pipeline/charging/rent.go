package charging

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// rent puts the rate into a line of rent; false holds the account.
func (c *calculation) rent(l *line) bool {
	base := l.tariff
	if l.tariff = c.rentRate(l.service, base); l.tariff == nil {
		return false
	}
	if l.tariff != base {
		l.why = c.rentReason(base)
	}
	return true
}

// rentRate is the rate of a m² of rent: as printed in the municipal table, or the base times the
// coefficients of quality and correspondence where the act gives the base alone (R1.4). The table
// rounds the rate before any area is applied (rent.rate_scale).
func (c *calculation) rentRate(s *housing.AccountService, base *housing.Tariff) *housing.Tariff {
	if s.Quality.IsZero() && s.Correspondence.IsZero() {
		return base
	}
	if s.Quality.Sign() < 0 || s.Correspondence.Sign() < 0 {
		c.hold(housing.Rent, "rent_coefficient", "коэффициент платы за наём отрицательный")
		return nil
	}
	exact := base.Price.Ratio()
	for _, k := range []housing.Decimal{s.Quality, s.Correspondence} {
		if !k.IsZero() {
			exact = exact.Mul(k.Ratio())
		}
	}
	scale, err := strconv.ParseUint(c.word("rent.rate_scale"), 10, 8)
	if err != nil {
		c.fail(badParameter(c.parameter("rent.rate_scale", c.month.From), "the digits of a rate"))
		return nil
	}
	price, err := exact.Round(uint8(scale))
	if err != nil {
		c.hold(housing.Rent, "amount_overflow", "ставка платы за наём выходит за допустимые пределы")
		return nil
	}
	rate := *base
	rate.Price = price
	return &rate
}

// rentReason tells how the rate was made of its base.
func (c *calculation) rentReason(base *housing.Tariff) func(*line) reason {
	return func(l *line) reason {
		r := reason{
			formula:  "P = S" + c.partText(l) + " × T, где T = Б × Кj × Кс, округлено",
			operands: []housing.Operand{area(l, "S")},
		}
		if l.days < c.days {
			r.operands = append(r.operands, c.dayOperands(l)...)
		}
		r.operands = append(r.operands, housing.Operand{
			Symbol: "Б", Meaning: "базовый размер платы", Value: base.Price.String(), Unit: "₽/м²", Basis: base.Document, Source: base.Source,
		})
		for _, k := range []housing.Operand{
			{Symbol: "Кj", Meaning: "коэффициент качества и благоустройства", Value: l.service.Quality.String(), Source: l.service.Source},
			{Symbol: "Кс", Meaning: "коэффициент соответствия платы", Value: l.service.Correspondence.String(), Source: l.service.Source},
		} {
			if k.Value != "0" {
				r.operands = append(r.operands, k)
			}
		}
		scale := c.parameter("rent.rate_scale", c.month.From)
		return reason{formula: r.formula, operands: append(r.operands, housing.Operand{
			Symbol: "T", Meaning: "ставка, знаков после запятой: " + scale.Value, Value: l.tariff.Price.String(), Unit: "₽/м²",
			Basis: "параметр " + scale.Name + basis(scale.Basis),
		})}
	}
}
