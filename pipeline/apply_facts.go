package pipeline

import (
	"context"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// storing is a query of the store that takes facts of one kind.
type storing[T any] func(tx *store.Tx, ctx context.Context, organisation, source int64, rows []T) ([]housing.Outcome, error)

func applyAs[T any](ctx context.Context, a *applier, facts []importers.Fact, put storing[T], change func(T) T) ([]housing.Outcome, error) {
	return put(a.tx, ctx, a.Organisation.ID, a.source, each(facts, change))
}

// keyed makes the key by which houses are compared.
func (a *applier) keyed(h housing.OfHouse) housing.OfHouse {
	h.Key = a.keys.of(h.House)
	return h
}

// applyHouseFacts takes facts of houses as a whole, applyAccountFacts those of accounts and meters.
func (a *applier) applyHouseFacts(ctx context.Context, facts []importers.Fact) ([]housing.Outcome, error) {
	switch facts[0].(type) {
	case housing.ManagerEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyManagers, func(e housing.ManagerEntry) housing.ManagerEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.DecisionEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyDecisions, func(e housing.DecisionEntry) housing.DecisionEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.EquipmentEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyEquipment, func(e housing.EquipmentEntry) housing.EquipmentEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.CommunalEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyCommunalFlats, func(e housing.CommunalEntry) housing.CommunalEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.FailureEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyHouseFailures, func(e housing.FailureEntry) housing.FailureEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.HouseMonthEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyHouseMonths, func(e housing.HouseMonthEntry) housing.HouseMonthEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.MadeEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyMade, func(e housing.MadeEntry) housing.MadeEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.ContainerEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyContainers, func(e housing.ContainerEntry) housing.ContainerEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.WasteYearEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyWasteYears, func(e housing.WasteYearEntry) housing.WasteYearEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.QualityEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyQualityActs, func(e housing.QualityEntry) housing.QualityEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.ConsumptionRange:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyRanges, func(r housing.ConsumptionRange) housing.ConsumptionRange {
			r.House = a.keys.of(r.House)
			return r
		})
	}
	return a.applyAccountFacts(ctx, facts)
}

// applyPapers takes what is printed on documents beside charges and ledger; known is false for other facts.
func (a *applier) applyPapers(ctx context.Context, facts []importers.Fact) (outcomes []housing.Outcome, known bool, err error) {
	switch facts[0].(type) {
	case housing.InstalmentEntry:
		outcomes, err = applyAs(ctx, a, facts, (*store.Tx).ApplyInstalments, same[housing.InstalmentEntry])
	case housing.PostalAddressEntry:
		outcomes, err = applyAs(ctx, a, facts, (*store.Tx).ApplyPostalAddresses, same[housing.PostalAddressEntry])
	case housing.PostalIndexEntry:
		outcomes, err = applyAs(ctx, a, facts, (*store.Tx).ApplyPostalIndexes, func(e housing.PostalIndexEntry) housing.PostalIndexEntry {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	case housing.HouseExpense:
		outcomes, err = applyAs(ctx, a, facts, (*store.Tx).ApplyHouseExpenses, func(e housing.HouseExpense) housing.HouseExpense {
			e.OfHouse = a.keyed(e.OfHouse)
			return e
		})
	default:
		return nil, false, nil
	}
	return outcomes, true, err
}

func (a *applier) applyAccountFacts(ctx context.Context, facts []importers.Fact) ([]housing.Outcome, error) {
	switch facts[0].(type) {
	case housing.StayEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyStays, same[housing.StayEntry])
	case housing.AbsenceEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyAbsences, same[housing.AbsenceEntry])
	case housing.ViolationEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyViolations, same[housing.ViolationEntry])
	case housing.WasteShareEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyWasteShares, same[housing.WasteShareEntry])
	case housing.DistributorEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyDistributors, same[housing.DistributorEntry])
	case housing.MeterEventEntry:
		return applyAs(ctx, a, facts, (*store.Tx).ApplyMeterEvents, same[housing.MeterEventEntry])
	case housing.ControlEntry:
		rows := each(facts, same[housing.ControlEntry])
		for _, row := range rows {
			if err := a.ensureReadings(ctx, row.Readings[0].On); err != nil {
				return nil, err
			}
		}
		return a.tx.ApplyControls(ctx, a.Organisation.ID, a.source, rows)
	}
	if outcomes, known, err := a.applyPapers(ctx, facts); known {
		return outcomes, err
	}
	return a.applyFurther(ctx, facts)
}

// houseFactsRank orders facts of houses and accounts after the houses, accounts and meters that they
// name; ok is false for other facts.
func houseFactsRank(first importers.Fact) (rank int, ok bool) {
	const afterHouses, afterMeters = 2, 4
	switch first.(type) {
	case housing.ManagerEntry, housing.DecisionEntry, housing.EquipmentEntry, housing.CommunalEntry, housing.FailureEntry,
		housing.HouseMonthEntry, housing.MadeEntry, housing.ContainerEntry, housing.WasteYearEntry, housing.ConsumptionRange,
		housing.PostalIndexEntry, housing.HouseExpense:
		return afterHouses, true
	case housing.StayEntry, housing.AbsenceEntry, housing.ViolationEntry, housing.WasteShareEntry, housing.DistributorEntry,
		housing.MeterEventEntry, housing.ControlEntry, housing.QualityEntry, housing.InstalmentEntry, housing.PostalAddressEntry:
		return afterMeters, true
	}
	return 0, false
}
