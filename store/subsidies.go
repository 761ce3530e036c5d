package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// GrantedSubsidy is a subsidy that an account has in a month, as the authority granted it.
type GrantedSubsidy struct {
	Amount   housing.Money  `json:"amount"` // a month, as granted
	Since    housing.Date   `json:"since"`
	Until    housing.Date   `json:"until,omitzero"` // first day without it
	Document string         `json:"document"`
	Source   housing.Source `json:"source"`
}

// ChargedBeforeSubsidy returns what an account is charged in a month, benefits taken off and the subsidy not;
// ErrNotFound where it was not charged.
func (q Queries) ChargedBeforeSubsidy(ctx context.Context, organisation int64, account string, period housing.Period) (charged housing.Money, err error) {
	const sql = `
SELECT count(*), COALESCE(sum(c.amount) FILTER (WHERE NOT (c.kind = 'benefit' AND c.reason = 'subsidy')), 0)::bigint
FROM accounts a JOIN charges c ON c.house_id = a.house_id AND c.account_id = a.id AND c.period = $3
WHERE a.organisation_id = $1 AND a.number = $2`
	var lines int
	if err := q.QueryRow(ctx, sql, organisation, account, period).Scan(&lines, &charged); err != nil {
		return 0, fmt.Errorf("read what account %s is charged in %s: %w", account, period, err)
	}
	if lines == 0 {
		return 0, fmt.Errorf("charges of account %s in %s: %w", account, period, ErrNotFound)
	}
	return charged, nil
}

// GrantedSubsidies returns the subsidies of an account whose term has a day in a month.
func (q Queries) GrantedSubsidies(ctx context.Context, organisation int64, account string, period housing.Period) ([]GrantedSubsidy, error) {
	const sql = `
SELECT x.amount, x.since, x.until, x.document, ` + sourceColumns + `x.source_pos
FROM benefit_grants x JOIN accounts a ON a.id = x.account_id JOIN sources s ON s.id = x.source_id
WHERE a.organisation_id = $1 AND a.number = $2 AND x.subsidy AND x.valid && daterange($3::date, ($3::date + interval '1 month')::date)
ORDER BY x.since, x.person_id`
	rows, err := q.Query(ctx, sql, organisation, account, period)
	if err != nil {
		return nil, fmt.Errorf("read the subsidies of account %s: %w", account, err)
	}
	defer rows.Close()
	var list []GrantedSubsidy
	for rows.Next() {
		var g GrantedSubsidy
		if err := rows.Scan(append([]any{&g.Amount, &g.Since, &g.Until, &g.Document}, sourceTargets(&g.Source)...)...); err != nil {
			return nil, fmt.Errorf("read the subsidies of account %s: %w", account, err)
		}
		list = append(list, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the subsidies of account %s: %w", account, err)
	}
	return list, nil
}
