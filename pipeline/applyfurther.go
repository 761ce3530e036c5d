package pipeline

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// applyFurther gives facts that only some offices have to the query of their subject.
func (a *applier) applyFurther(ctx context.Context, facts []importers.Fact) ([]housing.Outcome, error) {
	organisation := a.Organisation.ID
	switch facts[0].(type) {
	case housing.PaymentReversal:
		return a.applyReversals(ctx, each(facts, same[housing.PaymentReversal]))
	case housing.BankStatement:
		return a.tx.ApplyBankStatements(ctx, organisation, a.source, each(facts, same[housing.BankStatement]))
	case housing.BankDocument:
		return a.tx.ApplyBankDocuments(ctx, organisation, a.source, each(facts, same[housing.BankDocument]))
	case housing.BenefitGrantEntry:
		return a.applyGrants(ctx, each(facts, same[housing.BenefitGrantEntry]))
	case housing.CourtDebtEntry:
		return a.tx.ApplyCourtDebts(ctx, organisation, a.source, each(facts, same[housing.CourtDebtEntry]))
	case housing.BenefitEntry:
		return a.tx.ApplyBenefits(ctx, organisation, a.source, each(facts, same[housing.BenefitEntry]))
	case housing.HouseMeterEntry:
		return a.tx.ApplyHouseMeters(ctx, organisation, a.source, each(facts, func(m housing.HouseMeterEntry) housing.HouseMeterEntry {
			m.Key = a.keys.of(m.House)
			return m
		}))
	case housing.HouseMeterReading:
		return a.tx.ApplyHouseReadings(ctx, organisation, a.source, each(facts, func(r housing.HouseMeterReading) housing.HouseMeterReading {
			if r.House != "" {
				r.Key = a.keys.of(r.House)
			}
			return r
		}))
	case housing.UnifiedEntry:
		return a.tx.ApplyUnified(ctx, organisation, each(facts, same[housing.UnifiedEntry]))
	case housing.GISMeterEntry:
		return a.tx.ApplyGISMeters(ctx, organisation, a.source, each(facts, func(m housing.GISMeterEntry) housing.GISMeterEntry {
			if m.House != "" {
				m.Key = a.keys.of(m.House)
			}
			return m
		}))
	case housing.GISDocumentEntry:
		return a.tx.ApplyGISDocuments(ctx, organisation, a.source, each(facts, same[housing.GISDocumentEntry]))
	case housing.GISReading:
		return a.applyGISReadings(ctx, each(facts, same[housing.GISReading]))
	case housing.AccountReference:
		return a.tx.ApplyAccountReferences(ctx, organisation, a.source, each(facts, same[housing.AccountReference]))
	case housing.StreetRename:
		return a.tx.ApplyStreetRenames(ctx, organisation, a.source, each(facts, same[housing.StreetRename]))
	case housing.DeliveryEntry:
		return a.tx.ApplyDeliveryWishes(ctx, organisation, a.source, each(facts, same[housing.DeliveryEntry]))
	case housing.PointDay:
		return a.tx.ApplyPointDays(ctx, organisation, a.source, each(facts, same[housing.PointDay]))
	}
	return nil, fmt.Errorf("apply a row of %s: no step takes a %T", a.file.Format, facts[0])
}

// applyGISReadings gives readings to the meters that their numbers in ГИС ЖКХ lead to: those of individual
// meters pass the checks of every other source.
func (a *applier) applyGISReadings(ctx context.Context, rows []housing.GISReading) ([]housing.Outcome, error) {
	numbers := make([]string, len(rows))
	for i, r := range rows {
		numbers[i] = r.Number
	}
	meters, err := a.tx.GISMeters(ctx, a.Organisation.ID, numbers)
	if err != nil {
		return nil, err
	}
	ends := make([]housing.Outcome, len(rows))
	var own []housing.MeterReading
	var common []housing.HouseMeterReading
	var ownAt, commonAt []int
	for i, r := range rows {
		m, known := meters[r.Number]
		switch {
		case !known:
			ends[i] = housing.Outcome{Verdict: housing.Rejected, Problems: []housing.Problem{{
				Code: "unknown_gis_meter", Column: "Номер ПУ в ГИС ЖКХ", Value: r.Number, Severity: housing.SeverityError,
				Text: "прибор с этим номером ГИС ЖКХ не известен: загрузите сначала книгу сведений о приборах с ответом системы",
			}}}
		case m.Account == "":
			common = append(common, housing.HouseMeterReading{Key: m.Key, Service: m.Service, Serial: m.Serial, Reading: r.Reading})
			commonAt = append(commonAt, i)
		default:
			own = append(own, housing.MeterReading{Account: m.Account, Service: m.Service, Serial: m.Serial, Reading: r.Reading})
			ownAt = append(ownAt, i)
		}
	}
	if len(own) > 0 {
		applied, err := a.applyReadings(ctx, own)
		if err != nil {
			return nil, err
		}
		spread(ends, applied, ownAt)
	}
	if len(common) > 0 {
		applied, err := a.tx.ApplyHouseReadings(ctx, a.Organisation.ID, a.source, common)
		if err != nil {
			return nil, err
		}
		spread(ends, applied, commonAt)
	}
	return ends, nil
}

func spread(ends, applied []housing.Outcome, places []int) {
	for i, end := range applied {
		ends[places[i]] = end
	}
}
