package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// LoadSnapshot reads everything known about a house in a month, see LoadSnapshots.
func (q Queries) LoadSnapshot(ctx context.Context, organisation housing.Organisation, house int64, period housing.Period) (*housing.Snapshot, error) {
	snapshots, err := q.LoadSnapshots(ctx, organisation, []int64{house}, period)
	if err != nil {
		return nil, err
	}
	return snapshots[0], nil
}

// LoadSnapshots reads everything known about houses in a month, a few queries for all of them, and
// returns them in the order asked for; a house that the organisation does not have is ErrNotFound.
// Parameters are not in the database: the caller adds them. Slices are sorted by their keys, and
// houses may share those of facts that they share: whoever changes one copies it first.
func (q Queries) LoadSnapshots(ctx context.Context, organisation housing.Organisation, houses []int64, period housing.Period) ([]*housing.Snapshot, error) {
	return q.loadSnapshots(ctx, &knownSources{}, snapshotsWanted{organisation, houses, period})
}

// snapshotsWanted says which snapshots are read.
type snapshotsWanted struct {
	organisation housing.Organisation
	houses       []int64
	period       housing.Period
}

func (q Queries) loadSnapshots(ctx context.Context, known *knownSources, want snapshotsWanted) ([]*housing.Snapshot, error) {
	houses, period := want.houses, want.period
	l := factLoader{
		Queries: q, month: period.First(), houses: make(map[int64]*housing.Snapshot, len(houses)), words: map[string]string{},
		spans: map[string]idSpans{},
		known: known, sources: known.all(),
		args: pgx.NamedArgs{
			"organisation": want.organisation.ID, "houses": houses, "month": period.First(), "next": period.Next().First(),
		},
	}
	snapshots := make([]*housing.Snapshot, len(houses))
	for i, house := range houses {
		snapshots[i] = &housing.Snapshot{Format: housing.SnapshotFormat, Period: period, Organisation: want.organisation.INN}
		l.houses[house] = snapshots[i]
	}
	for _, step := range l.steps() {
		if err := step.load(ctx); err != nil {
			return nil, fmt.Errorf("load the snapshots of %d houses for %s: %s: %w", len(houses), period, step.what, err)
		}
	}
	return snapshots, nil
}

// LoadSnapshots is that of Queries with plans that are kept, until the end of the transaction, whatever
// houses are asked for: its statements, those of AddFacts and of SaveCharges take the same index for any
// number of them, and planning them for each few houses anew costs as much as some of them. Sources that
// the store has met are not read again.
func (t *Tx) LoadSnapshots(ctx context.Context, organisation housing.Organisation, houses []int64, period housing.Period) ([]*housing.Snapshot, error) {
	if _, err := t.Exec(ctx, "SET LOCAL plan_cache_mode = force_generic_plan"); err != nil {
		return nil, fmt.Errorf("set how statements are planned: %w", err)
	}
	return t.loadSnapshots(ctx, t.sources, snapshotsWanted{organisation, houses, period})
}

// factLoader hangs what the steps read on the houses, accounts and meters at hand.
//
// A new kind of fact is a method in a file snapshot_<what>.go and a line in steps. The method runs
// one query for all houses by each and finds the owner of a row in houses, accounts or meters; a row
// whose owner is not there is left out. The query may name @organisation, @houses (ids), @month
// (first day) and @next (first day after it). It reads large tables by column = ANY(@...) or, in steps that
// come after those that find the owners, by bySpans: every plan takes the index for these. It reads columns of factRow in the order of SELECT; those of the source stand last:
// sourceColumns and then <table>.source_pos. Lists end in the order of their keys (charging.WriteSnapshot):
// short ones by ORDER BY, long ones are sorted here, where it costs less.
type factLoader struct {
	Queries
	month    housing.Date
	args     pgx.NamedArgs
	words    map[string]string  // texts that many rows share
	spans    map[string]idSpans // of owners, see bySpans
	known    *knownSources
	sources  map[int64]housing.Source // met so far, see eachSourced; read only
	houses   map[int64]*housing.Snapshot
	accounts map[int64]*housing.AccountFacts // after loadAccounts
	meters   map[int64]*housing.MeterFacts   // after loadMeters
}

type factStep struct {
	what string
	load func(context.Context) error
}

func (l *factLoader) steps() []factStep {
	return []factStep{
		{"houses", l.loadHouses},
		{"tariffs", l.loadTariffs},
		{"norms", l.loadNorms},
		{"volumes of the house", l.loadVolumes},
		{"accounts", l.loadAccounts},
		{"occupancies", l.loadOccupancies},
		{"services", l.loadServices},
		{"meters", l.loadMeters},
		{"readings", l.loadReadings},
		{"earlier volumes", l.loadHistory},
	}
}

// each reads the rows of a query, see factLoader.
func (l *factLoader) each(ctx context.Context, sql string, take func(*factRow)) error {
	return l.eachFact(ctx, l.words, sql, l.args, func(r *factRow) error {
		take(r)
		return nil
	})
}
