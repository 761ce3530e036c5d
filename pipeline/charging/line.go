package charging

import (
	"github.com/kvitok-gkh/kvitok/housing"
)

// formula is which product a line is; its text is made only for a trace.
type formula uint8

const (
	areaFormula       formula = iota // S × T
	meterFormula                     // V × T
	averageFormula                   // Vср × T
	normFormula                      // n × N × T
	normAreaFormula                  // S × N × T
	upliftFormula                    // n × N × (K − 1) × T
	upliftAreaFormula                // S × N × (K − 1) × T
	sewageFormula                    // (Vхв + Vгв) × T
	evenFormula                      // S × N × k × T
	houseFormula                     // Vд × Si / Sоб × T
	wasteFormula                     // n × N / 12 × T
	wasteAreaFormula                 // S × N / 12 × T
)

// line is a charge with the facts that it was computed from.
type line struct {
	charge  housing.Charge
	formula formula
	owners  bool // people counts owners
	people  int
	days    int
	first   int // uses[first:last] are the meters behind the volume
	last    int

	service   *housing.AccountService
	occupancy *housing.Occupancy
	tariff    *housing.Tariff
	norm      *housing.Norm
	parameter *housing.Parameter // coefficient
	table     *serviceTable      // of the house meter
	pool      *pool              // the printed volumes of its lines add up to it
	why       func(*line) reason // of the rarer rules: formula and operands, made only for a trace

	volume    housing.Ratio
	exact     housing.Ratio // roubles before rounding
	cold, hot housing.Ratio // parts of sewage
	special   *special      // set where formula does not say it
}

// reason is what a trace says of a line.
type reason struct {
	formula  string
	operands []housing.Operand
	rounding string // empty: once, half-up
}

// keep copies a line to where those of the house are kept. Lines are large: each is moved once, and lists of them
// are lists of pointers.
func (c *calculation) keep(l *line) *line {
	if len(c.page) == cap(c.page) {
		const most = 64
		c.page = make([]line, 0, min(most, cap(c.lines)+1))
	}
	c.page = append(c.page, *l)
	return &c.page[len(c.page)-1]
}

// emit prices a line and rounds it once. The line itself stays as it is.
func (c *calculation) emit(draft *line, service housing.Service, segment housing.Interval) {
	l := c.keep(draft)
	ch := &l.charge
	ch.Account, ch.Service, ch.Segment = c.acc.Number, service, segment
	ch.Payee, ch.Price = l.service.Payee, l.tariff.Price
	if ch.Kind == "" {
		ch.Kind = housing.BaseCharge
	}
	l.exact = l.volume.Mul(l.tariff.Price.Ratio())
	if ch.Kind == housing.Uplift {
		l.exact = l.exact.Mul(ch.Coefficient.Ratio().Sub(housing.Whole(1).Ratio()))
	}
	amount, err := l.exact.Money()
	if err != nil {
		c.hold(service, "amount_overflow", "сумма начисления выходит за допустимые пределы")
		return
	}
	if amount < 0 {
		c.hold(service, "negative_amount", "начисление получилось отрицательным")
		return
	}
	ch.Amount = amount
	if ch.Kind != housing.Uplift { // a coefficient raises the money, never the volume (R2.2.3)
		volume, err := l.volume.Round(c.scale)
		if err != nil {
			c.hold(service, "volume_overflow", "объём выходит за допустимые пределы")
			return
		}
		ch.Volume = volume.Trim()
	}
	c.lines = append(c.lines, l)
}
