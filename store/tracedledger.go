package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// TracedLine is a line of the ledger of an account in a month that is no charge: a correction, a penalty.
type TracedLine struct {
	Service  housing.Service `json:"service"`
	Kind     string          `json:"kind"`
	Month    housing.Period  `json:"month"` // that it is about; of a penalty: in which it grew
	Amount   housing.Money   `json:"amount"`
	Reason   string          `json:"reason"`
	Document string          `json:"document,omitzero"`
	Sources  []string        `json:"sources,omitempty"` // rows and messages, as sources are written
}

// LinePenalty is the kind of lines that are penalties.
const LinePenalty = "penalty"

// LedgerLinesTraced reads the lines of an account in a month.
func (q Queries) LedgerLinesTraced(ctx context.Context, organisation int64, account string, period housing.Period) ([]TracedLine, error) {
	const sql = `
SELECT l.service, l.kind, l.month, l.amount, l.reason, l.document, COALESCE(l.sources, '{}')
FROM ledger_lines l JOIN accounts a ON a.id = l.account_id
WHERE a.organisation_id = $1 AND a.number = $2 AND l.period = $3 ORDER BY l.kind, l.month, l.service, l.id`
	rows, err := q.Query(ctx, sql, organisation, account, period)
	if err != nil {
		return nil, fmt.Errorf("read the ledger of account %s: %w", account, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TracedLine])
	if err != nil {
		return nil, fmt.Errorf("read the ledger of account %s: %w", account, err)
	}
	return list, nil
}

// TracedOpening is an opening balance with where it came from.
type TracedOpening struct {
	Account string          `json:"account"`
	Service housing.Service `json:"service"`
	Period  housing.Period  `json:"period"` // at the beginning of which
	Month   housing.Period  `json:"month"`  // of the debt
	Amount  housing.Money   `json:"amount"`
	Source  housing.Source  `json:"source"`
}

// OpeningsTraced reads the opening balances of an account, or those that came by sources at a position (below 0: at any).
func (q Queries) OpeningsTraced(ctx context.Context, organisation int64, account string, sources []int64, position int64) ([]TracedOpening, error) {
	const sql = `
SELECT a.number, b.service, b.period, b.month, b.amount, s.kind, s.name, s.partition, b.source_pos
FROM opening_balances b JOIN accounts a ON a.id = b.account_id JOIN sources s ON s.id = b.source_id
WHERE a.organisation_id = $1 AND (a.number = $2 OR b.source_id = ANY($3) AND ($4 < 0 OR b.source_pos = $4))
ORDER BY a.number, b.period, b.month, b.service LIMIT 1000`
	rows, err := q.Query(ctx, sql, organisation, account, sources, position)
	if err != nil {
		return nil, fmt.Errorf("read opening balances: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o TracedOpening, err error) {
		err = row.Scan(append([]any{&o.Account, &o.Service, &o.Period, &o.Month, &o.Amount}, sourceTargets(&o.Source)...)...)
		return o, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read opening balances: %w", err)
	}
	return list, nil
}
