package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// AddBenefitCorrections books what a round of corrections of a house changed of benefits.
func (t *Tx) AddBenefitCorrections(ctx context.Context, booked housing.Period, house int64, payees map[string]int64, list []housing.BenefitCorrection) error {
	const sql = `
INSERT INTO benefit_corrections (period, month, house_id, account_id, round, person_id, category, mode, service, payee_id, cause, reason, amount, document)
SELECT $1, month::date, $2, account, round, person, category, mode, service, payee, cause, reason, amount, document
FROM unnest($3::text[], $4::bigint[], $5::integer[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[],
    $13::bigint[], $14::text[])
    AS t(month, account, round, person, category, mode, service, payee, cause, reason, amount, document)`
	people := make([]int64, len(list))
	for i := range list {
		b := &list[i]
		person, err := strconv.ParseInt(b.Person, 10, 64)
		if err != nil || payees[b.Payee] == 0 {
			return fmt.Errorf("correct a benefit of account %s to %s: %w", b.Account.Number, b.Payee, ErrNotFound)
		}
		people[i] = person
	}
	type row = housing.BenefitCorrection
	_, err := t.Exec(ctx, sql, booked, house,
		textColumn(list, func(b row) fmt.Stringer { return b.Month.First() }), column(list, func(b row) int64 { return b.Account.ID }),
		column(list, func(b row) int { return b.Round }), people, column(list, func(b row) string { return b.Category }),
		column(list, func(b row) string { return string(b.Mode) }), column(list, func(b row) string { return string(b.Service) }),
		column(list, func(b row) int64 { return payees[b.Payee] }), column(list, func(b row) string { return string(b.Cause) }),
		column(list, func(b row) string { return b.Cause.Russian() }), column(list, func(b row) int64 { return int64(b.Amount) }),
		column(list, func(b row) string { return storable(b.Document()) }))
	if err != nil {
		return fmt.Errorf("book corrections of benefits of house %d: %w", house, err)
	}
	return nil
}
