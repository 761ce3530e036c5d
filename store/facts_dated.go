package store

import (
	"context"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyManagers stores who manages houses since when. A row that begins while another is open ends it;
// other overlaps are rejected. Outcomes stand in the order of rows, here and below.
func (t *Tx) ApplyManagers(ctx context.Context, organisation, source int64, rows []housing.ManagerEntry) ([]housing.Outcome, error) {
	table := dated{name: "house_managers", key: []fieldType{houseField()}, values: []fieldType{{"manager", "text"}}}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.ManagerEntry) housing.OfHouse { return r.OfHouse })
	for i, r := range rows {
		if err == nil && outcomes[i].Verdict == "" {
			err = t.put(ctx, table, &outcomes[i], r.Valid, []any{houses[r.Key]}, []any{string(r.Manager)},
				[]any{r.Document, source, r.Source.Position})
		}
	}
	return outcomes, err
}

// ApplyDecisions stores what owners decided on the common property.
func (t *Tx) ApplyDecisions(ctx context.Context, organisation, source int64, rows []housing.DecisionEntry) ([]housing.Outcome, error) {
	table := dated{
		name: "house_decisions", key: []fieldType{houseField(), {"service", "text"}},
		values: []fieldType{{"method", "text"}, {"above_norm_shared", "boolean"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.DecisionEntry) housing.OfHouse { return r.OfHouse })
	for i, r := range rows {
		if err == nil && outcomes[i].Verdict == "" {
			err = t.put(ctx, table, &outcomes[i], r.Valid, []any{houses[r.Key], string(r.Service)},
				[]any{string(r.Method), r.AboveNormShared}, []any{r.Document, source, r.Source.Position})
		}
	}
	return outcomes, err
}

// ApplyEquipment stores how houses are equipped.
func (t *Tx) ApplyEquipment(ctx context.Context, organisation, source int64, rows []housing.EquipmentEntry) ([]housing.Outcome, error) {
	table := dated{
		name: "house_equipment", key: []fieldType{houseField(), {"service", "text"}},
		values: []fieldType{{"automatic", "boolean"}, {"open_system", "boolean"}, {"norm_before_2012", "boolean"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.EquipmentEntry) housing.OfHouse { return r.OfHouse })
	for i, r := range rows {
		if err == nil && outcomes[i].Verdict == "" {
			err = t.put(ctx, table, &outcomes[i], r.Valid, []any{houses[r.Key], string(r.Service)},
				[]any{r.Automatic, r.OpenSystem, r.NormBefore2012}, []any{r.Document, source, r.Source.Position})
		}
	}
	return outcomes, err
}

// ApplyCommunalFlats stores the total areas of communal flats.
func (t *Tx) ApplyCommunalFlats(ctx context.Context, organisation, source int64, rows []housing.CommunalEntry) ([]housing.Outcome, error) {
	table := dated{
		name: "communal_flats", key: []fieldType{houseField(), {"flat", "text"}}, values: []fieldType{{"area", "numeric"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.CommunalEntry) housing.OfHouse { return r.OfHouse })
	for i, r := range rows {
		if err == nil && outcomes[i].Verdict == "" {
			err = t.put(ctx, table, &outcomes[i], r.Valid, []any{houses[r.Key], r.Flat}, []any{r.Area.String()},
				[]any{r.Document, source, r.Source.Position})
		}
	}
	return outcomes, err
}

// ApplyRanges stores the bounds of ranges of consumption, of one house or of all.
func (t *Tx) ApplyRanges(ctx context.Context, organisation, source int64, rows []housing.ConsumptionRange) ([]housing.Outcome, error) {
	table := dated{
		name: "ranges", anyHome: true,
		key: []fieldType{
			{"organisation_id", "bigint"}, houseField(), {"service", "text"}, {"range_no", "smallint"}, {"category", "text"},
		},
		values: []fieldType{{"base", "text"}, {"up_to", "numeric"}, {"least", "numeric"}, {"whole", "boolean"}},
	}
	houses, err := t.houseIDs(ctx, organisation)
	outcomes := make([]housing.Outcome, len(rows))
	for i, r := range rows {
		switch {
		case err != nil:
			return nil, err
		case r.House != "" && houses[r.House] == 0:
			reject(&outcomes[i], "unknown_house", "Дом", r.House, unknownHouse)
		default:
			err = t.put(ctx, table, &outcomes[i], r.Valid,
				[]any{organisation, houses[r.House], string(r.Service), int16(r.Range), r.Category}, //nolint:gosec // 1 to 9
				[]any{string(r.Base), r.UpTo.String(), r.Least.String(), r.Whole}, []any{r.Document, source, r.Source.Position})
		}
	}
	return outcomes, err
}
