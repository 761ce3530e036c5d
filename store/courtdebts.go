package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyCourtDebts stores debts that courts confirmed, by account, court, number and service.
func (t *Tx) ApplyCourtDebts(ctx context.Context, organisation, source int64, rows []housing.CourtDebtEntry) ([]housing.Outcome, error) {
	table := keyed{
		name: "court_debts",
		key:  []fieldType{accountField(), {"court", "text"}, {"number", "text"}, {"service", "text"}},
		values: []fieldType{
			{"in_force", "date"}, {"from_month", "date"}, {"through_month", "date"}, {"amount", "bigint"}, {"paid", "bigint"},
		},
	}
	accounts, outcomes, err := accountsOf(ctx, t, organisation, rows, func(r housing.CourtDebtEntry) string { return r.Account })
	if err != nil {
		return nil, err
	}
	keyedRows := make([]keyedRow, len(rows))
	for i, r := range rows {
		keyedRows[i] = keyedRow{r.Source.Position, []string{
			number(accounts[r.Account]), storable(r.Court), storable(r.Number), string(r.Service), r.InForce.String(), r.From.First().String(),
			r.Through.First().String(), number(r.Amount), number(r.Paid),
		}}
	}
	return outcomes, t.putKeyed(ctx, table, source, keyedRows, outcomes)
}

// CourtDebts returns the debts that courts confirmed and that were in force on a day, by number of the account.
func (q Queries) CourtDebts(ctx context.Context, organisation int64, on housing.Date) (map[string][]housing.CourtDebt, error) {
	const sql = `
SELECT a.number, x.court, x.number, x.in_force, x.from_month, x.through_month, x.amount, x.paid, x.service, ` + sourceColumns + `x.source_pos
FROM court_debts x JOIN accounts a ON a.id = x.account_id JOIN sources s ON s.id = x.source_id
WHERE a.organisation_id = $1 AND x.in_force <= $2 ORDER BY a.number, x.in_force, x.court, x.number, x.service`
	rows, err := q.Query(ctx, sql, organisation, on)
	if err != nil {
		return nil, fmt.Errorf("read the debts that courts confirmed: %w", err)
	}
	defer rows.Close()
	debts := map[string][]housing.CourtDebt{}
	for rows.Next() {
		var account string
		var d housing.CourtDebt
		into := append([]any{&account, &d.Court, &d.Number, &d.InForce, &d.From, &d.Through, &d.Amount, &d.Paid, &d.Service}, sourceTargets(&d.Source)...)
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("read the debts that courts confirmed: %w", err)
		}
		debts[account] = append(debts[account], d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the debts that courts confirmed: %w", err)
	}
	return debts, nil
}
