package store

import (
	"context"
	"fmt"
	"math/big"

	"github.com/jackc/pgx/v5"
)

// ShareSum is what the shares of the owners linked to an account sum to.
type ShareSum struct {
	Account string `json:"account"` // number
	Owners  int    `json:"owners"`
	Sum     string `json:"sum"` // an exact fraction
}

// WrongShares returns the accounts whose owners' shares do not sum to one, in order of number. Owners who told no
// share, and people who are no owners, do not count; a person who claims twice with one share counts once.
func (q Queries) WrongShares(ctx context.Context, organisation int64) ([]ShareSum, error) {
	const sql = `
SELECT a.number, array_agg(o.share) FROM (
    SELECT DISTINCT m.account_id, lower(c.full_name), c.share FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL
    WHERE c.organisation_id = $1 AND m.status = 'linked' AND c.share <> '' AND c.ground IN ('', 'owner')) o
JOIN accounts a ON a.id = o.account_id GROUP BY a.id, a.number ORDER BY a.number COLLATE "C"`
	rows, err := q.Query(ctx, sql, organisation)
	if err != nil {
		return nil, fmt.Errorf("read the shares of owners: %w", err)
	}
	defer rows.Close()
	var wrong []ShareSum
	for rows.Next() {
		var account string
		var shares []string
		if err := rows.Scan(&account, &shares); err != nil {
			return nil, fmt.Errorf("read the shares of owners: %w", err)
		}
		sum := new(big.Rat)
		for _, share := range shares {
			part, ok := new(big.Rat).SetString(share)
			if !ok {
				return nil, fmt.Errorf("account %s: %q is no share", account, share)
			}
			sum.Add(sum, part)
		}
		if sum.Cmp(big.NewRat(1, 1)) != 0 {
			wrong = append(wrong, ShareSum{Account: account, Owners: len(shares), Sum: sum.RatString()})
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the shares of owners: %w", err)
	}
	return wrong, nil
}

// OwnerShare is the share of one owner linked to an account.
type OwnerShare struct {
	Account     int64
	Name, Share string // the name folded, to tell owners apart
}

// OwnerShares returns the shares of the owners linked to accounts.
func (q Queries) OwnerShares(ctx context.Context, organisation int64, accounts []int64) ([]OwnerShare, error) {
	const sql = `
SELECT DISTINCT m.account_id AS account, lower(c.full_name) AS name, c.share FROM claims c JOIN matches m ON m.claim_id = c.id AND m.undone_at IS NULL
WHERE c.organisation_id = $1 AND m.account_id = ANY($2) AND m.status = 'linked' AND c.share <> '' AND c.ground IN ('', 'owner')`
	rows, err := q.Query(ctx, sql, organisation, accounts)
	if err != nil {
		return nil, fmt.Errorf("read the shares of owners: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[OwnerShare])
	if err != nil {
		return nil, fmt.Errorf("read the shares of owners: %w", err)
	}
	return list, nil
}
