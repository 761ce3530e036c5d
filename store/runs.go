package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Run is one computation of a month for one organisation.
type Run struct {
	ID         int64
	Period     housing.Period
	Engine     string
	Started    time.Time
	Finished   *time.Time
	OfHouses   int
	Planned    int // not done yet
	Changed    int // charges differ from those of the run before, or are the first
	SameAsWere int
}

// PlanRun opens a run of the month with one unit per house, or joins the one under way. It returns
// the run and the houses still to do.
func (s *Store) PlanRun(ctx context.Context, organisation int64, period housing.Period, engine string, now time.Time) (run int64, houses []int64, err error) {
	// The update changes nothing: it locks the run under way, so that it cannot end meanwhile.
	const open = `
INSERT INTO runs AS r (organisation_id, period, engine, status, started_at) VALUES ($1, $2, $3, 'running', $4)
ON CONFLICT (organisation_id, period) WHERE status = 'running' DO UPDATE SET engine = r.engine RETURNING id`
	const plan = `
INSERT INTO charge_units (run_id, house_id, status)
SELECT $1, h.id, 'planned' FROM houses h
WHERE h.organisation_id = $2 AND EXISTS (SELECT FROM accounts a WHERE a.house_id = h.id)
ON CONFLICT DO NOTHING`
	const due = `SELECT house_id FROM charge_units WHERE run_id = $1 AND status = 'planned' ORDER BY house_id`
	err = s.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		if err := tx.QueryRow(ctx, open, organisation, period, engine, now).Scan(&run); err != nil {
			return fmt.Errorf("open a run: %w", err)
		}
		if _, err := tx.Exec(ctx, plan, run, organisation); err != nil {
			return fmt.Errorf("plan the houses of a run: %w", err)
		}
		rows, err := tx.Query(ctx, due, run)
		if err != nil {
			return fmt.Errorf("read the houses of a run: %w", err)
		}
		if houses, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
			return fmt.Errorf("read the houses of a run: %w", err)
		}
		return nil
	})
	return run, houses, err
}

// PassingRun opens a run that is never seen: of a month that is drawn up to be looked at and taken back.
func (t *Tx) PassingRun(ctx context.Context, organisation int64, period housing.Period, engine string, now time.Time) (run int64, err error) {
	const sql = `INSERT INTO runs (organisation_id, period, engine, status, started_at) VALUES ($1, $2, $3, 'done', $4) RETURNING id`
	if err := t.QueryRow(ctx, sql, organisation, period, engine, now).Scan(&run); err != nil {
		return 0, fmt.Errorf("open a run: %w", err)
	}
	return run, nil
}

// CountAccounts counts the accounts of houses.
func (q Queries) CountAccounts(ctx context.Context, houses []int64) (map[int64]int, error) {
	const sql = `SELECT house_id, count(*) FROM accounts WHERE house_id = ANY($1) GROUP BY house_id`
	rows, err := q.Query(ctx, sql, houses)
	if err != nil {
		return nil, fmt.Errorf("count the accounts of %d houses: %w", len(houses), err)
	}
	counts := make(map[int64]int, len(houses))
	var house int64
	var count int
	_, err = pgx.ForEachRow(rows, []any{&house, &count}, func() error {
		counts[house] = count
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count the accounts of %d houses: %w", len(houses), err)
	}
	return counts, nil
}

// RunState returns a run with the count of its houses.
func (q Queries) RunState(ctx context.Context, run int64) (Run, error) {
	const sql = `
SELECT r.id, r.period, r.engine, r.started_at, r.finished_at, count(u.house_id),
    count(*) FILTER (WHERE u.status = 'planned'), count(*) FILTER (WHERE u.status = 'changed'),
    count(*) FILTER (WHERE u.status = 'unchanged')
FROM runs r LEFT JOIN charge_units u ON u.run_id = r.id WHERE r.id = $1 GROUP BY r.id`
	var r Run
	err := q.QueryRow(ctx, sql, run).Scan(&r.ID, &r.Period, &r.Engine, &r.Started, &r.Finished, &r.OfHouses,
		&r.Planned, &r.Changed, &r.SameAsWere)
	if err != nil {
		return r, fmt.Errorf("read run %d: %w", run, err)
	}
	return r, nil
}

// FinishRun ends a run of which no house is left to do; otherwise it changes nothing.
func (q Queries) FinishRun(ctx context.Context, run int64, now time.Time) error {
	const sql = `
UPDATE runs SET status = 'done', finished_at = $2
WHERE id = $1 AND status = 'running'
    AND NOT EXISTS (SELECT FROM charge_units WHERE run_id = $1 AND status = 'planned')`
	if _, err := q.Exec(ctx, sql, run, now); err != nil {
		return fmt.Errorf("end run %d: %w", run, err)
	}
	return nil
}

// LastRun returns the newest run of a month, or ErrNotFound.
func (q Queries) LastRun(ctx context.Context, organisation int64, period housing.Period) (Run, error) {
	var id *int64
	err := q.QueryRow(ctx, "SELECT max(id) FROM runs WHERE organisation_id = $1 AND period = $2", organisation, period).Scan(&id)
	if err != nil {
		return Run{}, fmt.Errorf("look for a run of %s: %w", period, err)
	}
	if id == nil {
		return Run{}, fmt.Errorf("run of %s: %w", period, ErrNotFound)
	}
	return q.RunState(ctx, *id)
}

// PeriodTotals is what a month came to.
type PeriodTotals struct {
	Houses, Accounts, Held, Lines int
	Amount                        housing.Money
}

// ChargedTotals adds up what stands for a month.
func (q Queries) ChargedTotals(ctx context.Context, organisation int64, period housing.Period) (PeriodTotals, error) {
	const sql = `
SELECT count(*), COALESCE(sum(c.accounts), 0), COALESCE(sum(c.held), 0), COALESCE(sum(c.lines), 0), COALESCE(sum(c.amount), 0)::bigint
FROM charged_houses c JOIN houses h ON h.id = c.house_id WHERE h.organisation_id = $1 AND c.period = $2`
	var p PeriodTotals
	err := q.QueryRow(ctx, sql, organisation, period).Scan(&p.Houses, &p.Accounts, &p.Held, &p.Lines, &p.Amount)
	if err != nil {
		return p, fmt.Errorf("add up the charges of %s: %w", period, err)
	}
	return p, nil
}

// HouseFinding is a finding with the house it belongs to.
type HouseFinding struct {
	House string // address
	housing.Finding
}

// Findings returns what the calculation noticed in a month, by house and account.
func (q Queries) Findings(ctx context.Context, organisation int64, period housing.Period) ([]HouseFinding, error) {
	const sql = `
SELECT h.address, f.account, f.service, f.code, f.reason, f.held
FROM findings f JOIN houses h ON h.id = f.house_id WHERE h.organisation_id = $1 AND f.period = $2
ORDER BY h.address COLLATE natural_ru, f.account COLLATE "C", f.service COLLATE "C", f.code COLLATE "C"`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return nil, fmt.Errorf("read the findings of %s: %w", period, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f HouseFinding, err error) {
		err = row.Scan(&f.House, &f.Account, &f.Service, &f.Code, &f.Text, &f.Held)
		return f, err //nolint:wrapcheck // wrapped below
	})
	if err != nil {
		return nil, fmt.Errorf("read the findings of %s: %w", period, err)
	}
	return list, nil
}

// DataState says which run stands for a month and of which moment its data are: the later of the
// run's end and the last file that was taken.
type DataState struct {
	Run  int64
	AsOf time.Time
}

// DataState reads it; a month never charged has run 0.
func (q Queries) DataState(ctx context.Context, organisation int64, period housing.Period) (DataState, error) {
	const sql = `
SELECT COALESCE(max(c.run_id), 0), GREATEST(max(r.finished_at), max(r.started_at),
    (SELECT max(received_at) FROM files WHERE organisation_id = $1 AND status <> 'refused'), '2000-01-01')
FROM charged_houses c JOIN houses h ON h.id = c.house_id JOIN runs r ON r.id = c.run_id
WHERE h.organisation_id = $1 AND c.period = $2`
	var s DataState
	if err := q.QueryRow(ctx, sql, organisation, period).Scan(&s.Run, &s.AsOf); err != nil {
		return s, fmt.Errorf("read the state of %s: %w", period, err)
	}
	return s, nil
}
