package store

import (
	"context"
	"fmt"
	"strings"

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
	housing.Due
	Charged housing.Money
}

// InsertParts stores how payments were distributed.
func (t *Tx) InsertParts(ctx context.Context, period housing.Period, parts []PaymentPart) error {
	payees, err := t.OrganisationIDs(ctx)
	if err != nil {
		return err
	}
	rows := newPartRows(period, len(parts))
	for _, p := range parts {
		if payees[p.Payee] == 0 {
			return fmt.Errorf("payee %s of payment %d: %w", p.Payee, p.Payment, ErrNotFound)
		}
		rows.add(p, payees[p.Payee])
	}
	return t.putParts(ctx, rows)
}

// partRows are parts of payments on their way into the table.
type partRows struct {
	*copyBuffer
	period housing.Period
	last   [3]int64 // payment, entry and account of the row before
	part   int32
}

func newPartRows(period housing.Period, count int) *partRows {
	const rowSize = 140 // usual
	return &partRows{copyBuffer: newCopyBuffer([]string{
		"period", "house_id", "account_id", "payment_id", "entry", "service", "payee_id", "month", "kind", "amount", "part",
	}, count, rowSize), period: period}
}

// add takes the parts of one payment and account one after another: they are numbered.
func (r *partRows) add(p PaymentPart, payee int64) {
	if of := [3]int64{p.Payment, p.Entry, p.Account}; of != r.last {
		r.last, r.part = of, 0
	}
	r.part++
	r.row()
	r.date(r.period.First())
	r.bigint(p.House)
	r.bigint(p.Account)
	r.bigint(p.Payment)
	r.bigint(p.Entry)
	r.text(string(p.Service))
	r.bigint(payee)
	r.date(p.Month.First())
	r.text(string(p.Kind))
	r.bigint(int64(p.Amount))
	r.integer(r.part)
}

func (t *Tx) putParts(ctx context.Context, rows *partRows) error {
	if err := t.copyTo(ctx, PartitionName("payment_parts", rows.period), rows.copyBuffer); err != nil {
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
