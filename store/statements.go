package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyBankStatements stores what a bank says of accounts over days. The bank's later word on the same
// days stands: it gives out a day anew until it has closed.
func (t *Tx) ApplyBankStatements(ctx context.Context, organisation, source int64, rows []housing.BankStatement) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT account, day_from::date AS day_from, day_through::date AS day_through, opening, received, spent, closing, pos, ord
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
        WITH ORDINALITY AS t(account, day_from, day_through, opening, received, spent, closing, pos, ord)),
changed AS (
    INSERT INTO bank_statements AS s (organisation_id, account, day_from, day_through, opening, received, spent, closing,
                                      source_id, source_pos)
    SELECT $1, account, day_from, day_through, opening, received, spent, closing, $2, pos FROM incoming
    ON CONFLICT (organisation_id, account, day_from, day_through) DO UPDATE
    SET opening = EXCLUDED.opening, received = EXCLUDED.received, spent = EXCLUDED.spent, closing = EXCLUDED.closing,
        source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (s.opening, s.received, s.spent) IS DISTINCT FROM (EXCLUDED.opening, EXCLUDED.received, EXCLUDED.spent)
    RETURNING account, day_from, day_through)
SELECT ord FROM incoming JOIN changed USING (account, day_from, day_through)`
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(s housing.BankStatement) string {
		return s.Account + s.From.String() + s.Through.String()
	}, "РасчСчет")
	kept, indexes := standing(rows, outcomes)
	err := t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(kept, func(s housing.BankStatement) string { return s.Account }),
		textColumn(kept, func(s housing.BankStatement) fmt.Stringer { return s.From }),
		textColumn(kept, func(s housing.BankStatement) fmt.Stringer { return s.Through }),
		column(kept, func(s housing.BankStatement) int64 { return int64(s.Opening) }),
		column(kept, func(s housing.BankStatement) int64 { return int64(s.Received) }),
		column(kept, func(s housing.BankStatement) int64 { return int64(s.Spent) }),
		column(kept, func(s housing.BankStatement) int64 { return int64(s.Closing) }),
		column(kept, func(s housing.BankStatement) int64 { return s.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store bank statements: %w", err)
	}
	return outcomes, nil
}

// ApplyBankDocuments stores the documents of a bank. One that came in another statement is unchanged,
// and takes from this one the day on which its other side moved.
func (t *Tx) ApplyBankDocuments(ctx context.Context, organisation, source int64, rows []housing.BankDocument) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT t.*, string_to_array(ids, E'\n') AS service_ids
    FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
                $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
                $19::text[], $20::text[], $21::bigint[])
        WITH ORDINALITY AS t(fingerprint, copy, kind, number, dated, debited, credited, amount,
            payer, payer_inn, payer_account, payer_bic, payee, payee_inn, payee_account, payee_bic, purpose, ids, pos, ord)),
changed AS (
    INSERT INTO bank_documents AS d (organisation_id, fingerprint, copy, kind, number, dated, debited, credited, amount,
        payer, payer_inn, payer_account, payer_bic, payee, payee_inn, payee_account, payee_bic, purpose, service_ids,
        source_id, source_pos)
    SELECT $1, fingerprint, copy, kind, number, dated::date, NULLIF(debited, '')::date, NULLIF(credited, '')::date, amount,
        payer, payer_inn, payer_account, payer_bic, payee, payee_inn, payee_account, payee_bic, purpose, service_ids, $2, pos
    FROM incoming
    ON CONFLICT (organisation_id, fingerprint, copy) DO UPDATE
    SET debited = COALESCE(d.debited, EXCLUDED.debited), credited = COALESCE(d.credited, EXCLUDED.credited)
    WHERE d.debited IS NULL AND EXCLUDED.debited IS NOT NULL OR d.credited IS NULL AND EXCLUDED.credited IS NOT NULL
    RETURNING fingerprint, copy)
SELECT ord FROM incoming JOIN changed USING (fingerprint, copy)`
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(d housing.BankDocument) string {
		return bankFingerprint(&d) + strconv.Itoa(d.Copy)
	}, "Номер")
	kept, indexes := standing(rows, outcomes)
	if err := t.markAccepted(ctx, outcomes, indexes, sql, append([]any{organisation, source}, bankColumns(kept)...)...); err != nil {
		return nil, fmt.Errorf("store bank documents: %w", err)
	}
	return outcomes, nil
}

func bankColumns(rows []housing.BankDocument) []any {
	text := func(value func(*housing.BankDocument) string) []string {
		return column(rows, func(d housing.BankDocument) string { return storable(value(&d)) })
	}
	return []any{
		text(bankFingerprint),
		column(rows, func(d housing.BankDocument) int64 { return int64(d.Copy) }),
		text(func(d *housing.BankDocument) string { return d.Kind }),
		text(func(d *housing.BankDocument) string { return d.Number }),
		text(func(d *housing.BankDocument) string { return d.Dated.String() }),
		text(func(d *housing.BankDocument) string { return d.Debited.String() }),
		text(func(d *housing.BankDocument) string { return d.Credited.String() }),
		column(rows, func(d housing.BankDocument) int64 { return int64(d.Amount) }),
		text(func(d *housing.BankDocument) string { return d.Payer.Name }),
		text(func(d *housing.BankDocument) string { return d.Payer.INN }),
		text(func(d *housing.BankDocument) string { return d.Payer.Account }),
		text(func(d *housing.BankDocument) string { return d.Payer.BIC }),
		text(func(d *housing.BankDocument) string { return d.Payee.Name }),
		text(func(d *housing.BankDocument) string { return d.Payee.INN }),
		text(func(d *housing.BankDocument) string { return d.Payee.Account }),
		text(func(d *housing.BankDocument) string { return d.Payee.BIC }),
		text(func(d *housing.BankDocument) string { return d.Purpose }),
		text(func(d *housing.BankDocument) string { return strings.Join(d.ServiceIDs, "\n") }),
		column(rows, func(d housing.BankDocument) int64 { return d.Source.Position }),
	}
}

// bankFingerprint is the same in the statements of both sides: days of posting are not in it, each side
// knows its own.
func bankFingerprint(d *housing.BankDocument) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		d.Kind, d.Number, d.Dated.String(), d.Amount.String(), d.Payer.Account, d.Payee.Account, d.Purpose,
	}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// StoredBankDocument is a bank document with its id.
type StoredBankDocument struct {
	ID int64
	housing.BankDocument
}

// ReceivedBankDocuments returns what came to a bank account on the days of an interval, in order of
// day and id: what registries of payments are reconciled with. Name, INN and BIC of the payee are not
// read: they are the organisation's own.
func (q Queries) ReceivedBankDocuments(ctx context.Context, organisation int64, account string, days housing.Interval) ([]StoredBankDocument, error) {
	const sql = `
SELECT id, kind, number, dated, debited, credited, amount, payer, payer_inn, payer_account, payer_bic, purpose, service_ids, copy
FROM bank_documents
WHERE organisation_id = $1 AND payee_account = $2 AND daterange($3::date, $4::date) @> COALESCE(credited, dated)
ORDER BY COALESCE(credited, dated), id`
	rows, err := q.Query(ctx, sql, organisation, account, days.From, days.To)
	if err != nil {
		return nil, fmt.Errorf("read bank documents: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d StoredBankDocument, err error) {
		err = row.Scan(&d.ID, &d.Kind, &d.Number, &d.Dated, &d.Debited, &d.Credited, &d.Amount, &d.Payer.Name, &d.Payer.INN,
			&d.Payer.Account, &d.Payer.BIC, &d.Purpose, &d.ServiceIDs, &d.Copy)
		d.Payee.Account = account
		return d, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read bank documents: %w", err)
	}
	return list, nil
}
