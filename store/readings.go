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
	Service  housing.Service
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
	// The newest reading of a register is nearly always the one before the row's; only where it is not, both
	// neighbours are looked for. The account is compared, not looked for: a meter is found by what names it.
	const sql = `
WITH incoming AS MATERIALIZED (
    SELECT serial, service, account, zone, taken_on::date AS taken_on, code, ord
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        WITH ORDINALITY AS t(serial, service, account, zone, taken_on, code, ord)),
named AS (
    SELECT i.ord, i.account, i.zone, i.taken_on, m.id, m.account_id, m.service, m.digits, m.zones, m.closed
    FROM incoming i JOIN meters m ON m.organisation_id = $1 AND m.serial = i.serial
    WHERE i.serial <> '' AND (i.service = '' OR m.service = i.service)
    UNION ALL
    SELECT i.ord, i.account, i.zone, i.taken_on, m.id, m.account_id, m.service, m.digits, m.zones, m.closed
    FROM incoming i JOIN meters m ON m.id = i.code AND m.organisation_id = $1
    WHERE i.serial = '' AND (i.service = '' OR m.service = i.service))
SELECT i.ord, i.id, i.service, i.digits, i.zones, i.closed, CASE WHEN w.after THEN l.taken_on ELSE w.taken_on END,
    CASE WHEN w.after THEN COALESCE(l.value, 0) ELSE COALESCE(w.value, 0) END, n.taken_on, COALESCE(n.value, 0)
FROM named i
LEFT JOIN LATERAL (SELECT r.taken_on, r.value, r.taken_on > i.taken_on AS after FROM readings r
    WHERE r.meter_id = i.id AND r.zone = i.zone ORDER BY r.period DESC, r.taken_on DESC LIMIT 1) w ON true
LEFT JOIN LATERAL (SELECT taken_on, value FROM readings r
    WHERE w.after AND r.meter_id = i.id AND r.zone = i.zone AND r.period <= i.taken_on AND r.taken_on <= i.taken_on
    ORDER BY r.period DESC, r.taken_on DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT taken_on, value FROM readings r
    WHERE w.after AND r.meter_id = i.id AND r.zone = i.zone AND r.period > i.taken_on - 31 AND r.taken_on > i.taken_on
    ORDER BY r.period, r.taken_on LIMIT 1) n ON true
WHERE i.account = '' OR EXISTS (SELECT FROM accounts a WHERE a.id = i.account_id AND a.number = i.account)`
	found, err := q.Query(ctx, sql, pgx.QueryResultFormats{pgx.BinaryFormatCode}, organisation,
		column(rows, func(r SourcedReading) string { return r.Serial }),
		column(rows, func(r SourcedReading) string { return string(r.Service) }),
		column(rows, func(r SourcedReading) string { return r.Account }),
		column(rows, func(r SourcedReading) string { return string(r.Zone) }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.On }),
		column(rows, func(r SourcedReading) int64 { return meterCode(r.Code) }))
	if err != nil {
		return nil, fmt.Errorf("look for meters: %w", err)
	}
	states, err := readStates(found, rows)
	if err != nil {
		return nil, fmt.Errorf("look for meters: %w", err)
	}
	return states, nil
}

// readStates puts what was found of each row in its place. Where several meters are found, it is said how
// many, and which has the lowest id.
func readStates(found pgx.Rows, rows []SourcedReading) ([]RegisterState, error) {
	defer found.Close()
	states := make([]RegisterState, len(rows))
	row := factRow{words: map[string]string{}}
	for found.Next() {
		row.columns, row.next = found.RawValues(), 0
		place := row.number() - 1
		s := RegisterState{MeterID: row.number(), Service: housing.Service(row.word()), Digits: int(row.number()), Zones: int(row.number()), Closed: row.date()}
		s.LastOn, s.Last = row.date(), row.decimal()
		s.NextOn, s.Next = row.date(), row.decimal()
		if row.err != nil {
			return nil, row.err
		}
		earlier := states[place]
		s.Found = earlier.Found + 1
		if earlier.Found > 0 && earlier.MeterID < s.MeterID {
			earlier.Found = s.Found
			s = earlier
		}
		s.Repeated = !s.LastOn.IsZero() && s.LastOn == rows[place].On
		states[place] = s
	}
	return states, found.Err() //nolint:wrapcheck // the caller says what it looked for
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
	// Told are the rows that are known: few of most batches.
	const sql = `
WITH made AS (
    INSERT INTO readings (period, meter_id, zone, taken_on, value, source_id, source_pos)
    SELECT period::date, meter_id, zone, taken_on::date, value::numeric, source_id, pos
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
        AS t(meter_id, zone, period, taken_on, value, source_id, pos)
    ON CONFLICT DO NOTHING RETURNING meter_id, zone, taken_on)
SELECT ord FROM unnest($1::bigint[], $2::text[], $4::text[]) WITH ORDINALITY AS t(meter_id, zone, taken_on, ord)
WHERE NOT EXISTS (SELECT FROM made m WHERE (m.meter_id, m.zone, m.taken_on) = (t.meter_id, t.zone, t.taken_on::date))`
	created := firstOfEach(meters, rows)
	told, err := t.Query(ctx, sql, meters,
		column(rows, func(r SourcedReading) string { return string(r.Zone) }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.On.Period().First() }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.On }),
		textColumn(rows, func(r SourcedReading) fmt.Stringer { return r.Value }),
		column(rows, func(r SourcedReading) int64 { return r.SourceID }),
		column(rows, func(r SourcedReading) int64 { return r.Source.Position }))
	if err != nil {
		return nil, fmt.Errorf("store readings: %w", err)
	}
	ordinals, err := pgx.CollectRows(told, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("store readings: %w", err)
	}
	for _, ordinal := range ordinals {
		created[ordinal-1] = false
	}
	return created, nil
}

// firstOfEach marks the first row of each register and day: of two in a batch the first is stored.
func firstOfEach(meters []int64, rows []SourcedReading) []bool {
	type day struct {
		meter int64
		zone  housing.Zone
		on    housing.Date
	}
	first := make([]bool, len(rows))
	seen := make(map[day]struct{}, len(rows))
	for i, r := range rows {
		of := day{meters[i], r.Zone, r.On}
		if _, again := seen[of]; !again {
			seen[of], first[i] = struct{}{}, true
		}
	}
	return first
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
