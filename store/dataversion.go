package store

import (
	"context"
	"fmt"
)

// DataVersion returns a number that is the same as long as nothing that reports read has changed; whoever
// reads the data after asking for it has data at least as new. Zero: somebody is changing them right now,
// nothing can be said.
//
// The number is counted by triggers before their transaction commits. So it holds only where no transaction
// that changed a tracked table is still open; such a one keeps its lock on the table until it is seen by all.
// The order matters: the number, the locks, then the data.
func (q Queries) DataVersion(ctx context.Context) (int64, error) {
	const number = "SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM data_version"
	const busy = `
SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_trigger t ON t.tgrelid = l.relation AND t.tgname = 'change_counts'
WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.mode = 'RowExclusiveLock' AND l.granted)`
	var version int64
	var changing bool
	if err := q.QueryRow(ctx, number).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the version of the data: %w", err)
	}
	if err := q.QueryRow(ctx, busy).Scan(&changing); err != nil {
		return 0, fmt.Errorf("look for changes under way: %w", err)
	}
	if changing {
		return 0, nil
	}
	return version, nil
}
