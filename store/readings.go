package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// SourcedReading is a reading with the stored source it came by.
type SourcedReading struct {
	housing.MeterReading
	SourceID int64
}

// RegisterState is what is known of the register that a reading names, for validation.
type RegisterState struct {
	MeterID  int64 // 0: no meter found
	Found    int   // meters found by what the reading names
	Digits   int
	Zones    int
	Closed   housing.Date
	LastOn   housing.Date    // newest reading on or before the day; zero: none
	Last     housing.Decimal //
	NextOn   housing.Date    // oldest reading after the day
	Next     housing.Decimal
	Repeated bool // a reading of the day is known: Last
}

// RegisterStates finds for each reading its meter and the readings around its day, in the order of
// rows. A meter is found by serial number or, where there is none, by the code that we gave its partner (its id),
// narrowed by service and account where the sender names them.
func (q Queries) RegisterStates(ctx context.Context, organisation int64, rows []SourcedReading) ([]RegisterState, error) {
	const sql = `
WITH incoming AS (
    SELECT serial, service, account, zone, taken_on::date AS taken_on, code, ord
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        WITH ORDINALITY AS t(serial, service, account, zone, taken_on, code, ord)),
named AS (
    SELECT i.*, m.id, m.service AS of_service, m.account_id
    FROM incoming i JOIN meters m ON m.organisation_id = $1 AND m.serial = i.serial AND i.serial <> ''
    UNION ALL
    SELECT i.*, m.id, m.service, m.account_id
    FROM incoming i JOIN meters m ON m.id = i.code AND m.organisation_id = $1 AND i.serial = ''),
found AS (
    SELECT i.ord, i.zone, i.taken_on, min(i.id) AS meter_id, count(*) AS found
    FROM named i LEFT JOIN accounts a ON a.id = i.account_id AND i.account <> ''
    WHERE (i.service = '' OR i.of_service = i.service) AND (i.account = '' OR a.number = i.account)
    GROUP BY i.ord, i.zone, i.taken_on)
SELECT i.ord, i.meter_id, i.found, m.digits, m.zones, m.closed,
    l.taken_on, COALESCE(l.value, 0), n.taken_on, COALESCE(n.value, 0)
FROM found i JOIN meters m ON m.id = i.meter_id
LEFT JOIN LATERAL (SELECT taken_on, value FROM readings r
    WHERE r.meter_id = m.id AND r.zone = i.zone AND r.period <= i.taken_on AND r.taken_on <= i.taken_on
    ORDER BY r.period DESC, r.taken_on DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT taken_on, value FROM readings r
    WHERE r.meter_id = m.id AND r.zone = i.zone AND r.period > i.taken_on - 31 AND r.taken_on > i.taken_on
    ORDER BY r.period, r.taken_on LIMIT 1) n ON true`
	states := make([]RegisterState, len(rows))
	found, err := q.Query(ctx, sql, organisation,
		column(rows, func(r SourcedReading) string { return r.Serial }),
		column(rows, func(r SourcedReading) string { return string(r.Service) }),
		column(rows, func(r SourcedReading) string { return r.Account }),
		column(rows, func(r SourcedReading) string { return string(r.Zone) }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.On }),
		column(rows, func(r SourcedReading) int64 { return meterCode(r.Code) }))
	if err != nil {
		return nil, fmt.Errorf("look for meters: %w", err)
	}
	var ordinal int64
	var s RegisterState
	_, err = pgx.ForEachRow(found, []any{
		&ordinal, &s.MeterID, &s.Found, &s.Digits, &s.Zones, &s.Closed, &s.LastOn, &s.Last, &s.NextOn, &s.Next,
	}, func() error {
		s.Repeated = !s.LastOn.IsZero() && s.LastOn == rows[ordinal-1].On
		states[ordinal-1] = s
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for meters: %w", err)
	}
	return states, nil
}

// meterCode reads a code that we gave out, 0 for one that is none of ours.
func meterCode(code string) int64 {
	id, err := strconv.ParseInt(code, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// InsertReadings stores readings of known meters and returns which of them were new: false says that
// the register has a reading of that day already.
func (t *Tx) InsertReadings(ctx context.Context, meters []int64, rows []SourcedReading) ([]bool, error) {
	const sql = `
WITH incoming AS (
    SELECT meter_id, zone, taken_on::date AS taken_on, value::numeric AS value, source_id, pos, ord
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
        WITH ORDINALITY AS t(meter_id, zone, taken_on, value, source_id, pos, ord)),
first AS (
    SELECT DISTINCT ON (meter_id, zone, taken_on) * FROM incoming ORDER BY meter_id, zone, taken_on, ord),
made AS (
    INSERT INTO readings (period, meter_id, zone, taken_on, value, source_id, source_pos)
    SELECT date_trunc('month', taken_on), meter_id, zone, taken_on, value, source_id, pos FROM first
    ON CONFLICT DO NOTHING RETURNING meter_id, zone, taken_on)
SELECT ord FROM first f JOIN made m ON (m.meter_id, m.zone, m.taken_on) = (f.meter_id, f.zone, f.taken_on)`
	made, err := t.Query(ctx, sql, meters,
		column(rows, func(r SourcedReading) string { return string(r.Zone) }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.On }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.Value }),
		column(rows, func(r SourcedReading) int64 { return r.SourceID }),
		column(rows, func(r SourcedReading) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store readings: %w", err)
	}
	ordinals, err := pgx.CollectRows(made, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("store readings: %w", err)
	}
	created := make([]bool, len(rows))
	for _, ordinal := range ordinals {
		created[ordinal-1] = true
	}
	return created, nil
}

// AddDeadLetter keeps what a message of the stream was refused for; the same message twice is one.
func (q Queries) AddDeadLetter(ctx context.Context, d DeadLetter) error {
	const sql = `
INSERT INTO dead_letters (topic, partition, position, code, reason, received_at) VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT DO NOTHING`
	_, err := q.Exec(ctx, sql, storable(d.Topic), d.Partition, d.Position, d.Code, clip(d.Reason))
	if err != nil {
		return fmt.Errorf("store a dead letter: %w", err)
	}
	return nil
}

// DeadLetter is a message that could not be taken, with the reason in Russian.
type DeadLetter struct {
	Topic     string
	Partition int
	Position  int64
	Code      string
	Reason    string
}

// DeadLetters returns the messages that could not be taken, in order of arrival.
func (q Queries) DeadLetters(ctx context.Context) ([]DeadLetter, error) {
	return collectStructs[DeadLetter](ctx, q, "read the dead letters",
		"SELECT topic, partition, position, code, reason FROM dead_letters ORDER BY received_at, topic, partition, position")
}
