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

// ChargedHouses lists the houses that have charges of a month.
func (q Queries) ChargedHouses(ctx context.Context, organisation int64, period housing.Period) ([]int64, error) {
	const sql = `
SELECT c.house_id FROM charged_houses c JOIN houses h ON h.id = c.house_id
WHERE h.organisation_id = $1 AND c.period = $2 ORDER BY c.house_id`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return nil, fmt.Errorf("read the charged houses of %s: %w", period, err)
	}
	houses, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read the charged houses of %s: %w", period, err)
	}
	return houses, nil
}

// GateBasis returns the digest of what a house was last checked on, "" where it was not.
func (q Queries) GateBasis(ctx context.Context, house int64, period housing.Period) (string, error) {
	const sql = `SELECT COALESCE(max(basis), '') FROM gate_houses WHERE house_id = $1 AND period = $2`
	var basis string
	if err := q.QueryRow(ctx, sql, house, period).Scan(&basis); err != nil {
		return "", fmt.Errorf("read the check of house %d: %w", house, err)
	}
	return basis, nil
}

// SnapshotOfHouse reads the snapshot that stands for a house; without body where only its digest is
// wanted. ErrNotFound says that the house was not charged.
func (q Queries) SnapshotOfHouse(ctx context.Context, house int64, period housing.Period, body bool) (StoredSnapshot, error) {
	const sql = `
SELECT s.house_id, s.run_id, s.sha256, CASE WHEN $3 THEN s.body ELSE ''::bytea END
FROM charged_houses c JOIN snapshots s ON s.house_id = c.house_id AND s.run_id = c.run_id AND s.period = c.period
WHERE c.house_id = $1 AND c.period = $2`
	var s StoredSnapshot
	err := q.QueryRow(ctx, sql, house, period, body).Scan(&s.House, &s.Run, &s.SHA256, &s.Body)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fmt.Errorf("charges of house %d for %s: %w", house, period, ErrNotFound)
	}
	if err != nil {
		return s, fmt.Errorf("read the snapshot of house %d: %w", house, err)
	}
	return s, nil
}

// GatedHouse is what the check found in a house.
type GatedHouse struct {
	House    int64
	Period   housing.Period
	Basis    string
	Compared bool
	Accounts int
	Change   housing.AccountChange // of all its accounts together, where Compared
	Holds    []housing.GateHold
}

// SaveGate replaces what the check says of a house. A hold on the same facts as before keeps the
// decision made on it. It returns how many holds appeared or ceased.
func (t *Tx) SaveGate(ctx context.Context, g GatedHouse) (changed int, err error) {
	// The row of the house is written first: it lets one transaction at a time in.
	const house = `
INSERT INTO gate_houses (period, house_id, basis, compared, accounts, was, now, causes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (period, house_id) DO UPDATE SET basis = EXCLUDED.basis, compared = EXCLUDED.compared, accounts = EXCLUDED.accounts,
    was = EXCLUDED.was, now = EXCLUDED.now, causes = EXCLUDED.causes`
	const cease = `
UPDATE gate_holds h SET stands = false
WHERE house_id = $2 AND period = $1 AND stands
    AND (account_id, digest) NOT IN (SELECT * FROM unnest($3::bigint[], $4::text[]))`
	const put = `
INSERT INTO gate_holds AS h (period, house_id, account_id, digest, code, reason, was, now, change, stands, status)
SELECT $1, $2, account_id, digest, code, reason, was, now, change::jsonb, true, 'held'
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])
    AS t(account_id, digest, code, reason, was, now, change)
ON CONFLICT (period, account_id, digest) DO UPDATE SET stands = true, house_id = EXCLUDED.house_id WHERE NOT h.stands`
	causes := column(g.Change.List(), func(m housing.Money) int64 { return int64(m) })
	if _, err := t.Exec(ctx, house, g.Period, g.House, g.Basis, g.Compared, g.Accounts, int64(g.Change.Was), int64(g.Change.Now), causes); err != nil {
		return 0, fmt.Errorf("store the check of house %d: %w", g.House, err)
	}
	texts := make([]string, len(g.Holds))
	for i := range g.Holds {
		text, err := json.Marshal(g.Holds[i].Change)
		if err != nil {
			return 0, fmt.Errorf("write the change of account %s: %w", g.Holds[i].Account, err)
		}
		texts[i] = string(text)
	}
	ids := column(g.Holds, func(h housing.GateHold) int64 { return h.AccountID })
	digests := column(g.Holds, func(h housing.GateHold) string { return h.Key })
	ceased, err := t.Exec(ctx, cease, g.Period, g.House, ids, digests)
	if err != nil {
		return 0, fmt.Errorf("end the holds of house %d: %w", g.House, err)
	}
	appeared, err := t.Exec(ctx, put, g.Period, g.House, ids, digests,
		column(g.Holds, func(h housing.GateHold) string { return h.Code }),
		column(g.Holds, func(h housing.GateHold) string { return h.Reason }),
		column(g.Holds, func(h housing.GateHold) int64 { return int64(h.Change.Was) }),
		column(g.Holds, func(h housing.GateHold) int64 { return int64(h.Change.Now) }), texts)
	if err != nil {
		return 0, fmt.Errorf("store the holds of house %d: %w", g.House, err)
	}
	return int(ceased.RowsAffected() + appeared.RowsAffected()), nil
}

// HeldAccounts returns the accounts of a house that are not to be issued, with the reason in Russian.
func (q Queries) HeldAccounts(ctx context.Context, house int64, period housing.Period) (map[int64]string, error) {
	const sql = `SELECT account_id, reason FROM gate_holds WHERE house_id = $1 AND period = $2 AND stands AND status <> 'released'`
	rows, err := q.Query(ctx, sql, house, period)
	if err != nil {
		return nil, fmt.Errorf("read the holds of house %d: %w", house, err)
	}
	held := map[int64]string{}
	var id int64
	var reason string
	_, err = pgx.ForEachRow(rows, []any{&id, &reason}, func() error {
		held[id] = reason
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the holds of house %d: %w", house, err)
	}
	return held, nil
}

// GateHolds returns the holds that stand in a month, by house and account.
func (q Queries) GateHolds(ctx context.Context, organisation int64, period housing.Period) ([]housing.GateHold, error) {
	const sql = `
SELECT g.account_id, a.number, h.address, p.id, p.flat, p.room, p.kind, g.code, g.reason, g.digest, g.change, g.status,
    COALESCE(g.decided_by, ''), g.decided_at, g.comment
FROM gate_holds g JOIN accounts a ON a.id = g.account_id JOIN houses h ON h.id = g.house_id JOIN premises p ON p.id = a.premises_id
WHERE a.organisation_id = $1 AND g.period = $2 AND g.stands
ORDER BY h.address COLLATE natural_ru, a.number COLLATE "C"`
	rows, err := q.Query(ctx, sql, organisation, period)
	if err != nil {
		return nil, fmt.Errorf("read the holds of %s: %w", period, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g housing.GateHold, err error) {
		var change []byte
		var at *time.Time
		err = row.Scan(&g.AccountID, &g.Account, &g.House, &g.Premises.ID, &g.Premises.Flat, &g.Premises.Room, &g.Premises.Kind,
			&g.Code, &g.Reason, &g.Key, &change, &g.Status, &g.By, &at, &g.Comment)
		if err != nil {
			return g, err //nolint:wrapcheck // wrapped below
		}
		if at != nil {
			g.At = at.UTC()
		}
		return g, json.Unmarshal(change, &g.Change)
	})
	if err != nil {
		return nil, fmt.Errorf("read the holds of %s: %w", period, err)
	}
	return list, nil
}

// GateTotals is how the check of a month stands.
type GateTotals struct {
	Accounts int `json:"accounts"` // looked at
	Compared int `json:"compared"` // houses that have a month before
	Held     int `json:"held"`     // wait for a decision
	Released int `json:"released"`
	Returned int `json:"returned"`

	Was    housing.Money   `json:"was"` // charged in the month before to the accounts of the houses compared
	Now    housing.Money   `json:"now"`
	Causes []housing.Money `json:"causes"` // why the two differ, in the order of housing.CauseTitles
}

// GateTotals counts them.
func (q Queries) GateTotals(ctx context.Context, organisation int64, period housing.Period) (GateTotals, error) {
	const sql = `
SELECT n.accounts, n.compared, g.held, g.released, g.returned, n.was, n.now,
    ARRAY(SELECT sum(c.amount)::bigint FROM gate_houses JOIN houses h ON h.id = house_id, unnest(causes) WITH ORDINALITY AS c(amount, place)
        WHERE h.organisation_id = $1 AND period = $2 GROUP BY c.place ORDER BY c.place) FROM
(SELECT COALESCE(sum(accounts), 0)::int AS accounts, count(*) FILTER (WHERE compared) AS compared,
    COALESCE(sum(was), 0)::bigint AS was, COALESCE(sum(now), 0)::bigint AS now
 FROM gate_houses JOIN houses h ON h.id = house_id WHERE h.organisation_id = $1 AND period = $2) AS n,
(SELECT count(*) FILTER (WHERE status = 'held') AS held, count(*) FILTER (WHERE status = 'released') AS released,
    count(*) FILTER (WHERE status = 'returned') AS returned
 FROM gate_holds JOIN houses h ON h.id = house_id WHERE h.organisation_id = $1 AND period = $2 AND stands) AS g`
	var t GateTotals
	if err := q.QueryRow(ctx, sql, organisation, period).Scan(&t.Accounts, &t.Compared, &t.Held, &t.Released, &t.Returned, &t.Was, &t.Now, &t.Causes); err != nil {
		return t, fmt.Errorf("count the holds of %s: %w", period, err)
	}
	return t, nil
}

// GateDecision is what a person decided on a hold.
type GateDecision struct {
	housing.GateAnswer
	By string
	At time.Time
}

// DecideHold stores a decision on the hold that stands for an account, if it was made on the same
// facts; false says that there is none such. The same decision again changes nothing.
func (q Queries) DecideHold(ctx context.Context, organisation int64, period housing.Period, d GateDecision) (found bool, err error) {
	const sql = `
WITH hold AS (
    SELECT g.period, g.account_id, g.digest FROM gate_holds g JOIN accounts a ON a.id = g.account_id
    WHERE a.organisation_id = $1 AND g.period = $2 AND a.number = $3 AND g.stands AND starts_with(g.digest, $4)),
decided AS (
    UPDATE gate_holds g SET status = $5, decided_by = $6, decided_at = $7, comment = $8
    FROM hold WHERE (g.period, g.account_id, g.digest) = (hold.period, hold.account_id, hold.digest)
        AND (g.status, g.comment) <> ($5, $8))
SELECT count(*) > 0 FROM hold`
	err = q.QueryRow(ctx, sql, organisation, period, d.Account, d.Key, string(d.Status), d.By, d.At, d.Comment).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("decide on account %s: %w", d.Account, err)
	}
	return found, nil
}
