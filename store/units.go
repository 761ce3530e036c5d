package store

import (
	"context"
	"strconv"
)

// FailedUnit is a house of a run that nobody will charge: its newest job gave up, or it has none.
type FailedUnit struct {
	House   int64
	Address string
	Error   string // the last one, "" where there is no job
}

// FailedUnits returns the houses of a run that are left and that no job of the queue kind will do, in
// the order of their addresses. It reads all jobs of the run: not a query for every tick.
func (q Queries) FailedUnits(ctx context.Context, run int64, kind string) ([]FailedUnit, error) {
	const sql = `
WITH newest AS (
    SELECT DISTINCT ON (u.id) u.id::bigint AS house_id, j.state, j.errors
    FROM river_job j, jsonb_array_elements_text(j.args -> 'houses') AS u(id)
    WHERE j.kind = $2 AND j.args @> jsonb_build_object('run', $1::bigint)
    ORDER BY u.id, j.id DESC)
SELECT h.id AS house, h.address, COALESCE(j.errors[array_upper(j.errors, 1)] ->> 'error', '') AS error
FROM charge_units u JOIN houses h ON h.id = u.house_id LEFT JOIN newest j ON j.house_id = u.house_id
WHERE u.run_id = $1 AND u.status = 'planned' AND (j.state IS NULL OR j.state IN ('discarded', 'cancelled'))
ORDER BY h.address COLLATE natural_ru, h.id`
	return collectStructs[FailedUnit](ctx, q, "read the failed houses of run "+strconv.FormatInt(run, 10), sql, run, kind)
}
