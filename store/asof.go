package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Frozen is the database as it stood at one moment: every query of Queries reads it so. It must not be
// written through. Whoever opened it closes it.
type Frozen struct {
	*Store
	Moment time.Time
	conn   *pgx.Conn
	tx     pgx.Tx
}

// Freeze opens the database as it stands now: all queries see one and the same state.
func (s *Store) Freeze(ctx context.Context) (*Frozen, error) { return s.frozen(ctx, time.Time{}) }

// AsOf opens the database as it stood at a moment that has passed: what was recorded later is not there,
// what was changed later is as it was. It covers the tables that migrations handed to track_history.
func (s *Store) AsOf(ctx context.Context, moment time.Time) (*Frozen, error) {
	return s.frozen(ctx, moment)
}

// frozen works on a connection of its own: statements prepared on a shared one would go on to read the
// tables in place of the views.
func (s *Store) frozen(ctx context.Context, moment time.Time) (f *Frozen, err error) {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return nil, fmt.Errorf("open the database as of a moment: %w", err)
	}
	f = &Frozen{conn: conn, Moment: moment}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(ctx))
		}
	}()
	if after := s.pool.Config().AfterConnect; after != nil {
		if err := after(ctx, conn); err != nil {
			return nil, fmt.Errorf("open the database as of a moment: %w", err)
		}
	}
	if !moment.IsZero() {
		if err := shadow(ctx, conn, moment); err != nil {
			return nil, err
		}
	}
	f.tx, err = conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("begin to read as of a moment: %w", err)
	}
	if moment.IsZero() {
		if err := f.tx.QueryRow(ctx, "SELECT now()").Scan(&f.Moment); err != nil {
			return nil, fmt.Errorf("read the clock of the database: %w", err)
		}
	}
	f.Store = &Store{Queries: Queries{f.tx}, pool: s.pool, log: s.log, sources: s.sources}
	return f, nil
}

// shadow puts a temporary view before every tracked table: rows that stood at the moment, those replaced
// since from the past.
func shadow(ctx context.Context, conn *pgx.Conn, moment time.Time) error {
	const tracked = `
SELECT c.relname, n.nspname, (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), to_regclass(format('%I.%I', n.nspname, 'past_' || c.relname)) IS NOT NULL
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgname = 'past_of_update'`
	rows, err := conn.Query(ctx, tracked)
	if err != nil {
		return fmt.Errorf("list the tables with a past: %w", err)
	}
	type table struct {
		name, schema, columns string
		apart                 bool // its past has a table of its own, since migration 00155
	}
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t table, err error) {
		err = row.Scan(&t.name, &t.schema, &t.columns, &t.apart)
		return t, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return fmt.Errorf("list the tables with a past: %w", err)
	}
	at := "'" + moment.UTC().Format("2006-01-02 15:04:05.999999") + "+00'::timestamptz"
	for _, t := range tables {
		name := pgx.Identifier{t.schema, t.name}.Sanitize()
		sql := fmt.Sprintf(`CREATE TEMP VIEW %[1]s AS SELECT %[2]s FROM %[3]s WHERE recorded_at <= %[4]s
UNION ALL SELECT %[2]s FROM (SELECT (jsonb_populate_record(NULL::%[3]s, content)).* FROM %[5]s
    WHERE tbl = '%[6]s' AND recorded_at <= %[4]s AND replaced_at > %[4]s) AS past`,
			pgx.Identifier{t.name}.Sanitize(), t.columns, name, at, pgx.Identifier{t.schema, "past_rows"}.Sanitize(), t.name)
		if t.apart {
			sql += fmt.Sprintf(" UNION ALL SELECT %[1]s FROM %[2]s WHERE recorded_at <= %[3]s AND replaced_at > %[3]s",
				t.columns, pgx.Identifier{t.schema, "past_" + t.name}.Sanitize(), at)
		}
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("look at the past of %s: %w", t.name, err)
		}
	}
	return nil
}

// Close ends the reading.
func (f *Frozen) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackLimit)
	defer cancel()
	if err := f.conn.Close(ctx); err != nil {
		return fmt.Errorf("end the reading as of a moment: %w", err)
	}
	return nil
}

// Publication is a report given out.
type Publication struct {
	Name         string
	SHA256       string
	Rows         int
	Moment       time.Time // of the data
	AsOf         time.Time // as its head says
	Run          int64
	Engine       string
	Organisation housing.Organisation
}

// AddPublication notes a report given out, unless the same bytes were the last ones given out.
func (q Queries) AddPublication(ctx context.Context, organisation int64, period housing.Period, p Publication) error {
	const sql = `
INSERT INTO publications (organisation_id, period, name, sha256, row_count, moment, as_of, run_id, engine, organisation)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb WHERE $4 IS DISTINCT FROM
    (SELECT sha256 FROM publications WHERE organisation_id = $1 AND period = $2 AND name = $3 ORDER BY moment DESC, id DESC LIMIT 1)`
	head, err := json.Marshal(p.Organisation)
	if err != nil {
		return fmt.Errorf("write the head of %s: %w", p.Name, err)
	}
	_, err = q.Exec(ctx, sql, organisation, period, p.Name, p.SHA256, p.Rows, p.Moment, p.AsOf, p.Run, p.Engine, string(head))
	if err != nil {
		return fmt.Errorf("note that %s was given out: %w", p.Name, err)
	}
	return nil
}

// LastPublication returns how a report was given out last up to a moment, or ErrNotFound.
func (q Queries) LastPublication(ctx context.Context, organisation int64, period housing.Period, name string, moment time.Time) (Publication, error) {
	const sql = `
SELECT name, sha256, row_count, moment, as_of, run_id, engine, organisation FROM publications
WHERE organisation_id = $1 AND period = $2 AND name = $3 AND moment <= $4 ORDER BY moment DESC, id DESC LIMIT 1`
	var p Publication
	var head []byte
	err := q.QueryRow(ctx, sql, organisation, period, name, moment).Scan(&p.Name, &p.SHA256, &p.Rows, &p.Moment, &p.AsOf, &p.Run, &p.Engine, &head)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fmt.Errorf("report %s: %w", name, ErrNotFound)
	}
	if err == nil {
		err = json.Unmarshal(head, &p.Organisation)
	}
	if err != nil {
		return p, fmt.Errorf("look for what was given out as %s: %w", name, err)
	}
	return p, nil
}
