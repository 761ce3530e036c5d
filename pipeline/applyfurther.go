package pipeline

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// applyFurther gives facts that only some offices have to the query of their subject.
func (a *applier) applyFurther(ctx context.Context, facts []importers.Fact) ([]housing.Outcome, error) {
	organisation := a.Organisation.ID
	switch facts[0].(type) {
	case housing.BankStatement:
		return a.tx.ApplyBankStatements(ctx, organisation, a.source, each(facts, same[housing.BankStatement]))
	case housing.BankDocument:
		return a.tx.ApplyBankDocuments(ctx, organisation, a.source, each(facts, same[housing.BankDocument]))
	case housing.BenefitEntry:
		return a.tx.ApplyBenefits(ctx, organisation, a.source, each(facts, same[housing.BenefitEntry]))
	case housing.HouseMeterEntry:
		return a.tx.ApplyHouseMeters(ctx, organisation, a.source, each(facts, func(m housing.HouseMeterEntry) housing.HouseMeterEntry {
			m.Key = matching.HouseKey(m.House)
			return m
		}))
	case housing.HouseMeterReading:
		return a.tx.ApplyHouseReadings(ctx, organisation, a.source, each(facts, func(r housing.HouseMeterReading) housing.HouseMeterReading {
			if r.House != "" {
				r.Key = matching.HouseKey(r.House)
			}
			return r
		}))
	case housing.AccountReference:
		return a.tx.ApplyAccountReferences(ctx, organisation, a.source, each(facts, same[housing.AccountReference]))
	case housing.PointDay:
		return a.tx.ApplyPointDays(ctx, organisation, a.source, each(facts, same[housing.PointDay]))
	}
	return nil, fmt.Errorf("apply a row of %s: no step takes a %T", a.file.Format, facts[0])
}
