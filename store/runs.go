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

// LockUnit takes the unit of a house for this transaction. It returns false where the unit is done
// already, so that a job delivered twice does nothing the second time.
func (t *Tx) LockUnit(ctx context.Context, run, house int64) (bool, error) {
	const sql = `SELECT status = 'planned' FROM charge_units WHERE run_id = $1 AND house_id = $2 FOR UPDATE`
	var planned bool
	if err := t.QueryRow(ctx, sql, run, house).Scan(&planned); err != nil {
		return false, fmt.Errorf("take the unit of house %d: %w", house, err)
	}
	return planned, nil
}

// ChargedHouse is the result of one unit.
type ChargedHouse struct {
	Run, House, Organisation int64
	Period                   housing.Period
	SHA256                   string // of the snapshot
	Body                     []byte // the snapshot, zstd
	AccountIDs               map[string]int64
	PayeeIDs                 map[string]int64
	Charges                  []housing.Charge
	Findings                 []housing.Finding
	Held                     int
	Total                    housing.Money
}

// SaveCharges replaces the charges, findings and snapshot of a house in a month, and ends the unit.
// A snapshot equal to the one that stands changes nothing: the same facts give the same kopecks.
func (t *Tx) SaveCharges(ctx context.Context, c ChargedHouse) (changed bool, err error) {
	var known string
	err = t.QueryRow(ctx, "SELECT COALESCE(max(sha256), '') FROM charged_houses WHERE house_id = $1 AND period = $2",
		c.House, c.Period).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("read what stands for house %d: %w", c.House, err)
	}
	status := "unchanged"
	if changed = known != c.SHA256; changed {
		status = "changed"
		if err := t.replaceCharges(ctx, c, known != ""); err != nil {
			return false, err
		}
	}
	_, err = t.Exec(ctx, "UPDATE charge_units SET status = $3 WHERE run_id = $1 AND house_id = $2", c.Run, c.House, status)
	if err != nil {
		return false, fmt.Errorf("end the unit of house %d: %w", c.House, err)
	}
	return changed, nil
}

func (t *Tx) replaceCharges(ctx context.Context, c ChargedHouse, replace bool) error {
	if replace {
		for _, sql := range []string{
			"DELETE FROM charges WHERE house_id = $1 AND period = $2",
			"DELETE FROM findings WHERE house_id = $1 AND period = $2",
		} {
			if _, err := t.Exec(ctx, sql, c.House, c.Period); err != nil {
				return fmt.Errorf("remove the earlier charges of house %d: %w", c.House, err)
			}
		}
	}
	if err := t.copyCharges(ctx, c); err != nil {
		return err
	}
	if err := t.copyFindings(ctx, c); err != nil {
		return err
	}
	const snapshot = `INSERT INTO snapshots (period, house_id, run_id, sha256, body) VALUES ($1, $2, $3, $4, $5)`
	if _, err := t.Exec(ctx, snapshot, c.Period, c.House, c.Run, c.SHA256, c.Body); err != nil {
		return fmt.Errorf("store the snapshot of house %d: %w", c.House, err)
	}
	const stands = `
INSERT INTO charged_houses (period, house_id, run_id, sha256, accounts, held, lines, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (house_id, period) DO UPDATE SET run_id = EXCLUDED.run_id, sha256 = EXCLUDED.sha256,
    accounts = EXCLUDED.accounts, held = EXCLUDED.held, lines = EXCLUDED.lines, amount = EXCLUDED.amount`
	_, err := t.Exec(ctx, stands, c.Period, c.House, c.Run, c.SHA256, len(c.AccountIDs), c.Held, len(c.Charges), int64(c.Total))
	if err != nil {
		return fmt.Errorf("store the totals of house %d: %w", c.House, err)
	}
	return nil
}

func (t *Tx) copyCharges(ctx context.Context, c ChargedHouse) error {
	const rowSize = 300 // usual
	rows := newCopyBuffer([]string{
		"period", "house_id", "account_id", "line", "service", "payee_id", "kind", "zone", "seg_from", "seg_to",
		"rule", "method", "volume", "price", "coefficient", "amount", "range_no", "resource", "reason", "document",
	}, len(c.Charges), rowSize)
	period, line, previous, account := c.Period.First(), int16(0), "", int64(0)
	for i := range c.Charges {
		ch := &c.Charges[i]
		if ch.Account != previous {
			line, previous, account = 0, ch.Account, c.AccountIDs[ch.Account]
		}
		line++
		payee := c.PayeeIDs[ch.Payee]
		if account == 0 || payee == 0 {
			return fmt.Errorf("charge of account %s to %s: %w", ch.Account, ch.Payee, ErrNotFound)
		}
		rows.row()
		rows.date(period)
		rows.bigint(c.House)
		rows.bigint(account)
		rows.smallint(line)
		rows.text(string(ch.Service))
		rows.bigint(payee)
		rows.text(string(ch.Kind))
		rows.text(string(ch.Zone))
		rows.date(ch.Segment.From)
		rows.date(ch.Segment.To)
		rows.text(ch.Rule)
		rows.text(string(ch.Method))
		rows.numeric(ch.Volume)
		rows.numeric(ch.Price)
		rows.numeric(ch.Coefficient)
		rows.bigint(int64(ch.Amount))
		rows.smallint(int16(ch.Range)) //nolint:gosec // a few ranges
		rows.text(string(ch.Resource))
		rows.text(ch.Reason)
		rows.text(ch.Document)
	}
	if err := t.copyTo(ctx, PartitionName("charges", c.Period), rows); err != nil {
		return fmt.Errorf("store the charges of house %d: %w", c.House, err)
	}
	return nil
}

func (t *Tx) copyFindings(ctx context.Context, c ChargedHouse) error {
	columns := []string{"period", "house_id", "account_id", "account", "service", "code", "reason", "held"}
	_, err := t.CopyFrom(ctx, pgx.Identifier{"findings"}, columns,
		pgx.CopyFromSlice(len(c.Findings), func(i int) ([]any, error) {
			f := &c.Findings[i]
			var account *int64
			if id, known := c.AccountIDs[f.Account]; known {
				account = &id
			}
			return []any{c.Period, c.House, account, f.Account, string(f.Service), f.Code, f.Text, f.Held}, nil
		}))
	if err != nil {
		return fmt.Errorf("store the findings of house %d: %w", c.House, err)
	}
	return nil
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
