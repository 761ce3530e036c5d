package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// OpenPayment is a payment not yet distributed.
type OpenPayment struct {
	ID, House, Account int64
	Payee              string // INN paid
	ForPeriod          housing.Period
	PaidOn             housing.Date
	Amount             housing.Money
}

// PaymentPart is the part of a payment that one debt gets; negative: taken back. Payment 0 is an offset
// within the account.
type PaymentPart struct {
	Payment, Entry, House, Account int64
	housing.Due
}

// AccountKey is an account with the house it stands in.
type AccountKey struct{ House, Account int64 }

// DueCell is a debt of an account as it stands, with what was charged of it in the open month.
type DueCell struct {
	Account int64
	housing.Due
	Charged housing.Money
}

// OpenPayments returns up to limit payments of a month that are not distributed yet and come after
// another one (nil: from the first), in order of house, account, day and id. Until the transaction ends,
// no other one gets any: two processes never distribute one payment.
func (t *Tx) OpenPayments(ctx context.Context, organisation int64, period housing.Period, after *OpenPayment, limit int) ([]OpenPayment, error) {
	const due = `
SELECT p.id, p.house_id, p.account_id, o.inn, p.for_period, p.paid_on, p.amount
FROM payments p JOIN organisations o ON o.id = p.payee_id
WHERE p.organisation_id = $1 AND p.period = $2 AND p.account_id IS NOT NULL
    AND (p.house_id, p.account_id, p.paid_on, p.id) > ($3, $4, $5::date, $6)
    AND NOT EXISTS (SELECT FROM payment_parts x WHERE x.period = $2 AND x.house_id = p.house_id
        AND x.account_id = p.account_id AND x.payment_id = p.id AND x.entry = 0)
ORDER BY p.house_id, p.account_id, p.paid_on, p.id LIMIT $7`
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return nil, err
	}
	from := OpenPayment{PaidOn: housing.EarlierDebt.First()}
	if after != nil {
		from = *after
	}
	rows, err := t.Query(ctx, due, organisation, period, from.House, from.Account, from.PaidOn, from.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read payments to distribute: %w", err)
	}
	payments, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p OpenPayment, err error) {
		err = row.Scan(&p.ID, &p.House, &p.Account, &p.Payee, &p.ForPeriod, &p.PaidOn, &p.Amount)
		return p, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read payments to distribute: %w", err)
	}
	return payments, nil
}

// DueCells streams every debt of some accounts in a month, in order of account: what was left at the end
// of the month before, by month of debt, what was brought in, what the month added and what was paid.
func (t *Tx) DueCells(ctx context.Context, period housing.Period, accounts []AccountKey, each func(DueCell)) error {
	const sql = `
WITH wanted AS (SELECT DISTINCT account_id, house_id FROM unnest($2::bigint[], $3::bigint[]) AS t(account_id, house_id)),
older AS (SELECT account_id, service, payee_id, month, kind, amount FROM wanted JOIN debts USING (house_id, account_id)
    WHERE period = ($1::date - interval '1 month')::date),
lines AS (
    SELECT account_id, service, payee_id, ($1::date - interval '1 month')::date AS month, 'principal' AS kind, closing AS amount, 0 AS charged
    FROM wanted JOIN balances USING (house_id, account_id) WHERE period = ($1::date - interval '1 month')::date
    UNION ALL
    SELECT account_id, service, payee_id, ($1::date - interval '1 month')::date, 'principal', -amount, 0 FROM older
    UNION ALL
    SELECT account_id, service, payee_id, month, kind, amount, 0 FROM older
    UNION ALL
    SELECT account_id, service, payee_id, month, 'principal', amount, 0 FROM wanted JOIN opening_balances USING (account_id) WHERE period = $1
    UNION ALL
    SELECT account_id, service, payee_id, $1, 'principal', amount, amount FROM wanted JOIN charges USING (house_id, account_id) WHERE period = $1
    UNION ALL
    SELECT account_id, service, payee_id, month, CASE kind WHEN 'penalty' THEN kind ELSE 'principal' END, amount, 0
    FROM wanted JOIN ledger_lines USING (house_id, account_id) WHERE period = $1
    UNION ALL
    SELECT account_id, service, payee_id, month, kind, -amount, 0
    FROM wanted JOIN payment_parts USING (house_id, account_id) WHERE period = $1)
SELECT l.account_id, l.service, o.inn, l.month, l.kind, sum(l.amount)::bigint, sum(l.charged)::bigint
FROM lines l JOIN organisations o ON o.id = l.payee_id
GROUP BY l.account_id, l.service, o.inn, l.month, l.kind HAVING sum(l.amount) <> 0 OR sum(l.charged) <> 0
ORDER BY l.account_id, l.service COLLATE "C", o.inn COLLATE "C", l.month`
	rows, err := t.Query(ctx, sql, period, column(accounts, func(k AccountKey) int64 { return k.Account }),
		column(accounts, func(k AccountKey) int64 { return k.House }))
	if err != nil {
		return fmt.Errorf("read the debts of accounts: %w", err)
	}
	var c DueCell
	_, err = pgx.ForEachRow(rows, []any{&c.Account, &c.Service, &c.Payee, &c.Month, &c.Kind, &c.Amount, &c.Charged}, func() error {
		each(c)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the debts of accounts: %w", err)
	}
	return nil
}

// InsertParts stores how payments were distributed.
func (t *Tx) InsertParts(ctx context.Context, period housing.Period, parts []PaymentPart) error {
	if len(parts) == 0 {
		return nil
	}
	payees, err := t.OrganisationIDs(ctx)
	if err != nil {
		return err
	}
	const rowSize = 130 // usual
	rows := newCopyBuffer([]string{
		"period", "house_id", "account_id", "payment_id", "entry", "service", "payee_id", "month", "kind", "amount",
	}, len(parts), rowSize)
	first := period.First()
	for i := range parts {
		p := &parts[i]
		if payees[p.Payee] == 0 {
			return fmt.Errorf("payee %s of payment %d: %w", p.Payee, p.Payment, ErrNotFound)
		}
		rows.row()
		rows.date(first)
		rows.bigint(p.House)
		rows.bigint(p.Account)
		rows.bigint(p.Payment)
		rows.bigint(p.Entry)
		rows.text(string(p.Service))
		rows.bigint(payees[p.Payee])
		rows.date(p.Month.First())
		rows.text(string(p.Kind))
		rows.bigint(int64(p.Amount))
	}
	if err := t.copyTo(ctx, PartitionName("payment_parts", period), rows); err != nil {
		return fmt.Errorf("store parts of payments: %w", err)
	}
	return nil
}

// NextEntry returns a number for an offset.
func (t *Tx) NextEntry(ctx context.Context) (entry int64, err error) {
	if err := t.QueryRow(ctx, "SELECT nextval('ledger_entries')").Scan(&entry); err != nil {
		return 0, fmt.Errorf("number an offset: %w", err)
	}
	return entry, nil
}

// MixedAccounts lists the accounts that have paid too much in one place and owe in another one of the same
// payee, by the balances as they are stored. Capital repair stands apart. Until the transaction ends, no
// other one writes the ledger of the month.
func (t *Tx) MixedAccounts(ctx context.Context, organisation int64, period housing.Period) ([]AccountKey, error) {
	const sql = `
WITH older AS (SELECT house_id, account_id, service, payee_id, sum(amount)::bigint AS amount, min(amount) FILTER (WHERE kind = 'principal') AS least,
        max(amount) FILTER (WHERE kind = 'principal') AS most FROM debts WHERE period = $2 GROUP BY 1, 2, 3, 4),
cells AS (
    SELECT b.house_id, b.account_id, b.payee_id, b.service = 'capital_repair' AS capital,
        LEAST(b.closing - COALESCE(o.amount, 0), o.least) AS least, GREATEST(b.closing - COALESCE(o.amount, 0), o.most) AS most
    FROM balances b LEFT JOIN older o USING (house_id, account_id, service, payee_id) WHERE b.period = $2)
SELECT DISTINCT c.house_id, c.account_id FROM cells c JOIN houses h ON h.id = c.house_id WHERE h.organisation_id = $1
GROUP BY c.house_id, c.account_id, c.payee_id, c.capital HAVING min(c.least) < 0 AND max(c.most) > 0
ORDER BY c.house_id, c.account_id`
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return nil, err
	}
	rows, err := t.Query(ctx, sql, organisation, period)
	if err != nil {
		return nil, fmt.Errorf("look for overpayments beside debts: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AccountKey])
	if err != nil {
		return nil, fmt.Errorf("look for overpayments beside debts: %w", err)
	}
	return keys, nil
}

// LedgerLine is a line of the ledger that does not come from the calculation.
type LedgerLine struct {
	Key            string // the same one twice is one line
	House, Account int64
	Service        housing.Service
	Payee          string // INN
	Kind           string // correction, benefit, penalty
	Month          housing.Period
	Amount         housing.Money
	Reason         string // in Russian
	Document       string
	Cause          housing.CorrectionCause // of a correction of a closed month
	Round          int                     // of corrections of the house in that month
	Sources        []string                // of the late facts, as housing.Source writes them
}

// AddLedgerLines books lines in a month and returns how many of them are new.
func (t *Tx) AddLedgerLines(ctx context.Context, period housing.Period, lines []LedgerLine) (added int64, err error) {
	const sql = `
INSERT INTO ledger_lines (period, house_id, account_id, service, payee_id, kind, month, amount, reason, document, key, cause, round, sources)
SELECT $1, t.house, t.account, t.service, o.id, t.kind, t.month::date, t.amount, t.reason, t.document, t.key, t.cause, t.round,
    CASE WHEN t.sources = '' THEN '{}' ELSE string_to_array(t.sources, E'\n') END
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[],
    $12::text[], $13::int[], $14::text[])
    AS t(house, account, service, payee, kind, month, amount, reason, document, key, cause, round, sources)
JOIN organisations o ON o.inn = t.payee
ON CONFLICT (period, key) DO NOTHING`
	tag, err := t.Exec(ctx, sql, period,
		column(lines, func(l LedgerLine) int64 { return l.House }), column(lines, func(l LedgerLine) int64 { return l.Account }),
		column(lines, func(l LedgerLine) string { return string(l.Service) }), column(lines, func(l LedgerLine) string { return l.Payee }),
		column(lines, func(l LedgerLine) string { return l.Kind }),
		textColumn(lines, func(l LedgerLine) fmt.Stringer { return l.Month.First() }),
		column(lines, func(l LedgerLine) int64 { return int64(l.Amount) }), column(lines, func(l LedgerLine) string { return l.Reason }),
		column(lines, func(l LedgerLine) string { return l.Document }), column(lines, func(l LedgerLine) string { return l.Key }),
		column(lines, func(l LedgerLine) string { return string(l.Cause) }), column(lines, func(l LedgerLine) int { return l.Round }),
		column(lines, func(l LedgerLine) string { return strings.Join(l.Sources, "\n") }))
	if err != nil {
		return 0, fmt.Errorf("book lines of the ledger: %w", err)
	}
	return tag.RowsAffected(), nil
}
