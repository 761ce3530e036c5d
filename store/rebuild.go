package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// accountsAtOnce is for how many accounts, whole houses each, one statement draws up the ledger: what it
// adds up stays in memory, and what it compares in the cache, however many millions there are.
const accountsAtOnce = 1000

// eachHouses goes through the houses of an organisation, some accounts at a time. Statements of the
// transaction are planned for the houses given and read tables by them: what was written a moment ago
// has no statistics yet, and a plan made without reads whole months.
func (t *Tx) eachHouses(ctx context.Context, organisation int64, do func(houses []int64) error) error {
	const sql = `
SELECT array_agg(id ORDER BY id) FROM (
    SELECT h.id, (sum(count(a.id) + 1) OVER (ORDER BY h.id) - 1) / $2 AS place
    FROM houses h LEFT JOIN accounts a ON a.house_id = h.id WHERE h.organisation_id = $1 GROUP BY h.id) AS sized
GROUP BY trunc(place) ORDER BY trunc(place)`
	rows, err := t.Query(ctx, sql, organisation, accountsAtOnce)
	if err != nil {
		return fmt.Errorf("list the houses: %w", err)
	}
	lists, err := pgx.CollectRows(rows, pgx.RowTo[[]int64])
	if err != nil {
		return fmt.Errorf("list the houses: %w", err)
	}
	const plan = "SELECT set_config('enable_seqscan', $1, true), set_config('plan_cache_mode', $2, true), set_config('work_mem', $3, true)"
	if _, err := t.Exec(ctx, plan, "off", "force_custom_plan", "64MB"); err != nil {
		return fmt.Errorf("set how statements are planned: %w", err)
	}
	for _, houses := range lists {
		if err := do(houses); err != nil {
			return err
		}
	}
	const usual = `
SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name IN ('enable_seqscan', 'plan_cache_mode')
UNION ALL SELECT set_config(name, reset_val || unit, true) FROM pg_settings WHERE name = 'work_mem'`
	if _, err := t.Exec(ctx, usual); err != nil {
		return fmt.Errorf("set how statements are planned: %w", err)
	}
	return nil
}

// rebuilt names the parts of the statement that brings a table of the ledger in line.
type rebuilt struct {
	table, collect  string
	keys, values    []string
	sources, checks []string // of the values: what is inserted, what is compared
	only            string   // which rows of the table it is about
}

// RebuildBalances brings the ledger of a month in line with openings, charges and payments, and
// returns how many rows it had to change.
func (t *Tx) RebuildBalances(ctx context.Context, organisation int64, period housing.Period) (changed int64, err error) {
	const collect = `
SELECT house_id, account_id, service, payee_id, sum(opening)::bigint AS opening, sum(charged)::bigint AS charged,
    sum(corrected)::bigint AS corrected, sum(penalty)::bigint AS penalty, sum(paid)::bigint AS paid
FROM (
    SELECT b.house_id, b.account_id, b.service, b.payee_id, b.closing AS opening, 0 AS charged, 0 AS corrected, 0 AS penalty, 0 AS paid
    FROM balances b WHERE b.period = ($1::date - interval '1 month')::date AND b.house_id = ANY($2)
    UNION ALL
    SELECT a.house_id, o.account_id, o.service, o.payee_id, o.amount, 0, 0, 0, 0
    FROM opening_balances o JOIN accounts a ON a.id = o.account_id WHERE o.period = $1 AND a.house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, CASE WHEN kind IN ('correction', 'benefit') THEN 0 ELSE amount END,
        CASE WHEN kind IN ('correction', 'benefit') THEN amount ELSE 0 END, 0, 0
    FROM charges WHERE period = $1 AND house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, 0, CASE WHEN kind = 'penalty' THEN 0 ELSE amount END,
        CASE WHEN kind = 'penalty' THEN amount ELSE 0 END, 0
    FROM ledger_lines WHERE period = $1 AND house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, 0, 0, 0, 0, amount FROM payment_parts WHERE period = $1 AND house_id = ANY($2)) AS lines
GROUP BY house_id, account_id, service, payee_id`
	sums := []string{"opening", "charged", "corrected", "penalty", "paid"}
	sources := slices.Concat(sums, []string{"opening + l.charged + l.corrected + l.penalty - l.paid"})
	return t.rebuild(ctx, organisation, period, rebuilt{
		table: "balances", collect: collect, keys: []string{"house_id", "account_id", "service", "payee_id"},
		values: slices.Concat(sums, []string{"closing"}), sources: sources, checks: sums, only: "true",
	})
}

// RebuildDebts brings in line what is left of older months, after the balances of the month are, and
// returns how many rows it had to change.
func (t *Tx) RebuildDebts(ctx context.Context, organisation int64, period housing.Period) (changed int64, err error) {
	return t.rebuild(ctx, organisation, period, debtsOf("true"))
}

// RebuildPenaltyDebts is RebuildDebts for penalties alone, where nothing else has changed since.
func (t *Tx) RebuildPenaltyDebts(ctx context.Context, organisation int64, period housing.Period) (changed int64, err error) {
	return t.rebuild(ctx, organisation, period, debtsOf("kind = 'penalty'"))
}

// debtsOf collects the debts that a condition on their kind lets through.
func debtsOf(kinds string) rebuilt {
	const collect = `
SELECT house_id, account_id, service, payee_id, month, kind, sum(amount)::bigint AS amount
FROM (
    SELECT house_id, account_id, service, payee_id, period AS month, 'principal' AS kind, closing AS amount
    FROM balances WHERE period = ($1::date - interval '1 month')::date AND closing <> 0 AND house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, period, 'principal', -amount
    FROM debts WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, month, kind, amount
    FROM debts WHERE period = ($1::date - interval '1 month')::date AND house_id = ANY($2)
    UNION ALL
    SELECT a.house_id, o.account_id, o.service, o.payee_id, o.month, 'principal', o.amount
    FROM opening_balances o JOIN accounts a ON a.id = o.account_id WHERE o.period = $1 AND a.house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, month, CASE kind WHEN 'penalty' THEN kind ELSE 'principal' END, amount
    FROM ledger_lines WHERE period = $1 AND house_id = ANY($2)
    UNION ALL
    SELECT house_id, account_id, service, payee_id, month, kind, -amount
    FROM payment_parts WHERE period = $1 AND house_id = ANY($2) AND (month < $1 OR kind = 'penalty')) AS lines
WHERE (month < $1 OR kind = 'penalty') AND `
	const group = " GROUP BY house_id, account_id, service, payee_id, month, kind HAVING sum(amount) <> 0"
	amount := []string{"amount"}
	return rebuilt{
		table: "debts", collect: collect + kinds + group, keys: []string{"house_id", "account_id", "service", "payee_id", "month", "kind"},
		values: amount, sources: amount, checks: amount, only: kinds,
	}
}

func (t *Tx) rebuild(ctx context.Context, organisation int64, period housing.Period, r rebuilt) (changed int64, err error) {
	if err := t.lockLedger(ctx, organisation, period); err != nil {
		return 0, err
	}
	err = t.eachHouses(ctx, organisation, func(houses []int64) error {
		stands, err := t.standsFor(ctx, r.table, period, houses)
		if err != nil {
			return err
		}
		var n int64
		if err := t.QueryRow(ctx, r.sql(stands), period, houses).Scan(&n); err != nil {
			return fmt.Errorf("bring the %s of %s in line: %w", r.table, period, err)
		}
		changed += n
		return nil
	})
	return changed, err
}

// sql is one statement that takes out what is no more, puts in what is new or differs, and counts both.
// Houses that have no rows yet are filled without looking for them.
func (r rebuilt) sql(stands bool) string {
	list := func(prefix string, names []string) string { return prefix + strings.Join(names, ", "+prefix) }
	insert := fmt.Sprintf("INSERT INTO %s AS b (period, %s, %s) SELECT $1::date, %s, %s FROM l", r.table, list("", r.keys), list("", r.values),
		list("l.", r.keys), list("l.", r.sources))
	if !stands {
		return fmt.Sprintf("WITH l AS MATERIALIZED (%s), made AS (%s ORDER BY %s RETURNING 1) SELECT count(*) FROM made",
			r.collect, insert, list("l.", r.keys))
	}
	set := make([]string, len(r.values))
	for i, value := range r.values {
		set[i] = value + " = EXCLUDED." + value
	}
	return fmt.Sprintf(`
WITH l AS MATERIALIZED (%[1]s),
gone AS (DELETE FROM %[2]s o WHERE o.period = $1 AND o.house_id = ANY($2) AND %[10]s AND NOT EXISTS (SELECT FROM l WHERE (%[3]s) = (%[4]s)) RETURNING 1),
made AS (%[5]s LEFT JOIN %[2]s o ON o.period = $1 AND o.house_id = ANY($2) AND (%[3]s) = (%[4]s)
    WHERE (%[6]s) IS DISTINCT FROM (%[7]s) ORDER BY %[3]s
    ON CONFLICT (%[8]s, period) DO UPDATE SET %[9]s RETURNING 1)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM made)`,
		r.collect, r.table, list("l.", r.keys), list("o.", r.keys), insert, list("o.", r.checks), list("l.", r.checks),
		list("", r.keys), strings.Join(set, ", "), r.only)
}

func (t *Tx) standsFor(ctx context.Context, table string, period housing.Period, houses []int64) (stands bool, err error) {
	sql := "SELECT EXISTS (SELECT FROM " + pgx.Identifier{table}.Sanitize() + " WHERE period = $1 AND house_id = ANY($2))"
	if err := t.QueryRow(ctx, sql, period, houses).Scan(&stands); err != nil {
		return false, fmt.Errorf("look for %s of %s: %w", table, period, err)
	}
	return stands, nil
}
