package pipeline

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ReceiptOf is a receipt on which money stands that is no charge: payments, opening balances.
type ReceiptOf struct {
	Account  string         `json:"account"`
	Period   housing.Period `json:"period"`
	Document string         `json:"document,omitzero"` // number; "": not issued
}

// moneyReceipts names the receipts on which the payments and opening balances of a source stand. A payment that was moved
// stands on those of either account.
func (p *Pipeline) moneyReceipts(ctx context.Context, t *SourceTrace) error {
	on := map[ReceiptOf]bool{}
	for _, payment := range t.Payments {
		for _, part := range payment.Parts {
			on[ReceiptOf{Account: part.Account, Period: part.Period}] = true
		}
	}
	for _, o := range t.Openings {
		on[ReceiptOf{Account: o.Account, Period: o.Period}] = true
	}
	byPeriod := map[housing.Period][]string{}
	for r := range on {
		byPeriod[r.Period] = append(byPeriod[r.Period], r.Account)
	}
	for _, period := range slices.Sorted(maps.Keys(byPeriod)) {
		documents, err := p.Store.DocumentsOf(ctx, p.Organisation.ID, byPeriod[period], period)
		if err != nil {
			return err
		}
		for _, account := range byPeriod[period] {
			t.Receipts = append(t.Receipts, ReceiptOf{account, period, documents[account]})
		}
	}
	slices.SortFunc(t.Receipts, func(a, b ReceiptOf) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Period, b.Period))
	})
	return nil
}
