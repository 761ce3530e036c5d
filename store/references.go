package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyAccountReferences stores numbers under which others know accounts. A number that leads to another
// account already is rejected: money and readings would follow it.
func (t *Tx) ApplyAccountReferences(ctx context.Context, organisation, source int64, rows []housing.AccountReference) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT t.*, a.id AS account_id FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[])
        WITH ORDINALITY AS t(account, kind, number, pos, ord)
    JOIN accounts a ON a.organisation_id = $1 AND a.number = t.account),
made AS (
    INSERT INTO account_references (organisation_id, kind, number, account_id, source_id, source_pos)
    SELECT $1, kind, number, account_id, $2, pos FROM incoming ON CONFLICT DO NOTHING RETURNING kind, number)
SELECT ord FROM incoming JOIN made USING (kind, number)`
	type row = housing.AccountReference
	outcomes := make([]housing.Outcome, len(rows))
	accounts, err := t.AccountIDs(ctx, organisation, column(rows, func(r row) string { return r.Account }))
	if err != nil {
		return nil, err
	}
	known, err := t.lookup(ctx, "SELECT kind || '|' || number, account_id FROM account_references WHERE organisation_id = $1 AND number = ANY($2)",
		organisation, column(rows, func(r row) string { return r.Number }))
	if err != nil {
		return nil, fmt.Errorf("look for numbers of accounts: %w", err)
	}
	for i, r := range rows {
		id, there := known[string(r.Kind)+"|"+r.Number]
		switch {
		case accounts[r.Account] == 0:
			reject(&outcomes[i], "unknown_account", "Лицевой счёт", r.Account, unknownAccount)
		case there && id != accounts[r.Account]:
			reject(&outcomes[i], "reference_taken", "Номер", r.Number, "этот номер уже ведёт на другой лицевой счёт")
		}
	}
	rejectRepeats(rows, outcomes, func(r row) string { return string(r.Kind) + "|" + r.Number }, "Номер")
	kept, indexes := standing(rows, outcomes)
	err = t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(kept, func(r row) string { return r.Account }),
		column(kept, func(r row) string { return string(r.Kind) }),
		column(kept, func(r row) string { return r.Number }),
		column(kept, func(r row) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store numbers of accounts: %w", err)
	}
	return outcomes, nil
}

// AccountsByReference returns the ids of the accounts that others know under these numbers, by number.
func (q Queries) AccountsByReference(ctx context.Context, organisation int64, kind housing.ReferenceKind, numbers []string) (map[string]int64, error) {
	ids, err := q.lookup(ctx, "SELECT number, account_id FROM account_references WHERE organisation_id = $1 AND kind = $2 AND number = ANY($3)",
		organisation, string(kind), numbers)
	if err != nil {
		return nil, fmt.Errorf("look for accounts by their numbers elsewhere: %w", err)
	}
	return ids, nil
}
