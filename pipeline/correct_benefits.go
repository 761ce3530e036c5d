package pipeline

import (
	"context"

	"github.com/kvitok-gkh/kvitok/housing"
)

// bookBenefits books what a round changed of benefits, for the registry of the authority of social protection.
func (c *corrector) bookBenefits(ctx context.Context, house int64, list []housing.BenefitCorrection, round int) error {
	if len(list) == 0 {
		return nil
	}
	for i := range list {
		list[i].Round, list[i].Booked = round, c.in.Period
	}
	c.result.Benefits = append(c.result.Benefits, list...)
	return c.tx.AddBenefitCorrections(ctx, c.in.Period, house, c.payees, list)
}
