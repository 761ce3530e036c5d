package store

import (
	"context"

	"github.com/kvitok-gkh/kvitok/housing"
)

// AccountsAtOnce is for how many accounts, whole houses each, the ledger is usually drawn up at once: what is
// added up stays in memory, however many millions there are.
const AccountsAtOnce = 1000

// Rebuild brings balances and debts of a month in line with openings, charges and payments, for a whole
// organisation in one transaction, and returns how many rows it had to change.
func (t *Tx) Rebuild(ctx context.Context, organisation int64, period housing.Period) (changed Saved, err error) {
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return changed, err
	}
	lists, err := t.LedgerHouses(ctx, organisation, AccountsAtOnce)
	if err != nil {
		return changed, err
	}
	for _, houses := range lists {
		books, err := t.OpenBooks(ctx, period, BooksScope{Houses: houses})
		if err != nil {
			return changed, err
		}
		saved, err := books.Save(ctx)
		if err != nil {
			return changed, err
		}
		changed.Balances += saved.Balances
		changed.Debts += saved.Debts
	}
	return changed, nil
}
