package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// LockUnits takes the units of houses for this transaction and returns the houses that are still to
// do, so that a job delivered twice does nothing the second time.
func (t *Tx) LockUnits(ctx context.Context, run int64, houses ...int64) ([]int64, error) {
	const sql = `
SELECT house_id FROM charge_units WHERE run_id = $1 AND house_id = ANY($2) AND status = 'planned' ORDER BY house_id FOR UPDATE`
	rows, err := t.Query(ctx, sql, run, houses)
	if err != nil {
		return nil, fmt.Errorf("take the units of %d houses: %w", len(houses), err)
	}
	planned, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("take the units of %d houses: %w", len(houses), err)
	}
	return planned, nil
}

// CommitLater lets the transaction be told as committed before it is on disk. A crash of the server may take it
// back whole, with its units, which are then planned as before. FinishRun ends a run durably, and with it all that
// was committed before: until then nobody is told that a house is done.
func (t *Tx) CommitLater(ctx context.Context) error {
	if _, err := t.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil {
		return fmt.Errorf("set how the transaction is committed: %w", err)
	}
	return nil
}

// ChargedHouse is the result of one unit. A house whose snapshot is the one that stands (StandingDigests)
// needs no more than its digest.
type ChargedHouse struct {
	Run, House int64
	Period     housing.Period
	SHA256     string // of the snapshot
	Body       []byte // the snapshot, zstd
	AccountIDs map[string]int64
	PayeeIDs   map[string]int64
	Charges    []housing.Charge
	Findings   []housing.Finding
	Benefits   []housing.BenefitShare // of people whose Person is the id of a beneficiary
	Held       int
	Total      housing.Money
	Left       Outcomes // to later months
}

// StandingDigests returns the digests of the snapshots that stand for houses in a month.
func (q Queries) StandingDigests(ctx context.Context, houses []int64, period housing.Period) (map[int64]string, error) {
	const sql = `SELECT house_id, sha256 FROM charged_houses WHERE house_id = ANY($1) AND period = $2`
	rows, err := q.Query(ctx, sql, houses, period)
	if err != nil {
		return nil, fmt.Errorf("read what stands for %d houses: %w", len(houses), err)
	}
	known := make(map[int64]string, len(houses))
	var house int64
	var digest string
	_, err = pgx.ForEachRow(rows, []any{&house, &digest}, func() error {
		known[house] = digest
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what stands for %d houses: %w", len(houses), err)
	}
	return known, nil
}

// SaveCharges replaces the charges, findings and snapshots of houses in a month of one run, and ends
// their units. A snapshot equal to the one that stands changes nothing: the same facts give the same
// kopecks. It returns how many houses changed.
func (t *Tx) SaveCharges(ctx context.Context, list ...ChargedHouse) (changed int, err error) {
	if len(list) == 0 {
		return 0, nil
	}
	run, period := list[0].Run, list[0].Period
	known, err := t.StandingDigests(ctx, column(list, func(c ChargedHouse) int64 { return c.House }), period)
	if err != nil {
		return 0, err
	}
	var fresh []ChargedHouse
	var replaced []int64
	status := make([]string, len(list))
	for i := range list {
		c := &list[i]
		digest, stands := known[c.House]
		if status[i] = "unchanged"; digest == c.SHA256 {
			continue
		}
		status[i] = "changed"
		fresh = append(fresh, *c)
		if stands {
			replaced = append(replaced, c.House)
		}
	}
	if len(fresh) > 0 {
		if err := t.replaceCharges(ctx, fresh, replaced); err != nil {
			return 0, err
		}
	}
	const done = `
UPDATE charge_units u SET status = t.status FROM unnest($2::bigint[], $3::text[]) AS t(house_id, status)
WHERE u.run_id = $1 AND u.house_id = t.house_id`
	if _, err := t.Exec(ctx, done, run, column(list, func(c ChargedHouse) int64 { return c.House }), status); err != nil {
		return 0, fmt.Errorf("end the units of %d houses: %w", len(list), err)
	}
	return len(fresh), nil
}

func (t *Tx) replaceCharges(ctx context.Context, list []ChargedHouse, replaced []int64) error {
	period := list[0].Period
	if len(replaced) > 0 {
		for _, table := range []string{"charges", "findings", "benefit_shares"} {
			sql := "DELETE FROM " + table + " WHERE house_id = ANY($1) AND period = $2"
			if _, err := t.Exec(ctx, sql, replaced, period); err != nil {
				return fmt.Errorf("remove the earlier %s of %d houses: %w", table, len(replaced), err)
			}
		}
	}
	if err := t.copyCharges(ctx, period, list); err != nil {
		return fmt.Errorf("store the charges of %d houses: %w", len(list), err)
	}
	if err := t.copyShares(ctx, period, list); err != nil {
		return fmt.Errorf("store the benefits of %d houses: %w", len(list), err)
	}
	if err := t.copyFindings(ctx, period, list); err != nil {
		return fmt.Errorf("store the findings of %d houses: %w", len(list), err)
	}
	if err := t.copySnapshots(ctx, period, list); err != nil {
		return fmt.Errorf("store the snapshots of %d houses: %w", len(list), err)
	}
	if err := t.saveOutcomes(ctx, period, list); err != nil {
		return err
	}
	const stands = `
INSERT INTO charged_houses (period, house_id, run_id, sha256, accounts, held, lines, amount)
SELECT $1, t.house_id, $2, t.sha256, t.accounts, t.held, t.lines, t.amount
FROM unnest($3::bigint[], $4::text[], $5::int[], $6::int[], $7::int[], $8::bigint[]) AS t(house_id, sha256, accounts, held, lines, amount)
ON CONFLICT (house_id, period) DO UPDATE SET run_id = EXCLUDED.run_id, sha256 = EXCLUDED.sha256,
    accounts = EXCLUDED.accounts, held = EXCLUDED.held, lines = EXCLUDED.lines, amount = EXCLUDED.amount`
	_, err := t.Exec(ctx, stands, period, list[0].Run,
		column(list, func(c ChargedHouse) int64 { return c.House }),
		column(list, func(c ChargedHouse) string { return c.SHA256 }),
		column(list, func(c ChargedHouse) int { return len(c.AccountIDs) }),
		column(list, func(c ChargedHouse) int { return c.Held }),
		column(list, func(c ChargedHouse) int { return len(c.Charges) }),
		column(list, func(c ChargedHouse) int64 { return int64(c.Total) }))
	if err != nil {
		return fmt.Errorf("store the totals of %d houses: %w", len(list), err)
	}
	return nil
}

func (t *Tx) copyFindings(ctx context.Context, period housing.Period, list []ChargedHouse) error {
	const rowSize = 250 // usual
	rows := newCopyBuffer([]string{"period", "house_id", "account_id", "account", "service", "code", "reason", "held"}, len(list), rowSize)
	for i := range list {
		c := &list[i]
		for j := range c.Findings {
			f := &c.Findings[j]
			rows.row()
			rows.date(period.First())
			rows.bigint(c.House)
			if id, known := c.AccountIDs[f.Account]; known {
				rows.bigint(id)
			} else {
				rows.null()
			}
			rows.text(f.Account)
			rows.text(string(f.Service))
			rows.text(f.Code)
			rows.text(f.Text)
			rows.flag(f.Held)
		}
	}
	return t.copyTo(ctx, PartitionName("findings", period), rows)
}

func (t *Tx) copySnapshots(ctx context.Context, period housing.Period, list []ChargedHouse) error {
	size := 0
	for i := range list {
		size += len(list[i].Body)
	}
	const rowSize = 130 // without the body
	rows := newCopyBuffer([]string{"period", "house_id", "run_id", "sha256", "body"}, len(list), rowSize+size/len(list))
	for i := range list {
		c := &list[i]
		rows.row()
		rows.date(period.First())
		rows.bigint(c.House)
		rows.bigint(c.Run)
		rows.text(c.SHA256)
		rows.bytes(c.Body)
	}
	return t.copyTo(ctx, PartitionName("snapshots", period), rows)
}
