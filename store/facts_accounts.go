package store

import (
	"context"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

func accountField() fieldType { return fieldType{"account_id", "bigint"} }

func number[N ~int | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// ApplyStays stores temporary residents. A row of the same account, document and first day replaces
// what was known. Outcomes stand in the order of rows, here and below.
func (t *Tx) ApplyStays(ctx context.Context, organisation, source int64, rows []housing.StayEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "stays", key: []fieldType{accountField(), {"document", "text"}, {"since", "date"}},
		values: []fieldType{{"until", "date"}, {"people", "integer"}}, overlap: "с",
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.StayEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.StayEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), r.Document, r.Valid.From.String(), r.Valid.To.String(), number(r.People),
		}}
	}), outcomes)
}

// ApplyAbsences stores absences, by account, document and day of leaving.
func (t *Tx) ApplyAbsences(ctx context.Context, organisation, source int64, rows []housing.AbsenceEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "absences", key: []fieldType{accountField(), {"document", "text"}, {"since", "date"}},
		values: []fieldType{
			{"until", "date"}, {"people", "integer"}, {"applied", "date"}, {"emergency", "boolean"},
		}, overlap: "Выбыл",
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.AbsenceEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.AbsenceEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), r.Document, r.Left.String(), r.Returned.String(), number(r.People), r.Applied.String(),
			strconv.FormatBool(r.Emergency),
		}}
	}), outcomes)
}

// ApplyViolations stores acts on consumption past meters, by account, kind, service and first day.
func (t *Tx) ApplyViolations(ctx context.Context, organisation, source int64, rows []housing.ViolationEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "violations", key: []fieldType{accountField(), {"kind", "text"}, {"service", "text"}, {"since", "date"}},
		values: []fieldType{
			{"until", "date"}, {"found", "date"}, {"power", "numeric"}, {"document", "text"},
		}, overlap: "с",
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.ViolationEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.ViolationEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), string(r.Kind), string(r.Service), r.Valid.From.String(), r.Valid.To.String(),
			r.Found.String(), r.Power.String(), r.Document,
		}}
	}), outcomes)
}

// ApplyWasteShares stores the parts of accounts in years of solid waste, by account and year.
func (t *Tx) ApplyWasteShares(ctx context.Context, organisation, source int64, rows []housing.WasteShareEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "waste_shares", key: []fieldType{accountField(), {"year", "smallint"}},
		values: []fieldType{{"weight", "numeric"}, {"charged", "bigint"}},
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.WasteShareEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.WasteShareEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), number(r.Year), r.Weight.String(), number(r.Charged),
		}}
	}), outcomes)
}

// ApplyDistributors stores what heat distributors have shown, by account and year.
func (t *Tx) ApplyDistributors(ctx context.Context, organisation, source int64, rows []housing.DistributorEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "distributor_shares", key: []fieldType{accountField(), {"year", "smallint"}}, values: []fieldType{{"value", "numeric"}},
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.DistributorEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.DistributorEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{number(accounts[r.Account]), number(r.Year), r.Value.String()}}
	}), outcomes)
}
