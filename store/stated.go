package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyPaymentPacks keeps the totals of payment orders. One that is known with other totals is rejected: it is
// for a person to say which is right.
func (t *Tx) ApplyPaymentPacks(ctx context.Context, organisation, source int64, rows []housing.PaymentPack) ([]housing.Outcome, error) {
	const sql = `
WITH made AS (
    INSERT INTO payment_packs (organisation_id, order_date, order_no, rows, amount, source_id, source_pos)
    SELECT $1, d::date, n, r, a, $2, p FROM unnest($3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[]) AS t(d, n, r, a, p)
    ON CONFLICT DO NOTHING RETURNING order_date, order_no)
SELECT ord FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS t(d, n, ord)
JOIN made m ON m.order_date = t.d::date AND m.order_no = t.n`
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(p housing.PaymentPack) string { return p.OrderDate.String() + "|" + p.OrderNo }, "№ п/п")
	for i, p := range rows {
		known, err := t.PaymentPack(ctx, organisation, p.OrderDate, p.OrderNo)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case known.Rows != p.Rows || known.Amount != p.Amount:
			reject(&outcomes[i], "pack_conflict", "№ п/п", p.OrderNo, fmt.Sprintf(
				"пачка по этому платёжному поручению уже загружена с другими итогами: платежей %d, сумма %s", known.Rows, known.Amount.RussianPlain()))
		}
	}
	kept, indexes := standing(rows, outcomes)
	err := t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		textColumn(kept, func(p housing.PaymentPack) fmt.Stringer { return p.OrderDate }),
		column(kept, func(p housing.PaymentPack) string { return p.OrderNo }),
		column(kept, func(p housing.PaymentPack) int { return p.Rows }),
		column(kept, func(p housing.PaymentPack) int64 { return int64(p.Amount) }),
		column(kept, func(p housing.PaymentPack) int64 { return p.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store packs of payments: %w", err)
	}
	return outcomes, nil
}

// PaymentPack returns the totals of a payment order, or ErrNotFound.
func (q Queries) PaymentPack(ctx context.Context, organisation int64, date housing.Date, number string) (housing.PaymentPack, error) {
	pack := housing.PaymentPack{OrderNo: number, OrderDate: date}
	var amount int64
	err := q.QueryRow(ctx, `
SELECT rows, amount FROM payment_packs WHERE organisation_id = $1 AND order_date = $2 AND order_no = $3`,
		organisation, date.Time(), number).Scan(&pack.Rows, &amount)
	pack.Amount = housing.Money(amount)
	if errors.Is(err, pgx.ErrNoRows) {
		return pack, fmt.Errorf("pack of payment order %s of %s: %w", number, date, ErrNotFound)
	}
	if err != nil {
		return pack, fmt.Errorf("read the pack of payment order %s of %s: %w", number, date, err)
	}
	return pack, nil
}

// stated is a row of stated_amounts.
type stated struct {
	kind, account, service, period, unit string
	house, flat, room                    string // where by its address
	amount                               int64
	closing                              *int64
	rate, volume                         *string
	position                             int64
}

// ApplyStatedDebts keeps what another office says that accounts owe.
func (t *Tx) ApplyStatedDebts(ctx context.Context, organisation, source int64, rows []housing.StatedDebt) ([]housing.Outcome, error) {
	return t.applyStated(ctx, organisation, source, column(rows, func(d housing.StatedDebt) stated {
		return stated{
			kind: "debt", account: d.Account, period: d.Period.First().String(), amount: int64(d.Amount), position: d.Source.Position,
		}
	}))
}

// ApplyStatedCharges keeps what a supplier says it has charged.
func (t *Tx) ApplyStatedCharges(ctx context.Context, organisation, source int64, rows []housing.StatedCharge) ([]housing.Outcome, error) {
	return t.applyStated(ctx, organisation, source, column(rows, func(c housing.StatedCharge) stated {
		closing, rate, volume := int64(c.Closing), c.Rate.String(), c.Volume.String()
		return stated{
			kind: "charge", account: c.Account, service: string(c.Service), period: c.Period.First().String(), unit: c.Unit,
			amount: int64(c.Amount), closing: &closing, rate: &rate, volume: &volume, position: c.Source.Position,
			house: c.Key, flat: c.Flat, room: c.Room,
		}
	}))
}

func (t *Tx) applyStated(ctx context.Context, organisation, source int64, rows []stated) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT t.*, COALESCE(s.account_id, a.id) AS account_id
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[],
        $12::bigint[], $13::text[], $14::text[], $15::text[])
        WITH ORDINALITY AS t(kind, account, service, period, amount, closing, rate, volume, unit, pos, house, flat, room, ord)
    LEFT JOIN account_references s ON s.organisation_id = $1 AND s.kind = 'supplier' AND s.number = t.account AND t.kind = 'charge'
    LEFT JOIN accounts a ON a.organisation_id = $1 AND a.number = t.account),
made AS (
    INSERT INTO stated_amounts AS s (organisation_id, kind, account, service, period, account_id, amount, closing, rate, volume,
        unit, source_id, source_pos, house_key, flat, room)
    SELECT $1, kind, account, service, period::date, account_id, amount, closing, rate::numeric, volume::numeric, unit, $2, pos, house, flat, room
    FROM incoming
    ON CONFLICT (organisation_id, kind, account, service, period) DO UPDATE
    SET account_id = EXCLUDED.account_id, amount = EXCLUDED.amount, closing = EXCLUDED.closing, rate = EXCLUDED.rate,
        volume = EXCLUDED.volume, unit = EXCLUDED.unit, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos,
        house_key = EXCLUDED.house_key, flat = EXCLUDED.flat, room = EXCLUDED.room
    WHERE (s.account_id, s.amount, s.closing, s.rate, s.volume, s.unit, s.house_key, s.flat, s.room) IS DISTINCT FROM
        (EXCLUDED.account_id, EXCLUDED.amount, EXCLUDED.closing, EXCLUDED.rate, EXCLUDED.volume, EXCLUDED.unit, EXCLUDED.house_key, EXCLUDED.flat, EXCLUDED.room)
    RETURNING kind, account, service, period)
SELECT ord FROM incoming i JOIN made m ON (m.kind, m.account, m.service, m.period) = (i.kind, i.account, i.service, i.period::date)`
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(s stated) string { return s.account + "|" + s.service + "|" + s.period }, "лицевой счёт, услуга, месяц")
	kept, indexes := standing(rows, outcomes)
	err := t.markAccepted(ctx, outcomes, indexes, sql, organisation, source,
		column(kept, func(s stated) string { return s.kind }),
		column(kept, func(s stated) string { return s.account }),
		column(kept, func(s stated) string { return s.service }),
		column(kept, func(s stated) string { return s.period }),
		column(kept, func(s stated) int64 { return s.amount }),
		column(kept, func(s stated) *int64 { return s.closing }),
		column(kept, func(s stated) *string { return s.rate }),
		column(kept, func(s stated) *string { return s.volume }),
		column(kept, func(s stated) string { return s.unit }),
		column(kept, func(s stated) int64 { return s.position }),
		column(kept, func(s stated) string { return s.house }),
		column(kept, func(s stated) string { return s.flat }),
		column(kept, func(s stated) string { return s.room }))
	if err != nil {
		return nil, fmt.Errorf("store stated amounts: %w", err)
	}
	return outcomes, t.noteUnknown(ctx, organisation, rows, outcomes)
}

// noteUnknown notes the accounts that are none of ours: a supplier's number that nobody has told us, or a mistake.
func (t *Tx) noteUnknown(ctx context.Context, organisation int64, rows []stated, outcomes []housing.Outcome) error {
	ids, err := t.lookup(ctx, `
SELECT DISTINCT ON (1) s.kind || '|' || s.account, COALESCE(s.account_id, p.id) FROM stated_amounts s
LEFT JOIN houses h ON s.house_key <> '' AND (h.organisation_id, h.key) = ($1, s.house_key)
LEFT JOIN premises p ON p.house_id = h.id AND flat_key(p.flat) = flat_key(s.flat) AND (p.flat <> '' OR h.kind = 'private')
WHERE s.organisation_id = $1 AND s.account = ANY($2) AND COALESCE(s.account_id, p.id) IS NOT NULL`,
		organisation, column(rows, func(s stated) string { return s.account }))
	if err != nil {
		return fmt.Errorf("look for the accounts of stated amounts: %w", err)
	}
	for i, row := range rows {
		if outcomes[i].Verdict != housing.Rejected && ids[row.kind+"|"+row.account] == 0 {
			outcomes[i].Problems = append(outcomes[i].Problems, housing.Problem{
				Code: "unknown_account", Column: "Лицевой счёт", Value: row.account, Severity: housing.SeverityWarning,
				Text: "среди наших лицевых счетов и известных номеров поставщика такого нет, по адресу помещение не найдено: строка принята, но ни с чем не сверяется",
			})
		}
	}
	return nil
}
