package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyOpeningBalances stores what accounts owed at the start. A balance known with another amount is
// rejected: it is corrected by a correction, not by a second file.
func (t *Tx) ApplyOpeningBalances(ctx context.Context, organisation, source int64, rows []housing.OpeningBalance) ([]housing.Outcome, error) {
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, openingKey, "лицевой счёт, услуга, получатель, месяц долга")
	if err := t.alone(ctx, "opening_balances", organisation); err != nil {
		return nil, err
	}
	known, err := t.knownOpenings(ctx, organisation, rows)
	if err != nil {
		return nil, err
	}
	if err := t.checkOpeningBalances(ctx, organisation, known, rows, outcomes); err != nil {
		return nil, err
	}
	const rowSize = 110 // usual
	fresh := newCopyBuffer([]string{
		"period", "account_id", "service", "payee_id", "month", "amount", "source_id", "source_pos",
	}, len(rows), rowSize)
	for i, r := range rows {
		if outcomes[i].Verdict == housing.Rejected {
			continue
		}
		if _, stored := known.amounts[openingKey(r)]; stored {
			outcomes[i].Verdict = housing.Unchanged
			continue
		}
		outcomes[i].Verdict = housing.Accepted
		fresh.row()
		fresh.period(r.Period)
		fresh.bigint(known.accounts[r.Account])
		fresh.text(string(r.Service))
		fresh.bigint(known.payees[r.Payee])
		fresh.period(debtMonth(r))
		fresh.bigint(int64(r.Amount))
		fresh.bigint(source)
		fresh.bigint(r.Source.Position)
	}
	if err := t.copyTo(ctx, "opening_balances", fresh); err != nil {
		return nil, fmt.Errorf("store opening balances: %w", err)
	}
	return outcomes, nil
}

// openingKey names what one opening balance is of.
func openingKey(r housing.OpeningBalance) string {
	return r.Account + "|" + string(r.Service) + "|" + r.Payee + "|" + debtMonth(r).First().String()
}

// debtMonth is the month of a debt brought in; without one it is older than our records.
func debtMonth(r housing.OpeningBalance) housing.Period {
	if r.Month.IsZero() {
		return housing.EarlierDebt
	}
	return r.Month
}

// openingsKnown is what rows of opening balances are compared with.
type openingsKnown struct {
	accounts map[string]int64 // by number
	payees   map[string]int64 // by INN
	amounts  map[string]int64 // that are stored, by the key of the row
}

func (t *Tx) knownOpenings(ctx context.Context, organisation int64, rows []housing.OpeningBalance) (known openingsKnown, err error) {
	numbers := column(rows, func(r housing.OpeningBalance) string { return r.Account })
	if known.accounts, err = t.AccountIDs(ctx, organisation, numbers); err != nil {
		return known, err
	}
	if known.payees, err = t.OrganisationIDs(ctx); err != nil {
		return known, err
	}
	ids := slices.Collect(maps.Values(known.accounts))
	known.amounts, err = t.lookup(ctx, `
SELECT a.number || '|' || b.service || '|' || o.inn || '|' || b.month, b.amount
FROM unnest($1::bigint[]) AS t(id), LATERAL (SELECT * FROM opening_balances b WHERE b.account_id = t.id OFFSET 0) b
JOIN accounts a ON a.id = b.account_id JOIN organisations o ON o.id = b.payee_id`, ids)
	if err != nil {
		return known, fmt.Errorf("read opening balances: %w", err)
	}
	return known, nil
}

func (t *Tx) checkOpeningBalances(ctx context.Context, organisation int64, known openingsKnown,
	rows []housing.OpeningBalance, outcomes []housing.Outcome,
) error {
	closed, err := t.lastClosed(ctx, organisation)
	if err != nil {
		return err
	}
	for i, r := range rows {
		amount, stored := known.amounts[openingKey(r)]
		switch {
		case known.accounts[r.Account] == 0:
			reject(&outcomes[i], "unknown_account", "Лицевой счёт", r.Account, unknownAccount)
		case known.payees[r.Payee] == 0:
			reject(&outcomes[i], "unknown_payee", "ИНН получателя", r.Payee, unknownPayee)
		case r.Month >= r.Period:
			reject(&outcomes[i], "late_debt_month", "Месяц долга", r.Month.Russian(),
				"месяц долга должен быть раньше месяца, на начало которого загружается сальдо")
		case stored && amount != int64(r.Amount):
			reject(&outcomes[i], "balance_known", "Сальдо", r.Amount.RussianPlain(),
				"начальное сальдо уже загружено с другой суммой ("+housing.Money(amount).RussianPlain()+")")
		case !stored && r.Period <= closed:
			reject(&outcomes[i], "balance_of_closed_month", "Месяц", r.Period.Russian(),
				closed.Russian()+" закрыт: это сальдо ни в один месяц не войдёт. Начальное сальдо загружается на начало открытого месяца, "+
					"а за какой месяц долг, говорит «Месяц долга»")
		}
	}
	return nil
}
