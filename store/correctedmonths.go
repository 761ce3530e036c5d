package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ClosedBefore is a closed month, and the moment up to which all facts recorded were compared with it.
type ClosedBefore struct {
	Period housing.Period
	Seen   time.Time
}

// ClosedMonths lists the closed months before one, in order of time. A month never looked at knows what was
// recorded before its charges; an import may have been under way for hours then, so a day is taken off.
func (q Queries) ClosedMonths(ctx context.Context, organisation int64, before housing.Period) ([]ClosedBefore, error) {
	const sql = `
SELECT c.period, COALESCE(k.seen, (SELECT min(x.recorded_at) FROM charged_houses x JOIN houses h ON h.id = x.house_id
    WHERE h.organisation_id = $1 AND x.period = c.period) - interval '1 day', '2000-01-01'::timestamptz)
FROM closings c LEFT JOIN correction_marks k ON k.organisation_id = c.organisation_id AND k.month = c.period
WHERE c.organisation_id = $1 AND c.reopened_at IS NULL AND c.period < $2 ORDER BY c.period`
	rows, err := q.Query(ctx, sql, organisation, before)
	if err != nil {
		return nil, fmt.Errorf("list the closed months: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ClosedBefore])
	if err != nil {
		return nil, fmt.Errorf("list the closed months: %w", err)
	}
	return list, nil
}

// SettledMoment is a moment before which no transaction under way began: whatever was recorded up to it can
// be seen now.
func (q Queries) SettledMoment(ctx context.Context) (moment time.Time, err error) {
	const sql = `
SELECT LEAST(now(), (SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()))`
	if err := q.QueryRow(ctx, sql).Scan(&moment); err != nil {
		return moment, fmt.Errorf("ask for the oldest transaction: %w", err)
	}
	return moment, nil
}

// MarkCorrected notes that all facts recorded up to a moment were compared with closed months.
func (t *Tx) MarkCorrected(ctx context.Context, organisation int64, months []housing.Period, moment time.Time) error {
	const sql = `
INSERT INTO correction_marks (organisation_id, month, seen) SELECT $1, m::date, $3 FROM unnest($2::text[]) AS m
ON CONFLICT (organisation_id, month) DO UPDATE SET seen = GREATEST(correction_marks.seen, EXCLUDED.seen)`
	days := textColumn(months, func(p housing.Period) fmt.Stringer { return p.First() })
	if _, err := t.Exec(ctx, sql, organisation, days, moment); err != nil {
		return fmt.Errorf("note what was compared: %w", err)
	}
	return nil
}

// CorrectedMonth is the facts of a house in a closed month: round 0 as they were issued, the others as
// corrected.
type CorrectedMonth struct {
	StoredSnapshot
	Month  housing.Period
	Round  int
	Booked housing.Period
}

// LastCorrected returns what a closed month of a house stands on: its last round, or the snapshot that was
// issued. ErrNotFound says that the house was not charged in the month.
func (q Queries) LastCorrected(ctx context.Context, house int64, month housing.Period) (CorrectedMonth, error) {
	return q.correctedMonth(ctx, house, month, -1)
}

// CorrectedRound returns a round of a house in a closed month, 0 for the snapshot that was issued.
func (q Queries) CorrectedRound(ctx context.Context, house int64, month housing.Period, round int) (CorrectedMonth, error) {
	return q.correctedMonth(ctx, house, month, round)
}

func (q Queries) correctedMonth(ctx context.Context, house int64, month housing.Period, round int) (CorrectedMonth, error) {
	const sql = `
SELECT 0, s.sha256, s.body, s.run_id, NULL::date FROM charged_houses c
JOIN snapshots s ON s.house_id = c.house_id AND s.run_id = c.run_id AND s.period = c.period
WHERE c.house_id = $1 AND c.period = $2 AND $3 <= 0
UNION ALL
SELECT round, sha256, body, 0, period FROM corrected_months WHERE house_id = $1 AND month = $2 AND (round = $3 OR $3 < 0)
ORDER BY 1 DESC LIMIT 1`
	c := CorrectedMonth{Month: month}
	c.House = house
	var booked housing.Date
	err := q.QueryRow(ctx, sql, house, month, round).Scan(&c.Round, &c.SHA256, &c.Body, &c.Run, &booked)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("facts of house %d in %s: %w", house, month, ErrNotFound)
	}
	if err != nil {
		return c, fmt.Errorf("read the facts of house %d in %s: %w", house, month, err)
	}
	if !booked.IsZero() {
		c.Booked = booked.Period()
	}
	return c, nil
}

// AddCorrectedMonth keeps the facts of the next round.
func (t *Tx) AddCorrectedMonth(ctx context.Context, c CorrectedMonth, engine string, at time.Time) error {
	const sql = `
INSERT INTO corrected_months (house_id, month, round, period, engine, sha256, body, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	if _, err := t.Exec(ctx, sql, c.House, c.Month, c.Round, c.Booked, engine, c.SHA256, c.Body, at); err != nil {
		return fmt.Errorf("keep the corrected facts of house %d in %s: %w", c.House, c.Month, err)
	}
	return nil
}

// CorrectedVolumes returns what registers of houses came to in months that were corrected.
func (q Queries) CorrectedVolumes(ctx context.Context, houses ...int64) ([]MeterResult, error) {
	const sql = `
SELECT meter_id, zone, period, volume::text, metered FROM corrected_volumes WHERE house_id = ANY($1) ORDER BY meter_id, period, zone COLLATE "C"`
	rows, err := q.Query(ctx, sql, houses)
	if err != nil {
		return nil, fmt.Errorf("read the corrected volumes: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m MeterResult, err error) {
		err = row.Scan(&m.Meter, &m.Zone, &m.Period, &m.Volume, &m.Metered)
		return m, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read the corrected volumes: %w", err)
	}
	return list, nil
}

// PutCorrectedVolumes keeps what registers of a house came to in a month that was corrected.
func (t *Tx) PutCorrectedVolumes(ctx context.Context, house int64, list []MeterResult) error {
	const sql = `
INSERT INTO corrected_volumes (house_id, meter_id, zone, period, volume, metered)
SELECT $1, t.meter, t.zone, t.period::date, t.volume::numeric, t.metered
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::boolean[]) AS t(meter, zone, period, volume, metered)
ON CONFLICT (meter_id, period, zone) DO UPDATE SET volume = EXCLUDED.volume, metered = EXCLUDED.metered, house_id = EXCLUDED.house_id`
	_, err := t.Exec(ctx, sql, house, column(list, func(m MeterResult) int64 { return m.Meter }),
		column(list, func(m MeterResult) string { return string(m.Zone) }),
		textColumn(list, func(m MeterResult) fmt.Stringer { return m.Period.First() }),
		textColumn(list, func(m MeterResult) fmt.Stringer { return m.Volume }),
		column(list, func(m MeterResult) bool { return m.Metered }))
	if err != nil {
		return fmt.Errorf("keep the corrected volumes of house %d: %w", house, err)
	}
	return nil
}

// LaterReading is the first reading of a register after a month.
type LaterReading struct {
	Meter int64
	housing.Reading
}

// LaterReadings returns, for the registers of a house, the first reading after a month up to the end of
// another one.
func (q Queries) LaterReadings(ctx context.Context, house int64, after, upTo housing.Period) ([]LaterReading, error) {
	const sql = `
SELECT DISTINCT ON (r.meter_id, r.zone) r.meter_id, r.zone, r.taken_on, r.value::text, r.control, ` + sourceColumns + `r.source_pos
FROM readings r JOIN meters m ON m.id = r.meter_id JOIN accounts a ON a.id = m.account_id JOIN sources s ON s.id = r.source_id
WHERE a.house_id = $1 AND r.period > $2 AND r.period <= $3 ORDER BY r.meter_id, r.zone, r.taken_on`
	rows, err := q.Query(ctx, sql, house, after, upTo)
	if err != nil {
		return nil, fmt.Errorf("read the later readings of house %d: %w", house, err)
	}
	var list []LaterReading
	var r LaterReading
	into := append([]any{&r.Meter, &r.Zone, &r.On, &r.Value, &r.Control}, sourceTargets(&r.Source)...)
	if _, err := pgx.ForEachRow(rows, into, func() error { list = append(list, r); return nil }); err != nil {
		return nil, fmt.Errorf("read the later readings of house %d: %w", house, err)
	}
	return list, nil
}

// DropCorrections takes back all corrections of a month that is opened again: it will be charged anew from
// all that is known. They are all booked in months that are still open.
func (t *Tx) DropCorrections(ctx context.Context, organisation int64, month housing.Period) (dropped int64, err error) {
	const lines = `
DELETE FROM ledger_lines l USING houses h
WHERE h.id = l.house_id AND h.organisation_id = $1 AND l.kind = 'correction' AND l.cause <> '' AND l.month = $2`
	tag, err := t.Exec(ctx, lines, organisation, month)
	if err != nil {
		return 0, fmt.Errorf("take back the corrections of %s: %w", month, err)
	}
	for _, sql := range []string{
		"DELETE FROM benefit_corrections c USING houses h WHERE h.id = c.house_id AND h.organisation_id = $1 AND c.month = $2",
		"DELETE FROM corrected_months c USING houses h WHERE h.id = c.house_id AND h.organisation_id = $1 AND c.month = $2",
		"DELETE FROM corrected_volumes c USING houses h WHERE h.id = c.house_id AND h.organisation_id = $1 AND c.period = $2",
		"DELETE FROM correction_marks WHERE organisation_id = $1 AND month = $2",
	} {
		if _, err := t.Exec(ctx, sql, organisation, month); err != nil {
			return 0, fmt.Errorf("take back the corrections of %s: %w", month, err)
		}
	}
	return tag.RowsAffected(), nil
}

// BookedCorrection is a correction of a closed month as the ledger has it.
type BookedCorrection struct {
	House   int64                   `json:"-"`
	Booked  housing.Period          `json:"booked"`
	Month   housing.Period          `json:"month"` // the closed month
	Round   int                     `json:"round"`
	Account string                  `json:"account"`
	Service housing.Service         `json:"service"`
	Payee   string                  `json:"payee"`
	Cause   housing.CorrectionCause `json:"cause"`
	Amount  housing.Money           `json:"amount"`
	Ground  string                  `json:"ground"`                  // in Russian: the late facts
	Receipt string                  `json:"receipt,omitzero" db:"-"` // number of the issued one that it stands on
}

const bookedCorrections = `
SELECT l.house_id, l.period, l.month, l.round, a.number, l.service, o.inn, l.cause, l.amount, l.document
FROM ledger_lines l JOIN accounts a ON a.id = l.account_id JOIN organisations o ON o.id = l.payee_id
WHERE a.organisation_id = $1 AND l.kind = 'correction' AND l.cause <> '' AND `

// CorrectionsOf returns the corrections of an account that are booked in a month, or are about it.
func (q Queries) CorrectionsOf(ctx context.Context, organisation int64, account string, period housing.Period) ([]BookedCorrection, error) {
	return collectStructs[BookedCorrection](ctx, q, "read the corrections of account "+account,
		bookedCorrections+"a.number = $2 AND (l.period = $3 OR l.month = $3) ORDER BY l.period, l.month, l.round, l.id", organisation, account, period)
}

// CorrectionsFrom returns the corrections that rest on a source; with all its positions where the prefix ends
// before them.
func (q Queries) CorrectionsFrom(ctx context.Context, organisation int64, source string, prefix bool) ([]BookedCorrection, error) {
	const exact, all = "l.sources @> ARRAY[$2] ", "EXISTS (SELECT FROM unnest(l.sources) AS s WHERE starts_with(s, $2)) "
	condition := exact
	if prefix {
		condition = all
	}
	return collectStructs[BookedCorrection](ctx, q, "read the corrections that rest on "+source,
		bookedCorrections+condition+"ORDER BY l.period, l.month, l.round, l.id", organisation, source)
}
