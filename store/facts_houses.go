package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

func houseField() fieldType { return fieldType{"house_id", "bigint"} }

// ApplyHouseFailures stores days on which house meters do not count, by house, service and first day.
func (t *Tx) ApplyHouseFailures(ctx context.Context, organisation, source int64, rows []housing.FailureEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "house_meter_failures", key: []fieldType{houseField(), {"service", "text"}, {"since", "date"}},
		values: []fieldType{{"until", "date"}, {"document", "text"}}, overlap: "Не учитывает с",
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.FailureEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.FailureEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(houses[r.Key]), string(r.Service), r.Valid.From.String(), r.Valid.To.String(), r.Document,
		}}
	}), outcomes)
}

// ApplyHouseMonths stores what is known of houses in a month, by house, month and service.
func (t *Tx) ApplyHouseMonths(ctx context.Context, organisation, source int64, rows []housing.HouseMonthEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "house_months", key: []fieldType{houseField(), {"period", "date"}, {"service", "text"}},
		values: []fieldType{
			{"outside", "numeric"}, {"production", "numeric"}, {"heating_days", "smallint"}, {"outdoor", "numeric"}, {"people", "integer"},
		},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.HouseMonthEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.HouseMonthEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(houses[r.Key]), r.Period.First().String(), string(r.Service), r.Outside.String(), r.Production.String(),
			number(r.HeatingDays), r.Outdoor.String(), number(r.People),
		}}
	}), outcomes)
}

// ApplyMade stores what houses spent to make heating and hot water, by house, month, service and resource.
func (t *Tx) ApplyMade(ctx context.Context, organisation, source int64, rows []housing.MadeEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "house_made", key: []fieldType{houseField(), {"period", "date"}, {"service", "text"}, {"resource", "text"}},
		values: []fieldType{{"volume", "numeric"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.MadeEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.MadeEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(houses[r.Key]), r.Period.First().String(), string(r.Service), string(r.Resource), r.Volume.String(),
		}}
	}), outcomes)
}

// ApplyContainers stores containers that were emptied, by house, month, capacity and document.
func (t *Tx) ApplyContainers(ctx context.Context, organisation, source int64, rows []housing.ContainerEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "waste_containers", key: []fieldType{houseField(), {"period", "date"}, {"capacity", "numeric"}, {"document", "text"}},
		values: []fieldType{{"count", "integer"}, {"removals", "integer"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.ContainerEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.ContainerEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(houses[r.Key]), r.Period.First().String(), r.Capacity.Trim().String(), r.Document, number(r.Count), number(r.Removals),
		}}
	}), outcomes)
}

// ApplyWasteYears stores years of solid waste by containers, by house and year.
func (t *Tx) ApplyWasteYears(ctx context.Context, organisation, source int64, rows []housing.WasteYearEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "waste_years", key: []fieldType{houseField(), {"year", "smallint"}},
		values: []fieldType{{"period", "date"}, {"cost", "bigint"}, {"weight", "numeric"}, {"document", "text"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.WasteYearEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.WasteYearEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(houses[r.Key]), number(r.Year), r.Period.First().String(), number(r.Cost), r.Weight.String(), r.Document,
		}}
	}), outcomes)
}

// ApplyQualityActs stores quality acts, by house, kind, service, document and beginning.
func (t *Tx) ApplyQualityActs(ctx context.Context, organisation, source int64, rows []housing.QualityEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "quality_acts",
		key:  []fieldType{houseField(), {"kind", "text"}, {"service", "text"}, {"document", "text"}, {"began", "timestamp"}},
		values: []fieldType{
			{"ended", "timestamp"},
			{"measured", "numeric"},
			{"corner", "boolean"},
			{"accident", "boolean"},
			{"sources", "smallint"},
			{"accounts", "bigint[]"},
		}, overlap: "Начало",
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.QualityEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	var named []string
	for _, r := range rows {
		named = append(named, r.Accounts...)
	}
	accounts, err := t.accountHouses(ctx, organisation, named)
	if err != nil {
		return nil, err
	}
	list := make([]keyedRow, len(rows))
	for i, r := range rows {
		ids := make([]int64, 0, len(r.Accounts))
		for _, name := range r.Accounts {
			switch found := accounts[name]; {
			case outcomes[i].Verdict == housing.Rejected:
			case found.account == 0:
				reject(&outcomes[i], "unknown_account", "Лицевые счета", name, unknownAccount)
			case found.house != houses[r.Key]:
				reject(&outcomes[i], "account_elsewhere", "Лицевые счета", name, "лицевой счёт открыт в другом доме")
			default:
				ids = append(ids, found.account)
			}
		}
		list[i] = keyedRow{r.Source.Position, []string{
			number(houses[r.Key]), string(r.Kind), string(r.Service), r.Document, r.From.String(), r.To.String(), r.Measured.String(),
			strconv.FormatBool(r.Corner), strconv.FormatBool(r.Accident), number(r.Sources), arrayText(ids),
		}}
	}
	return outcomes, t.putKeyed(ctx, table, source, list, outcomes)
}

// arrayText writes an array as PostgreSQL reads it, in order.
func arrayText(ids []int64) string {
	text := make([]byte, 0, len(ids)*8+2) //nolint:mnd // about a number and a comma
	text = append(text, '{')
	for i, id := range ids {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, id, 10)
	}
	return string(append(text, '}'))
}

// dated is a table of facts that are true since a day, one of a key at a time: one that begins while
// another of its key is open ends that one.
type dated struct {
	name    string
	key     []fieldType
	values  []fieldType
	anyHome bool // a row may be of no house: of all of them
}

// put stores one row: key and values as arguments of their columns.
func (t *Tx) put(ctx context.Context, d dated, outcome *housing.Outcome, valid housing.Interval, key, values, more []any) error {
	n := len(d.key)
	var where, names, places, same strings.Builder
	for i, f := range d.key {
		column, place := f.name, fmt.Sprintf("$%d::%s", i+1, f.kind)
		names.WriteString(f.name + ", ")
		if d.anyHome && f == houseField() { // 0 stands for no house
			places.WriteString("NULLIF(" + place + ", 0), ")
			column = "COALESCE(house_id, 0)"
		} else {
			places.WriteString(place + ", ")
		}
		where.WriteString(column + " = " + place + " AND ")
	}
	from, to := n+1, n+2
	for i, f := range d.values {
		place := fmt.Sprintf("$%d::%s", n+3+i, f.kind)
		same.WriteString(f.name + " = " + place + " AND ")
		names.WriteString(f.name + ", ")
		places.WriteString(place + ", ")
	}
	of, equal := where.String(), where.String()+same.String()
	after := n + 3 + len(d.values)
	err := t.putDated(ctx, outcome, datedRow{
		same: fmt.Sprintf(`SELECT EXISTS (SELECT FROM %s WHERE %s lower(valid) = $%d::date
    AND (NULLIF($%d, '') IS NULL OR upper(valid) = NULLIF($%d, '')::date))`, d.name, equal, from, to, to),
		closing: fmt.Sprintf(`UPDATE %s SET valid = daterange(lower(valid), $%d::date)
WHERE %s lower(valid) = $%d::date AND upper(valid) IS NULL`, d.name, to, equal, from),
		end: fmt.Sprintf(`UPDATE %s SET valid = daterange(lower(valid), $%d::date)
WHERE %s lower(valid) < $%d::date AND upper(valid) IS NULL`, d.name, from, of, from),
		insert: fmt.Sprintf(`INSERT INTO %s (%s valid, document, source_id, source_pos)
VALUES (%s daterange($%d::date, NULLIF($%d, '')::date), $%d, $%d, $%d)`, d.name, names.String(), places.String(), from, to, after, after+1, after+2),
		valid: valid, key: append(append([]any{}, key...), valid.From.String()), values: values, more: more,
	})
	if err != nil {
		return fmt.Errorf("store %s: %w", d.name, err)
	}
	return nil
}
