package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyInstalments stores payments of schedules, by account, month and agreement.
func (t *Tx) ApplyInstalments(ctx context.Context, organisation, source int64, rows []housing.InstalmentEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "instalments", key: []fieldType{accountField(), {"period", "date"}, {"document", "text"}},
		values: []fieldType{{"payment", "bigint"}, {"interest", "bigint"}, {"rate", "numeric"}, {"rest", "bigint"}},
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.InstalmentEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.InstalmentEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), r.Period.First().String(), r.Document, number(r.Payment), number(r.Interest), r.Rate.String(), number(r.Left),
		}}
	}), outcomes)
}

// ApplyPostalAddresses stores where documents are sent, by account.
func (t *Tx) ApplyPostalAddresses(ctx context.Context, organisation, source int64, rows []housing.PostalAddressEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "delivery_addresses", key: []fieldType{accountField()}, values: []fieldType{{"address", "text"}, {"postal_index", "text"}},
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.PostalAddressEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.PostalAddressEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{number(accounts[r.Account]), r.Address, r.PostalIndex}}
	}), outcomes)
}

// ApplyPostalIndexes stores the postal indexes of houses.
func (t *Tx) ApplyPostalIndexes(ctx context.Context, organisation, source int64, rows []housing.PostalIndexEntry) ([]housing.Outcome, error) {
	table := keyed{name: "postal_indexes", key: []fieldType{houseField()}, values: []fieldType{{"postal_index", "text"}}}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.PostalIndexEntry) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.PostalIndexEntry) keyedRow {
		return keyedRow{r.Source.Position, []string{number(houses[r.Key]), r.PostalIndex}}
	}), outcomes)
}

// ApplyHouseExpenses stores money spent on houses, by month, article and document.
func (t *Tx) ApplyHouseExpenses(ctx context.Context, organisation, source int64, rows []housing.HouseExpense) ([]housing.Outcome, error) {
	table := keyed{
		name: "house_expenses", key: []fieldType{houseField(), {"period", "date"}, {"article", "text"}, {"document", "text"}},
		values: []fieldType{{"amount", "bigint"}},
	}
	houses, outcomes, err := housesOf(ctx, t, organisation, rows, func(r housing.HouseExpense) housing.OfHouse { return r.OfHouse })
	if err != nil {
		return nil, err
	}
	return outcomes, t.putKeyed(ctx, table, source, column(rows, func(r housing.HouseExpense) keyedRow {
		return keyedRow{r.Source.Position, []string{number(houses[r.Key]), r.Period.First().String(), r.Article, r.Document, number(r.Amount)}}
	}), outcomes)
}

// HousePapers is what is printed on the documents of a house beside charges and ledger.
type HousePapers struct {
	PostalIndex string
	Instalments map[int64][]housing.Instalment // of the month, by id of the account
	Delivery    map[int64]housing.PostalAddressEntry
}

// PapersOfHouse reads what is printed on the documents of a house for a month.
func (q Queries) PapersOfHouse(ctx context.Context, house int64, period housing.Period) (HousePapers, error) {
	const sql = `
SELECT 0, 0::bigint, '', postal_index, 0::bigint, 0::bigint, 0::numeric, 0::bigint FROM postal_indexes WHERE house_id = $1
UNION ALL
SELECT 1, d.account_id, d.address, d.postal_index, 0, 0, 0, 0 FROM delivery_addresses d JOIN accounts a ON a.id = d.account_id WHERE a.house_id = $1
UNION ALL
(SELECT 2, i.account_id, i.document, '', i.payment, i.interest, i.rate, i.rest FROM instalments i JOIN accounts a ON a.id = i.account_id
WHERE a.house_id = $1 AND i.period = $2 ORDER BY i.account_id, i.document)`
	const ofHouse, ofDelivery = 0, 1
	papers := HousePapers{Instalments: map[int64][]housing.Instalment{}, Delivery: map[int64]housing.PostalAddressEntry{}}
	rows, err := q.Query(ctx, sql, house, period)
	if err != nil {
		return papers, fmt.Errorf("read what is printed on the documents of house %d: %w", house, err)
	}
	var kind int
	var account int64
	var text, index string
	var i housing.Instalment
	_, err = pgx.ForEachRow(rows, []any{&kind, &account, &text, &index, &i.Payment, &i.Interest, &i.Rate, &i.Left}, func() error {
		switch kind {
		case ofHouse:
			papers.PostalIndex = index
		case ofDelivery:
			papers.Delivery[account] = housing.PostalAddressEntry{Address: text, PostalIndex: index}
		default:
			i.Document = text
			papers.Instalments[account] = append(papers.Instalments[account], i)
		}
		return nil
	})
	if err != nil {
		return papers, fmt.Errorf("read what is printed on the documents of house %d: %w", house, err)
	}
	return papers, nil
}

// PostalIndexes returns the postal indexes of houses, by id.
func (q Queries) PostalIndexes(ctx context.Context, organisation int64) (map[int64]string, error) {
	const sql = `SELECT p.house_id, p.postal_index FROM postal_indexes p JOIN houses h ON h.id = p.house_id WHERE h.organisation_id = $1`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("read postal indexes: %w", err)
	}
	indexes := map[int64]string{}
	var house int64
	var index string
	_, err = pgx.ForEachRow(rows, []any{&house, &index}, func() error {
		indexes[house] = index
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read postal indexes: %w", err)
	}
	return indexes, nil
}
